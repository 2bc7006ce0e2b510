"""Posted messages: where they go, in which order they come, and how much there may be (nt-semantics 7.4)."""

from typing import Any

import pytest

from ntsessions.abi.calls.event import CreateEvent, SetEvent
from ntsessions.abi.calls.message import (
    POSTED,
    QS_POSTMESSAGE,
    QS_SENDMESSAGE,
    QS_TIMER,
    WM_QUIT,
    BroadcastSystemMessage,
    GetMessage,
    GetQueueStatus,
    Message,
    MsgWaitForObjects,
    PostMessage,
    PostQuitMessage,
    PostThreadMessage,
    SendNotifyMessage,
    SetTimer,
)
from ntsessions.abi.calls.wait import CancelCall, QueueApc
from ntsessions.abi.calls.window import DestroyWindow
from ntsessions.abi.errors import Cancelled, InvalidHandle
from ntsessions.abi.limits import MESSAGES_PER_QUEUE
from ntsessions.abi.status import NtStatus as S
from tests.harness import PendingCall, Program, World
from tests.unit.executive.windowing.desk import (
    EVERYBODY,
    MESSAGE_ONLY,
    check_books,
    check_survival,
    child,
    drain,
    lower,
    next_message,
    on_new_desktop,
    waiting,
    window,
)

TIMEOUT, USER_APC = int(S.TIMEOUT), int(S.USER_APC)
SECOND = 10_000_000
WAITALL, ALERTABLE, INPUTAVAILABLE = 1, 2, 4
THREAD_MESSAGES = -1


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def alice(world: World) -> Program:
    return world.program()


@pytest.fixture
def other(world: World) -> Program:
    program = world.program()
    window(program)
    return program


def thread_id(program: Program) -> int:
    return program.thread_object.thread_id


def numbers(program: Program) -> list[int]:
    return [message.number for message in drain(program)]


# -- where they go


def test_a_message_comes_as_it_was_posted(world: World, alice: Program, other: Program) -> None:
    handle = window(alice)
    world.advance(1.5)
    other.call(PostMessage(handle, 0x400, -1, 1 << 40))
    other.call(PostThreadMessage(thread_id(alice), 0x401, 5, 6))
    alice.call(PostMessage(0, 0x402))
    assert drain(alice) == [
        Message(POSTED, handle, 0x400, -1, 1 << 40, 1500),
        Message(POSTED, 0, 0x401, 5, 6, 1500),
        Message(POSTED, 0, 0x402, 0, 0, 1500),
    ]
    check_books(world.executive)


def test_who_waits_gets_it(alice: Program, other: Program) -> None:
    handle = window(alice)
    call = waiting(alice)
    other.call(PostMessage(handle, 0x400))
    assert call.reply.number == 0x400
    assert next_message(alice).kind == 0


@pytest.mark.parametrize("number", [0x10000, 0xFFFFFFFF])
def test_there_are_65536_messages(alice: Program, number: int) -> None:
    handle = window(alice)
    for call in (PostMessage(handle, number), PostMessage(0, number), PostMessage(EVERYBODY, number),
                 PostThreadMessage(thread_id(alice), number), BroadcastSystemMessage(number)):  # fmt: skip
        assert alice.status(call) is S.INVALID_PARAMETER


def test_a_window_that_is_not_there(alice: Program) -> None:
    for handle in (0x123, 1, MESSAGE_ONLY):
        assert alice.status(PostMessage(handle, 0x400)) is S.INVALID_WINDOW_HANDLE


def test_a_thread_is_reached_on_its_desktop_only(world: World, alice: Program, other: Program) -> None:
    on_new_desktop(away := world.program())
    bob = world.program(2, "bob")
    window(bob)
    without_queue = world.program()
    for one in (away, bob, without_queue):
        assert other.status(PostThreadMessage(thread_id(one), 0x400)) is S.INVALID_THREAD_ID
    assert other.status(PostThreadMessage(1, 0x400)) is S.INVALID_THREAD_ID


def test_the_system_reaches_its_own_logon_s_threads_on_other_desktops(world: World) -> None:
    """7.4: with SeTcbPrivilege and the same LUID."""
    service, away = world.program(0, "SYSTEM"), world.program(0, "SYSTEM")
    on_new_desktop(away)
    service.call(PostThreadMessage(thread_id(away), 0x400))
    assert numbers(away) == [0x400]


def test_nobody_writes_upward(world: World, alice: Program, other: Program) -> None:
    """3.10: what only asks may pass."""
    handle = window(alice)
    lower(other)
    for call in (PostMessage(handle, 0x10), PostMessage(handle, 0x400), PostThreadMessage(thread_id(alice), 0x400)):
        assert other.status(call) is S.ACCESS_DENIED
    other.call(PostMessage(handle, 0xD))
    other.call(PostMessage(EVERYBODY, 0x400))
    assert numbers(alice) == [0xD]
    assert numbers(other) == [0x400]


