"""The clipboard of a window station (nt-semantics 6.11), and atoms (6.12, vector 49)."""

import os
from collections.abc import Callable, Iterator

import pytest

from ntsessions.abi.access import WINSTA_ACCESSCLIPBOARD, WINSTA_ACCESSGLOBALATOMS, WINSTA_ALL_ACCESS
from ntsessions.abi.calls.atom import (
    ATOM_NAME_LENGTH,
    FIRST_ATOM,
    LAST_ATOM,
    USER_TABLE,
    AddAtom,
    DeleteAtom,
    FindAtom,
    QueryAtom,
)
from ntsessions.abi.calls.clipboard import (
    CLIPBOARD_LIMIT,
    INLINE_LIMIT,
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
from ntsessions.abi.calls.desktop import CreateDesktop, SetThreadDesktop
from ntsessions.abi.calls.job import CreateJob, SetJobLimits
from ntsessions.abi.calls.message import NONE, AwaitSend, GetMessage, Message, ReplyMessage
from ntsessions.abi.calls.object import Close
from ntsessions.abi.calls.window import CreateWindow, DestroyWindow
from ntsessions.abi.calls.window_station import (
    CreateWindowStation,
    GetProcessWindowStation,
    OpenWindowStation,
    SetProcessWindowStation,
)
from ntsessions.abi.clipboard_formats import CF_LOCALE, CF_OEMTEXT, CF_TEXT, CF_UNICODETEXT, convert_text
from ntsessions.abi.status import NtStatus as S
from tests.conformance.sockets import SocketBegun, SocketProgram
from tests.conformance.worlds import Program, Win32Result, World

PRIVATE, OTHER = 0x200, 0x201
READ_CLIPBOARD, WRITE_CLIPBOARD, GLOBAL_ATOMS = 0x2, 0x4, 0x20
"""JOB_OBJECT_UILIMIT_."""

Start = Callable[..., Program]


@pytest.fixture
def start(world: World) -> Iterator[Start]:
    """Starts programs that have ended when the test has: what one leaves open would be the next test's affair."""
    started: list[Program] = []

    def program(session: int = 1, user: str = "alice", *, elevated: bool = False) -> Program:
        started.append(world.program(session, user, elevated=elevated))
        return started[-1]

    yield program
    for one in started:
        one.exit()


@pytest.fixture
def alice(start: Start) -> Program:
    return start()


@pytest.fixture
def other(start: Start) -> Program:
    """Another process of alice's."""
    return start()


def restricted(alice: Program, restriction: int) -> Program:
    """Start a program in a job with a restriction of the user interface."""
    job = alice.call(CreateJob()).handle
    alice.call(SetJobLimits(job, ui_restrictions=restriction))
    return alice.start(jobs=(job,)).connect()


def work_without(program: Program, right: int) -> None:
    """Give a process its window station once more, with a right less."""
    program.call(GetProcessWindowStation())
    handle = program.call(OpenWindowStation("WinSta0", desired_access=WINSTA_ALL_ACCESS & ~right))
    program.call(SetProcessWindowStation(handle))


# -- atoms


def test_the_same_atom_whatever_the_case(world: World, alice: Program) -> None:
    """GlobalAddAtom("abc") == GlobalFindAtom("ABC").  (vector 49)"""
    name = world.name("abc")
    atom = alice.call(AddAtom(name))
    assert FIRST_ATOM <= atom <= LAST_ATOM
    assert alice.call(FindAtom(name.upper())) == atom
    assert alice.call(AddAtom(name.upper())) == atom
    told = alice.call(QueryAtom(atom))
    assert (told.name, told.references, told.is_pinned) == (name, 2, False)


def test_a_number_as_text_is_that_integer_atom(alice: Program) -> None:
    """ "#123" -> atom 123.  (vector 49)"""
    assert alice.call(FindAtom("#123")) == alice.call(AddAtom("#123")) == 123
    alice.call(DeleteAtom(123))
    told = alice.call(QueryAtom(123))
    assert (told.name, told.references, told.is_pinned) == ("#123", 1, True)
    assert alice.call(AddAtom("#49151")) == 0xBFFF


REFUSED = [
    # call, status, last error
    (AddAtom("x" * (ATOM_NAME_LENGTH + 1)), S.INVALID_PARAMETER, 87),
    (FindAtom("x" * (ATOM_NAME_LENGTH + 1)), S.INVALID_PARAMETER, 87),
    (AddAtom("#0"), S.INVALID_PARAMETER, 87),
    (FindAtom("#49152"), S.INVALID_PARAMETER, 87),
    (AddAtom(""), S.OBJECT_NAME_INVALID, 123),
    (FindAtom(""), S.OBJECT_NAME_INVALID, 123),
    (FindAtom("never added"), S.OBJECT_NAME_NOT_FOUND, 2),
    (QueryAtom(0), S.INVALID_PARAMETER, 87),
    (QueryAtom(LAST_ATOM), S.INVALID_HANDLE, 6),
    (QueryAtom(0x10000, USER_TABLE), S.INVALID_HANDLE, 6),
    (DeleteAtom(LAST_ATOM), S.INVALID_HANDLE, 6),
    (DeleteAtom(0), S.INVALID_HANDLE, 6),
    (AddAtom("x", 2), S.INVALID_PARAMETER, 87),
]


@pytest.mark.parametrize(("call", "status", "error"), REFUSED)
def test_what_is_refused_and_how(alice: Program, call: AddAtom, status: S, error: int) -> None:
    """256 characters -> 0 (vector 49); the others are 6.12's and 6.11's."""
    assert alice.status(call) is status
    assert alice.win32(call) == Win32Result(None, error)


def test_255_characters_are_a_name(world: World, alice: Program) -> None:
    """(6.12)"""
    name = world.name("").rjust(ATOM_NAME_LENGTH, "x")
    assert alice.call(QueryAtom(alice.call(AddAtom(name)))).name == name


def test_an_atom_goes_with_its_last_use_whoever_made_them(world: World, alice: Program, other: Program) -> None:
    """(6.12: reference counted, delete at 0)"""
    name = world.name("counted")
    atom = alice.call(AddAtom(name))
    assert other.call(AddAtom(name)) == atom
    alice.call(DeleteAtom(atom))
    assert alice.call(FindAtom(name)) == atom
    alice.call(DeleteAtom(atom))
    assert other.status(FindAtom(name)) is S.OBJECT_NAME_NOT_FOUND
    assert other.status(QueryAtom(atom)) is S.INVALID_HANDLE
    assert other.status(DeleteAtom(atom)) is S.INVALID_HANDLE


def test_an_atom_outlives_the_process(world: World, alice: Program) -> None:
    """Until the session ends.  (6.12)"""
    name = world.name("left behind")
    program = world.program()
    atom = program.call(AddAtom(name))
    program.exit()
    assert alice.call(FindAtom(name)) == atom


def test_atoms_are_the_sessions(world: World, start: Start, alice: Program) -> None:
    """(6.12, Appendix E)"""
    name = world.name("alices")
    alice.call(AddAtom(name))
    assert start(2, "bob").status(FindAtom(name)) is S.OBJECT_NAME_NOT_FOUND


def test_atoms_stay_when_the_window_station_changes(world: World, start: Start) -> None:
    """Added on w2, found on w3 after w2 was closed.  (6.12, the conflict of sources)"""
    service = start(0, "SYSTEM")
    service.call(GetProcessWindowStation())
    second, third = (service.call(CreateWindowStation(world.name("w"))).handle for _ in range(2))
    name = world.name("atom")
    service.call(SetProcessWindowStation(second))
    atom = service.call(AddAtom(name))
    service.call(SetProcessWindowStation(third))
    service.call(Close(second))
    assert service.call(FindAtom(name)) == atom


def test_the_global_table_needs_a_right_on_the_window_station(alice: Program) -> None:
    """WINSTA_ACCESSGLOBALATOMS; the user table is everybody's.  (6.12)"""
    work_without(alice, WINSTA_ACCESSGLOBALATOMS)
    for call in (AddAtom("x"), FindAtom("x"), DeleteAtom(FIRST_ATOM), QueryAtom(FIRST_ATOM)):
        assert alice.status(call) is S.ACCESS_DENIED
    assert alice.call(AddAtom("x", USER_TABLE))


def test_a_job_can_have_a_table_of_its_own(world: World, alice: Program) -> None:
    """JOB_OBJECT_UILIMIT_GLOBALATOMS.  (6.12, 2.7)"""
    outside, inside = world.name("outside"), world.name("inside")
    alice.call(AddAtom(outside))
    program = restricted(alice, GLOBAL_ATOMS)
    assert program.status(FindAtom(outside)) is S.OBJECT_NAME_NOT_FOUND
    program.call(AddAtom(inside))
    assert alice.status(FindAtom(inside)) is S.OBJECT_NAME_NOT_FOUND
    assert program.start().connect().call(FindAtom(inside))


def test_registered_messages_and_formats_are_one_for_the_session(world: World, start: Start, alice: Program) -> None:
    """And stay until it ends; a global atom is another thing.  (6.12, 6.11)"""
    name = world.name("Registered")
    number = alice.call(AddAtom(name, USER_TABLE))
    assert start().call(AddAtom(name.upper(), USER_TABLE)) == number
    told = alice.call(QueryAtom(number, USER_TABLE))
    assert (told.name, told.is_pinned) == (name, True)
    assert alice.status(FindAtom(name)) is S.OBJECT_NAME_NOT_FOUND
    assert start(2, "bob").status(FindAtom(name, USER_TABLE)) is S.OBJECT_NAME_NOT_FOUND
    assert alice.call(AddAtom("#1234", USER_TABLE)) == 1234


@pytest.mark.in_process("a table that is full would be full for the tests after this one")
@pytest.mark.parametrize("table", [0, USER_TABLE])
def test_a_full_table_is_full_for_everybody(alice: Program, other: Program, table: int) -> None:
    """8, and what is there can still be added.  (6.12)"""
    number = 0
    while alice.status(AddAtom(f"atom {number}", table)) is S.SUCCESS:
        number += 1
    assert number <= 0x4000
    assert other.win32(AddAtom("one more", table)) == Win32Result(None, 8)
    assert other.status(AddAtom("one more", table)) is S.NO_MEMORY
    assert other.call(AddAtom("ATOM 7", table))
    assert other.call(AddAtom("#7", table)) == 7


# -- the clipboard


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


def messages(program: Program) -> list[tuple[int, int]]:
    """Take what waits for a thread, answering what was sent: window and number."""
    found = []
    while (message := program.call(GetMessage(timeout=0))).kind != NONE:
        found.append((message.window, message.number))
        if message.sent:
            program.call(ReplyMessage(message.sent))
    return found


def asked(program: Program) -> Message:
    """Take the WM_RENDERFORMAT that was sent to a thread."""
    message = program.call(GetMessage(timeout=0))
    assert message.number == WM_RENDERFORMAT
    return message


def test_a_clipboard_is_shared_by_what_is_on_its_window_station(world: World, start: Start, alice: Program) -> None:
    """Every desktop of it, and no other session's.  (6.11)"""
    handle = window(alice)
    put(alice, {PRIVATE: b"data"}, handle)
    second = start()
    desktop = second.call(CreateDesktop(world.name("second"))).handle
    second.call(SetThreadDesktop(desktop))
    assert state(second).owner == handle
    assert take(second, PRIVATE) == ClipboardData(is_there=True, data=b"data", format=PRIVATE)
    second.call(OpenClipboard(window(second)))
    second.call(CloseClipboard())
    bob = start(2, "bob")
    put(bob, {})
    assert take(bob, PRIVATE) == ClipboardData(is_there=False)
    assert take(alice, PRIVATE).data == b"data"


def test_a_service_has_a_clipboard_of_its_own(start: Start, alice: Program) -> None:
    """Its window station has.  (6.11)"""
    put(alice, {PRIVATE: b"data"})
    service = start(0, "SYSTEM")
    put(service, {OTHER: b"other"})
    assert state(service).formats == (OTHER,)
    assert state(alice).formats == (PRIVATE,)


CALLS = [
    OpenClipboard(), CloseClipboard(), EmptyClipboard(), SetClipboardData(PRIVATE, b"x"), GetClipboardData(PRIVATE),
    SetClipboardListener(1, listen=True), SetClipboardViewer(1), ChangeClipboardChain(1),
]  # fmt: skip


@pytest.mark.parametrize("call", CALLS, ids=lambda call: type(call).__name__)
def test_the_clipboard_needs_a_right_on_the_window_station(alice: Program, call: OpenClipboard) -> None:
    """WINSTA_ACCESSCLIPBOARD.  (6.11)"""
    work_without(alice, WINSTA_ACCESSCLIPBOARD)
    assert alice.win32(call) == Win32Result(None, 5)


def test_without_the_right_the_sequence_number_is_0(alice: Program) -> None:
    """(6.11)"""
    put(alice, {PRIVATE: b"data"})
    assert state(alice).sequence
    work_without(alice, WINSTA_ACCESSCLIPBOARD)
    assert state(alice) == ClipboardInformation(0, 0, 0, 0, ())


def test_it_is_open_for_one_window(alice: Program, other: Program) -> None:
    """Another window's fails, the same again succeeds.  (6.11)"""
    handle = window(alice)
    alice.call(OpenClipboard(handle))
    alice.call(OpenClipboard(handle))
    assert alice.win32(OpenClipboard(window(alice))) == Win32Result(None, 5)
    assert other.win32(OpenClipboard()) == Win32Result(None, 5)
    assert state(other).opened_by == handle
    alice.call(CloseClipboard())
    other.call(OpenClipboard())
    other.call(CloseClipboard())


@pytest.mark.parametrize("call", CALLS[1:5], ids=lambda call: type(call).__name__)
def test_what_needs_it_open_says_so(alice: Program, call: CloseClipboard) -> None:
    """1418.  (6.11)"""
    assert alice.win32(call) == Win32Result(None, 1418)


@pytest.mark.parametrize("call", [OpenClipboard(0xDEAD), SetClipboardListener(0xDEAD, listen=True),
                                  SetClipboardViewer(0xDEAD), ChangeClipboardChain(0xDEAD)],
                         ids=lambda call: type(call).__name__)  # fmt: skip
def test_what_is_no_window_is_refused(alice: Program, call: OpenClipboard) -> None:
    """1400.  (6.11)"""
    assert alice.win32(call) == Win32Result(None, 1400)


def test_a_window_of_higher_integrity_is_not_sent_things(start: Start) -> None:
    """(3.10)"""
    above = window(start(3, "carol", elevated=True))
    carol = start(3, "carol")
    for call in (OpenClipboard(above), SetClipboardListener(above, listen=True), SetClipboardViewer(above),
                 ChangeClipboardChain(above)):  # fmt: skip
        assert carol.status(call) is S.ACCESS_DENIED


def test_who_empties_it_owns_it(alice: Program, other: Program) -> None:
    """And the owner before hears of it.  (6.11)"""
    first, second = window(alice), window(other)
    put(alice, {PRIVATE: b"data"}, first)
    messages(alice)
    assert state(alice).owner == first
    other.call(OpenClipboard(second))
    assert state(alice).owner == first
    other.call(EmptyClipboard())
    assert (state(alice).owner, state(alice).formats) == (second, ())
    other.call(CloseClipboard())
    assert messages(alice) == [(first, WM_DESTROYCLIPBOARD)]


def test_the_sequence_number_counts_changes(alice: Program, other: Program) -> None:
    """The same for everybody on the window station.  (6.11)"""
    before = state(alice).sequence
    put(alice, {PRIVATE: b"data", OTHER: b"data"})
    assert state(other).sequence == before + 3
    take(other, PRIVATE)
    assert state(other).sequence == before + 3


def test_who_ends_with_it_open_leaves_it_closed(world: World, alice: Program) -> None:
    """(6.11; house rule: the owner's death frees it)"""
    doomed = world.program()
    doomed.call(OpenClipboard(window(doomed)))
    doomed.call(EmptyClipboard())
    doomed.call(SetClipboardData(PRIVATE, b"kept"))
    doomed.call(SetClipboardData(OTHER))
    assert alice.status(OpenClipboard()) is S.ACCESS_DENIED
    doomed.kill()
    told = state(alice)
    assert (told.owner, told.opened_by, told.formats) == (0, 0, (PRIVATE,))
    assert take(alice, PRIVATE).data == b"kept"


def test_an_owners_data_outlives_its_window(alice: Program) -> None:
    """Owner NULL, data kept; what was only promised goes.  (6.11)"""
    handle = window(alice)
    put(alice, {PRIVATE: b"data", OTHER: None}, handle)
    assert state(alice).promised == (OTHER,)
    alice.call(DestroyWindow(handle))
    told = state(alice)
    assert (told.owner, told.formats, told.promised) == (0, (PRIVATE,), ())


def test_delayed_rendering(alice: Program, other: Program) -> None:
    """WM_RENDERFORMAT to the owner, while somebody else has it open.  (6.11)"""
    handle = window(other)
    put(other, {PRIVATE: None}, handle)
    messages(other)
    alice.call(OpenClipboard())
    send = alice.call(GetClipboardData(PRIVATE)).send
    waits = alice.begin(AwaitSend(send))
    message = asked(other)
    assert (message.window, message.wparam) == (handle, PRIVATE)
    other.call(SetClipboardData(PRIVATE, b"rendered"))
    assert not waits.done
    other.call(ReplyMessage(message.sent))
    assert waits.reply.status == 0
    assert alice.call(GetClipboardData(PRIVATE)) == ClipboardData(is_there=True, data=b"rendered", format=PRIVATE)
    alice.call(CloseClipboard())
    assert other.win32(SetClipboardData(PRIVATE, b"late")) == Win32Result(None, 1418)


def test_an_owner_that_asks_for_its_own_promise_renders_it(alice: Program) -> None:
    """(6.11; 7.4: who waits for an answer is given what is sent to it)"""
    put(alice, {PRIVATE: None}, window(alice))
    messages(alice)
    alice.call(OpenClipboard())
    result = alice.call(AwaitSend(alice.call(GetClipboardData(PRIVATE)).send))
    assert result.incoming is not None
    assert result.incoming.number == WM_RENDERFORMAT
    alice.call(SetClipboardData(PRIVATE, b"rendered"))
    alice.call(ReplyMessage(result.incoming.sent))
    assert alice.call(AwaitSend(result.send)).status == 0
    assert alice.call(GetClipboardData(PRIVATE)).data == b"rendered"
    alice.call(CloseClipboard())


def test_an_owner_that_dies_answers_who_waits_for_it(world: World, alice: Program) -> None:
    """Nothing is there.  (6.11)"""
    doomed = world.program()
    put(doomed, {PRIVATE: None}, window(doomed))
    alice.call(OpenClipboard())
    waits = alice.begin(AwaitSend(alice.call(GetClipboardData(PRIVATE)).send))
    doomed.kill()
    assert waits.reply.status == 0
    assert alice.call(GetClipboardData(PRIVATE)) == ClipboardData(is_there=False)
    assert state(alice).owner == 0
    alice.call(CloseClipboard())


def test_a_promise_needs_an_owner(alice: Program) -> None:
    """Emptied for no window it has none.  (6.11)"""
    alice.call(OpenClipboard())
    alice.call(EmptyClipboard())
    assert alice.status(SetClipboardData(PRIVATE)) is S.INVALID_PARAMETER
    alice.call(CloseClipboard())


@pytest.mark.parametrize("given", [CF_TEXT, CF_OEMTEXT, CF_UNICODETEXT])
def test_text_is_there_in_every_format_of_text(alice: Program, other: Program, given: int) -> None:
    """Once it was closed: the others are made of what was put in.  (6.11)"""
    text = convert_text("Käse\0".encode("utf-16-le"), CF_UNICODETEXT, given)
    put(alice, {given: text})
    others = tuple(number for number in (CF_TEXT, CF_OEMTEXT, CF_UNICODETEXT) if number != given)
    assert state(other).formats == (given, CF_LOCALE, *others)
    for number in (given, *others):
        found = take(other, number)
        assert found.data is not None
        assert convert_text(found.data, found.format, CF_UNICODETEXT) == "Käse\0".encode("utf-16-le")
    assert take(other, CF_LOCALE).data == b"\x09\x04\0\0"


def test_who_listens_hears_of_changes(alice: Program, other: Program) -> None:
    """When it is closed, once.  (6.11)"""
    listener, viewer = window(alice), window(alice)
    alice.call(SetClipboardListener(listener, listen=True))
    assert alice.win32(SetClipboardListener(listener, listen=True)) == Win32Result(None, 87)
    assert alice.call(SetClipboardViewer(viewer)) == 0
    assert messages(alice) == [(viewer, WM_DRAWCLIPBOARD)]
    put(other, {PRIVATE: b"data", OTHER: b"data"})
    assert messages(alice) == [(viewer, WM_DRAWCLIPBOARD), (listener, WM_CLIPBOARDUPDATE)]
    take(other, PRIVATE)
    assert messages(alice) == []
    alice.call(SetClipboardListener(listener, listen=False))
    assert alice.call(ChangeClipboardChain(viewer)) is True
    put(other, {})
    assert messages(alice) == []


def test_large_data_is_handed_over_as_a_file(world: World, alice: Program, other: Program) -> None:
    """(6.11; ours: bytes do not go through the daemon)"""
    size = INLINE_LIMIT + 1
    alice.call(OpenClipboard())
    alice.call(EmptyClipboard())
    alice.call(SetClipboardData(PRIVATE, size=size), world.file(size + 1, writable=False))
    alice.call(CloseClipboard())
    other.call(OpenClipboard())
    begun = other.begin(GetClipboardData(PRIVATE))
    if isinstance(begun, SocketBegun):
        assert isinstance(other, SocketProgram)
        _, (descriptor,) = other._await(begun.request)
        assert os.pread(descriptor, size + 1, 0) == bytes(size + 1)
        os.close(descriptor)
    assert begun.reply == ClipboardData(is_there=True, size=size, format=PRIVATE)
    other.call(CloseClipboard())
    put(alice, {})


@pytest.mark.parametrize(
    ("size", "regular", "readable", "status"),
    [
        (10, True, True, S.INVALID_PARAMETER),
        (0, True, True, S.INVALID_PARAMETER),
        (9, False, True, S.INVALID_FILE_FOR_SECTION),
        (9, True, False, S.ACCESS_DENIED),
    ],
)
def test_a_file_must_be_what_is_said_of_it(
    world: World, alice: Program, size: int, status: S, *, regular: bool, readable: bool
) -> None:
    """(6.11; ours)"""
    alice.call(OpenClipboard())
    file = world.file(9, regular=regular, readable=readable)
    assert alice.status(SetClipboardData(PRIVATE, size=size), file) is status
    alice.call(CloseClipboard())


def test_the_session_has_room_for_so_much(world: World, alice: Program) -> None:
    """1816.  (8.5; ours)"""
    alice.call(OpenClipboard())
    alice.call(EmptyClipboard())
    calls = [SetClipboardData(number, size=CLIPBOARD_LIMIT) for number in (1, 2, 3, 4)]
    statuses = [alice.status(call, world.file(CLIPBOARD_LIMIT)) for call in calls]
    assert statuses == [S.SUCCESS, S.SUCCESS, S.SUCCESS, S.QUOTA_EXCEEDED]
    alice.call(EmptyClipboard())
    alice.call(CloseClipboard())


def test_a_paged_pool_with_a_limit_has_room_for_so_much(host_of: Callable[[str], World]) -> None:
    """8, before Vista.  (8.5)"""
    world = host_of("xp")
    program = world.service()
    program.call(OpenClipboard())
    call = SetClipboardData(PRIVATE, size=16 << 20)
    assert program.status(call, world.file(16 << 20)) is S.NO_MEMORY
    assert state(program).formats == ()


def test_a_job_can_keep_its_processes_from_the_clipboard(alice: Program) -> None:
    """JOB_OBJECT_UILIMIT_READCLIPBOARD and -WRITECLIPBOARD.  (2.7)"""
    put(alice, {PRIVATE: b"data"})
    for restriction, denied in ((READ_CLIPBOARD, [CALLS[4]]), (WRITE_CLIPBOARD, CALLS[2:4])):
        program = restricted(alice, restriction)
        program.call(OpenClipboard())
        for call in CALLS[2:5]:
            assert program.status(call) is (S.ACCESS_DENIED if call in denied else S.SUCCESS)
        program.call(CloseClipboard())
