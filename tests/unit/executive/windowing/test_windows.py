"""Windows: making, reading, changing and destroying them (nt-semantics 7.1, 7.2)."""

from typing import Any

import pytest

from ntsessions.abi.calls.desktop import CloseDesktop, SetThreadDesktop
from ntsessions.abi.calls.event import CreateEvent
from ntsessions.abi.calls.job import AssignProcess, CreateJob, SetJobLimits
from ntsessions.abi.calls.menu import CreateMenu, QueryMenu
from ntsessions.abi.calls.message import WM_DESTROY, WM_NCDESTROY, PostMessage
from ntsessions.abi.calls.process import OpenProcess
from ntsessions.abi.calls.window import (
    CW_USEDEFAULT,
    GR_GLOBAL,
    CreateWindow,
    DestroyWindow,
    EnableWindow,
    GetGuiResources,
    GetWindowLong,
    GetWindowText,
    IsWindow,
    ListWindows,
    QueryWindow,
    SetParent,
    SetWindowLong,
    SetWindowText,
    WindowInformation,
)
from ntsessions.abi.calls.window_class import RegisterClass
from ntsessions.abi.status import NtStatus as S
from tests.harness import Program, World
from tests.unit.executive.windowing.desk import (
    CHILD,
    POPUP,
    check_books,
    check_survival,
    child,
    desktop_of,
    drain,
    next_message,
    on_new_desktop,
    window,
)

TOPMOST = 0x8
NOSIZE, NOMOVE, NOZORDER, SHOW, HIDE = 0x1, 0x2, 0x4, 0x40, 0x80
ONLY_ORDER = NOSIZE | NOMOVE


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def alice(world: World) -> Program:
    return world.program()


@pytest.fixture
def other(world: World) -> Program:
    """Another process of alice's."""
    return world.program()


def facts(program: Program, handle: int) -> WindowInformation:
    return program.call(QueryWindow(handle))


def rectangle(program: Program, handle: int) -> tuple[int, int, int, int]:
    row = facts(program, handle)
    return row.left, row.top, row.right, row.bottom


# -- making


def test_a_window_is_what_it_was_made_as(world: World, alice: Program) -> None:
    owner = window(alice, "Edit", "owner")
    handle = window(
        alice, "Button", "OK", style=POPUP, extended_style=1, left=10, top=20, width=30, height=40, parent=owner,
        module=-1,
    )  # fmt: skip
    row = facts(alice, handle)
    assert (row.class_name, row.style, row.extended_style) == ("Button", POPUP, 1)
    assert rectangle(alice, handle) == (10, 20, 40, 60)
    assert (row.parent, row.owner, row.menu, row.user_data) == (0, owner, 0, 0)
    assert (row.process_id, row.thread_id) == (alice.pid, alice.thread_object.thread_id)
    assert (row.desktop, row.is_message_only) == (r"WinSta0\Default", False)
    assert alice.call(GetWindowText(handle)) == "OK"
    check_books(world.executive)


def test_a_child_is_placed_in_its_parent_and_has_an_id(alice: Program) -> None:
    parent = window(alice, left=100, top=100)
    handle = child(alice, parent, left=5, top=6, width=7, height=8, menu=42)
    assert rectangle(alice, handle) == (105, 106, 112, 114)
    row = facts(alice, handle)
    assert (row.parent, row.owner, row.menu) == (parent, 0, 42)


