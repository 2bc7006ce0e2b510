"""Messages of a thread: getting and dispatching what was posted, answering what was sent, sending (nt-semantics 7.4).

A thread answers what others send it whenever it asks for messages, and while it waits for an answer of its own.  Times
are in units of 100 ns; negative: for ever.
"""

import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from ntsessions.abi.calls.message import (
    DATA_LIMIT,
    HOOKED,
    NONE,
    POSTED,
    SENT,
    AwaitSend,
    GetMessage,
    KillTimer,
    Message,
    MsgWaitForObjects,
    ReplyMessage,
    SendMessage,
    SendResult,
    SetTimer,
)
from ntsessions.abi.calls.window import IsWindow
from ntsessions.abi.errors import nt_error
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import TICKS_PER_SECOND, WaitResult
from ntsessions.client.windowing.procedures import answer_with, guarded
from ntsessions.client.windowing.state import ThreadState
from ntsessions.client.windowing.steps import CallBack, OneWay, Steps
from ntsessions.client.windowing.window_messages import NOTHING, WM_NCDESTROY, WM_QUIT, WM_TIMER, Answer, within

INFINITE: Final = -1
LONGEST_TIMER: Final = 0x7FFFFFFF
"""Milliseconds (USER_TIMER_MAXIMUM)."""
_PENDING, _TIMEOUT = int(NtStatus.PENDING), int(NtStatus.TIMEOUT)


class Clock:
    """What is left of a time."""

    __slots__ = ("_end",)

    def __init__(self, ticks: int) -> None:
        self._end = None if ticks < 0 else time.monotonic() + ticks / TICKS_PER_SECOND

    def left(self) -> int:
        """Return what is left now."""
        if self._end is None:
            return INFINITE
        return max(0, round((self._end - time.monotonic()) * TICKS_PER_SECOND))


# -- getting


def get(
    state: ThreadState, window: int = 0, first: int = 0, last: int = 0, timeout: int = INFINITE, *, remove: bool = True
) -> Steps[Message | None]:
    """Return the next message that was posted, WM_QUIT included; None when the time ran out.

    What is sent to the thread meanwhile is answered, and its hooks are told.  `timeout` 0 and `remove` False make it
    PeekMessage.  *window*: only for it and its children, -1 for messages of no window; *first* and *last* restrict the
    numbers, unless both are 0.
    """
    clock = Clock(timeout)
    while True:
        message = yield from take(state, GetMessage(window, first, last, timeout, remove))
        if message.kind == POSTED:
            return message
        if message.kind == NONE:
            return None
        yield from handle(state, message)
        timeout = clock.left()


def take(state: ThreadState, call: GetMessage) -> Steps[Message]:
    """Return the next message of any kind, as GetMessage does; those that an interrupt left here come first."""
    for kept in sorted(state.kept, key=lambda message: message.kind == POSTED):  # what was sent comes first
        if kept.kind != POSTED or _fits(kept, call):
            if call.remove or kept.kind != POSTED:
                state.kept.remove(kept)
            return kept
    message: Message = yield call
    return message


def _fits(message: Message, call: GetMessage) -> bool:
    """Tell whether a message is one of those that are asked for; the children of a window are not known here."""
    if message.number == WM_QUIT:
        return True
    if call.window and message.window != (0 if call.window == -1 else call.window):
        return False
    return not (call.first or call.last) or call.first <= message.number <= call.last


def handle(state: ThreadState, message: Message) -> Steps[None]:
    """Do what a message of any kind asks for."""
    if message.kind == SENT:
        yield from _answer(state, message)
    elif message.kind == HOOKED:
        callback = state.hooks.get(message.sent)
        if callback is not None:
            yield from guarded(CallBack(callback, (message,)))
    elif message.kind == POSTED:
        yield from dispatch(state, message)


def dispatch(state: ThreadState, message: Message) -> Steps[int]:
    """Give a posted message to the window it is for, or to the callback of its timer; returns the answer."""
    if message.number == WM_TIMER:
        callback = state.timers.get((message.window, message.wparam))
        if callback is not None:
            yield from guarded(CallBack(callback, (message,)))
            return 0
    if not message.window:
        return 0
    answer = yield from _call_guarded(state, message)
    if message.number == WM_NCDESTROY and message.window in state.windows:
        exists: bool = yield IsWindow(message.window)
        if not exists:  # it went with a window of another thread, and its procedure was told afterwards
            state.forget(message.window)
    return answer.result


def _call_guarded(state: ThreadState, message: Message) -> Steps[Answer]:
    """Let the procedure have it; also what the default procedure fails with is only told."""
    try:
        return (yield from answer_with(state, message.window, message))
    except Exception:  # noqa: BLE001 - as `guarded`
        traceback.print_exc()
        return NOTHING


