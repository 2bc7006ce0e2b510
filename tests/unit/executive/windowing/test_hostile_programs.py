"""Programs that want more than is theirs of windows and desktops, or that others wait for them: none of it works."""

import sys
from collections.abc import Callable
from itertools import pairwise
from types import FrameType
from typing import Any

import pytest

from ntsessions.abi.access import DELETE, MAXIMUM_ALLOWED
from ntsessions.abi.calls.desktop import (
    CloseDesktop,
    CreateDesktop,
    GetThreadDesktop,
    OpenDesktop,
    QueryDesktops,
    QuerySessionDesktops,
    SetThreadDesktop,
    SwitchDesktop,
)
from ntsessions.abi.calls.heap import MapDesktopHeap, QueryDesktopHeaps
from ntsessions.abi.calls.menu import CreateMenu, InsertMenuItem, MenuItem
from ntsessions.abi.calls.message import GetMessage, PostMessage, SendMessage, SetTimer
from ntsessions.abi.calls.object import MakeTemporary, SetSecurity
from ntsessions.abi.calls.process import CreateProcess, QueryProcess
from ntsessions.abi.calls.system import DeleteSession
from ntsessions.abi.calls.window import (
    AttachThreadInput,
    CreateWindow,
    GetThreadInput,
    ListWindows,
    SetActiveWindow,
)
from ntsessions.abi.calls.window_class import RegisterClass
from ntsessions.abi.calls.window_station import (
    CreateWindowStation,
    LockWorkStation,
    OpenWindowStation,
    QueryUserObject,
    QueryWindowStations,
    WindowStationInformation,
)
from ntsessions.abi.limits import (
    LARGEST_HEAP_KB,
    MAPPED_HEAP_KB_PER_SESSION,
    MAPPED_HEAPS_PER_SESSION,
    MESSAGES_PER_QUEUE,
    SENDS_PER_THREAD,
)
from ntsessions.abi.object_types import DESKTOP
from ntsessions.abi.sddl import parse_sddl
from ntsessions.abi.security_binary import descriptor_to_bytes
from ntsessions.abi.status import NtStatus as S
from ntsessions.abi.types import ObjectAttributes
from ntsessions.executive.effects import ReleaseMemory
from ntsessions.wire.frame import encode_reply
from tests.harness import Program, World
from tests.unit.executive.windowing.desk import (
    CHILD,
    EVERYBODY,
    VISIBLE,
    check_survival,
    desktop_of,
    on_new_desktop,
    window,
)

FOR_EVERYONE = descriptor_to_bytes(parse_sddl("D:(A;;GA;;;WD)"))
PERMANENT = int(ObjectAttributes.PERMANENT)
DACL = 4
TWO_WORDS_A_LETTER = "\N{GRINNING FACE}"


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def alice(world: World) -> Program:
    return world.program()


