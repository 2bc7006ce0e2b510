"""How messages come into queues and out of them (nt-semantics 7.4).

What others may be told to do is decided in `messages`; here everything is allowed.  `answers` tells the way back.
"""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from ntsessions.abi.calls.hook import WH_CALLWNDPROC, WH_GETMESSAGE
from ntsessions.abi.calls.message import (
    HOOKED,
    POSTED,
    QS_POSTMESSAGE,
    QS_SENDMESSAGE,
    SMTO_ABORTIFHUNG,
    WM_QUIT,
    WM_TIMER,
    Message,
    SendResult,
)
from ntsessions.abi.errors import NtError, nt_error
from ntsessions.abi.limits import HOOK_NEWS_PER_QUEUE, MESSAGES_PER_QUEUE
from ntsessions.abi.status import NtStatus
from ntsessions.executive.windowing.message_queue import MESSAGE_COST
from ntsessions.executive.windowing.sent_message import SentMessage
from ntsessions.executive.windowing.window import Window

if TYPE_CHECKING:
    from ntsessions.executive.executive import Executive
    from ntsessions.executive.processes.thread import Thread
    from ntsessions.executive.windowing.message_queue import MessageQueue

TICKS_PER_MILLISECOND = 10_000
PENDING = int(NtStatus.PENDING)
NO_WINDOW = 0xFFFFFFFF
"""As a filter: messages of the thread itself."""
BROADCAST_ANSWER = 1
ADDRESSEE_COST = 8
"""Bytes charged for each window that is still to get a broadcast."""


def message_time(executive: "Executive") -> int:
    """Return the time as messages carry it: 32 bits of milliseconds."""
    return executive.now // TICKS_PER_MILLISECOND & 0xFFFFFFFF


def queue_of(window: Window) -> "MessageQueue":
    """Return where the messages of a window go."""
    gui = window.thread.gui
    assert gui is not None, "a thread's windows end before it is detached"
    return gui.queue


# -- in


def post(executive: "Executive", queue: "MessageQueue", message: Message) -> None:
    """Put a message behind the others.  Raises QUOTA_EXCEEDED."""
    posted = queue.posted
    if len(posted) >= MESSAGES_PER_QUEUE:
        raise nt_error(NtStatus.QUOTA_EXCEEDED, f"{MESSAGES_PER_QUEUE} messages wait for {queue.thread.label}")
    queue.pool.charge(MESSAGE_COST)
    queue.charge += MESSAGE_COST
    posted.append(message)
    queue.changed |= QS_POSTMESSAGE
    if queue.get is not None or queue.input is not None:
        wake(executive, queue)


def deliver(executive: "Executive", sent: SentMessage, window: Window) -> None:
    """Put a message that was sent into the queue of a window's thread, where its time begins.

    Raises QUOTA_EXCEEDED.
    """
    queue = queue_of(window)
    if len(queue.sent) + len(queue.receiving) >= MESSAGES_PER_QUEUE:
        raise nt_error(NtStatus.QUOTA_EXCEEDED, f"{queue.thread.label} has {MESSAGES_PER_QUEUE} messages to answer")
    data = sent.message.data
    cost = MESSAGE_COST if data is None else MESSAGE_COST + len(data)
    if sent.rest:
        cost += ADDRESSEE_COST * len(sent.rest)
    queue.pay(cost)
    sent.cost = cost
    sent.receiver = queue
    sent.message = replace(sent.message, window=window.handle)
    sent.deadline = None if sent.timeout < 0 else executive.now + sent.timeout
    queue.sent.append(sent)
    queue.changed |= QS_SENDMESSAGE
    wake(executive, queue)


def deliver_to_next(executive: "Executive", sent: SentMessage) -> bool:
    """Let the next window of a broadcast have the message; False when there is none."""
    assert sent.rest is not None
    assert sent.sender is not None
    handles = sent.sender.thread.process.session.windowing.handles
    while sent.rest:
        window = handles.find(sent.rest.pop(), Window)
        if window is None:
            continue
        if sent.flags & SMTO_ABORTIFHUNG and queue_of(window).hung_at(executive.now) <= executive.now:
            continue
        try:
            deliver(executive, sent, window)
        except NtError:  # that one is full: the others still get it
            continue
        return True
    return False


def tell(executive: "Executive", hook_type: int, thread: "Thread", seen: Message) -> None:
    """Tell hooks of a type what happened to *thread*; more than fits into a queue is not told."""
    assert thread.gui is not None
    for hook in thread.gui.desktop.hooks.get(hook_type, ()):
        if not hook.sees(executive, thread):
            continue
        assert hook.thread.gui is not None, "a thread's hooks end before it is detached"
        queue = hook.thread.gui.queue
        if len(queue.hooked) >= HOOK_NEWS_PER_QUEUE:
            continue
        try:
            queue.pay(MESSAGE_COST)
        except NtError:
            continue
        queue.hooked.append(replace(seen, kind=HOOKED, data=None, sent=hook.handle))
        queue.changed |= QS_SENDMESSAGE
        wake(executive, queue)


