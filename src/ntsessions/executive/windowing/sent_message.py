"""A message that was sent: from the moment it is put into a queue until its sender has the answer (nt-semantics 7.4).

It stands in its receiver's `sent`, then in `receiving`; and, while somebody wants the answer, in the sender's `sends`.
The receiver's end answers it; the sender's end leaves it to be answered in vain.
"""

from typing import TYPE_CHECKING, Final

from ntsessions.abi.calls.message import (
    SENT,
    SMTO_ABORTIFHUNG,
    SMTO_BLOCK,
    SMTO_ERRORONEXIT,
    SMTO_NOTIMEOUTIFNOTHUNG,
    Message,
    SendResult,
)
from ntsessions.abi.status import NtStatus

if TYPE_CHECKING:
    from ntsessions.executive.windowing.answers import SendWait
    from ntsessions.executive.windowing.message_queue import MessageQueue

TIMED_OUT: Final = SendResult(int(NtStatus.TIMEOUT))
_ASKS_FOR_LIFE: Final = SMTO_ABORTIFHUNG | SMTO_NOTIMEOUTIFNOTHUNG


class SentMessage:
    """A message that was sent."""

    __slots__ = ("cost", "data", "deadline", "flags", "is_answered", "is_interrupted", "is_lost", "key", "message",
                 "receiver", "rest", "result", "sender", "timeout", "wait")  # fmt: skip

    def __init__(self, key: int, number: int, wparam: int, lparam: int, time: int, data: bytes | None) -> None:
        self.key = key
        """What AwaitSend and ReplyMessage name it by; never used again."""
        self.message = Message(SENT, 0, number, wparam, lparam, time, data, key)
        self.cost = 0
        """What the receiver's queue pays for it; for an answer that is kept, the sender's."""
        self.receiver: MessageQueue | None = None
        """None once it was answered."""
        self.sender: MessageQueue | None = None
        """Who wants the answer."""
        self.wait: SendWait | None = None
        self.is_interrupted = False
        """The sender was given something to answer first, and will ask again (AwaitSend)."""
        self.flags = 0
        self.timeout = -1
        """How long each receiver has; negative: for ever."""
        self.deadline: int | None = None
        self.rest: list[int] | None = None
        """Of a broadcast: the windows that are still to get it, the next one last."""
        self.is_answered = False
        self.is_lost = False
        """It was the receiver's end that answered."""
        self.result = 0
        self.data: bytes | None = None

    @property
    def lets_in(self) -> bool:
        """Tell whether the sender, while it waits, is given what others send it."""
        return not self.flags & SMTO_BLOCK or self.receiver is self.sender

    def outcome(self) -> SendResult:
        """Return the answer for the sender."""
        if self.is_lost and self.flags & SMTO_ERRORONEXIT:
            return SendResult(int(NtStatus.INVALID_WINDOW_HANDLE))
        return SendResult(0, self.result, self.data)

    def abandon(self) -> None:
        """Nobody wants the answer any more."""
        if self.sender is not None:
            if self.is_answered:
                self.sender.refund(self.cost)
                self.cost = 0
            self.sender.sends.pop(self.key, None)
            self.sender = self.wait = self.rest = None

    def look_again_at(self, now: int) -> int | None:
        """Return when the wait for the answer may be over: now or earlier if it is, None for never."""
        deadline = self.deadline
        flags = self.flags
        if not flags & _ASKS_FOR_LIFE or self.receiver is None:
            return deadline
        hung_at = self.receiver.hung_at(now)
        if flags & SMTO_NOTIMEOUTIFNOTHUNG and deadline is not None:
            deadline = max(deadline, hung_at)
        if flags & SMTO_ABORTIFHUNG:
            deadline = hung_at if deadline is None else min(deadline, hung_at)
        return deadline

    def pass_on(self, key: int) -> "SentMessage":
        """Return the same message for the next windows of a broadcast; this one's receiver answers in vain."""
        assert self.sender is not None
        message = self.message
        fresh = SentMessage(key, message.number, message.wparam, message.lparam, message.time, message.data)
        fresh.flags, fresh.timeout, fresh.rest = self.flags, self.timeout, self.rest
        fresh.sender, fresh.wait = self.sender, self.wait
        self.abandon()
        fresh.sender.sends[key] = fresh
        return fresh
