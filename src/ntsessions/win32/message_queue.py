"""The message queues of this process's threads: what `timer` and PostThreadMessage put in, `win32gui` takes out.

Only messages of threads are here; windows are not.  `MsgWaitForMultipleObjects` wakes for what arrived since it or the
pump last looked, as Windows does.
"""

import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

from ntsessions.abi.calls.event import CreateEvent, ResetEvent, SetEvent
from ntsessions.abi.calls.wait import WaitForObject
from ntsessions.abi.types import EventType
from ntsessions.win32 import kernel32
from ntsessions.win32.handles import PyHANDLE

WM_QUIT = 0x0012
WM_TIMER = 0x0113
QS_POSTMESSAGE = 0x0008
QS_TIMER = 0x0010
USER_TIMER_MINIMUM = 10
"""Milliseconds; a shorter timer is made this long."""


class Message(NamedTuple):
    """A message of a thread."""

    number: int
    wparam: Any = 0
    lparam: Any = 0


class _Timer:
    def __init__(self, milliseconds: int, callback: Callable[[int, int], Any]) -> None:
        self.period = max(milliseconds, USER_TIMER_MINIMUM) / 1000
        self.due = time.monotonic() + self.period
        self.callback = callback
        self.is_pending = False


class MessageQueue:
    """The queue of one thread; only `post` may be called by others."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._posted: deque[Message] = deque()
        self._timers: dict[int, _Timer] = {}
        self._unseen = 0
        self._wake: PyHANDLE | None = None

    # -- putting in

    def post(self, message: Message) -> None:
        """Add a message; wakes the thread when it waits for input."""
        with self._lock:
            self._posted.append(message)
            self._unseen |= QS_POSTMESSAGE
            wake = self._wake
        if wake:
            kernel32.system(SetEvent(int(wake)))

    def add_timer(self, milliseconds: int, callback: Callable[[int, int], Any]) -> int:
        """Call *callback* with id and time every so often, when messages are pumped; returns the id."""
        identifier = next(_timer_ids)
        self._timers[identifier] = _Timer(milliseconds, callback)
        return identifier

    def remove_timer(self, identifier: int) -> bool:
        """Stop a timer; False when there is none of this id."""
        return self._timers.pop(identifier, None) is not None

    # -- waiting

    def wake_handle(self) -> int:
        """Return the handle of an event that is signaled when a message arrives."""
        if self._wake is None:
            event = kernel32.system(CreateEvent(event_type=EventType.NOTIFICATION))
            with self._lock:
                self._wake = PyHANDLE(event.handle)
        return int(self._wake)

    def next_timer(self) -> float | None:
        """Return in how many seconds the next timer is due; None when none is running."""
        due = [timer.due for timer in self._timers.values() if not timer.is_pending]
        return max(0.0, min(due) - time.monotonic()) if due else None

    def has_input(self, mask: int, *, even_seen: bool) -> bool:
        """Tell whether input of these kinds (QS_ flags) has arrived; all of it is seen after this."""
        self._expire()
        kinds = self._unseen
        if even_seen:
            kinds |= QS_POSTMESSAGE if self._posted else 0
            kinds |= QS_TIMER if any(timer.is_pending for timer in self._timers.values()) else 0
        if not kinds & mask:
            return False
        self._see()
        return True

    def _expire(self) -> None:
        now = time.monotonic()
        for timer in self._timers.values():
            if timer.due <= now and not timer.is_pending:
                timer.is_pending = True
                self._unseen |= QS_TIMER

    def _see(self) -> None:
        with self._lock:
            self._unseen = 0
        self.hush()

    def hush(self) -> None:
        """Unsignal the wake event, without having seen anything: the next look decides."""
        if self._wake:
            kernel32.system(ResetEvent(int(self._wake)))

    # -- taking out

    def take(self) -> Message | None:
        """Take the oldest message; a timer's come after all others; None when there is none."""
        self._expire()
        self._see()
        with self._lock:
            if self._posted:
                return self._posted.popleft()
        for identifier, timer in self._timers.items():
            if timer.is_pending:
                timer.is_pending = False
                timer.due = max(timer.due + timer.period, time.monotonic())
                return Message(WM_TIMER, identifier, timer.callback)
        return None

    def dispatch(self, message: Message) -> None:
        """Do what a message asks for: for a timer's, call it."""
        if message.number == WM_TIMER and callable(message.lparam):
            milliseconds = int(time.monotonic() * 1000) & 0xFFFFFFFF
            try:
                message.lparam(message.wparam, milliseconds)
            except Exception:  # noqa: BLE001 - pywin32 prints what a callback raises, and goes on
                traceback.print_exc()

    def wait(self) -> None:
        """Wait until a message may be there."""
        seconds = self.next_timer()
        limit = -1 if seconds is None else int(seconds * 1000 + 1) * kernel32.TICKS_PER_MILLISECOND
        kernel32.system(WaitForObject(self.wake_handle(), limit))


_queues: dict[int, MessageQueue] = {}
_timer_ids = iter(range(0x7FFF, 1 << 31))


class _Own(threading.local):
    queue: MessageQueue | None = None


_own = _Own()


def own_queue() -> MessageQueue:
    """Return the calling thread's queue; from now on others can post to it."""
    if _own.queue is None:
        _own.queue = MessageQueue()
        _queues[kernel32.connection().identity.thread_id] = _own.queue
    return _own.queue


def queue_of(thread_id: int) -> MessageQueue | None:
    """Return the queue of a thread of this process, None when it has none."""
    if thread_id == kernel32.connection().identity.thread_id:
        return own_queue()
    return _queues.get(thread_id)