def wake(executive: "Executive", queue: "MessageQueue") -> None:
    """Something came: end the calls that wait for it."""
    wait = queue.asking()
    if wait is not None:
        # A hook of this very thread may be told of what is taken: that must not end the call too, and is new.
        changed, queue.changed, queue.get = queue.changed, 0, None
        message = take(executive, queue, wait.window, wait.first, wait.last, remove=wait.remove)
        if message is None:
            queue.changed, queue.get = changed, wait
        else:
            queue.last_asked = executive.now
            executive.waits.withdraw(wait)
            executive.answer(wait.thread.key, wait.request, message)
    if queue.sent and queue.sends:
        _interrupt(executive, queue)
    if queue.input is not None and queue.input.waiters:
        executive.waits.signaled(queue.input)


def _interrupt(executive: "Executive", queue: "MessageQueue") -> None:
    """Give what was sent to a thread to its calls that wait for answers, the latest first."""
    for sent in reversed(list(queue.sends.values())):
        wait = sent.wait
        if wait is not None and wait.is_pending and sent.lets_in:
            executive.waits.withdraw(wait)
            executive.answer(wait.thread.key, wait.request, interruption(executive, sent))
            if not queue.sent:
                return


def interruption(executive: "Executive", sent: SentMessage) -> SendResult:
    """Return what a sender is to answer before it waits on."""
    assert sent.sender is not None
    sent.is_interrupted = True
    sent.wait = None
    return SendResult(PENDING, 0, None, take_sent(executive, sent.sender), sent.key)


# -- out


def take(
    executive: "Executive", queue: "MessageQueue", window: int, first: int, last: int, *, remove: bool
) -> Message | None:
    """Take the next message; *window*, *first* and *last* choose among those that were posted."""
    if queue.sent:
        return take_sent(executive, queue)
    if queue.hooked:
        queue.refund(MESSAGE_COST)
        return queue.hooked.popleft()
    posted = queue.posted
    if posted:
        index = 0 if not (window or first or last) else _find_posted(queue, window, first, last)
        if index >= 0:
            message = posted[index]
            if remove:
                del posted[index]
                queue.refund(MESSAGE_COST)
                gui = queue.thread.gui
                if gui is not None and WH_GETMESSAGE in gui.desktop.hooks:
                    tell(executive, WH_GETMESSAGE, queue.thread, message)
            return message
    if queue.quit is not None:
        message = Message(POSTED, 0, WM_QUIT, queue.quit, 0, message_time(executive))
        if remove:
            queue.quit = None
        return message
    if queue.due and (first <= WM_TIMER <= last or not (first or last)):
        return _take_timer(executive, queue, window, remove=remove)
    return None


def take_sent(executive: "Executive", queue: "MessageQueue") -> Message:
    """Take what was sent first; it is to be answered."""
    sent = queue.sent.popleft()
    queue.receiving[sent.key] = sent
    gui = queue.thread.gui
    if gui is not None and WH_CALLWNDPROC in gui.desktop.hooks:
        tell(executive, WH_CALLWNDPROC, queue.thread, sent.message)
    return sent.message


def _find_posted(queue: "MessageQueue", window: int, first: int, last: int) -> int:
    """Return where the first posted message is that was asked for; -1: there is none.  WM_QUIT always is one."""
    every_number = not (first or last)
    is_for = _Chosen(queue, window)
    for index, message in enumerate(queue.posted):
        number, handle = message.number, message.window
        if number == WM_QUIT:
            return index
        if not (every_number or first <= number <= last):
            continue
        if not window or is_for[handle]:
            return index
    return -1


class _Chosen(dict[int, bool]):
    """Whether a message of a window is for the window that was asked for, or for one that is in it.

    Each window is looked at once, however deep they are nested.
    """

    def __init__(self, queue: "MessageQueue", wanted: int) -> None:
        self[0] = wanted == NO_WINDOW
        self[wanted] = True
        self._handles = queue.thread.process.session.windowing.handles

    def __missing__(self, handle: int) -> bool:
        window = self._handles.find(handle, Window)
        passed = [handle]
        answer: bool | None = False
        while window is not None:
            answer = self.get(window.handle)
            if answer is not None:
                break
            passed.append(window.handle)
            window, answer = window.parent, False
        self.update(dict.fromkeys(passed, bool(answer)))
        return bool(answer)


def _take_timer(executive: "Executive", queue: "MessageQueue", window: int, *, remove: bool) -> Message | None:
    is_for = _Chosen(queue, window)
    for timer in queue.due:
        if window and not is_for[timer.window]:
            continue
        if remove:
            del queue.due[timer]
            timer.start_again(executive)
        return Message(POSTED, timer.window, WM_TIMER, timer.timer_id, 0, message_time(executive))
    return None
