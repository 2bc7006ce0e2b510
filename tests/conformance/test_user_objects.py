"""Windows, classes and menus (nt-semantics 6.7, 7.1 to 7.3), with the vectors 25, 27, 28 and 31 of B."""

import pytest

from ntsessions.abi.access import DESKTOP_CREATEWINDOW
from ntsessions.abi.calls.desktop import CreateDesktop, GetThreadDesktop, OpenDesktop, SetThreadDesktop, SwitchDesktop
from ntsessions.abi.calls.hook import WH_CBT, SetWindowsHook
from ntsessions.abi.calls.job import CreateJob, SetJobLimits
from ntsessions.abi.calls.menu import (
    CreateMenu,
    DestroyMenu,
    InsertMenuItem,
    MenuItem,
    QueryMenu,
    RemoveMenuItem,
    SetMenu,
    SetMenuItem,
)
from ntsessions.abi.calls.message import NONE, BroadcastSystemMessage, GetMessage, PostMessage, SetTimer
from ntsessions.abi.calls.process import OpenProcess
from ntsessions.abi.calls.window import (
    GR_GLOBAL,
    HWND_BROADCAST,
    HWND_MESSAGE,
    WS_CHILD,
    WS_VISIBLE,
    AttachThreadInput,
    CreateWindow,
    DestroyWindow,
    EnableWindow,
    FindWindow,
    GetGuiResources,
    GetRelatedWindow,
    GetThreadInput,
    GetWindowLong,
    GetWindowText,
    IsWindow,
    ListWindows,
    QueryWindow,
    SetActiveWindow,
    SetFocus,
    SetForegroundWindow,
    SetParent,
    SetWindowLong,
    SetWindowPos,
    SetWindowText,
)
from ntsessions.abi.calls.window_class import QueryClass, RegisterClass, UnregisterClass
from ntsessions.abi.calls.window_station import LockWorkStation, SetWindowStationLock
from ntsessions.abi.limits import USER_HANDLES_PER_PROCESS
from ntsessions.abi.status import NtStatus as S
from tests.conformance.desks import follow, own_desktop, window
from tests.conformance.worlds import Program, World

# -- windows: 7.1 and 7.2


def test_a_thread_with_a_window_stays_on_its_desktop(alice: Program, desktop: str) -> None:
    """A program cannot take its windows to another desktop.  (B.25)"""
    own = alice.call(GetThreadDesktop())
    second = alice.call(CreateDesktop(f"{desktop}-2")).handle
    handle = window(alice)
    assert alice.win32(SetThreadDesktop(second)) == (None, 170)
    alice.call(SetThreadDesktop(own))
    alice.call(DestroyWindow(handle))
    alice.call(SetThreadDesktop(second))


@pytest.mark.usefixtures("desktop")
def test_a_window_is_known_by_its_handle_in_every_program(alice: Program, friend: Program) -> None:
    """One program finds another's window and reads what is in its title."""
    handle = window(alice, "Edit", "Untitled")
    found = friend.call(FindWindow(class_name="edit", text="UNTITLED"))
    assert found == handle
    facts = friend.call(QueryWindow(found))
    assert (facts.process_id, facts.thread_id, facts.class_name) == (alice.pid, alice.thread_id, "Edit")
    assert friend.call(GetWindowText(found)) == "Untitled"
    alice.call(SetWindowText(handle, "saved"))
    assert friend.call(GetWindowText(found)) == "saved"


def test_windows_are_listed_on_their_desktop_only(world: World, alice: Program, friend: Program) -> None:
    """No program sees or reaches the windows of a desktop that it is not on.  (B.28)"""
    here = window(alice)
    stranger = world.program()
    own_desktop(world, stranger)
    there = window(stranger)
    assert alice.call(ListWindows()) == friend.call(ListWindows()) == (here,)
    assert alice.win32(PostMessage(there, 0x400)) == (None, 1400)
    assert alice.win32(QueryWindow(there)) == (None, 1400)
    assert alice.call(IsWindow(there))
    assert alice.call(FindWindow(class_name="Static")) == here