def test_the_owner_is_the_top_level_window_around_the_one_that_was_named(alice: Program) -> None:
    top = window(alice)
    assert facts(alice, window(alice, parent=child(alice, top))).owner == top


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ((CW_USEDEFAULT, 5, CW_USEDEFAULT, 5), (0, 0, 640, 480)),
        ((0xFFFFFFFF, 0, 10, 10), (-1, 0, 9, 10)),
        ((0x7FFFFFFF, 0, 10, 10), (0x7FFFFFFF, 0, 0x7FFFFFFF, 10)),
        ((3, 4, -5, -6), (3, 4, 3, 4)),
    ],
)
def test_coordinates_are_32_bits_and_never_leave_them(alice: Program, given: Any, shown: Any) -> None:
    left, top, width, height = given
    handle = window(alice, left=left, top=top, width=width, height=height)
    assert rectangle(alice, handle) == shown


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"class_name": "nowhere"}, S.CANNOT_FIND_WND_CLASS),
        ({"class_name": 0xC123}, S.CANNOT_FIND_WND_CLASS),
        ({"class_name": ""}, S.INVALID_PARAMETER),
        ({"class_name": "x" * 256}, S.INVALID_PARAMETER),
        ({"class_name": 0x10000}, S.INVALID_PARAMETER),
        ({"style": CHILD}, S.TLW_WITH_WSCHILD),
        ({"parent": 0x123}, S.INVALID_WINDOW_HANDLE),
        ({"menu": 0x123}, S.INVALID_MENU_HANDLE),
    ],
)
def test_what_makes_no_window(world: World, alice: Program, fields: dict[str, Any], status: S) -> None:
    assert alice.status(CreateWindow(**({"class_name": "Static"} | fields))) is status
    check_books(world.executive)


def test_a_full_heap_leaves_nothing_of_the_window_that_did_not_fit(world: World, alice: Program) -> None:
    """NO_MEMORY is error 8, which is what users of a full desktop saw."""
    on_new_desktop(alice, heap_kb=16)
    heap = desktop_of(alice).heap
    while alice.status(CreateWindow("Static", "x" * 100)) is S.SUCCESS:
        pass
    used = heap.used
    assert alice.status(CreateWindow("Static", "x" * 10_000)) is S.NO_MEMORY
    assert alice.status(CreateWindow("Edit", "x" * 10_000)) is S.NO_MEMORY
    assert heap.used == used
    assert not any(clone.windows == 0 for clone in desktop_of(alice).class_clones.values())
    check_books(world.executive)


def test_the_ten_thousandth_handle_is_the_last_of_a_process(world: World, alice: Program, other: Program) -> None:
    """B.31: one program that leaks windows does not stop the others."""
    window(alice)
    gui = alice.process.gui
    assert gui is not None
    gui.user_objects += 9_998
    window(alice)
    assert alice.status(CreateWindow("Static", "text")) is S.NO_MORE_USER_HANDLES
    window(other)
    gui.user_objects -= 9_998
    check_books(world.executive)


def test_a_full_table_stops_the_whole_session(world: World, alice: Program, other: Program) -> None:
    """B.31: 65,536 handles are what a session has."""
    handles = world.executive.sessions[1].windowing.handles
    handles.limit = 2
    window(alice)
    assert other.status(CreateWindow("Static")) is S.NO_MORE_USER_HANDLES
    check_books(world.executive)


# -- changing


def test_text_is_charged_to_the_heap_and_given_back(world: World, alice: Program, other: Program) -> None:
    handle = window(alice)
    other.call(ListWindows())
    used = desktop_of(alice).heap.used
    alice.call(SetWindowText(handle, "\N{GRINNING FACE}" * 100))
    assert desktop_of(alice).heap.used >= used + 400
    assert other.call(GetWindowText(handle)) == "\N{GRINNING FACE}" * 100
    assert other.status(SetWindowText(handle, "mine")) is S.ACCESS_DENIED
    alice.call(SetWindowText(handle, ""))
    assert desktop_of(alice).heap.used == used
    check_books(world.executive)


def test_text_that_does_not_fit_leaves_the_old_one(alice: Program) -> None:
    on_new_desktop(alice, heap_kb=16)
    handle = window(alice, text="old")
    assert alice.status(SetWindowText(handle, "x" * 20_000)) is S.NO_MEMORY
    assert alice.call(GetWindowText(handle)) == "old"


