"""How what was sent is answered: by its receiver, by the receiver's end, or by the time (nt-semantics 7.4)."""

from typing import TYPE_CHECKING

from ntsessions.abi.calls.message import SendResult
from ntsessions.abi.errors import NtError, nt_error
from ntsessions.abi.status import NtStatus
from ntsessions.executive.windowing.delivery import BROADCAST_ANSWER, deliver_to_next
from ntsessions.executive.windowing.message_queue import MESSAGE_COST, QueueWait
from ntsessions.executive.windowing.sent_message import TIMED_OUT, SentMessage

if TYPE_CHECKING:
    from collections.abc import Container

    from ntsessions.executive.executive import Executive
    from ntsessions.executive.windowing.message_queue import MessageQueue


class SendWait(QueueWait):
    """A thread that waits for the answer of what it sent."""

    __slots__ = ("sent",)

    def __init__(self, sent: SentMessage, request: int) -> None:
        assert sent.sender is not None
        super().__init__(sent.sender.thread, request, ())
        self.sent = sent

    def goes_on(self, executive: "Executive") -> bool:
        """Tell whether it goes on although its deadline came: the receiver lives, or others are still to get it."""
        now = executive.now
        at = self.sent.look_again_at(now)
        if at is None or at <= now:
            if self.sent.rest is None:
                return False
            self.sent = self.sent.pass_on(executive.new_key())
            if not deliver_to_next(executive, self.sent):
                _answer(executive, self.sent, BROADCAST_ANSWER, None)
            if not self.is_pending:
                return True
            at = self.sent.look_again_at(now)
            assert at is not None, "one that had no time-out has come to no deadline"
        self.deadline = at
        executive.steady.set(self, at)
        return True

    def reply(self, result: object) -> SendResult:
        """Answer that the time is up."""
        self.sent.abandon()
        return TIMED_OUT


def finish(
    executive: "Executive", sent: SentMessage, result: int, data: bytes | None = None, *, is_lost: bool = False
) -> None:
    """A receiver has answered, or has gone: tell the sender, or let the next window of a broadcast have it."""
    receiver = sent.receiver
    assert receiver is not None, "a message is answered once"
    receiver.receiving.pop(sent.key, None)
    receiver.refund(sent.cost)
    sent.receiver = None
    sent.cost = 0
    if sent.rest is not None:
        if deliver_to_next(executive, sent):
            _keep_time(executive, sent)
            return
        result, data, is_lost = BROADCAST_ANSWER, None, False
    sent.is_lost = is_lost
    _answer(executive, sent, result, data)


def _keep_time(executive: "Executive", sent: SentMessage) -> None:
    """The next window of a broadcast has its own time."""
    wait = sent.wait
    if wait is not None and wait.is_pending:
        wait.deadline = sent.look_again_at(executive.now)
        if wait.deadline is not None:
            executive.steady.set(wait, wait.deadline)


def _answer(executive: "Executive", sent: SentMessage, result: int, data: bytes | None) -> None:
    sent.is_answered = True
    sent.result = result
    sender, wait = sent.sender, sent.wait
    if sender is not None:
        if wait is not None and wait.is_pending:
            sent.data = data
            sent.abandon()
            executive.waits.withdraw(wait)
            executive.answer(wait.thread.key, wait.request, sent.outcome())
        elif sent.is_interrupted:
            _keep_answer(sender, sent, data)
        else:
            sent.abandon()  # the call was cancelled


def _keep_answer(sender: "MessageQueue", sent: SentMessage, data: bytes | None) -> None:
    """Keep the answer until the sender asks; what comes with it is lost where the session cannot pay for it."""
    size = 0 if data is None else len(data)
    try:
        sender.pay(size)
    except NtError:
        return
    sent.cost = size
    sent.data = data


def collect(sent: SentMessage) -> SendResult:
    """Give an answer that was kept to its sender."""
    sent.abandon()
    return sent.outcome()


# -- ends


def forget_windows(executive: "Executive", queue: "MessageQueue", gone: "Container[int]") -> None:
    """Windows of a thread were destroyed: what was for them goes, and who sent to them is answered."""
    if queue.posted:
        kept = [message for message in queue.posted if message.window not in gone]
        queue.refund(MESSAGE_COST * (len(queue.posted) - len(kept)))
        queue.posted.clear()
        queue.posted.extend(kept)
    if queue.timers:
        for timer in [timer for timer in queue.timers.values() if timer.window in gone]:
            timer.stop(executive)
    if queue.sent:
        waiting = list(queue.sent)
        queue.sent.clear()
        queue.sent.extend(sent for sent in waiting if sent.message.window not in gone)
        for sent in waiting:
            if sent.message.window in gone:
                finish(executive, sent, 0, is_lost=True)
    wait = queue.asking()
    if wait is not None and wait.window in gone:
        queue.get = None
        executive.waits.withdraw(wait)
        executive.fail(wait.thread.key, wait.request, nt_error(NtStatus.INVALID_WINDOW_HANDLE, "it was destroyed"))


def end_queue(executive: "Executive", queue: "MessageQueue") -> None:
    """A thread has ended: its senders are answered, its own messages are nobody's, and what it paid comes back."""
    for timer in list(queue.timers.values()):
        timer.stop(executive)
    for sent in list(queue.sends.values()):
        sent.abandon()
    taken = list(queue.receiving.values())
    waiting = list(queue.sent)
    queue.sent.clear()
    for sent in taken + waiting:
        finish(executive, sent, 0, is_lost=True)
    queue.posted.clear()
    queue.hooked.clear()
    queue.refund(queue.charge)