def test_a_profile_without_labels_lets_everything_through() -> None:
    world = World("xp")
    alice, other = world.program(), world.program()
    handle = window(alice)
    lower(other).call(PostMessage(handle, 0x400))
    assert numbers(alice) == [0x400]


def test_a_broadcast_reaches_the_top_level_windows_of_the_desktop(world: World, alice: Program, other: Program) -> None:
    """Hidden and owned ones too, not children, not those that are only for messages."""
    top = window(alice)
    owned = window(alice, parent=top)
    child(alice, top)
    window(alice, parent=MESSAGE_ONLY)
    on_new_desktop(away := world.program())
    window(away)
    alice.call(PostMessage(EVERYBODY, 0xC000, 1, 2))
    assert [(message.window, message.wparam) for message in drain(alice)] == [(owned, 1), (top, 1)]
    assert len(drain(other)) == 1
    assert drain(away) == []
    assert alice.call(BroadcastSystemMessage(0x11)) == 3
    assert alice.status(BroadcastSystemMessage(0x11, all_desktops=True)) is S.PRIVILEGE_NOT_HELD


def test_the_system_reaches_all_desktops_of_its_window_station(world: World) -> None:
    service, away = world.program(0, "SYSTEM"), world.program(0, "SYSTEM")
    window(service)
    on_new_desktop(away)
    window(away)
    assert service.call(BroadcastSystemMessage(0x11)) == 1
    assert service.call(BroadcastSystemMessage(0x11, all_desktops=True)) == 2
    assert numbers(away) == [0x11]


def test_the_ten_thousand_and_first_message_is_refused(world: World, alice: Program, other: Program) -> None:
    """B.30."""
    handle = window(alice)
    for _ in range(MESSAGES_PER_QUEUE):
        other.call(PostMessage(handle, 0x400))
    assert other.status(PostMessage(handle, 0x400)) is S.QUOTA_EXCEEDED
    assert other.status(PostThreadMessage(thread_id(alice), 0x400)) is S.QUOTA_EXCEEDED
    assert alice.status(PostMessage(0, 0x400)) is S.QUOTA_EXCEEDED
    other.call(PostMessage(EVERYBODY, 0x400))
    next_message(alice)
    other.call(PostMessage(handle, 0x401))
    check_books(world.executive)


def test_messages_are_paid_for_by_the_session(world: World, alice: Program, other: Program) -> None:
    handle = window(alice)
    pool = world.executive.sessions[1].pool
    used = pool.used
    other.call(PostMessage(handle, 0x400))
    assert pool.used > used
    pool.limit = pool.used
    assert other.status(PostMessage(handle, 0x400)) is S.QUOTA_EXCEEDED
    next_message(alice)
    assert pool.used == used


# -- which one comes


def test_a_caller_may_choose(alice: Program) -> None:
    top = window(alice)
    inner = child(alice, top)
    beside = window(alice)
    for handle, number in ((beside, 1), (0, 2), (inner, 3), (top, 4)):
        alice.call(PostMessage(handle, number))

    def peek(**fields: Any) -> int:
        return next_message(alice, remove=False, **fields).number

    assert peek() == 1
    assert peek(window=THREAD_MESSAGES) == 2
    assert peek(window=top) == 3
    assert peek(window=inner) == 3
    assert peek(window=top, first=4, last=9) == 4
    assert peek(first=2, last=3) == 2
    assert peek(first=9, last=10) == 0
    assert next_message(alice, window=top).number == 3
    assert numbers(alice) == [1, 2, 4]
    assert alice.status(GetMessage(window=0x123)) is S.INVALID_WINDOW_HANDLE


def test_a_wait_for_one_window_ignores_what_is_for_others(alice: Program) -> None:
    handle, beside = window(alice), window(alice)
    call = waiting(alice, window=handle)
    alice.call(PostMessage(beside, 1))
    assert not call.done
    alice.call(PostMessage(handle, 2))
    assert call.reply.number == 2


def test_a_wait_for_a_window_ends_with_it(alice: Program) -> None:
    handle = window(alice)
    call = waiting(alice, window=handle)
    alice.call(DestroyWindow(handle))
    with pytest.raises(InvalidHandle, match="destroyed"):
        assert call.reply


def test_the_order_is_sent_posted_quit_timer(world: World, alice: Program, other: Program) -> None:
    handle = window(alice)
    alice.call(SetTimer(handle, 1))
    world.advance(1)
    alice.call(PostQuitMessage(7))
    alice.call(PostMessage(handle, 0x400))
    other.call(SendNotifyMessage(handle, 0x401))
    found = drain(alice)
    assert [message.number for message in found] == [0x401, 0x400, WM_QUIT, 0x113]
    assert found[2].wparam == 7


