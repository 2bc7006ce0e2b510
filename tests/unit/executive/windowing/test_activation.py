"""Who is in front, active, and has the focus (nt-semantics 6.7)."""

import pytest

from ntsessions.abi.calls.desktop import SetThreadDesktop
from ntsessions.abi.calls.window import (
    AttachThreadInput,
    DestroyWindow,
    GetThreadInput,
    ListWindows,
    SetActiveWindow,
    SetFocus,
    SetForegroundWindow,
    SetParent,
    SetWindowPos,
)
from ntsessions.abi.limits import ATTACHED_PER_THREAD
from ntsessions.abi.status import NtStatus as S
from tests.harness import Program, World
from tests.unit.executive.windowing.desk import (
    MESSAGE_ONLY,
    VISIBLE,
    check_survival,
    child,
    lower,
    on_new_desktop,
    window,
)

HIDE = 0x80 | 0x7


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def alice(world: World) -> Program:
    return world.program()


@pytest.fixture
def other(world: World) -> Program:
    return world.program()


def state(program: Program) -> tuple[int, int, int]:
    row = program.call(GetThreadInput())
    return row.foreground, row.active, row.focus


def thread_id(program: Program) -> int:
    return program.thread_object.thread_id


def test_the_first_visible_window_is_in_front(alice: Program, other: Program) -> None:
    window(alice)
    window(alice, style=VISIBLE, parent=MESSAGE_ONLY)
    assert state(alice) == (0, 0, 0)
    first = window(alice, style=VISIBLE)
    theirs = window(other, style=VISIBLE)
    assert state(alice) == (first, first, 0)
    assert state(other) == (first, theirs, 0), "nobody takes the foreground by showing a window"
    second = window(alice, style=VISIBLE)
    assert state(alice) == (second, second, 0)


def test_a_window_is_brought_to_the_front(alice: Program, other: Program) -> None:
    mine, theirs = window(alice, style=VISIBLE), window(other, style=VISIBLE)
    assert alice.call(SetForegroundWindow(theirs))
    assert state(alice)[0] == theirs
    assert alice.call(SetForegroundWindow(child(alice, mine)))
    assert state(other) == (mine, theirs, 0)
    assert alice.call(ListWindows()) == (mine, theirs)
    assert not alice.call(SetForegroundWindow(window(alice, parent=MESSAGE_ONLY)))
    assert alice.status(SetForegroundWindow(0x123)) is S.INVALID_WINDOW_HANDLE
    assert lower(other).status(SetForegroundWindow(mine)) is S.ACCESS_DENIED


def test_without_the_input_a_desktop_has_no_foreground(alice: Program) -> None:
    """B.27."""
    on_new_desktop(alice)
    handle = window(alice, style=VISIBLE)
    assert state(alice) == (0, handle, 0)
    assert not alice.call(SetForegroundWindow(handle))


def test_focus_and_active_window(alice: Program, other: Program) -> None:
    top, beside = window(alice), window(alice)
    inner = child(alice, top)
    assert alice.call(SetFocus(inner)) == 0
    assert state(alice) == (0, top, inner)
    assert alice.call(SetActiveWindow(top)) == top
    assert state(alice) == (0, top, inner)
    assert alice.call(SetActiveWindow(beside)) == top
    assert state(alice) == (0, beside, 0)
    assert alice.call(SetFocus(inner)) == 0
    assert alice.call(SetFocus(0)) == inner
    assert alice.call(SetActiveWindow(0)) == top
    for call in (SetFocus, SetActiveWindow):
        assert other.status(call(top)) is S.ACCESS_DENIED
        assert other.status(call(0x123)) is S.INVALID_WINDOW_HANDLE


