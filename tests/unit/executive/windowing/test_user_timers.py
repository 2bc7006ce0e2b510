"""USER timers: when WM_TIMER comes, and what a timer costs that nobody asks for (nt-semantics 7.4)."""

import pytest

from ntsessions.abi.calls.message import WM_TIMER, KillTimer, PostMessage, SetTimer
from ntsessions.abi.calls.window import DestroyWindow
from ntsessions.abi.status import NtStatus as S
from tests.harness import Program, World
from tests.unit.executive.windowing.desk import check_books, check_survival, child, drain, next_message, waiting, window


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def alice(world: World) -> Program:
    return world.program()


def ids(program: Program) -> list[int]:
    return [message.wparam for message in drain(program) if message.number == WM_TIMER]


def test_a_timer_comes_again_and_again_in_its_phase(world: World, alice: Program) -> None:
    handle = window(alice)
    assert alice.call(SetTimer(handle, 7, 1000)) == 7
    world.advance(0.9)
    assert drain(alice) == []
    world.advance(0.1)
    message = next_message(alice)
    assert (message.window, message.number, message.wparam, message.lparam) == (handle, WM_TIMER, 7, 0)
    assert drain(alice) == []
    world.advance(2.3)
    assert ids(alice) == [7], "what was missed is not made up for"
    world.advance(0.6)
    assert ids(alice) == []
    world.advance(0.1)
    assert ids(alice) == [7]
    assert alice.call(KillTimer(handle, 7))
    assert not alice.call(KillTimer(handle, 7))
    world.advance(10)
    assert ids(alice) == []
    check_books(world.executive)


def test_a_waiting_thread_is_woken(world: World, alice: Program) -> None:
    handle = window(alice)
    alice.call(SetTimer(handle, 1, 50))
    call = waiting(alice)
    world.advance(0.05)
    assert call.reply.number == WM_TIMER


def test_a_timer_that_nobody_asks_for_wakes_nobody(world: World, alice: Program) -> None:
    alice.call(SetTimer(window(alice), 1, 10))
    world.advance(0.01)
    assert world.executive.next_deadline() == (None, None)
    assert ids(alice) == [1]
    assert world.executive.next_deadline()[0] is not None


def test_the_shortest_period_is_10_ms(world: World, alice: Program) -> None:
    alice.call(SetTimer(window(alice), 1, 0))
    world.advance(0.009)
    assert ids(alice) == []
    world.advance(0.001)
    assert ids(alice) == [1]
    alice.call(SetTimer(0, 0, 0xFFFFFFFF))


def test_setting_a_timer_again_starts_it_anew(world: World, alice: Program) -> None:
    handle = window(alice)
    alice.call(SetTimer(handle, 1, 10))
    world.advance(0.01)
    alice.call(SetTimer(handle, 1, 1000))
    assert ids(alice) == []
    world.advance(1)
    assert ids(alice) == [1]
    gui = alice.process.gui
    assert gui is not None
    assert gui.user_objects == 2


def test_a_thread_s_own_timers_choose_their_ids(world: World, alice: Program) -> None:
    first, second = alice.call(SetTimer(0, 5)), alice.call(SetTimer(0, 5))
    assert len({first, second, 0}) == 3
    assert alice.call(SetTimer(0, first, 500)) == first
    world.advance(0.1)
    assert ids(alice) == [second]
    assert alice.call(KillTimer(0, first))
    check_books(world.executive)


def test_timers_can_be_chosen_among(world: World, alice: Program) -> None:
    top, beside = window(alice), window(alice)
    inner = child(alice, top)
    for handle, timer in ((beside, 1), (inner, 2), (0, 0)):
        alice.call(SetTimer(handle, timer))
    world.advance(1)
    assert next_message(alice, first=1, last=2).kind == 0
    assert next_message(alice, window=top, remove=False).wparam == 2
    assert next_message(alice, window=top).wparam == 2
    assert next_message(alice, window=top).kind == 0
    assert next_message(alice, window=-1).window == 0
    assert next_message(alice, first=WM_TIMER, last=WM_TIMER).wparam == 1


def test_anything_else_comes_first(world: World, alice: Program) -> None:
    alice.call(SetTimer(window(alice), 1))
    world.advance(1)
    alice.call(PostMessage(0, 0x400))
    assert [message.number for message in drain(alice)] == [0x400, WM_TIMER]


def test_timers_are_their_threads_own(world: World, alice: Program) -> None:
    handle = window(alice)
    for one in (alice.thread(), world.program()):
        assert one.status(SetTimer(handle, 1)) is S.ACCESS_DENIED
        assert one.status(KillTimer(handle, 1)) is S.ACCESS_DENIED
    assert alice.status(SetTimer(0x123, 1)) is S.INVALID_WINDOW_HANDLE
    assert alice.status(KillTimer(0x123, 1)) is S.INVALID_WINDOW_HANDLE


def test_timers_count_against_the_quota_of_handles(world: World, alice: Program) -> None:
    handle = window(alice)
    gui = alice.process.gui
    assert gui is not None
    gui.user_objects += 9_998
    alice.call(SetTimer(handle, 1))
    assert alice.status(SetTimer(handle, 2)) is S.NO_MORE_USER_HANDLES
    alice.call(SetTimer(handle, 1))
    gui.user_objects -= 9_998
    check_books(world.executive)


def test_timers_go_with_their_window_and_their_thread(world: World, alice: Program) -> None:
    handle = window(alice)
    alice.call(SetTimer(handle, 1))
    alice.call(SetTimer(0, 0))
    world.advance(1)
    check_survival(world)
    alice.call(DestroyWindow(handle))
    assert len(ids(alice)) == 1
    check_books(world.executive)
    alice.exit()
    assert not world.executive.steady.live
