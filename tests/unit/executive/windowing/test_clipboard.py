"""The clipboard: who has it, what is on it, who pays for that, and what becomes of it when somebody goes."""

import pytest

from ntsessions.abi.calls.clipboard import (
    CLIPBOARD_LIMIT,
    FORMATS_PER_CLIPBOARD,
    LISTENERS_PER_CLIPBOARD,
    WM_CHANGECBCHAIN,
    WM_CLIPBOARDUPDATE,
    WM_DESTROYCLIPBOARD,
    WM_DRAWCLIPBOARD,
    WM_RENDERFORMAT,
    ChangeClipboardChain,
    ClipboardData,
    ClipboardInformation,
    CloseClipboard,
    EmptyClipboard,
    GetClipboardData,
    OpenClipboard,
    QueryClipboard,
    SetClipboardData,
    SetClipboardListener,
    SetClipboardViewer,
)
from ntsessions.abi.calls.message import NONE, AwaitSend, GetMessage, Message, ReplyMessage
from ntsessions.abi.calls.session import ConnectState
from ntsessions.abi.calls.system import SetSession
from ntsessions.abi.calls.wait import CancelCall
from ntsessions.abi.calls.window import CreateWindow, DestroyWindow
from ntsessions.abi.calls.window_station import CreateWindowStation, SetProcessWindowStation
from ntsessions.abi.clipboard_formats import CF_LOCALE, CF_OEMTEXT, CF_TEXT, CF_UNICODETEXT
from ntsessions.abi.status import NtStatus as S
from ntsessions.executive.effects import AdoptMemory, DescriptorGrant, ReceivedDescriptor, ReleaseMemory
from ntsessions.executive.snapshot import restore, save
from ntsessions.executive.windowing.clipboard import FORMAT_COST, Clipboard
from tests.harness import PendingCall, Program, World, replay

PRIVATE, OTHER = 0x200, 0x201
PENDING = int(S.PENDING)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def alice(world: World) -> Program:
    return world.program()


@pytest.fixture
def owner(world: World) -> Program:
    """Another process of the same user, in the same session."""
    return world.program()


def clipboard(world: World, session: int = 1) -> Clipboard:
    return world.executive.sessions[session].windowing.station.clipboard


def window(program: Program) -> int:
    return program.call(CreateWindow("Static"))


def state(program: Program) -> ClipboardInformation:
    return program.call(QueryClipboard())


def put(program: Program, formats: dict[int, bytes | None], handle: int = 0) -> None:
    """Replace what is on the clipboard."""
    program.call(OpenClipboard(handle))
    program.call(EmptyClipboard())
    for number, data in formats.items():
        program.call(SetClipboardData(number, data))
    program.call(CloseClipboard())


def take(program: Program, number: int) -> ClipboardData:
    program.call(OpenClipboard())
    found = program.call(GetClipboardData(number))
    program.call(CloseClipboard())
    return found


def messages(program: Program) -> list[tuple[int, int, int, int]]:
    """Take what waits for a thread, answering what was sent."""
    found = []
    while (message := program.call(GetMessage(timeout=0))).kind != NONE:
        found.append((message.window, message.number, message.wparam, message.lparam))
        if message.sent:
            program.call(ReplyMessage(message.sent))
    return found


def refused(pending: PendingCall) -> S:
    assert pending.outcome is not None
    return S(pending.outcome.status)


def costs(world: World, session: int = 1) -> tuple[int, int]:
    one = world.executive.sessions[session]
    return one.pool.used, one.windowing.space.paged_pool.used


# -- who has it open


def test_it_is_open_for_one_window_at_a_time(world: World, alice: Program, owner: Program) -> None:
    first, second = window(alice), window(alice)
    alice.call(OpenClipboard(first))
    alice.call(OpenClipboard(first))
    assert alice.status(OpenClipboard(second)) is S.ACCESS_DENIED
    assert alice.status(OpenClipboard()) is S.ACCESS_DENIED
    assert owner.status(OpenClipboard(window(owner))) is S.ACCESS_DENIED
    assert owner.status(OpenClipboard(first)) is S.ACCESS_DENIED, "nobody takes it from another process"
    assert (state(owner).opened_by, state(owner).is_open, state(alice).is_open) == (first, False, True)
    alice.call(CloseClipboard())
    assert alice.status(CloseClipboard()) is S.CLIPBOARD_NOT_OPEN
    owner.call(OpenClipboard(first))