def test_values_are_kept_by_index(alice: Program, other: Program) -> None:
    parent = window(alice)
    handle = child(alice, parent, menu=7, module=0x1234)

    def set_(index: int, value: int) -> int:
        return alice.call(SetWindowLong(handle, index, value))

    def get(index: int, is_pointer: bool = True) -> int:
        return alice.call(GetWindowLong(handle, index, is_pointer))

    assert set_(-16, CHILD | 3) == CHILD
    assert get(-16) == CHILD | 3
    assert set_(-20, -1) == 0
    assert get(-20) == 0xFFFFFFF7, "a window is made topmost by SetWindowPos alone"
    assert set_(-12, 8) == 7
    assert get(-12) == facts(alice, handle).menu == 8
    assert set_(-21, -5) == 0
    assert (get(-21), get(-21, False)) == (-5, 0xFFFFFFFB)
    assert (get(-8), get(-6)) == (parent, 0x1234)
    assert other.call(GetWindowLong(handle, -21)) == -5
    assert other.status(SetWindowLong(handle, -21, 1)) is S.ACCESS_DENIED


@pytest.mark.parametrize("index", [-4, -6, -8, -12, -100, 1, 13, 16, 1 << 40])
def test_an_index_that_means_nothing_is_refused(alice: Program, index: int) -> None:
    """GWL_ID too: a top-level window has no id."""
    alice.call(RegisterClass("C", window_extra=16))
    handle = window(alice, "C")
    assert alice.status(SetWindowLong(handle, index, 1)) is (S.SUCCESS if index == 1 else S.INVALID_INDEX)
    if index not in (-6, -8, -12, 1):
        assert alice.status(GetWindowLong(handle, index)) is S.INVALID_INDEX


def test_extra_bytes_hold_values_of_4_and_8_bytes(alice: Program) -> None:
    alice.call(RegisterClass("C", window_extra=12))
    handle = window(alice, "C")
    assert alice.call(GetWindowLong(handle, 4)) == 0
    assert alice.call(SetWindowLong(handle, 4, -1)) == 0
    assert alice.call(SetWindowLong(handle, 8, 0x1122334455, False)) == 0xFFFFFFFF
    assert alice.call(GetWindowLong(handle, 4)) == 0x22334455_FFFFFFFF
    assert alice.call(GetWindowLong(handle, 0, False)) == 0
    assert alice.status(GetWindowLong(handle, 8)) is S.INVALID_INDEX


def test_enabling_tells_what_was(alice: Program) -> None:
    handle = window(alice)
    assert [alice.call(EnableWindow(handle, enable)) for enable in (False, False, True, True)] == [
        False, True, True, False,
    ]  # fmt: skip


# -- destroying


def test_a_window_goes_with_its_children_and_what_they_own(world: World, alice: Program) -> None:
    top = window(alice)
    a, b = child(alice, top), child(alice, top)
    c = child(alice, a)
    owned = window(alice, parent=top)
    deeper = child(alice, owned)
    stays = window(alice)
    assert alice.call(DestroyWindow(top)) == (top, a, c, b, owned, deeper)
    assert alice.call(ListWindows()) == (stays,)
    assert alice.status(DestroyWindow(top)) is S.INVALID_WINDOW_HANDLE
    check_books(world.executive)
    check_survival(world)


def test_a_window_that_is_in_what_it_owns_goes_once(world: World, alice: Program) -> None:
    top = window(alice)
    owned = window(alice, parent=top)
    alice.call(SetParent(top, owned))
    assert sorted(alice.call(DestroyWindow(owned))) == sorted([top, owned])
    check_books(world.executive)


def test_only_its_thread_destroys_a_window(alice: Program, other: Program) -> None:
    handle = window(alice)
    assert other.status(DestroyWindow(handle)) is S.ACCESS_DENIED
    assert alice.thread().status(DestroyWindow(handle)) is S.ACCESS_DENIED
    alice.call(DestroyWindow(handle))