def test_the_next_visible_window_follows_one_that_goes(alice: Program, other: Program) -> None:
    theirs = window(other, style=VISIBLE)
    mine = window(alice, style=VISIBLE)
    window(alice)
    alice.call(SetForegroundWindow(mine))
    alice.call(SetFocus(mine))
    alice.call(DestroyWindow(mine))
    assert state(alice) == (theirs, 0, 0)


def test_what_is_hidden_or_put_into_another_window_is_not_in_front(alice: Program) -> None:
    first, second, third = (window(alice, style=VISIBLE) for _ in range(3))
    assert state(alice)[:2] == (third, third)
    alice.call(SetWindowPos(third, flags=HIDE))
    assert state(alice)[:2] == (second, 0)
    alice.call(SetActiveWindow(second))
    alice.call(SetParent(second, first))
    assert state(alice)[:2] == (first, 0)


def test_threads_can_share_their_input(world: World, alice: Program, other: Program) -> None:
    mine, theirs = window(alice), window(other)
    alice.call(SetFocus(mine))
    attach = AttachThreadInput(thread_id(other), thread_id(alice), True)
    for _ in range(2):
        other.call(attach)
    assert state(other) == (0, mine, mine)
    assert alice.call(SetFocus(theirs)) == mine
    assert state(other) == state(alice) == (0, theirs, theirs)
    check_survival(world)
    detach = AttachThreadInput(thread_id(alice), thread_id(other), False)
    alice.call(detach)
    assert state(alice) == (0, theirs, theirs), "attached twice"
    alice.call(detach)
    assert alice.status(detach) is S.INVALID_PARAMETER
    assert state(alice) == (0, 0, 0)
    assert state(other) == (0, theirs, theirs)


def test_sharing_ends_with_a_thread_and_with_a_window(world: World, alice: Program, other: Program) -> None:
    mine, theirs = window(alice), window(other)
    third = world.program()
    window(third)
    alice.call(AttachThreadInput(thread_id(alice), thread_id(other), True))
    alice.call(AttachThreadInput(thread_id(third), thread_id(alice), True))
    other.call(SetFocus(theirs))
    assert state(third) == (0, theirs, theirs)
    other.exit()
    assert state(third) == state(alice) == (0, 0, 0)
    third.call(SetFocus(mine))
    alice.exit()
    assert state(third) == (0, 0, 0)


def test_who_cannot_share(world: World, alice: Program, other: Program) -> None:
    window(alice)
    window(other)
    never, away, bob = world.program(), world.program(), world.program(2, "bob")
    on_new_desktop(away)
    window(bob)

    def attach(one: Program, by: Program = alice) -> S:
        return by.status(AttachThreadInput(thread_id(one), thread_id(alice), True))

    assert attach(alice) is S.INVALID_PARAMETER
    assert attach(never) is S.INVALID_THREAD_ID
    assert attach(bob) is S.INVALID_THREAD_ID
    assert attach(away) is S.ACCESS_DENIED
    assert attach(other, by=lower(world.program())) is S.ACCESS_DENIED


def test_a_thread_that_left_the_desktop_shares_no_more(alice: Program, other: Program) -> None:
    mine = window(alice)
    other.call(GetThreadInput())
    other.call(AttachThreadInput(thread_id(other), thread_id(alice), True))
    gui = other.process.gui
    assert gui is not None
    second = on_new_desktop(other)
    alice.call(SetFocus(mine))
    assert state(other) == (0, 0, 0)
    other.call(SetThreadDesktop(gui.desktop_handle))
    other.call(SetThreadDesktop(second))


def test_sharing_has_a_limit(alice: Program) -> None:
    window(alice)
    threads = [alice.thread() for _ in range(ATTACHED_PER_THREAD + 1)]
    for thread in threads:
        thread.call(GetThreadInput())
    for thread in threads[1:]:
        alice.call(AttachThreadInput(thread_id(thread), thread_id(alice), True))
    assert alice.status(AttachThreadInput(thread_id(threads[0]), thread_id(alice), True)) is S.QUOTA_EXCEEDED