def test_quit_comes_whatever_is_asked_for(alice: Program) -> None:
    handle = window(alice)
    call = waiting(alice, window=handle, first=5, last=6)
    alice.call(PostQuitMessage(3))
    assert call.reply.number == WM_QUIT
    alice.call(PostMessage(0, 1))
    alice.call(PostThreadMessage(thread_id(alice), WM_QUIT))
    assert next_message(alice, first=5, last=6).number == WM_QUIT
    alice.call(PostQuitMessage())
    assert [next_message(alice, first=5, last=6, remove=False).number for _ in range(2)] == [WM_QUIT, WM_QUIT]


def test_one_wait_of_a_thread_at_a_time(world: World, alice: Program) -> None:
    call = waiting(alice, timeout=SECOND)
    assert alice.status(GetMessage()) is S.INVALID_PARAMETER
    world.advance(1)
    assert call.reply.kind == 0
    call = waiting(alice)
    assert alice.call(CancelCall(world._requests))
    with pytest.raises(Cancelled):
        assert call.reply
    alice.call(PostMessage(0, 1))
    assert numbers(alice) == [1], "what nobody waits for any more stays"


def test_messages_for_a_window_go_with_it(world: World, alice: Program) -> None:
    handle, stays = window(alice), window(alice)
    for one in (handle, stays, handle):
        alice.call(PostMessage(one, 1))
    alice.call(DestroyWindow(handle))
    assert [message.window for message in drain(alice)] == [stays]
    check_books(world.executive)


# -- the state of the queue


def test_the_status_tells_what_waits_and_what_is_new(alice: Program, other: Program) -> None:
    handle = window(alice)

    def status(mask: int = 0xFF) -> tuple[int, int]:
        return divmod(alice.call(GetQueueStatus(mask)), 1 << 16)

    assert status() == (0, 0)
    alice.call(PostMessage(handle, 1))
    other.call(SendNotifyMessage(handle, 2))
    assert status(QS_POSTMESSAGE) == (QS_POSTMESSAGE, QS_POSTMESSAGE)
    assert status() == (QS_POSTMESSAGE | QS_SENDMESSAGE, QS_SENDMESSAGE)
    assert status() == (QS_POSTMESSAGE | QS_SENDMESSAGE, 0)
    drain(alice)
    alice.call(PostQuitMessage())
    assert status() == (QS_POSTMESSAGE, QS_POSTMESSAGE)
    drain(alice)
    alice.call(SetTimer(handle, 1))
    alice.world.advance(1)
    assert status() == (QS_TIMER, QS_TIMER)


def test_a_wait_for_objects_or_input(world: World, alice: Program, other: Program) -> None:
    handle = window(alice)
    event = alice.call(CreateEvent(event_type=1)).handle

    def wait(*handles: int, **fields: Any) -> PendingCall:
        return alice.begin(MsgWaitForObjects(handles, **fields))

    assert wait(event, timeout=0).reply.status == TIMEOUT
    call = wait(event)
    other.call(PostMessage(handle, 1))
    assert call.reply.status == 1
    assert wait(event, timeout=0).reply.status == TIMEOUT, "what was seen is not new"
    assert wait(event, timeout=0, flags=INPUTAVAILABLE).reply.status == 1
    assert wait(event, timeout=0, flags=INPUTAVAILABLE, mask=QS_TIMER).reply.status == TIMEOUT
    call = wait(event, mask=QS_SENDMESSAGE)
    other.call(PostMessage(handle, 1))
    assert not call.done
    assert alice.status(MsgWaitForObjects(())) is S.INVALID_PARAMETER, "one at a time"
    alice.call(SetEvent(event))
    assert call.reply.status == 0
    call = wait(timeout=SECOND, mask=QS_TIMER)
    world.advance(1)
    assert call.reply.status == TIMEOUT


def test_a_wait_for_all_and_input(world: World, alice: Program) -> None:
    alice.call(GetQueueStatus())
    event = alice.call(CreateEvent()).handle
    call = alice.begin(MsgWaitForObjects((event,), flags=WAITALL))
    alice.call(PostMessage(0, 1))
    assert not call.done
    alice.call(SetEvent(event))
    assert call.reply.status == 0
    assert alice.status(MsgWaitForObjects((event, event), flags=WAITALL)) is S.INVALID_PARAMETER_MIX
    call = alice.begin(MsgWaitForObjects((), flags=ALERTABLE, mask=0))
    alice.call(QueueApc(-2, 1))
    assert call.reply.status == USER_APC


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"flags": 8}, S.INVALID_PARAMETER),
        ({"handles": (4,) * 64}, S.INVALID_PARAMETER),
        ({"handles": (0x4444,)}, S.INVALID_HANDLE),
    ],
)
def test_waits_that_are_refused(alice: Program, fields: dict[str, Any], status: S) -> None:
    assert alice.status(MsgWaitForObjects(**({"handles": ()} | fields))) is status


def test_waits_and_messages_survive_a_restart(world: World, alice: Program, other: Program) -> None:
    handle = window(alice)
    waiting(other)
    alice.begin(MsgWaitForObjects((), mask=QS_TIMER))
    alice.call(PostMessage(handle, 1, 1 << 62, -1))
    alice.call(PostQuitMessage(1))
    check_survival(world)