def test_message_only_windows_are_found_but_not_listed(alice: Program, friend: Program) -> None:
    """A program that only waits for messages has a window that no user of windows stumbles upon."""
    handle = alice.call(CreateWindow("Message", "inbox", parent=HWND_MESSAGE))
    assert handle not in friend.call(ListWindows())
    assert friend.call(FindWindow(parent=HWND_MESSAGE, text="inbox")) == handle
    assert friend.call(ListWindows(parent=HWND_MESSAGE)) == (handle,)


@pytest.mark.usefixtures("desktop")
def test_children_go_with_their_parent(alice: Program) -> None:
    """A dialog that is closed takes its buttons along."""
    top = window(alice)
    inner = alice.call(CreateWindow("Button", style=WS_CHILD, parent=top, menu=7))
    owned = alice.call(CreateWindow("Static", parent=top))
    assert alice.call(GetRelatedWindow(top, 5)) == inner
    assert alice.call(GetRelatedWindow(owned, 4)) == top
    assert alice.call(DestroyWindow(top)) == (top, inner, owned)
    assert not alice.call(IsWindow(inner))


@pytest.mark.usefixtures("desktop")
def test_windows_are_moved_ordered_and_marked(alice: Program) -> None:
    """A window manager, if one runs, sees what programs say about their windows."""
    back, front = window(alice), window(alice)
    assert alice.call(ListWindows()) == (front, back)
    alice.call(SetWindowPos(back, 0, left=5, top=6, width=7, height=8, flags=0x40))
    assert alice.call(ListWindows()) == (back, front)
    facts = alice.call(QueryWindow(back))
    assert (facts.left, facts.top, facts.right, facts.bottom) == (5, 6, 12, 14)
    assert facts.style & WS_VISIBLE
    assert alice.call(SetWindowLong(front, -21, 99)) == 0
    assert alice.call(GetWindowLong(front, -21)) == 99
    assert not alice.call(EnableWindow(front, False))
    assert alice.call(EnableWindow(front, True))
    assert alice.call(SetParent(front, back)) == 0
    assert alice.call(ListWindows()) == (back,)


def test_the_input_desktop_decides_who_is_in_front(world: World, alice: Program) -> None:
    """A program on a desktop that is not shown cannot bring its window to the user.  (6.7, B.27)"""
    shown = alice.thread()
    visible = shown.call(CreateWindow("Static", style=WS_VISIBLE))
    own_desktop(world, alice)
    hidden = alice.call(CreateWindow("Static", style=WS_VISIBLE))
    assert alice.call(GetThreadInput()).foreground == 0
    assert not alice.call(SetForegroundWindow(hidden))
    assert shown.call(SetForegroundWindow(visible))
    assert shown.call(GetThreadInput()).foreground == visible


def test_a_locked_session_keeps_its_input(world: World, alice: Program) -> None:
    """No program gets past the lock by switching desktops.  (B.27)"""
    own_desktop(world, alice)
    window(shown := alice.thread())
    shown.call(LockWorkStation())
    try:
        assert alice.win32(SwitchDesktop(alice.call(GetThreadDesktop()))) == (None, 5)
        assert shown.call(GetThreadInput()).foreground == 0
    finally:
        world.operator.call(SetWindowStationLock(1, False))


@pytest.mark.usefixtures("desktop")
def test_focus_belongs_to_a_thread_unless_threads_share_it(alice: Program, friend: Program) -> None:
    """A tool that types into another program's window attaches itself first."""
    handle = window(alice)
    window(friend)
    assert alice.call(SetFocus(handle)) == 0
    assert friend.win32(SetFocus(handle)) == (None, 5)
    friend.call(AttachThreadInput(friend.thread_id, alice.thread_id, True))
    assert friend.call(SetFocus(handle)) == handle
    assert friend.call(SetActiveWindow(handle)) == handle
    friend.call(AttachThreadInput(friend.thread_id, alice.thread_id, False))
    assert friend.call(GetThreadInput()).focus == 0