def test_open_for_no_window_it_is_one_threads(alice: Program, owner: Program) -> None:
    alice.call(OpenClipboard())
    alice.call(OpenClipboard())
    assert alice.status(OpenClipboard(window(alice))) is S.ACCESS_DENIED
    assert alice.thread().status(OpenClipboard()) is S.ACCESS_DENIED
    assert owner.status(OpenClipboard()) is S.ACCESS_DENIED


def test_another_thread_of_the_process_may_go_on_with_it(world: World, alice: Program) -> None:
    handle = window(alice)
    alice.call(OpenClipboard(handle))
    second = alice.thread()
    second.call(OpenClipboard(handle))
    assert alice.status(EmptyClipboard()) is S.CLIPBOARD_NOT_OPEN
    assert alice.status(CloseClipboard()) is S.CLIPBOARD_NOT_OPEN
    second.end_thread()
    assert clipboard(world).opener is None
    alice.call(OpenClipboard())


@pytest.mark.parametrize("call", [CloseClipboard(), EmptyClipboard(), SetClipboardData(PRIVATE, b""),
                                  GetClipboardData(PRIVATE)])  # fmt: skip
def test_nothing_is_done_with_what_is_not_open(alice: Program, owner: Program, call: object) -> None:
    """1418."""
    assert alice.status(call) is S.CLIPBOARD_NOT_OPEN  # type: ignore[arg-type]  # a call
    owner.call(OpenClipboard())
    assert alice.status(call) is S.CLIPBOARD_NOT_OPEN  # type: ignore[arg-type]  # a call


def test_who_dies_with_it_open_leaves_it_closed(world: World, alice: Program, owner: Program) -> None:
    alice.call(OpenClipboard(window(alice)))
    alice.call(EmptyClipboard())
    alice.call(SetClipboardData(PRIVATE, b"kept"))
    alice.exit()
    assert state(owner) == ClipboardInformation(2, 0, 0, 0, (PRIVATE,))
    assert take(owner, PRIVATE).data == b"kept"


def test_a_window_that_goes_closes_what_it_was_opened_for(alice: Program, owner: Program) -> None:
    handle = window(alice)
    alice.call(OpenClipboard(handle))
    alice.call(DestroyWindow(handle))
    assert alice.status(CloseClipboard()) is S.CLIPBOARD_NOT_OPEN
    owner.call(OpenClipboard())


def test_a_thread_has_one_clipboard_open(world: World) -> None:
    system = world.connect(0)
    system.call(OpenClipboard())
    station = system.call(CreateWindowStation("other")).handle
    system.call(SetProcessWindowStation(station))
    assert system.status(CloseClipboard()) is S.CLIPBOARD_NOT_OPEN, "that of the other window station is meant"
    assert system.status(OpenClipboard()) is S.ACCESS_DENIED
    system.thread().call(OpenClipboard())


def test_windows_are_those_of_the_window_station(world: World, alice: Program) -> None:
    """1400: a service has another window station, and another session has other windows."""
    bobs = window(world.program(2, "bob"))
    for handle in (0xDEAD, bobs + 0x10000):
        for call in (OpenClipboard(handle), SetClipboardListener(handle, True), SetClipboardViewer(handle),
                     ChangeClipboardChain(handle)):  # fmt: skip
            assert alice.status(call) is S.INVALID_WINDOW_HANDLE
    assert alice.status(ChangeClipboardChain(window(alice), 0xDEAD)) is S.INVALID_WINDOW_HANDLE


# -- what is there


