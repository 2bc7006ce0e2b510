"""The message queue of a thread (nt-semantics 7.4): what waits there, and who waits for it.

A thread asks for one message at a time: what was sent to it comes first, then what its hooks have seen, what was
posted, WM_QUIT, and WM_TIMER when nothing else is there.

Invariants:
  1. `charge` is what the messages that wait here cost the session's pool, those that are being answered included.
  2. A thread has one GetMessage and one MsgWait pending at most.
  3. Nothing that a pending call asks for waits in the queue.

What happens to messages is in `delivery` and `answers`.
"""

from collections import deque
from typing import TYPE_CHECKING, Final

from ntsessions.abi.calls.message import (
    NONE,
    QS_POSTMESSAGE,
    QS_SENDMESSAGE,
    QS_TIMER,
    Message,
)
from ntsessions.abi.types import TICKS_PER_SECOND
from ntsessions.executive.dispatcher.waits import Dispatcher, Wait

if TYPE_CHECKING:
    from ntsessions.executive.processes.thread import Thread
    from ntsessions.executive.windowing.sent_message import SentMessage
    from ntsessions.executive.windowing.timers import UserTimer

MESSAGE_COST: Final = 192
"""Bytes charged for a message that waits, besides its data."""
HUNG_AFTER: Final = 5 * TICKS_PER_SECOND
"""Without asking for messages for so long a thread is taken for hung."""
NO_MESSAGE: Final = Message(NONE)


class MessageQueue:
    """The queue of one thread."""

    __slots__ = ("changed", "charge", "due", "get", "hooked", "input", "is_woken", "last_asked", "pool", "posted",
                 "quit", "receiving", "sends", "sent", "thread", "timers")  # fmt: skip

    def __init__(self, thread: "Thread", now: int = 0) -> None:
        self.thread = thread
        self.pool = thread.process.session.pool
        self.charge = 0
        self.sent: deque[SentMessage] = deque()
        """What others sent and this thread has not taken yet."""
        self.receiving: dict[int, SentMessage] = {}
        """What it has taken and not answered, by key."""
        self.sends: dict[int, SentMessage] = {}
        """What it has sent and wants the answer of, by key."""
        self.hooked: deque[Message] = deque()
        """What its hooks have seen."""
        self.posted: deque[Message] = deque()
        self.quit: int | None = None
        """The exit code of PostQuitMessage, until WM_QUIT is taken."""
        self.timers: dict[tuple[int, int], UserTimer] = {}
        """By window (0: none) and id."""
        self.due: dict[UserTimer, None] = {}
        """Those whose WM_TIMER has not been taken."""
        self.changed = 0
        """QS_ bits of what came since the thread last looked."""
        self.last_asked = now
        """When the thread last asked for a message."""
        self.is_woken = False
        """A MsgWait has ended, and nobody has looked at the clock since."""
        self.get: GetMessageWait | None = None
        """The GetMessage that waits, or waited last: `asking` tells."""
        self.input: InputReady | None = None
        """What a MsgWait waits for, or waited for last."""

    @property
    def bits(self) -> int:
        """QS_ bits of what waits."""
        bits = 0
        if self.sent or self.hooked:
            bits = QS_SENDMESSAGE
        if self.posted or self.quit is not None:
            bits |= QS_POSTMESSAGE
        if self.due:
            bits |= QS_TIMER
        return bits

    def pay(self, size: int) -> None:
        """Let the session pay for a message, or raise QUOTA_EXCEEDED."""
        self.pool.charge(size)
        self.charge += size

    def refund(self, size: int) -> None:
        """Give back what was paid."""
        self.pool.refund(size)
        self.charge -= size

    def asking(self) -> "GetMessageWait | None":
        """Return the GetMessage that waits; one that timed out or was cancelled is forgotten here."""
        wait = self.get
        if wait is not None and not wait.is_pending:
            self.get = wait = None
        return wait

    def hung_at(self, now: int) -> int:
        """Return when the thread is hung, if it goes on as it does: now or earlier when it is."""
        if self.asking() is not None or (self.input is not None and self.input.waiters):
            return now + HUNG_AFTER
        if self.is_woken:
            self.is_woken = False
            self.last_asked = now
        return self.last_asked + HUNG_AFTER


class QueueWait(Wait):
    """A call that others end with what comes into a queue."""

    __slots__ = ()

    @property
    def is_pending(self) -> bool:
        """Tell whether it has neither ended nor been cancelled."""
        return self.thread.waits.get(self.request) is self


class GetMessageWait(QueueWait):
    """A thread that waits for a message."""

    __slots__ = ("first", "last", "queue", "remove", "window")

    def __init__(self, queue: MessageQueue, request: int, window: int, first: int, last: int, *, remove: bool) -> None:
        super().__init__(queue.thread, request, ())
        self.queue = queue
        self.window = window
        self.first = first
        self.last = last
        self.remove = remove

    def reply(self, result: object) -> Message:
        """Answer that none came in time."""
        return NO_MESSAGE


class InputReady(Dispatcher):
    """What MsgWaitForObjects waits for besides objects: something in the queue."""

    __slots__ = ("mask", "queue", "seen_too")

    def __init__(self, queue: MessageQueue, mask: int, *, seen_too: bool) -> None:
        Dispatcher.__init__(self)
        self.queue = queue
        self.mask = mask
        self.seen_too = seen_too
        """Also what the thread has looked at already and left there (MWMO_INPUTAVAILABLE)."""

    def is_signaled(self) -> bool:
        """Tell whether there is something of the kinds that are waited for."""
        bits = self.queue.bits & self.mask
        return bool(bits if self.seen_too else bits & self.queue.changed)

    def consume(self, thread: "Thread") -> bool:
        """Look: what is there now is new no more."""
        self.queue.changed &= ~self.mask
        return False


class MsgWait(Wait):
    """A thread that waits for objects or input."""

    __slots__ = ("queue",)

    queue: MessageQueue

    def reply(self, result: object) -> object:
        """Let the five seconds of a hung thread begin anew."""
        self.queue.is_woken = True
        return result