def test_who_loses_a_window_with_its_parent_is_told(world: World, alice: Program, other: Program) -> None:
    """A plug-in's window in another program's frame: its program hears of the end."""
    frame = window(alice)
    inner = child(other, frame)
    other.call(PostMessage(inner, 0x400))
    alice.call(DestroyWindow(frame))
    assert [(message.window, message.number) for message in drain(other)] == [
        (inner, WM_DESTROY), (inner, WM_NCDESTROY),
    ]  # fmt: skip
    assert drain(alice) == []
    check_books(world.executive)


def test_the_menu_of_a_window_goes_with_it(alice: Program) -> None:
    menu = alice.call(CreateMenu())
    handle = window(alice, menu=menu)
    assert facts(alice, handle).menu == menu
    alice.call(DestroyWindow(handle))
    assert alice.status(QueryMenu(menu)) is S.INVALID_MENU_HANDLE


def test_a_handle_does_not_name_what_came_after(alice: Program) -> None:
    handle = window(alice)
    alice.call(DestroyWindow(handle))
    world = alice.world
    world.executive.sessions[1].windowing.handles.limit = 2  # the only index is used again
    again = window(alice)
    assert again & 0xFFFF == handle & 0xFFFF
    assert alice.status(QueryWindow(handle)) is S.INVALID_WINDOW_HANDLE
    assert facts(alice, again & 0xFFFF).handle == again, "16-bit programs have no upper word"
    assert facts(alice, again | 0x7FFF0000_00000000).handle == again, "of 64 bits the low 32 count"


def test_a_desktop_stays_while_a_window_is_on_it_and_takes_its_menus_along(world: World, alice: Program) -> None:
    """6.9.  A thread with a window cannot leave (B.25); menus do not hold it."""
    window(alice)
    gui = alice.process.gui
    assert gui is not None
    home = gui.desktop_handle
    second = alice.thread()
    handle = on_new_desktop(second)
    made = window(second)
    menu = second.call(CreateMenu())
    assert second.status(SetThreadDesktop(home)) is S.BUSY
    assert second.call(SetThreadDesktop(handle)) is None
    second.call(DestroyWindow(made))
    second.call(SetThreadDesktop(home))
    second.call(CloseDesktop(handle))
    assert alice.status(QueryMenu(menu)) is S.INVALID_MENU_HANDLE
    assert gui.user_objects == 1
    check_books(world.executive)


# -- counts, and jobs


def test_user_objects_are_counted(world: World, alice: Program, other: Program) -> None:
    process = alice.call(OpenProcess(other.pid))

    def count(kind: int) -> int:
        return alice.call(GetGuiResources(process, kind))

    assert [count(kind) for kind in (0, 1, 2, 4)] == [0, 0, 0, 0]
    handles = [window(other) for _ in range(3)]
    other.call(DestroyWindow(handles[0]))
    assert [count(kind) for kind in (0, 1, 2, 4)] == [0, 2, 0, 3]
    window(alice)
    assert [alice.call(GetGuiResources(GR_GLOBAL, kind)) for kind in (1, 4)] == [3, 3]
    assert alice.status(GetGuiResources(process, 3)) is S.INVALID_PARAMETER
    assert alice.status(GetGuiResources(0x4444, 1)) is S.INVALID_HANDLE
    assert alice.status(GetGuiResources(alice.call(CreateEvent()).handle, 1)) is S.OBJECT_TYPE_MISMATCH
    assert alice.status(GetGuiResources(alice.call(OpenProcess(other.pid, 0x1000)), 1)) is S.ACCESS_DENIED


def test_a_job_can_keep_its_processes_to_their_own_windows(world: World, alice: Program, other: Program) -> None:
    """JOB_OBJECT_UILIMIT_HANDLES."""
    theirs = window(alice)
    job = alice.call(CreateJob()).handle
    alice.call(SetJobLimits(job, ui_restrictions=1))
    alice.call(AssignProcess(job, alice.call(OpenProcess(other.pid))))
    own = window(other)
    assert other.call(IsWindow(own))
    assert not other.call(IsWindow(theirs))
    assert other.status(PostMessage(theirs, 1)) is S.INVALID_WINDOW_HANDLE
    assert next_message(alice).kind == 0