def test_what_was_put_in_is_there_for_everybody_of_the_window_station(
    world: World, alice: Program, owner: Program
) -> None:
    handle = window(alice)
    put(alice, {PRIVATE: b"data", OTHER: b""}, handle)
    assert state(owner) == ClipboardInformation(3, handle, 0, 0, (PRIVATE, OTHER))
    assert take(owner, PRIVATE) == ClipboardData(is_there=True, data=b"data", format=PRIVATE)
    assert take(owner, OTHER) == ClipboardData(is_there=True, data=b"", format=OTHER)
    assert take(owner, 0x202) == ClipboardData(is_there=False)
    assert state(world.program(2, "bob")).formats == ()
    assert state(world.system).formats == ()


def test_every_change_counts(alice: Program) -> None:
    """Emptying what is empty counts, and so does putting the same in again."""
    alice.call(OpenClipboard())
    for number, call in enumerate([EmptyClipboard(), EmptyClipboard(), SetClipboardData(PRIVATE, b"x"),
                                   SetClipboardData(PRIVATE, b"x")], 1):  # fmt: skip
        alice.call(call)
        assert state(alice).sequence == number
    alice.call(CloseClipboard())
    assert state(alice).sequence == 4


def test_data_can_be_added_without_owning_it(alice: Program, owner: Program) -> None:
    put(owner, {PRIVATE: b"data"}, window(owner))
    alice.call(OpenClipboard())
    alice.call(SetClipboardData(OTHER, b"more"))
    alice.call(CloseClipboard())
    assert state(alice).formats == (PRIVATE, OTHER)


def test_there_is_no_format_0(alice: Program) -> None:
    alice.call(OpenClipboard())
    assert alice.status(SetClipboardData(0, b"x")) is S.CLIPBOARD_NOT_OPEN
    alice.call(SetClipboardData(0xFFFF8765, b"any other number will do"))
    assert not alice.call(GetClipboardData(0x8765)).is_there


@pytest.mark.parametrize(
    ("given", "listed"),
    [
        ([CF_TEXT], (CF_TEXT, CF_LOCALE, CF_OEMTEXT, CF_UNICODETEXT)),
        ([CF_OEMTEXT], (CF_OEMTEXT, CF_LOCALE, CF_TEXT, CF_UNICODETEXT)),
        ([CF_UNICODETEXT], (CF_UNICODETEXT, CF_LOCALE, CF_TEXT, CF_OEMTEXT)),
        ([CF_UNICODETEXT, CF_TEXT, CF_OEMTEXT], (CF_UNICODETEXT, CF_TEXT, CF_OEMTEXT, CF_LOCALE)),
        ([CF_TEXT, PRIVATE], (CF_TEXT, PRIVATE, CF_LOCALE, CF_OEMTEXT, CF_UNICODETEXT)),
        ([PRIVATE], (PRIVATE,)),
    ],
)
def test_other_formats_of_text_are_there_once_it_was_closed(
    alice: Program, given: list[int], listed: tuple[int, ...]
) -> None:
    """Each of them counts as a change."""
    alice.call(OpenClipboard())
    for number in given:
        alice.call(SetClipboardData(number, b"x\0\0\0"))
    assert state(alice).formats == tuple(given)
    alice.call(CloseClipboard())
    assert state(alice).formats == listed
    assert state(alice).sequence == len(listed)


def test_text_is_handed_over_as_it_was_put_in(alice: Program) -> None:
    """Who asked makes of it what they wanted."""
    put(alice, {CF_TEXT: b"abc\0"})
    assert take(alice, CF_UNICODETEXT) == ClipboardData(is_there=True, data=b"abc\0", format=CF_TEXT)
    assert take(alice, CF_LOCALE).data == b"\x09\x04\0\0"
    put(alice, {CF_UNICODETEXT: b"a\0\0\0", CF_LOCALE: b"\x07\x04\0\0"})
    assert take(alice, CF_OEMTEXT).format == CF_UNICODETEXT
    assert take(alice, CF_LOCALE) == ClipboardData(is_there=True, data=b"\x07\x04\0\0", format=CF_LOCALE)


def test_of_two_formats_of_text_the_wider_one_answers_for_the_third(alice: Program) -> None:
    put(alice, {CF_TEXT: b"a\0", CF_UNICODETEXT: b"a\0\0\0"})
    assert take(alice, CF_OEMTEXT).format == CF_UNICODETEXT


# -- promises