def test_ten_thousand_user_objects_are_all_a_process_gets(world: World, alice: Program, friend: Program) -> None:
    """A program that leaks windows or menus fails by itself, with error 1158.  (B.31)"""
    process = friend.call(OpenProcess(alice.pid))
    handle = window(alice)
    for _ in range(USER_HANDLES_PER_PROCESS - 1):
        alice.call(CreateMenu())
    for call in (CreateMenu(), CreateWindow("Static"), SetWindowsHook(WH_CBT), SetTimer(handle, 1)):
        assert alice.win32(call) == (None, 1158)
    window(friend)
    assert friend.call(GetGuiResources(process, 1)) == USER_HANDLES_PER_PROCESS
    alice.exit()


@pytest.mark.in_process("65,536 objects take long to make one by one over a socket")
def test_65536_user_objects_are_all_a_session_gets(world: World, alice: Program) -> None:
    """When the table is full no program of the session makes anything more; other sessions do.  (B.31)"""
    made = 0
    programs = [world.program() for _ in range(7)]
    for program in programs:
        while made < 65_535 and program.status(CreateMenu()) is S.SUCCESS:
            made += 1
    assert made == 65_535, "the first entry is nobody's"
    assert programs[-1].win32(CreateMenu()) == (None, 1158)
    assert alice.win32(CreateMenu()) == (None, 1158)
    world.program(2, "bob").call(CreateMenu())
    programs[0].exit()
    alice.call(CreateMenu())


@pytest.mark.usefixtures("desktop")
def test_windows_go_with_their_thread_and_menus_with_their_process(alice: Program, friend: Program) -> None:
    """A program that crashes leaves nothing on the desktop."""
    second = friend.thread()
    handle, menu = window(friend), friend.call(CreateMenu())
    friend.end_thread()
    assert not alice.call(IsWindow(handle))
    assert second.call(GetGuiResources(-1, 1)) == 1
    assert menu
    second.kill()
    assert alice.call(ListWindows()) == ()


def test_the_objects_of_a_session_are_counted(alice: Program, friend: Program) -> None:
    """GR_GLOBAL, a pseudo handle of its own; 0 is no process.  (7.1)"""
    before = alice.call(GetGuiResources(GR_GLOBAL, 1))
    window(friend)
    assert alice.call(GetGuiResources(GR_GLOBAL, 1)) == before + 1
    assert alice.call(GetGuiResources(GR_GLOBAL, 4)) > before
    assert alice.win32(GetGuiResources(0, 1)) == (None, 6)


def test_a_window_belongs_to_the_desktop_of_what_it_is_in(world: World, alice: Program, friend: Program) -> None:
    """It is made in no window of another desktop, and put into none; and a text there is not read.  (7.2)"""
    stranger = world.program()
    own_desktop(world, stranger)
    there = window(stranger, text="private")
    assert alice.win32(CreateWindow("Static", style=WS_CHILD, parent=there)) == (None, 1400)
    assert alice.win32(SetParent(window(alice), there)) == (None, 1400)
    assert alice.win32(GetWindowText(there)) == (None, 1400)
    assert alice.call(FindWindow(text="private")) == 0
    assert alice.win32(ListWindows(parent=there)) == (None, 1400)
    assert alice.call(ListWindows(thread_id=stranger.thread_id)) == ()
    mine = window(friend)
    assert alice.call(ListWindows(thread_id=friend.thread_id)) == (mine,)


def test_the_windows_of_another_desktop_are_listed_by_its_handle(world: World, alice: Program) -> None:
    """EnumDesktopWindows, with DESKTOP_READOBJECTS.  (6.3, 7.2)"""
    stranger = world.program()
    name = own_desktop(world, stranger)
    there = window(stranger)
    handle = alice.call(OpenDesktop(name))
    assert alice.call(ListWindows(desktop=handle)) == (there,)
    weak = alice.call(CreateDesktop(world.name("blind"), desired_access=DESKTOP_CREATEWINDOW)).handle
    assert alice.win32(ListWindows(desktop=weak)) == (None, 5)
    assert alice.win32(ListWindows(desktop=-1)) == (None, 6)


# -- what a job leaves of the others: 2.7


@pytest.fixture
def kept(world: World, alice: Program, desktop: str) -> Program:
    """A program on alice's desktop, in a job with JOB_OBJECT_UILIMIT_HANDLES."""
    job = alice.call(CreateJob()).handle
    alice.call(SetJobLimits(job, ui_restrictions=1))
    return follow(alice.start(jobs=(job,)).connect(), desktop)