# -- answering


class _Current:
    """A message that the program is answering."""

    def __init__(self, message: Message) -> None:
        self.message = message
        self.is_answered = not message.sent


_current: ContextVar[_Current | None] = ContextVar("windowing_current", default=None)


@contextmanager
def _answering(current: _Current) -> Iterator[None]:
    token = _current.set(current)
    try:
        yield
    finally:
        _current.reset(token)


def _answer(state: ThreadState, message: Message) -> Steps[None]:
    """Let the window that a message was sent to answer it; the sender waits for that."""
    current = _Current(message)
    answer = NOTHING
    try:
        with _answering(current):
            answer = yield from _call_guarded(state, message)
    except GeneratorExit:
        raise
    except BaseException:  # an interrupt, or the end of the task: who sent it must not wait for ever
        yield from _reply(current, NOTHING)
        raise
    yield from _reply(current, answer)


def _reply(current: _Current, answer: Answer) -> Steps[None]:
    if not current.is_answered:
        current.is_answered = True
        yield OneWay(ReplyMessage(current.message.sent, answer.result, answer.data))


def current_message() -> Message | None:
    """Return the sent message that the calling procedure is answering; None when it answers none."""
    current = _current.get()
    return None if current is None else current.message


def reply(answer: Answer) -> Steps[bool]:
    """Answer the message that is being answered now, and go on; False when there is none."""
    current = _current.get()
    if current is None or current.is_answered:
        return False
    yield from _reply(current, answer)
    return True


# -- sending


def send(
    state: ThreadState, window: int, number: int, wparam: int = 0, lparam: int = 0,
    data: bytes | None = None, timeout: int = INFINITE, flags: int = 0,
) -> Steps[Answer | None]:  # fmt: skip
    """Send a message and return the answer; None when none came in time.

    A window of the thread itself answers at once; for any other the thread waits, and answers what is sent to it.
    Raises INVALID_WINDOW_HANDLE with SMTO_ERRORONEXIT when the receiver ends.
    """
    if window in state.windows:
        return (yield from answer_with(state, window, Message(SENT, window, number, wparam, lparam, 0, data)))
    if data is not None:
        within(data, DATA_LIMIT)
    call = SendMessage(window, number, wparam, lparam, data, timeout, flags)
    result = yield from await_answer(state, call)
    if result.status == _TIMEOUT:
        return None
    if result.status:
        raise nt_error(NtStatus(result.status), "the receiver has ended")
    return Answer(result.result, result.data)


def await_answer(state: ThreadState, call: SendMessage | AwaitSend) -> Steps[SendResult]:
    """Wait until what was sent is answered, or the time is up; what is sent to the thread meanwhile is answered."""
    result: SendResult = yield call
    while result.status == _PENDING:
        assert result.incoming is not None
        yield from handle(state, result.incoming)
        result = yield AwaitSend(result.send)
    return result


# -- waiting and timers


def wait(state: ThreadState, handles: tuple[int, ...], timeout: int, mask: int, flags: int) -> Steps[WaitResult]:
    """Wait for objects or input (MsgWaitForMultipleObjectsEx); input answers with the index after the last object."""
    if state.kept:
        return WaitResult(len(handles))
    result: WaitResult = yield MsgWaitForObjects(handles, timeout, mask, flags)
    return result


def set_timer(
    state: ThreadState, window: int, timer_id: int, milliseconds: int, callback: Callable[..., Any] | None
) -> Steps[int]:
    """Start a timer; its WM_TIMER goes to the callback, which is given the message, or else to the window."""
    started: int = yield SetTimer(window, timer_id, min(max(milliseconds, 0), LONGEST_TIMER))
    if callback is None:
        state.timers.pop((window, started), None)
    else:
        state.timers[window, started] = callback
    return started


def kill_timer(state: ThreadState, window: int, timer_id: int) -> Steps[bool]:
    """Stop a timer; False when there is none of this id."""
    state.timers.pop((window, timer_id), None)
    stopped: bool = yield KillTimer(window, timer_id)
    return stopped


# -- the loop


def pump(state: ThreadState, until: Callable[[], bool] | None = None, timeout: int = INFINITE) -> Steps[int | None]:
    """Get and dispatch messages; returns the exit code of WM_QUIT, or None when *until* is true or the time is up."""
    clock = Clock(timeout)
    while until is None or not until():
        message = yield from take(state, GetMessage(timeout=timeout))
        if message.kind == NONE:
            return None
        if message.kind == POSTED and message.number == WM_QUIT:
            return message.wparam
        yield from handle(state, message)
        timeout = clock.left()
    return None