@pytest.fixture
def promised(owner: Program) -> int:
    """A window that promises two formats."""
    handle = window(owner)
    put(owner, {PRIVATE: None, OTHER: None}, handle)
    return handle


def asked(program: Program) -> Message:
    """Take the WM_RENDERFORMAT that was sent to a thread."""
    message = program.call(GetMessage(timeout=0))
    assert message.number == WM_RENDERFORMAT
    return message


def test_the_owner_renders_what_somebody_asks_for(alice: Program, owner: Program, promised: int) -> None:
    assert state(alice).promised == (PRIVATE, OTHER)
    sequence = state(alice).sequence
    alice.call(OpenClipboard())
    found = alice.call(GetClipboardData(PRIVATE))
    assert found == ClipboardData(is_there=True, send=found.send)
    waits = alice.begin(AwaitSend(found.send))
    message = asked(owner)
    assert (message.window, message.wparam) == (promised, PRIVATE)
    owner.call(SetClipboardData(PRIVATE, b"rendered"))
    assert not waits.done
    owner.call(ReplyMessage(message.sent))
    assert waits.done
    assert alice.call(GetClipboardData(PRIVATE)).data == b"rendered"
    assert state(alice).promised == (OTHER,)
    assert state(alice).sequence == sequence, "it was there all the time"
    assert owner.status(SetClipboardData(OTHER, b"x")) is S.CLIPBOARD_NOT_OPEN, "only while it is asked"


def test_another_thread_of_the_owner_may_render(alice: Program, owner: Program, promised: int) -> None:
    alice.call(OpenClipboard())
    send = alice.call(GetClipboardData(PRIVATE)).send
    message = asked(owner)
    owner.thread().call(SetClipboardData(PRIVATE, b"rendered"))
    owner.call(SetClipboardData(OTHER, b"too"))
    owner.call(ReplyMessage(message.sent))
    assert alice.call(AwaitSend(send)).status == 0
    assert alice.call(GetClipboardData(PRIVATE)).data == b"rendered"
    assert alice.call(GetClipboardData(OTHER)).data == b"too"


def test_nothing_is_there_when_the_owner_does_not_render(alice: Program, owner: Program, promised: int) -> None:
    """And who asks again has it asked again."""
    alice.call(OpenClipboard())
    for _ in range(2):
        send = alice.call(GetClipboardData(PRIVATE)).send
        owner.call(ReplyMessage(asked(owner).sent))
        alice.call(AwaitSend(send))
        assert alice.call(GetClipboardData(PRIVATE)) == ClipboardData(is_there=False)


def test_who_owns_it_renders_for_itself(alice: Program) -> None:
    """The wait for the answer hands its own message over, as it does any other that comes meanwhile."""
    put(alice, {PRIVATE: None}, window(alice))
    alice.call(OpenClipboard())
    send = alice.call(GetClipboardData(PRIVATE)).send
    result = alice.call(AwaitSend(send))
    assert result.status == PENDING
    assert result.incoming is not None
    assert (result.incoming.number, result.incoming.wparam) == (WM_RENDERFORMAT, PRIVATE)
    alice.call(SetClipboardData(PRIVATE, b"rendered"))
    alice.call(ReplyMessage(result.incoming.sent))
    assert alice.call(AwaitSend(result.send)).status == 0
    assert alice.call(GetClipboardData(PRIVATE)).data == b"rendered"


def test_a_promise_is_asked_for_once_at_a_time(alice: Program, owner: Program, promised: int) -> None:
    alice.call(OpenClipboard())
    send = alice.call(GetClipboardData(PRIVATE)).send
    assert alice.call(GetClipboardData(PRIVATE)).send == send
    assert alice.call(GetClipboardData(OTHER)).send != send
    assert [message[2] for message in messages(owner)] == [PRIVATE, OTHER]


