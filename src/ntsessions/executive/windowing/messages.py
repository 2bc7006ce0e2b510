"""Who may post and send what to whom (nt-semantics 7.4, 3.10).

Nothing crosses a desktop, but for two privileged ways that stay in the session: PostThreadMessage to a thread of the
caller's own logon session, and BroadcastSystemMessage to all desktops of the window station.
"""

from typing import TYPE_CHECKING, Final

from ntsessions.abi.access import DESKTOP_WRITEOBJECTS
from ntsessions.abi.calls.message import HIGHEST_MESSAGE, POSTED, SMTO_ABORTIFHUNG, Message, SendResult
from ntsessions.abi.errors import NtError, nt_error
from ntsessions.abi.limits import MESSAGES_PER_QUEUE, SENDS_PER_THREAD
from ntsessions.abi.privileges import Privilege
from ntsessions.abi.status import NtStatus
from ntsessions.executive.windowing.answers import SendWait, collect
from ntsessions.executive.windowing.delivery import (
    BROADCAST_ANSWER,
    deliver,
    deliver_to_next,
    interruption,
    message_time,
    post,
    queue_of,
)
from ntsessions.executive.windowing.scope import is_above, nameable, on_desktop, require_integrity, require_right
from ntsessions.executive.windowing.sent_message import TIMED_OUT, SentMessage

if TYPE_CHECKING:
    from ntsessions.abi.calls.message import SendMessage
    from ntsessions.executive.executive import Executive
    from ntsessions.executive.processes.thread import Thread
    from ntsessions.executive.windowing.desktop import Desktop
    from ntsessions.executive.windowing.gui import GuiThread
    from ntsessions.executive.windowing.message_queue import MessageQueue
    from ntsessions.executive.windowing.window import Window

MAY_GO_UP: Final = frozenset({0x0, 0x3, 0x5, 0xD, 0xE, 0x3D, 0x7F})
"""Messages that only ask or tell, which a process of lower integrity may send too: WM_NULL, WM_MOVE, WM_SIZE,
WM_GETTEXT, WM_GETTEXTLENGTH, WM_GETOBJECT, WM_GETICON.  NT's list has never been published."""


def check_number(number: int) -> None:
    """Raise INVALID_PARAMETER for what is no message."""
    if number > HIGHEST_MESSAGE:
        raise nt_error(NtStatus.INVALID_PARAMETER, f"message {number:#x}; the highest is {HIGHEST_MESSAGE:#x}")


def receiver_of(executive: "Executive", caller: "Thread", gui: "GuiThread", handle: int, number: int) -> "Window":
    """Return the window that the caller may post or send a message to."""
    check_number(number)
    window = on_desktop(caller, gui, handle)
    if window.process is not caller.process:
        require_right(caller, gui, DESKTOP_WRITEOBJECTS)
        if number not in MAY_GO_UP:
            require_integrity(executive, caller, window.process)
    return window


def receivers(executive: "Executive", caller: "Thread", desktop: "Desktop", number: int) -> "list[Window]":
    """Return the top-level windows of a desktop that the caller may broadcast to, front to back."""
    process = caller.process
    passes = number in MAY_GO_UP
    found = [
        window for window in reversed(desktop.top_level) if passes or not is_above(executive, process, window.process)
    ]
    return nameable(caller, found)


def broadcast(executive: "Executive", caller: "Thread", desktop: "Desktop", message: Message) -> int:
    """Post to every top-level window of a desktop; returns to how many.  Queues that are full are left out."""
    count = 0
    for window in receivers(executive, caller, desktop, message.number):
        queue = queue_of(window)
        if len(queue.posted) >= MESSAGES_PER_QUEUE:
            continue
        own = Message(POSTED, window.handle, message.number, message.wparam, message.lparam, message.time)
        try:
            post(executive, queue, own)
        except NtError:
            continue
        count += 1
    return count


def queue_of_thread(executive: "Executive", caller: "Thread", gui: "GuiThread", thread_id: int) -> "MessageQueue":
    """Return the queue of a thread that the caller may post to, or raise INVALID_THREAD_ID."""
    thread = executive.threads_by_id.get(thread_id)
    if (
        thread is None
        or thread.gui is None
        or thread.process.session is not caller.process.session
        or (thread.gui.desktop is not gui.desktop and not _may_cross(caller, thread))
    ):
        raise nt_error(NtStatus.INVALID_THREAD_ID, f"thread {thread_id} has no queue on {gui.desktop.full_name}")
    if thread.process is not caller.process:
        require_right(caller, gui, DESKTOP_WRITEOBJECTS)
        require_integrity(executive, caller, thread.process)
    return thread.gui.queue


