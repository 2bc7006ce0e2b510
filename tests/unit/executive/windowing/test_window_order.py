"""Windows: where they stand, and how they are found (nt-semantics 7.2)."""

from typing import Any

import pytest

from ntsessions.abi.calls.desktop import OpenDesktop, SetThreadDesktop
from ntsessions.abi.calls.menu import CreateMenu
from ntsessions.abi.calls.message import PostMessage
from ntsessions.abi.calls.window import (
    CreateWindow,
    DestroyWindow,
    EnableWindow,
    FindWindow,
    GetRelatedWindow,
    GetWindowText,
    IsWindow,
    ListWindows,
    QueryWindow,
    SetParent,
    SetWindowPos,
    WindowInformation,
)
from ntsessions.abi.status import NtStatus as S
from tests.harness import Program, World
from tests.unit.executive.windowing.desk import (
    CHILD,
    EVERYBODY,
    MESSAGE_ONLY,
    VISIBLE,
    check_books,
    child,
    lower,
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


# -- place


def test_a_window_moves_with_what_is_in_it(alice: Program) -> None:
    top = window(alice, left=10, top=10, width=100, height=100)
    inner = child(alice, top, left=5, top=5, width=10, height=10)
    innermost = child(alice, inner, left=1, top=1, width=1, height=1)
    alice.call(SetWindowPos(top, left=20, top=0, flags=NOSIZE | NOZORDER))
    assert rectangle(alice, top) == (20, 0, 120, 100)
    assert rectangle(alice, innermost) == (26, 6, 27, 7)
    alice.call(SetWindowPos(inner, left=0, top=0, width=3, height=4, flags=NOZORDER))
    assert rectangle(alice, inner) == (20, 0, 23, 4)
    assert rectangle(alice, innermost) == (21, 1, 22, 2)


def test_windows_of_others_are_moved_but_not_those_of_higher_integrity(alice: Program, other: Program) -> None:
    handle = window(alice)
    other.call(SetWindowPos(handle, left=5, flags=NOSIZE | NOZORDER))
    assert lower(other).status(SetWindowPos(handle, flags=NOSIZE)) is S.ACCESS_DENIED
    assert other.status(EnableWindow(handle, False)) is S.ACCESS_DENIED
    assert other.status(CreateWindow("Static", style=CHILD, parent=handle)) is S.ACCESS_DENIED
    assert other.call(QueryWindow(handle)).left == 5


def test_the_order_of_windows(alice: Program) -> None:
    """The newest window is in front; topmost ones stay before all others."""
    a, b, c = (window(alice) for _ in range(3))

    def order() -> list[int]:
        return list(alice.call(ListWindows()))

    def place(handle: int, after: int) -> None:
        alice.call(SetWindowPos(handle, after, flags=ONLY_ORDER))

    assert order() == [c, b, a]
    place(c, 1)
    assert order() == [b, a, c]
    place(a, 0)
    assert order() == [a, b, c]
    place(a, b)
    assert order() == [b, a, c]
    place(c, -1)
    assert order() == [c, b, a]
    assert facts(alice, c).extended_style & TOPMOST
    d = window(alice)
    assert order() == [c, d, b, a]
    e = window(alice, extended_style=TOPMOST)
    assert order() == [e, c, d, b, a]
    place(a, 0)
    assert order() == [e, c, a, d, b]
    place(a, e)
    assert order() == [e, c, a, d, b], "one that is not topmost stands behind all that are"
    place(e, -2)
    assert order() == [c, e, a, d, b]
    assert not facts(alice, e).extended_style & TOPMOST
    place(c, d)
    assert order() == [e, a, d, c, b]
    place(c, c)
    assert order() == [e, a, d, c, b]


def test_the_order_of_children(alice: Program) -> None:
    """A new child is behind its siblings: Tab goes through a dialog in the order in which it was made."""
    top = window(alice)
    a, b, c = (child(alice, top) for _ in range(3))
    assert alice.call(ListWindows(parent=top)) == (a, b, c)
    alice.call(SetWindowPos(c, 0, flags=ONLY_ORDER))
    alice.call(SetWindowPos(a, 1, flags=ONLY_ORDER))
    assert alice.call(ListWindows(parent=top)) == (c, b, a)
    alice.call(SetWindowPos(c, b, flags=ONLY_ORDER))
    assert alice.call(ListWindows(parent=top)) == (b, c, a)
    assert alice.status(SetWindowPos(c, top, flags=ONLY_ORDER)) is S.INVALID_WINDOW_HANDLE


def test_showing_and_hiding(alice: Program) -> None:
    handle = window(alice)
    alice.call(SetWindowPos(handle, flags=SHOW | ONLY_ORDER))
    assert facts(alice, handle).style & VISIBLE
    alice.call(SetWindowPos(handle, flags=HIDE | ONLY_ORDER))
    assert not facts(alice, handle).style & VISIBLE


def test_a_window_gets_another_parent_and_keeps_its_place_in_it(world: World, alice: Program, other: Program) -> None:
    a, b = window(alice, left=10), window(alice, left=100)
    handle = child(alice, a, left=5)
    assert alice.call(SetParent(handle, b)) == a
    assert facts(alice, handle).left == 105
    assert alice.call(SetParent(handle, 0)) == b
    assert handle in alice.call(ListWindows())
    assert alice.call(SetParent(handle, MESSAGE_ONLY)) == 0
    assert facts(alice, handle).is_message_only
    assert alice.call(SetParent(b, handle)) == 0
    assert facts(alice, b).is_message_only
    assert alice.status(SetParent(handle, b)) is S.INVALID_PARAMETER
    assert alice.status(SetParent(handle, handle)) is S.INVALID_PARAMETER
    assert alice.status(SetParent(handle, 0x123)) is S.INVALID_WINDOW_HANDLE
    assert other.status(SetParent(a, 0)) is S.ACCESS_DENIED
    assert alice.call(SetParent(a, window(other))) == 0, "also into one of another process"
    check_books(world.executive)


# -- lists


def test_lists_are_of_one_desktop(world: World, alice: Program, other: Program) -> None:
    """B.28."""
    here = window(alice)
    second = on_new_desktop(other)
    there = window(other)
    assert alice.call(ListWindows()) == (here,)
    assert other.call(ListWindows()) == (there,)
    home = other.process.gui
    assert home is not None
    assert other.call(ListWindows(desktop=home.desktop_handle)) == (here,)
    assert other.call(ListWindows(desktop=second)) == (there,)
    assert alice.call(ListWindows(thread_id=other.thread_object.thread_id)) == ()
    for call in (QueryWindow(there), GetWindowText(there), ListWindows(parent=there), FindWindow(after=there),
                 SetWindowPos(there), GetRelatedWindow(there, 0), CreateWindow("Static", parent=there),
                 PostMessage(there, 1)):  # fmt: skip
        assert alice.status(call) is S.INVALID_WINDOW_HANDLE
    assert alice.call(FindWindow(class_name="Static", text="")) == here
    assert alice.call(IsWindow(there))
    assert not alice.call(IsWindow(there + 1))
    check_books(world.executive)


def test_handles_of_one_session_are_garbage_in_another(world: World, alice: Program) -> None:
    here = window(alice)
    bob = world.program(2, "bob")
    there = window(bob)
    assert here == there
    bob.call(DestroyWindow(there))
    assert bob.call(ListWindows()) == ()
    assert alice.call(ListWindows()) == (here,)
    assert bob.status(QueryWindow(here)) is S.INVALID_WINDOW_HANDLE
    assert bob.status(ListWindows(thread_id=alice.thread_object.thread_id)) is S.INVALID_PARAMETER


def test_lists_by_parent_and_thread(alice: Program) -> None:
    a, b = window(alice), window(alice)
    c, d = child(alice, a), child(alice, a)
    e = child(alice, c)
    quiet = window(alice, parent=MESSAGE_ONLY)
    thread = alice.thread()
    f = window(thread)
    assert alice.call(ListWindows()) == (f, b, a)
    assert alice.call(ListWindows(parent=a)) == (c, e, d)
    assert alice.call(ListWindows(parent=MESSAGE_ONLY)) == (quiet,)
    assert alice.call(ListWindows(thread_id=thread.thread_object.thread_id)) == (f,)
    assert alice.call(ListWindows(thread_id=alice.thread_object.thread_id)) == (b, a)
    assert alice.call(ListWindows(after=f)) == (b, a)
    assert alice.status(ListWindows(after=0x123)) is S.INVALID_WINDOW_HANDLE
    assert alice.status(ListWindows(parent=a, thread_id=4)) is S.INVALID_PARAMETER
    assert alice.status(ListWindows(thread_id=1)) is S.INVALID_PARAMETER


def test_windows_are_found_by_class_and_text(alice: Program) -> None:
    """FindWindow, whatever the case; how a program finds its first copy."""
    a, b = window(alice, "Button", "Straße"), window(alice, "Edit", "Other")
    inner = child(alice, a, text="in")
    quiet = window(alice, "Button", "quiet", parent=MESSAGE_ONLY)

    def find(**fields: Any) -> int:
        return alice.call(FindWindow(**fields))

    assert find() == b
    assert find(class_name="BUTTON") == a
    assert find(text="STRAßE") == a
    assert find(text="Stra") == 0
    assert find(class_name="Button", text="Other") == 0
    assert find(after=b) == a
    assert find(after=a) == 0
    assert find(parent=a) == inner
    assert find(text="in") == 0
    assert find(parent=MESSAGE_ONLY, class_name="button") == quiet
    assert alice.status(FindWindow(class_name="nowhere")) is S.CANNOT_FIND_WND_CLASS
    assert alice.status(FindWindow(class_name="")) is S.INVALID_PARAMETER
    assert alice.status(FindWindow(after=inner)) is S.INVALID_WINDOW_HANDLE


def test_relations(alice: Program) -> None:
    a, b, c = (window(alice) for _ in range(3))
    owned = window(alice, parent=a)
    x, y = child(alice, a), child(alice, a)
    quiet = window(alice, parent=MESSAGE_ONLY)

    def related(handle: int, relation: int) -> int:
        return alice.call(GetRelatedWindow(handle, relation))

    assert [related(b, relation) for relation in range(6)] == [owned, a, a, c, 0, 0]
    assert [related(a, relation) for relation in range(6)] == [owned, a, 0, b, 0, x]
    assert [related(y, relation) for relation in range(6)] == [x, y, 0, x, 0, 0]
    assert related(owned, 4) == a
    assert related(quiet, 0) == quiet
    assert alice.status(GetRelatedWindow(a, 6)) is S.INVALID_PARAMETER


def test_without_the_rights_on_its_desktop_a_thread_sees_and_makes_nothing(world: World, alice: Program) -> None:
    """A handle of the desktop that says less allows less."""
    on_new_desktop(alice, access=0x2)  # DESKTOP_CREATEWINDOW
    own = window(alice)
    other = world.program()
    on_new_desktop(other)
    theirs = window(other)
    assert alice.call(GetWindowText(own)) == "", "its own windows it may use"
    for call in (ListWindows(), FindWindow(), ListWindows(parent=own), GetWindowText(theirs), QueryWindow(theirs),
                 EnableWindow(theirs, False), PostMessage(theirs, 0x400), PostMessage(EVERYBODY, 0x400),
                 CreateMenu()):  # fmt: skip
        assert alice.status(call) is S.ACCESS_DENIED
    thread = world.program()
    on_new_desktop(thread, "third", access=0x2)
    thread.call(SetThreadDesktop(thread.call(OpenDesktop("second", desired_access=0x40))))
    assert thread.status(CreateWindow("Static")) is S.ACCESS_DENIED