def test_other_text_is_made_of_what_is_rendered(alice: Program, owner: Program) -> None:
    put(owner, {CF_UNICODETEXT: None}, window(owner))
    assert state(owner).promised == (CF_UNICODETEXT,)
    alice.call(OpenClipboard())
    assert alice.call(GetClipboardData(CF_LOCALE)).data is not None, "that is there without the owner"
    send = alice.call(GetClipboardData(CF_TEXT)).send
    message = asked(owner)
    assert message.wparam == CF_UNICODETEXT
    owner.call(SetClipboardData(CF_UNICODETEXT, b"a\0\0\0"))
    owner.call(ReplyMessage(message.sent))
    alice.call(AwaitSend(send))
    assert alice.call(GetClipboardData(CF_TEXT)) == ClipboardData(is_there=True, data=b"a\0\0\0", format=CF_UNICODETEXT)


def test_without_an_owner_nothing_is_promised(alice: Program) -> None:
    alice.call(OpenClipboard())
    alice.call(EmptyClipboard())
    assert alice.status(SetClipboardData(PRIVATE)) is S.INVALID_PARAMETER


def test_promises_go_with_the_owners_window(alice: Program, owner: Program, promised: int) -> None:
    """What was rendered stays; and somebody who listens hears of it."""
    owner.call(OpenClipboard(promised))
    owner.call(SetClipboardData(OTHER, b"rendered before"))
    owner.call(CloseClipboard())
    listener = window(alice)
    alice.call(SetClipboardListener(listener, True))
    sequence = state(alice).sequence
    owner.call(DestroyWindow(promised))
    assert state(alice) == ClipboardInformation(sequence + 1, 0, 0, 0, (OTHER,))
    assert messages(alice) == [(listener, WM_CLIPBOARDUPDATE, 0, 0)]


def test_nobody_hears_of_an_owner_that_goes_with_everything_rendered(alice: Program, owner: Program) -> None:
    handle = window(owner)
    put(owner, {PRIVATE: b"data"}, handle)
    alice.call(SetClipboardListener(window(alice), True))
    owner.call(DestroyWindow(handle))
    assert state(alice) == ClipboardInformation(2, 0, 0, 0, (PRIVATE,))
    assert messages(alice) == []


def test_text_that_was_to_be_made_of_a_promise_goes_with_it(alice: Program, owner: Program) -> None:
    handle = window(owner)
    put(owner, {CF_UNICODETEXT: None}, handle)
    alice.call(OpenClipboard())
    owner.call(DestroyWindow(handle))
    assert state(alice).formats == (CF_LOCALE,)
    assert alice.call(GetClipboardData(CF_TEXT)) == ClipboardData(is_there=False)


def test_who_waits_for_an_owner_that_dies_is_answered(
    world: World, alice: Program, owner: Program, promised: int
) -> None:
    alice.call(OpenClipboard())
    waits = alice.begin(AwaitSend(alice.call(GetClipboardData(PRIVATE)).send))
    asked(owner)
    owner.exit()
    assert waits.done
    assert alice.call(GetClipboardData(PRIVATE)) == ClipboardData(is_there=False)
    assert state(alice) == ClipboardInformation(4, 0, 0, 0, (), is_open=True)
    assert clipboard(world).opener is not None


def test_who_asked_and_closed_leaves_nothing_behind(
    world: World, alice: Program, owner: Program, promised: int
) -> None:
    alice.call(OpenClipboard())
    alice.call(GetClipboardData(PRIVATE))
    alice.call(CloseClipboard())
    message = asked(owner)
    assert owner.status(SetClipboardData(PRIVATE, b"late")) is S.CLIPBOARD_NOT_OPEN
    owner.call(ReplyMessage(message.sent))
    assert state(alice).promised == (PRIVATE, OTHER)
    assert alice.thread_object.gui is not None
    assert not alice.thread_object.gui.queue.sends


def test_who_asked_and_died_leaves_nothing_behind(world: World, alice: Program, owner: Program, promised: int) -> None:
    alice.call(OpenClipboard())
    alice.begin(AwaitSend(alice.call(GetClipboardData(PRIVATE)).send))
    message = asked(owner)
    alice.exit()
    owner.call(ReplyMessage(message.sent))
    assert clipboard(world).renderings == {}
    owner.call(OpenClipboard())


