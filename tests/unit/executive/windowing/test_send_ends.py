"""Sent messages: time-outs, the end of either side, and broadcasts (nt-semantics 7.4)."""

import pytest

from ntsessions.abi.calls.event import CreateEvent, SetEvent
from ntsessions.abi.calls.message import (
    NONE,
    SENT,
    SMTO_ABORTIFHUNG,
    SMTO_ERRORONEXIT,
    SMTO_NOTIMEOUTIFNOTHUNG,
    AwaitSend,
    GetMessage,
    Message,
    MsgWaitForObjects,
    ReplyMessage,
    SendMessage,
    SendNotifyMessage,
    SendResult,
)
from ntsessions.abi.calls.window import DestroyWindow
from ntsessions.abi.limits import MESSAGES_PER_QUEUE
from ntsessions.abi.status import NtStatus as S
from tests.harness import PendingCall, Program, World
from tests.unit.executive.windowing.desk import (
    EVERYBODY,
    check_books,
    check_survival,
    drain,
    next_message,
    waiting,
    window,
)

SECOND = 10_000_000
TIMED_OUT = SendResult(int(S.TIMEOUT))
PENDING = int(S.PENDING)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def alice(world: World) -> Program:
    program = world.program()
    window(program)
    return program


@pytest.fixture
def other(world: World) -> Program:
    return world.program()


@pytest.fixture
def target(other: Program) -> int:
    return window(other)


def send(program: Program, handle: int, number: int = 0x400, **fields: object) -> PendingCall:
    call = program.begin(SendMessage(handle, number, **fields))  # type: ignore[arg-type]
    assert not call.done, "it was to wait"
    return call


def reply(program: Program, result: int = 0, data: bytes | None = None) -> Message:
    """Take what was sent, and answer it."""
    message = next_message(program)
    assert message.kind == SENT
    program.call(ReplyMessage(message.sent, result, data))
    return message


# -- time


def test_a_send_times_out_and_the_message_still_comes(
    world: World, alice: Program, other: Program, target: int
) -> None:
    call = send(alice, target, timeout=SECOND)
    world.advance(1)
    assert call.reply == TIMED_OUT
    assert alice.call(SendMessage(target, 0x401, timeout=0)) == TIMED_OUT
    assert [reply(other).number for _ in range(2)] == [0x400, 0x401]
    check_books(world.executive)


def test_the_time_goes_on_while_the_sender_answers(world: World, alice: Program, other: Program, target: int) -> None:
    other.call(SendNotifyMessage(window(alice), 0x500))
    result = alice.call(SendMessage(target, 0x400, timeout=SECOND))
    world.advance(2)
    call = alice.begin(AwaitSend(result.send))
    world.advance(0)
    assert call.reply == TIMED_OUT


def test_a_hung_receiver_is_given_up_at_once(world: World, alice: Program, other: Program, target: int) -> None:
    """Five seconds without asking for a message; a window of one's own never counts."""
    call = send(alice, target, flags=SMTO_ABORTIFHUNG)
    world.advance(4.9)
    assert not call.done
    world.advance(0.1)
    assert call.reply == TIMED_OUT
    assert alice.call(SendMessage(target, 0x400, flags=SMTO_ABORTIFHUNG)) == TIMED_OUT
    assert alice.call(SendMessage(window(alice), 0x400, flags=SMTO_ABORTIFHUNG)).status == PENDING
    drain(other)
    send(alice, target, flags=SMTO_ABORTIFHUNG)


def test_who_waits_for_messages_is_not_hung(world: World, alice: Program, other: Program, target: int) -> None:
    waiting(other)
    world.advance(60)
    call = send(alice, target, flags=SMTO_ABORTIFHUNG)
    world.advance(4)
    next_message(other)
    world.advance(4)
    assert not call.done
    world.advance(1)
    assert call.reply == TIMED_OUT


def test_waiting_for_objects_is_not_hanging_either(world: World, alice: Program, other: Program, target: int) -> None:
    event = other.call(CreateEvent()).handle
    waits = other.begin(MsgWaitForObjects((event,), mask=0))
    world.advance(60)
    call = send(alice, target, flags=SMTO_ABORTIFHUNG)
    other.call(SetEvent(event))
    assert waits.done
    world.advance(5)
    assert not call.done, "it was woken a moment ago, as far as anybody knows"
    world.advance(5)
    assert call.reply == TIMED_OUT


def test_no_time_out_while_the_receiver_asks(world: World, alice: Program, other: Program, target: int) -> None:
    call = send(alice, target, timeout=SECOND, flags=SMTO_NOTIMEOUTIFNOTHUNG)
    for _ in range(5):
        world.advance(3)
        assert not call.done
        next_message(other)
    world.advance(5)
    assert call.reply == TIMED_OUT


def test_both_kinds_of_patience(world: World, alice: Program, other: Program, target: int) -> None:
    short = send(alice, target, timeout=SECOND, flags=SMTO_ABORTIFHUNG)
    long = send(alice, target, timeout=100 * SECOND, flags=SMTO_ABORTIFHUNG)
    world.advance(1)
    assert short.reply == TIMED_OUT
    world.advance(4)
    assert long.reply == TIMED_OUT


# -- ends