def lines_run(what: Callable[[], Any]) -> int:
    """Return how many lines of Python run: what a call takes, whatever else the machine does."""
    count = 0

    def step(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal count
        count += event == "line"
        return step

    before = sys.gettrace()
    sys.settrace(step)
    try:
        what()
    finally:
        sys.settrace(before)
    return count


# -- what stays for good


def test_nobody_makes_a_desktop_that_stays_without_the_privilege(world: World, alice: Program) -> None:
    """Or the session could be filled with heaps that no end of a program gives back."""
    assert alice.status(CreateDesktop("for good", attributes=PERMANENT)) is S.PRIVILEGE_NOT_HELD
    assert alice.status(CreateWindowStation(None, attributes=PERMANENT)) is S.PRIVILEGE_NOT_HELD
    assert alice.status(OpenWindowStation("")) is S.OBJECT_NAME_NOT_FOUND
    assert alice.call(QueryDesktops()) == ("Default",)


def test_the_desktops_of_a_session_stay_whatever_their_user_does(world: World, alice: Program) -> None:
    """Alice may change the security of Default; that does not make it hers to take away."""
    alice.call(GetThreadDesktop())
    for call in (
        OpenDesktop("Default", desired_access=MAXIMUM_ALLOWED),
        OpenWindowStation("WinSta0", desired_access=MAXIMUM_ALLOWED),
    ):
        handle = alice.call(call)
        alice.call(SetSecurity(handle, DACL, FOR_EVERYONE))
        assert alice.status(MakeTemporary(handle)) is S.ACCESS_DENIED
    alice.exit()
    assert world.executive.sessions[1].windowing.station.input_desktop is not None
    world.program().call(CreateWindow("Static"))


def test_the_shared_heap_is_given_back_with_its_session(world: World) -> None:
    """A host would run out of descriptors after some ten thousand logons."""
    world.program(2, "bob").call(MapDesktopHeap(shared=True))
    key = world.executive.sessions[2].windowing.shared_key
    world.take(ReleaseMemory)
    world.system.begin(DeleteSession(2))
    assert key in [effect.memory_key for effect in world.take(ReleaseMemory)]


@pytest.mark.parametrize("is_logged_on", [True, False])
def test_a_desktop_of_the_systems_that_goes_does_not_open_a_session_that_is_closed(
    world: World, alice: Program, is_logged_on: bool
) -> None:
    """A prompt that dies while the session is locked, or before anybody is logged on, leaves the input to Winlogon."""
    system = world.program(user="SYSTEM")
    session = 1 if is_logged_on else world.session(2)
    alice.call(LockWorkStation())
    station = system.call(OpenWindowStation(rf"\Sessions\{session}\Windows\WindowStations\WinSta0", root=0))
    prompt = system.call(CreateDesktop("prompt", root=station)).handle
    system.call(SwitchDesktop(prompt))
    assert system.call(QueryUserObject(prompt)).is_input
    system.call(CloseDesktop(prompt))
    assert system.call(QueryWindowStations(session))[0].input_desktop == "Winlogon"


# -- what it costs


def test_what_fills_heaps_is_paid_for(world: World, alice: Program) -> None:
    """Where the view space has no limit, a session cannot fill the daemon's memory with the texts of its windows."""
    alice.call(ListWindows())
    pool = alice.process.session.pool
    before = pool.used
    pool.limit = pool.used + (4 << 20)
    on_new_desktop(alice, heap_kb=1 << 20)
    text = TWO_WORDS_A_LETTER * (1 << 14)
    while (status := alice.status(CreateWindow("Static", text))) is S.SUCCESS:
        assert desktop_of(alice).heap.used < 4 << 20
    assert status is S.NO_MEMORY
    event = world.executive.event_log.page(world.system.thread_object, 0)[-1]
    assert event.event_id == 243
    assert "pool" in event.text
    alice.exit()
    assert pool.used < before


def test_empty_desktops_are_paid_for(world: World, alice: Program) -> None:
    """Each takes a few KB of the daemon, however small its heap is."""
    alice.call(GetThreadDesktop())
    pool = alice.process.session.pool
    before = pool.used
    handle = alice.call(CreateDesktop("one", heap_kb=4)).handle
    assert pool.used - before > 4096
    alice.call(CloseDesktop(handle))
    assert pool.used == before


@pytest.mark.parametrize("room", [0, 2000, 5000])
def test_a_program_that_cannot_be_connected_leaves_nothing(world: World, alice: Program, room: int) -> None:
    """When the pool has no room for the window station of its own that it needs, or for the desktop in it."""
    alice.call(GetThreadDesktop())
    session = alice.process.session
    token = world.log_on(1, "bob").token

    def kept() -> tuple[object, ...]:
        return session.pool.used, session.windowing.space.view.used, list(session.windowing.desktops)

    before = kept()
    session.pool.limit = session.pool.used + room
    created = world.system.call(CreateProcess(("true",), token=token))
    assert "no memory" in world.system.call(QueryProcess(created.process)).ended_because
    assert kept() == before
    assert list(session.window_stations.children) == ["WinSta0"]


def test_a_desktop_that_has_gone_is_not_kept_by_a_class(world: World, alice: Program) -> None:
    """Its heap can have a million blocks, which nobody pays for any more."""
    thread = alice.thread()
    handle = on_new_desktop(thread, heap_kb=64)
    thread.call(RegisterClass("Left", window_extra=8))
    gui = alice.process.gui
    assert gui is not None
    (left,) = gui.classes.values()
    assert left.home is desktop_of(thread)
    thread.end_thread()
    alice.call(CloseDesktop(handle))
    assert left.home is None
    made = window(alice, "Left")
    check_survival(world)
    alice.exit()
    assert made


def test_who_is_still_to_get_a_broadcast_is_paid_for(world: World, alice: Program) -> None:
    """A list of all windows for each of a hundred messages of each thread is much memory."""
    for _ in range(1000):
        window(alice)
    other = world.program()
    other.call(ListWindows())
    pool = alice.process.session.pool
    before = pool.used
    for _ in range(SENDS_PER_THREAD):
        other.begin(SendMessage(EVERYBODY, 0x400))
    assert pool.used - before > SENDS_PER_THREAD * 8 * 990
    other.exit()
    alice.exit()
    assert pool.used < before


# -- how long others wait


@pytest.mark.parametrize("with_timers", [False, True])
def test_a_filter_is_cheap_however_deep_windows_are_nested(alice: Program, with_timers: bool) -> None:
    """One program's question must not hold up the programs of all sessions for a second."""
    inner = 0
    for _ in range(1000):
        inner = window(alice, parent=inner, style=CHILD if inner else 0)
        if with_timers:
            alice.call(SetTimer(inner, 1, 10))
        else:
            alice.call(PostMessage(inner, 0x400))
    alice.world.advance(1)
    beside = window(alice)
    cost = lines_run(lambda: alice.call(GetMessage(window=beside, timeout=0)))
    assert cost < 50 * 1000
    assert alice.call(GetMessage(window=inner, timeout=0)).window == inner


def test_threads_let_go_of_each_other_in_little_time(world: World, alice: Program) -> None:
    """Threads that share their input in a long chain."""
    threads = [alice, *(alice.thread() for _ in range(200))]
    for thread in threads:
        thread.call(ListWindows())
    ids = [thread.thread_object.thread_id for thread in threads]
    for pair in pairwise(ids):
        alice.call(AttachThreadInput(*pair, attach=True))
    cost = lines_run(lambda: alice.call(AttachThreadInput(ids[0], ids[1], attach=False)))
    assert cost < 200 * 50


def test_a_broadcast_to_full_queues_is_cheap(alice: Program) -> None:
    for _ in range(200):
        window(alice)
    for _ in range(MESSAGES_PER_QUEUE):
        alice.call(PostMessage(0, 0x400))
    cost = lines_run(lambda: alice.call(PostMessage(EVERYBODY, 0x400)))
    assert cost < 200 * 20


def test_a_window_behind_the_topmost_ones_is_made_as_fast_as_another(alice: Program) -> None:
    """Every desktop with a task bar has a topmost window."""
    window(alice, extended_style=8)
    for _ in range(500):
        window(alice)
    made = 0

    def make() -> None:
        nonlocal made
        made = window(alice)

    assert lines_run(make) < 200
    assert alice.call(ListWindows())[1] == made


def test_making_desktops_takes_no_longer_where_there_are_many(alice: Program) -> None:
    for number in range(500):
        alice.call(CreateDesktop(f"desk {number}", heap_kb=64))
    alice.call(CloseDesktop(alice.call(CreateDesktop("more", heap_kb=64)).handle))
    assert lines_run(lambda: alice.call(CreateDesktop("again", heap_kb=64))) < 500


def test_a_desktop_s_name_has_an_end(alice: Program) -> None:
    for length in (0x8000, 0x10000):
        for call in (CreateDesktop("n" * length), OpenDesktop("\N{LATIN SMALL LETTER SHARP S}" * length)):
            assert alice.status(call) is S.NAME_TOO_LONG


# -- what is shared


def test_who_shared_input_by_way_of_another_keeps_nothing_of_it(world: World, alice: Program) -> None:
    """The one between ends; what is active for the one is not for the other, least of all when it is destroyed."""
    between, third = alice.thread(), world.program()
    for thread in (alice, between, third):
        thread.call(ListWindows())
    ids = [thread.thread_object.thread_id for thread in (alice, between, third)]
    alice.call(AttachThreadInput(ids[0], ids[1], attach=True))
    alice.call(AttachThreadInput(ids[1], ids[2], attach=True))
    shown = window(third, style=VISIBLE)
    third.call(SetActiveWindow(shown))
    assert alice.call(GetThreadInput()).active == shown
    between.end_thread()
    assert alice.call(GetThreadInput()).active == 0
    third.exit()
    assert alice.call(GetThreadInput()).active == 0


def test_who_leaves_a_desktop_shares_input_there_no_more(world: World, alice: Program) -> None:
    """As when its thread ends."""
    other = world.program()
    for thread in (alice, other):
        thread.call(ListWindows())
    first, second = alice.thread_object.thread_id, other.thread_object.thread_id
    alice.call(AttachThreadInput(first, second, attach=True))
    home = alice.call(GetThreadDesktop())
    on_new_desktop(alice)
    alice.call(SetThreadDesktop(home))
    assert alice.status(AttachThreadInput(first, second, attach=False)) is S.INVALID_PARAMETER


# -- maps


def test_a_session_has_so_many_heaps_mapped_and_no_more(world: World, alice: Program) -> None:
    """Each takes descriptors and a mapping of the daemon; a program that gets none asks by calls instead."""
    for number in range(MAPPED_HEAPS_PER_SESSION):
        on_new_desktop(alice, f"desk {number}")
        alice.call(MapDesktopHeap())
    alice.call(MapDesktopHeap())
    on_new_desktop(alice, "one more")
    assert alice.status(MapDesktopHeap()) is S.INSUFFICIENT_RESOURCES
    window(alice, text="goes on")
    bob = world.program(2, "bob")
    bob.call(MapDesktopHeap())


def test_heaps_that_are_mapped_are_so_large_and_no_larger(alice: Program) -> None:
    """Who reads a page of one makes the kernel provide it."""
    for number in range(MAPPED_HEAP_KB_PER_SESSION // LARGEST_HEAP_KB):
        on_new_desktop(alice, f"desk {number}", heap_kb=LARGEST_HEAP_KB)
        alice.call(MapDesktopHeap())
    on_new_desktop(alice, "one more")
    assert alice.status(MapDesktopHeap()) is S.INSUFFICIENT_RESOURCES


def test_a_host_without_descriptors_says_so(world: World, alice: Program) -> None:
    def refuse(key: int, size: int) -> memoryview:
        raise OSError(24, "too many open files")

    world.executive.make_region = refuse
    for shared in (False, True):
        assert alice.status(MapDesktopHeap(shared=shared)) is S.INSUFFICIENT_RESOURCES
    window(alice, text="goes on")


# -- lists


def whole(program: Program, ask: Callable[[int], Any]) -> list[Any]:
    """Return all pages of a list; each must fit into an answer."""
    found: list[Any] = []
    while page := program.call(ask(len(found))):
        assert encode_reply(1, page)[:4] == bytes(4), "it is too large for a frame"
        found += page
    return found


def test_lists_of_desktops_come_in_pages(world: World, alice: Program) -> None:
    """A program with many desktops, or with long names, does not keep an administrator from seeing all there are."""
    alice.call(GetThreadDesktop())
    names = [f"{number} " + "\N{GRINNING FACE}" * 5000 for number in range(20)]
    names += [f"desk {number}" for number in range(1200)]
    for name in names:
        alice.call(CreateDesktop(name, heap_kb=64))
    assert whole(alice, lambda start: QueryDesktops(start=start)) == ["Default", *names]
    operator = world.system
    sessions = [one.name for one in whole(operator, lambda start: QuerySessionDesktops(1, start=start))]
    assert sessions[3:] == names
    heaps = [one.desktop for one in whole(operator, lambda start: QueryDesktopHeaps(-2, start=start))]
    assert heaps[-len(names) :] == names
    stations: list[WindowStationInformation] = whole(operator, lambda start: QueryWindowStations(1, start=start))
    assert [one.name for one in stations] == ["WinSta0"]
    assert set(stations[0].desktops) < {"Winlogon", "Disconnect", "Default", *names}
    assert DESKTOP.valid_access & DELETE


def test_a_menu_of_many_items_goes_with_its_program(world: World, alice: Program) -> None:
    menu = alice.call(CreateMenu())
    for number in range(3000):
        alice.call(InsertMenuItem(menu, -1, True, MenuItem(number, "text")))
    used = desktop_of(alice).heap.used
    assert used > 3000 * 100
    desktop = desktop_of(alice)
    alice.exit()
    assert desktop.heap.used < used - 3000 * 100