@pytest.mark.parametrize("how", ["taken over", "closed", "emptied"])
def test_who_waits_is_answered_although_the_clipboard_is_another_threads_by_then(
    world: World, alice: Program, owner: Program, promised: int, how: str
) -> None:
    handle = window(alice)
    alice.call(OpenClipboard(handle))
    waits = alice.begin(AwaitSend(alice.call(GetClipboardData(PRIVATE)).send))
    if how == "taken over":
        alice.thread().call(OpenClipboard(handle))
    else:
        alice.call(CloseClipboard() if how == "closed" else EmptyClipboard())
    assert clipboard(world).renderings == {}
    message = asked(owner)
    assert owner.status(SetClipboardData(PRIVATE, b"late")) is S.CLIPBOARD_NOT_OPEN
    owner.call(ReplyMessage(message.sent))
    assert waits.done


def test_a_wait_that_was_cancelled_can_be_made_again(alice: Program, owner: Program, promised: int) -> None:
    alice.call(OpenClipboard())
    send = alice.call(GetClipboardData(PRIVATE)).send
    alice.begin(AwaitSend(send))
    alice.call(CancelCall(0))
    send = alice.call(GetClipboardData(PRIVATE)).send
    waits = alice.begin(AwaitSend(send))
    assert messages(owner)
    assert waits.done


# -- large data


def file(size: int = CLIPBOARD_LIMIT, *, regular: bool = True, readable: bool = True) -> ReceivedDescriptor:
    return ReceivedDescriptor(77, regular, readable, False, size)


def test_large_data_is_a_file_that_whoever_asks_may_read(world: World, alice: Program, owner: Program) -> None:
    owner.call(OpenClipboard())
    owner.call(SetClipboardData(PRIVATE, size=100_000), (file(),))
    (adopted,) = world.take(AdoptMemory)
    assert (adopted.descriptor_key, adopted.size) == (77, 100_000)
    owner.call(CloseClipboard())
    alice.call(OpenClipboard())
    assert alice.call(GetClipboardData(PRIVATE)) == ClipboardData(is_there=True, size=100_000, format=PRIVATE)
    assert alice.thread_object.grant == DescriptorGrant(adopted.memory_key, 100_000, writable=False, is_file=True)
    alice.call(SetClipboardData(PRIVATE, b"small"))
    assert world.take(ReleaseMemory) == [ReleaseMemory(adopted.memory_key)]
    alice.call(SetClipboardData(PRIVATE, size=5), (file(),))
    alice.call(EmptyClipboard())
    assert world.take(ReleaseMemory) == [ReleaseMemory(world.take(AdoptMemory)[0].memory_key)]


@pytest.mark.parametrize(
    ("call", "files", "status"),
    [
        (SetClipboardData(PRIVATE, size=10), (), S.INVALID_PARAMETER),
        (SetClipboardData(PRIVATE, size=10), (file(), file()), S.INVALID_PARAMETER),
        (SetClipboardData(PRIVATE, b"x", size=10), (file(),), S.INVALID_PARAMETER),
        (SetClipboardData(PRIVATE, size=0), (file(),), S.INVALID_PARAMETER),
        (SetClipboardData(PRIVATE, size=10), (file(9),), S.INVALID_PARAMETER),
        (SetClipboardData(PRIVATE, size=10), (file(regular=False),), S.INVALID_FILE_FOR_SECTION),
        (SetClipboardData(PRIVATE, size=10), (file(readable=False),), S.ACCESS_DENIED),
    ],
)
def test_a_descriptor_must_be_what_the_call_says(
    world: World, alice: Program, call: SetClipboardData, files: tuple[ReceivedDescriptor, ...], status: S
) -> None:
    alice.call(OpenClipboard())
    assert refused(alice.begin(call, files)) is status
    assert world.take(AdoptMemory) == []
    assert state(alice).formats == ()


# -- what it costs


def test_the_session_pays_for_what_is_there(world: World, alice: Program) -> None:
    handle = window(alice)
    alice.call(OpenClipboard(handle))
    alice.call(EmptyClipboard())
    empty = costs(world)
    for number, call, files, cost in (
        (1, SetClipboardData(PRIVATE, b"x" * 100), (), 100),
        (1, SetClipboardData(PRIVATE, b"x" * 1000), (), 1000),
        (2, SetClipboardData(OTHER, size=5000), (file(),), 6000),
        (2, SetClipboardData(PRIVATE), (), 5000),
    ):
        alice.call(call, files)
        assert costs(world) == tuple(before + number * FORMAT_COST + cost for before in empty)
    alice.call(DestroyWindow(handle))
    assert costs(world)[1] == empty[1] + FORMAT_COST + 5000
    put(alice, {})
    assert costs(world)[1] == empty[1]