def _may_cross(caller: "Thread", thread: "Thread") -> bool:
    token = caller.token
    return token.has_privilege(Privilege.SeTcbPrivilege) and token.authentication_id == thread.token.authentication_id


# -- sending


def send(
    executive: "Executive", caller: "Thread", gui: "GuiThread", call: "SendMessage", window: "Window | None"
) -> SendResult | None:
    """Send a message, to all windows of the desktop where *window* is None; None: the answer will come."""
    queue = gui.queue
    if window is not None and call.flags & SMTO_ABORTIFHUNG:
        receiver = queue_of(window)
        if receiver is not queue and receiver.hung_at(executive.now) <= executive.now:
            return TIMED_OUT
    _check_room(queue)
    sent = SentMessage(executive.new_key(), call.number, call.wparam, call.lparam, message_time(executive), call.data)
    sent.flags, sent.timeout = call.flags, call.timeout
    sent.sender = queue
    queue.sends[sent.key] = sent
    if window is None:
        found = receivers(executive, caller, gui.desktop, call.number)
        sent.rest = [other.handle for other in reversed(found)]
        if not deliver_to_next(executive, sent):
            sent.abandon()
            return SendResult(0, BROADCAST_ANSWER)
    else:
        try:
            deliver(executive, sent, window)
        except NtError:
            sent.abandon()
            raise
    return wait_for_answer(executive, sent, caller.request)


def _check_room(queue: "MessageQueue") -> None:
    """Raise QUOTA_EXCEEDED when a thread wants too many answers; those of cancelled calls it does not want."""
    if len(queue.sends) < SENDS_PER_THREAD:
        return
    for sent in list(queue.sends.values()):
        if not sent.is_interrupted and (sent.wait is None or not sent.wait.is_pending):
            sent.abandon()
    if len(queue.sends) >= SENDS_PER_THREAD:
        raise nt_error(NtStatus.QUOTA_EXCEEDED, f"{SENDS_PER_THREAD} messages of {queue.thread.label} want an answer")


def wait_for_answer(executive: "Executive", sent: SentMessage, request: int) -> SendResult | None:
    """Return what the sender is to know now; None: it waits."""
    if sent.is_answered:
        return collect(sent)
    assert sent.sender is not None
    if sent.sender.sent and sent.lets_in:
        return interruption(executive, sent)
    sent.is_interrupted = False
    if sent.timeout == 0:
        return _give_up(executive, sent)
    wait = sent.wait = SendWait(sent, request)
    executive.waits.begin(wait, sent.look_again_at(executive.now))
    return None


def _give_up(executive: "Executive", sent: SentMessage) -> SendResult:
    """Wait for nobody; but all windows of a broadcast still get it."""
    if sent.rest is None:
        sent.abandon()
        return TIMED_OUT
    while True:
        sent = sent.pass_on(executive.new_key())
        if not deliver_to_next(executive, sent):
            sent.abandon()
            return SendResult(0, BROADCAST_ANSWER)


def request(
    executive: "Executive", sender: "MessageQueue", window: "Window", number: int, wparam: int = 0, lparam: int = 0
) -> SentMessage:
    """Send a message of the system's own for a thread that will ask for the answer (AwaitSend).

    Raises QUOTA_EXCEEDED.
    """
    _check_room(sender)
    sent = SentMessage(executive.new_key(), number, wparam, lparam, message_time(executive), None)
    sent.sender, sent.is_interrupted = sender, True
    sender.sends[sent.key] = sent
    try:
        deliver(executive, sent, window)
    except NtError:
        sent.abandon()
        raise
    return sent


def notify(executive: "Executive", window: "Window", number: int, wparam: int = 0, lparam: int = 0) -> None:
    """Send a message whose answer nobody wants.  Raises QUOTA_EXCEEDED."""
    sent = SentMessage(executive.new_key(), number, wparam, lparam, message_time(executive), None)
    deliver(executive, sent, window)


def post_to(executive: "Executive", window: "Window", number: int, wparam: int = 0, lparam: int = 0) -> bool:
    """Post a message of the system's own; False when the queue is full."""
    message = Message(POSTED, window.handle, number, wparam, lparam, message_time(executive))
    try:
        post(executive, queue_of(window), message)
    except NtError:
        return False
    return True