def test_a_job_can_keep_its_processes_to_their_own_windows(alice: Program, kept: Program) -> None:
    """They neither use nor see those of others; the others use and see theirs.  (2.7, 7.1)"""
    theirs, inside = window(alice, text="theirs"), window(kept, text="inside")
    assert kept.call(ListWindows()) == (inside,)
    assert alice.call(ListWindows()) == (inside, theirs)
    assert kept.call(FindWindow(text="theirs")) == 0
    assert kept.call(FindWindow(text="inside")) == inside
    assert not kept.call(IsWindow(theirs))
    assert alice.call(IsWindow(inside))
    for call in (QueryWindow(theirs), PostMessage(theirs, 0x400), CreateWindow("Static", parent=theirs)):
        assert kept.win32(call) == (None, 1400)


def test_a_job_can_keep_its_processes_to_their_own_menus(alice: Program, kept: Program) -> None:
    """(2.7, 7.1)"""
    menu, own = alice.call(CreateMenu()), kept.call(CreateMenu())
    assert kept.win32(QueryMenu(menu)) == (None, 1401)
    assert kept.call(QueryMenu(own)).count == alice.call(QueryMenu(own)).count == 0


def test_a_job_keeps_broadcasts_and_hooks_inside(alice: Program, kept: Program) -> None:
    """(2.7, 7.4, 7.5)"""
    window(alice)
    inside = window(kept)
    kept.call(PostMessage(HWND_BROADCAST, 0xC000))
    assert kept.call(GetMessage(timeout=0)).window == inside
    assert alice.call(GetMessage(timeout=0)).kind == NONE
    assert kept.call(BroadcastSystemMessage(0x11)) == 1
    kept.call(GetMessage(timeout=0))
    assert kept.win32(SetWindowsHook(WH_CBT, alice.thread_id)) == (None, 5)
    hook = kept.call(SetWindowsHook(WH_CBT))
    window(alice)
    assert kept.call(GetMessage(timeout=0)).kind == NONE
    seen = window(kept)
    message = kept.call(GetMessage(timeout=0))
    assert (message.sent, message.window) == (hook, seen)


# -- classes and menus: 7.3


def test_classes_are_private_to_a_process(world: World, alice: Program, friend: Program) -> None:
    """Two programs may both have a class `Main`, and neither gets the other's."""
    name = world.name("Main")
    atom = alice.call(RegisterClass(name, window_extra=8))
    assert alice.win32(RegisterClass(name)) == (None, 1410)
    assert friend.win32(CreateWindow(name)) == (None, 1407)
    assert friend.call(RegisterClass(name)) == atom
    handle = window(alice, name)
    assert alice.win32(UnregisterClass(name)) == (None, 1412)
    alice.call(DestroyWindow(handle))
    alice.call(UnregisterClass(name))
    assert alice.win32(QueryClass(name)) == (None, 1411)
    assert alice.call(QueryClass("Button")).is_system


@pytest.mark.usefixtures("desktop")
def test_a_menu_is_built_item_by_item(alice: Program, friend: Program) -> None:
    top, below = alice.call(CreateMenu()), alice.call(CreateMenu(popup=True))
    alice.call(InsertMenuItem(below, -1, True, MenuItem(100, "&Open")))
    alice.call(InsertMenuItem(top, -1, True, MenuItem(1, "&File", submenu=below)))
    alice.call(SetMenuItem(top, 100, False, MenuItem(101, "&Save")))
    assert [item.text for item in friend.call(QueryMenu(top)).items] == ["&File"]
    assert [item.text for item in friend.call(QueryMenu(below)).items] == ["&Save"]
    handle = window(alice)
    alice.call(SetMenu(handle, top))
    assert friend.call(QueryWindow(handle)).menu == top
    alice.call(RemoveMenuItem(top, 0, True))
    assert friend.win32(QueryMenu(below)) == (None, 1401)
    alice.call(DestroyWindow(handle))
    assert alice.win32(QueryMenu(top)) == (None, 1401)
    other = alice.call(CreateMenu())
    alice.call(DestroyMenu(other))
    assert alice.win32(DestroyMenu(other)) == (None, 1401)