def test_text_that_the_system_adds_costs_nothing(world: World, alice: Program) -> None:
    put(alice, {})
    empty = costs(world)
    put(alice, {CF_TEXT: b"a\0"})
    assert costs(world) == (empty[0] + FORMAT_COST + 2, empty[1] + FORMAT_COST + 2)


def test_what_the_paged_pool_has_no_room_for_is_refused() -> None:
    """8, where a session's paged pool has a limit (8.5): there nothing changes."""
    world = World("xp")
    alice = world.program()
    alice.call(OpenClipboard())
    alice.call(SetClipboardData(PRIVATE, b"x"))
    before = costs(world)
    assert refused(alice.begin(SetClipboardData(PRIVATE, size=16 << 20), (file(),))) is S.NO_MEMORY
    assert costs(world) == before
    assert world.take(AdoptMemory) == []
    assert alice.call(GetClipboardData(PRIVATE)).data == b"x"


def test_what_the_sessions_pool_has_no_room_for_is_refused(world: World, alice: Program) -> None:
    alice.call(OpenClipboard())
    for number in (1, 2, 3):
        alice.call(SetClipboardData(number, size=CLIPBOARD_LIMIT), (file(),))
    assert refused(alice.begin(SetClipboardData(4, size=CLIPBOARD_LIMIT), (file(),))) is S.QUOTA_EXCEEDED
    alice.call(EmptyClipboard())
    alice.call(SetClipboardData(1, size=CLIPBOARD_LIMIT), (file(),))


def test_so_many_formats_are_there_at_most(alice: Program) -> None:
    alice.call(OpenClipboard())
    for number in range(1, FORMATS_PER_CLIPBOARD + 1):
        alice.call(SetClipboardData(0xC000 + number, b""))
    assert alice.status(SetClipboardData(0xC000, b"")) is S.QUOTA_EXCEEDED
    alice.call(SetClipboardData(0xC001, b"again"))


# -- who is told


def test_who_listens_is_told_when_it_is_closed_and_has_changed(alice: Program, owner: Program) -> None:
    listener, viewer = window(alice), window(alice)
    alice.call(SetClipboardListener(listener, True))
    assert alice.call(SetClipboardViewer(viewer)) == 0
    assert messages(alice) == [(viewer, WM_DRAWCLIPBOARD, 0, 0)], "the viewer draws what is there"
    put(owner, {PRIVATE: b"data"})
    assert messages(alice) == [(viewer, WM_DRAWCLIPBOARD, 0, 0), (listener, WM_CLIPBOARDUPDATE, 0, 0)]
    owner.call(OpenClipboard())
    owner.call(GetClipboardData(PRIVATE))
    owner.call(CloseClipboard())
    assert messages(alice) == []
    alice.call(SetClipboardListener(listener, False))
    assert alice.call(SetClipboardViewer(0)) == viewer
    put(owner, {})
    assert messages(alice) == []


def test_a_window_listens_once(alice: Program) -> None:
    """87."""
    handle = window(alice)
    assert alice.status(SetClipboardListener(handle, False)) is S.INVALID_PARAMETER
    alice.call(SetClipboardListener(handle, True))
    assert alice.status(SetClipboardListener(handle, True)) is S.INVALID_PARAMETER


def test_so_many_windows_listen_at_most(alice: Program) -> None:
    handles = [window(alice) for _ in range(LISTENERS_PER_CLIPBOARD + 1)]
    for handle in handles[:-1]:
        alice.call(SetClipboardListener(handle, True))
    assert alice.status(SetClipboardListener(handles[-1], True)) is S.QUOTA_EXCEEDED
    alice.call(DestroyWindow(handles[0]))
    alice.call(SetClipboardListener(handles[-1], True))


