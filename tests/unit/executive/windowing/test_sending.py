"""Sent messages: answers, nesting, and who may send (nt-semantics 7.4)."""

import pytest

from ntsessions.abi.calls.message import (
    SENT,
    SMTO_BLOCK,
    AwaitSend,
    Message,
    PostMessage,
    ReplyMessage,
    SendMessage,
    SendNotifyMessage,
    SendResult,
)
from ntsessions.abi.calls.wait import CancelCall
from ntsessions.abi.limits import MESSAGES_PER_QUEUE, SENDS_PER_THREAD
from ntsessions.abi.status import NtStatus as S
from tests.harness import PendingCall, Program, World
from tests.unit.executive.windowing.desk import (
    EVERYBODY,
    check_books,
    check_survival,
    drain,
    lower,
    next_message,
    on_new_desktop,
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


# -- answers


def test_the_sender_waits_for_the_answer(world: World, alice: Program, other: Program, target: int) -> None:
    call = send(alice, target, 0x4A, wparam=-1, lparam=2, data=b"text")
    message = next_message(other)
    assert (message.kind, message.window, message.number) == (SENT, target, 0x4A)
    assert (message.wparam, message.lparam, message.data) == (-1, 2, b"text")
    assert not call.done
    other.call(ReplyMessage(message.sent, 99, b"answer"))
    assert call.reply == SendResult(0, 99, b"answer")
    assert other.status(ReplyMessage(message.sent)) is S.INVALID_PARAMETER
    check_books(world.executive)


def test_a_thread_that_waits_for_messages_gets_it_at_once(alice: Program, other: Program, target: int) -> None:
    get = waiting(other, window=target, first=1, last=2)
    call = send(alice, target)
    other.call(ReplyMessage(get.reply.sent, 5))
    assert call.reply.result == 5


def test_a_message_that_nobody_waits_for(world: World, alice: Program, other: Program, target: int) -> None:
    alice.call(PostMessage(target, 1))
    alice.call(SendNotifyMessage(target, 2, 3, 4))
    assert reply(other).number == 2
    assert next_message(other).number == 1
    check_books(world.executive)


def test_only_the_receiver_answers(alice: Program, other: Program, target: int) -> None:
    call = send(alice, target)
    message = next_message(other)
    for one in (alice, other.thread()):
        assert one.status(ReplyMessage(message.sent)) is S.INVALID_PARAMETER
    assert not call.done


def test_one_s_own_window_gives_the_message_back(world: World, alice: Program) -> None:
    """The window procedure is called by the sender; also when nothing else may come in between."""
    handle = window(alice)
    for flags in (0, SMTO_BLOCK):
        result = alice.call(SendMessage(handle, 0x400, flags=flags))
        assert result.status == PENDING
        assert result.incoming is not None
        assert result.incoming.window == handle
        alice.call(ReplyMessage(result.incoming.sent, 8, b"x"))
        check_books(world.executive)
        assert alice.call(AwaitSend(result.send)) == SendResult(0, 8, b"x")
        assert alice.status(AwaitSend(result.send)) is S.INVALID_PARAMETER
    check_books(world.executive)


def test_who_waits_answers_others_meanwhile(world: World, alice: Program, other: Program, target: int) -> None:
    """Two programs that send to each other do not wait for ever."""
    mine = window(alice)
    first = send(alice, target)
    message = next_message(other)
    second = send(other, mine)
    result = first.reply
    assert result.status == PENDING
    assert result.incoming.window == mine
    alice.call(ReplyMessage(result.incoming.sent, 1))
    assert second.reply.result == 1
    again = alice.begin(AwaitSend(result.send))
    assert not again.done
    check_survival(world)
    other.call(ReplyMessage(message.sent, 2))
    assert again.reply == SendResult(0, 2)
    check_books(world.executive)


def test_what_came_before_is_answered_first(alice: Program, other: Program, target: int) -> None:
    other.call(SendNotifyMessage(window(alice), 0x500))
    result = alice.call(SendMessage(target, 0x400))
    assert result.incoming is not None
    assert result.incoming.number == 0x500


def test_block_lets_nothing_in(alice: Program, other: Program, target: int) -> None:
    mine = window(alice)
    other.call(SendNotifyMessage(mine, 0x500))
    call = send(alice, target, flags=SMTO_BLOCK)
    other.call(SendNotifyMessage(mine, 0x501))
    assert not call.done
    reply(other, 3)
    assert call.reply == SendResult(0, 3)
    assert [message.number for message in drain(alice)] == [0x500, 0x501]


def test_the_latest_call_is_interrupted(alice: Program, other: Program, target: int) -> None:
    first, second = send(alice, target), send(alice, target)
    other.call(SendNotifyMessage(window(alice), 0x500))
    assert (first.done, second.done) == (False, True)


def test_an_interrupted_call_of_another_thread_cannot_be_awaited(alice: Program, other: Program, target: int) -> None:
    other.call(SendNotifyMessage(window(alice), 0x500))
    result = alice.call(SendMessage(target, 0x400))
    assert alice.thread().status(AwaitSend(result.send)) is S.INVALID_PARAMETER
    call = alice.begin(AwaitSend(result.send))
    assert alice.status(AwaitSend(result.send)) is S.INVALID_PARAMETER, "it waits already"
    reply(other)
    assert call.done


# -- who may


def test_windows_that_cannot_be_sent_to(world: World, alice: Program, other: Program, target: int) -> None:
    on_new_desktop(away := world.program())
    there = window(away)
    for handle in (0, there, 0x123):
        assert alice.status(SendMessage(handle, 0x400)) is S.INVALID_WINDOW_HANDLE
        assert alice.status(SendNotifyMessage(handle, 0x400)) is S.INVALID_WINDOW_HANDLE
    assert alice.status(SendMessage(target, 0x10000)) is S.INVALID_PARAMETER
    assert alice.status(SendMessage(EVERYBODY, 0x10000)) is S.INVALID_PARAMETER
    lower(alice)
    assert alice.status(SendMessage(target, 0xC)) is S.ACCESS_DENIED
    assert alice.status(SendNotifyMessage(target, 0x400)) is S.ACCESS_DENIED
    send(alice, target, 0xD)


def test_queues_and_senders_have_limits(world: World, alice: Program, other: Program, target: int) -> None:
    for _ in range(SENDS_PER_THREAD):
        calls = alice.status(SendMessage(target, 0x400, timeout=0, flags=0))
        assert calls is S.SUCCESS
    queue = other.thread_object.gui.queue  # type: ignore[union-attr]
    assert len(queue.sent) == SENDS_PER_THREAD
    for _ in range(MESSAGES_PER_QUEUE - SENDS_PER_THREAD):
        alice.call(SendNotifyMessage(target, 0x400))
    assert alice.status(SendNotifyMessage(target, 0x400)) is S.QUOTA_EXCEEDED
    assert alice.status(SendMessage(target, 0x400)) is S.QUOTA_EXCEEDED
    alice.call(SendNotifyMessage(EVERYBODY, 0x400))
    next_message(other)
    assert alice.status(SendNotifyMessage(target, 0x400)) is S.QUOTA_EXCEEDED, "taken is not answered"
    check_books(world.executive)


def test_a_thread_wants_a_limited_number_of_answers(world: World, alice: Program, other: Program, target: int) -> None:
    handle = window(alice)
    for _ in range(SENDS_PER_THREAD):
        alice.call(SendMessage(handle, 0x400))
    assert alice.status(SendMessage(handle, 0x400)) is S.QUOTA_EXCEEDED
    check_books(world.executive)


def test_a_cancelled_call_is_answered_in_vain(world: World, alice: Program, other: Program, target: int) -> None:
    send(alice, target)
    assert alice.call(CancelCall(world._requests))
    reply(other, 5, b"x")
    assert not alice.thread_object.gui.queue.sends  # type: ignore[union-attr]
    check_books(world.executive)


def test_answers_of_cancelled_calls_are_not_wanted(world: World, alice: Program, other: Program, target: int) -> None:
    for _ in range(SENDS_PER_THREAD + 5):
        call = send(alice, target)
        assert alice.call(CancelCall(world._requests))
        assert call.done
    message = reply(other)
    assert message.kind == SENT
    check_books(world.executive)