def test_a_receiver_that_ends_answers_0(world: World, alice: Program, other: Program, target: int) -> None:
    taken, waits = send(alice, target), send(alice, target)
    told = send(alice, target, flags=SMTO_ERRORONEXIT)
    next_message(other)
    other.exit()
    assert [taken.reply, waits.reply] == [SendResult(0), SendResult(0)]
    assert told.reply == SendResult(int(S.INVALID_WINDOW_HANDLE))
    check_books(world.executive)


def test_a_window_that_goes_before_it_took_the_message_answers_0(
    world: World, alice: Program, other: Program, target: int
) -> None:
    kept = window(other)
    taken, lost, stays = send(alice, target), send(alice, target), send(alice, kept)
    message = next_message(other)
    other.call(DestroyWindow(target))
    assert (taken.done, lost.done, stays.done) == (False, True, False)
    other.call(ReplyMessage(message.sent, 5))
    assert taken.reply.result == 5
    assert reply(other).window == kept
    check_books(world.executive)


def test_a_sender_that_ended_is_not_answered(world: World, alice: Program, other: Program, target: int) -> None:
    send(alice, target)
    taken = next_message(other)
    send(second := world.program(), target)
    second.exit()
    alice.exit()
    other.call(ReplyMessage(taken.sent, 5, b"x"))
    reply(other)
    check_books(world.executive)
    check_survival(world)


def test_an_answer_that_the_session_cannot_keep_comes_without_data(
    world: World, alice: Program, other: Program, target: int
) -> None:
    other.call(SendNotifyMessage(window(alice), 0x500))
    result = alice.call(SendMessage(target, 0x400))
    message = next_message(other)
    pool = world.executive.sessions[1].pool
    limit, pool.limit = pool.limit, pool.used
    other.call(ReplyMessage(message.sent, 5, b"x" * 1000))
    pool.limit = limit
    assert alice.call(AwaitSend(result.send)) == SendResult(0, 5)
    check_books(world.executive)


def test_data_is_paid_for_until_it_is_answered(world: World, alice: Program, other: Program, target: int) -> None:
    pool = world.executive.sessions[1].pool
    used = pool.used
    send(alice, target, data=b"x" * 60_000)
    assert pool.used >= used + 60_000
    reply(other)
    assert pool.used == used
    pool.limit = used
    assert alice.status(SendMessage(target, 0x400)) is S.QUOTA_EXCEEDED
    assert not alice.thread_object.gui.queue.sends  # type: ignore[union-attr]


# -- to all


def test_a_broadcast_goes_from_window_to_window(world: World, alice: Program, other: Program, target: int) -> None:
    third = world.program()
    front = window(third)
    call = send(alice, EVERYBODY)
    assert next_message(other).kind == NONE
    assert reply(third).window == front
    assert reply(other).window == target
    result = call.reply
    assert result.status == PENDING, "its own window comes last here"
    alice.call(ReplyMessage(result.incoming.sent, 9))
    assert alice.call(AwaitSend(result.send)) == SendResult(0, 1)
    check_books(world.executive)


def test_each_window_has_the_whole_time(world: World, other: Program, target: int) -> None:
    lonely = world.program()
    lonely.call(GetMessage(timeout=0))
    window(world.program())
    call = send(lonely, EVERYBODY, timeout=SECOND)
    world.advance(1)
    assert not call.done
    assert next_message(other).kind == SENT
    check_books(world.executive)
    world.advance(0.9)
    assert not call.done
    world.advance(0.1)
    assert call.reply == SendResult(0, 1)
    assert lonely.call(SendMessage(EVERYBODY, 0x400, timeout=0)) == SendResult(0, 1)
    assert [message.kind for message in drain(other)] == [SENT]
    check_books(world.executive)
    check_survival(world)


def test_a_broadcast_leaves_out_the_hung_the_full_and_the_dead(world: World, other: Program, target: int) -> None:
    lonely, hung, dies = world.program(), world.program(), world.program()
    window(hung)
    window(dies)
    world.advance(5)
    next_message(other)
    next_message(dies)
    call = send(lonely, EVERYBODY, flags=SMTO_ABORTIFHUNG)
    dies.exit()
    reply(other)
    assert call.reply == SendResult(0, 1)
    assert drain(hung) == []
    other.exit()
    hung.exit()
    assert lonely.call(SendMessage(EVERYBODY, 0x400)) == SendResult(0, 1), "there is nobody"
    check_books(world.executive)


def test_a_broadcast_passes_by_what_went_and_what_is_full(
    world: World, alice: Program, other: Program, target: int
) -> None:
    lonely, first = world.program(), world.program()
    window(first)
    for _ in range(MESSAGES_PER_QUEUE):
        alice.call(SendNotifyMessage(target, 0x400))
    call = send(lonely, EVERYBODY)
    alice.exit()
    reply(first)
    assert call.reply == SendResult(0, 1)
    check_books(world.executive)


def test_a_broadcast_times_out_into_one_s_own_window(world: World, alice: Program, other: Program, target: int) -> None:
    call = send(alice, EVERYBODY, timeout=SECOND)
    world.advance(1)
    result = call.reply
    assert result.status == PENDING
    late = next_message(other)
    other.call(ReplyMessage(late.sent, 5))
    alice.call(ReplyMessage(result.incoming.sent))
    assert alice.call(AwaitSend(result.send)) == SendResult(0, 1)
    check_books(world.executive)