def test_the_old_owner_hears_that_its_contents_have_gone(alice: Program, owner: Program) -> None:
    handle = window(owner)
    put(owner, {PRIVATE: b"data"}, handle)
    put(alice, {})
    assert messages(owner) == [(handle, WM_DESTROYCLIPBOARD, 0, 0)]
    put(alice, {})
    assert messages(owner) == []


def test_the_chain_of_viewers(alice: Program, owner: Program) -> None:
    first, second, third = window(alice), window(alice), window(owner)
    assert alice.call(SetClipboardViewer(first)) == 0
    assert alice.call(SetClipboardViewer(second)) == first
    assert owner.call(SetClipboardViewer(third)) == second
    messages(alice), messages(owner)
    assert alice.call(ChangeClipboardChain(first, 0)) is False
    assert messages(owner) == [(third, WM_CHANGECBCHAIN, first, 0)], "only the viewers know who follows whom"
    assert owner.call(ChangeClipboardChain(third, second)) is True
    assert messages(owner) == []
    put(owner, {})
    assert messages(alice) == [(second, WM_DRAWCLIPBOARD, 0, 0)]
    alice.call(DestroyWindow(second))
    assert state(alice).viewer == 0
    assert alice.call(ChangeClipboardChain(first)) is False
    assert messages(alice) == []


def test_a_queue_that_is_full_keeps_nobody_from_the_clipboard(world: World, alice: Program, owner: Program) -> None:
    """What it has no room for is lost; who asks for its rendering is told so."""
    handle = window(alice)
    alice.call(SetClipboardListener(handle, True))
    alice.call(SetClipboardViewer(handle))
    put(alice, {PRIVATE: None}, handle)
    gui = alice.thread_object.gui
    assert gui is not None
    owner.call(OpenClipboard())
    pool = gui.queue.pool
    spare, pool.limit = pool.limit, pool.used
    assert owner.status(GetClipboardData(PRIVATE)) is S.QUOTA_EXCEEDED
    owner.call(EmptyClipboard())
    owner.call(CloseClipboard())
    pool.limit = spare
    assert state(owner).formats == ()


# -- ends


def test_a_window_station_takes_its_clipboard_along(world: World) -> None:
    system = world.connect(0)
    system.call(QueryClipboard())
    before = costs(world, 0)[1]
    station = system.call(CreateWindowStation("other")).handle
    system.call(SetProcessWindowStation(station))
    system.call(OpenClipboard())
    system.call(SetClipboardData(PRIVATE, size=100), (file(),))
    (adopted,) = world.take(AdoptMemory)
    system.exit()
    assert ReleaseMemory(adopted.memory_key) in world.take(ReleaseMemory)
    assert costs(world, 0)[1] == before


def test_what_a_user_leaves_is_not_for_who_comes_next(world: World, alice: Program) -> None:
    put(alice, {PRIVATE: b"secret"}, window(alice))
    alice.call(OpenClipboard())
    world.system.call(SetSession(1, int(ConnectState.CONNECTED), 0))
    assert state(alice) == ClipboardInformation(3, 0, 0, 0, ())


def test_discarding_twice_is_discarding_once(world: World, alice: Program) -> None:
    put(alice, {}, window(alice))
    empty = costs(world)
    put(alice, {PRIVATE: b"data"}, window(alice))
    for _ in range(2):
        clipboard(world).discard(world.executive)
        assert costs(world)[1] == empty[1]
    assert state(alice) == ClipboardInformation(3, 0, 0, 0, ())


def test_a_clipboard_survives_saving_and_replay(world: World, alice: Program, owner: Program, promised: int) -> None:
    owner.call(OpenClipboard())
    owner.call(SetClipboardData(CF_TEXT, size=100), (file(),))
    owner.call(CloseClipboard())
    alice.call(SetClipboardListener(window(alice), True))
    alice.call(SetClipboardViewer(window(alice)))
    alice.call(OpenClipboard())
    alice.begin(AwaitSend(alice.call(GetClipboardData(PRIVATE)).send))
    saved = save(world.executive)
    assert save(restore(saved)) == saved
    assert save(replay(world)) == saved
