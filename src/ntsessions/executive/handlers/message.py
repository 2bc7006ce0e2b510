"""Handlers of the message calls (nt-semantics 7.4)."""

from ntsessions.abi.access import DESKTOP_WRITEOBJECTS, PROCESS_QUERY_INFORMATION, SYNCHRONIZE
from ntsessions.abi.calls import message as abi
from ntsessions.abi.calls.window import HWND_BROADCAST
from ntsessions.abi.errors import NtError, nt_error
from ntsessions.abi.limits import MAXIMUM_WAIT_OBJECTS
from ntsessions.abi.privileges import Privilege
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import WaitResult
from ntsessions.executive.dispatcher.waits import Dispatcher, Wait
from ntsessions.executive.executive import PENDING, Pending
from ntsessions.executive.handlers.registry import Executive, Thread, handles
from ntsessions.executive.objects.naming import require
from ntsessions.executive.processes.process import Process
from ntsessions.executive.windowing import answers, delivery, messages, scope
from ntsessions.executive.windowing.connection import gui_thread
from ntsessions.executive.windowing.gui import GuiThread
from ntsessions.executive.windowing.input_idle import has_no_input
from ntsessions.executive.windowing.message_queue import (
    NO_MESSAGE,
    GetMessageWait,
    InputReady,
    MessageQueue,
    MsgWait,
)
from ntsessions.executive.windowing.timers import set_timer
from ntsessions.executive.windowing.window import Window

_32_BITS = 0xFFFFFFFF
NO_WINDOW = delivery.NO_WINDOW
MWMO_WAITALL, MWMO_ALERTABLE, MWMO_INPUTAVAILABLE = 1, 2, 4


@handles(abi.GetMessage)
def get_message(executive: Executive, caller: Thread, call: abi.GetMessage) -> abi.Message | Pending:
    """Take the next message, or wait for one."""
    gui = caller.gui or gui_thread(executive, caller)
    queue = gui.queue
    window = call.window & _32_BITS
    if window and window != NO_WINDOW:
        window = scope.on_desktop(caller, gui, window).handle
    if queue.get is not None and queue.asking() is not None:
        raise nt_error(NtStatus.INVALID_PARAMETER, "the thread waits for a message already")
    queue.last_asked = executive.now
    queue.is_woken = False
    queue.changed = 0
    message = delivery.take(executive, queue, window, call.first, call.last, remove=call.remove)
    if message is not None:
        return message
    has_no_input(executive, caller)
    if call.timeout == 0:
        return NO_MESSAGE
    wait = queue.get = GetMessageWait(queue, caller.request, window, call.first, call.last, remove=call.remove)
    executive.waits.begin(wait, None if call.timeout < 0 else executive.now + call.timeout)
    return PENDING


# -- posting


@handles(abi.PostMessage)
def post_message(executive: Executive, caller: Thread, call: abi.PostMessage) -> None:
    """Post to a window, to the calling thread, or to all top-level windows of the desktop."""
    gui = caller.gui or gui_thread(executive, caller)
    handle = call.window & _32_BITS
    number = call.number
    time = delivery.message_time(executive)
    queue = gui.queue
    if handle == HWND_BROADCAST:
        messages.check_number(number)
        scope.require_right(caller, gui, DESKTOP_WRITEOBJECTS)
        message = abi.Message(abi.POSTED, handle, number, call.wparam, call.lparam, time)
        messages.broadcast(executive, caller, gui.desktop, message)
        return
    if handle:
        window = messages.receiver_of(executive, caller, gui, handle, number)
        handle = window.handle
        queue = delivery.queue_of(window)
    else:
        messages.check_number(number)
    delivery.post(executive, queue, abi.Message(abi.POSTED, handle, number, call.wparam, call.lparam, time))


@handles(abi.PostThreadMessage)
def post_thread_message(executive: Executive, caller: Thread, call: abi.PostThreadMessage) -> None:
    """Post to a thread."""
    gui = gui_thread(executive, caller)
    messages.check_number(call.number)
    queue = messages.queue_of_thread(executive, caller, gui, call.thread_id)
    time = delivery.message_time(executive)
    delivery.post(executive, queue, abi.Message(abi.POSTED, 0, call.number, call.wparam, call.lparam, time))


@handles(abi.PostQuitMessage)
def post_quit_message(executive: Executive, caller: Thread, call: abi.PostQuitMessage) -> None:
    """Let the calling thread get WM_QUIT when nothing else is posted."""
    queue = gui_thread(executive, caller).queue
    queue.quit = call.exit_code
    queue.changed |= abi.QS_POSTMESSAGE
    delivery.wake(executive, queue)


@handles(abi.BroadcastSystemMessage)
def broadcast_system_message(executive: Executive, caller: Thread, call: abi.BroadcastSystemMessage) -> int:
    """Post to the top-level windows of the desktop, or of all desktops of the window station."""
    gui = gui_thread(executive, caller)
    messages.check_number(call.number)
    if call.all_desktops:
        require(caller, Privilege.SeTcbPrivilege)
        desktops = gui.desktop.station.desktops()
    else:
        scope.require_right(caller, gui, DESKTOP_WRITEOBJECTS)
        desktops = [gui.desktop]
    time = delivery.message_time(executive)
    message = abi.Message(abi.POSTED, 0, call.number, call.wparam, call.lparam, time)
    return sum(messages.broadcast(executive, caller, desktop, message) for desktop in desktops)


# -- sending


@handles(abi.SendMessage)
def send_message(executive: Executive, caller: Thread, call: abi.SendMessage) -> abi.SendResult | Pending:
    """Send a message and wait for its answer."""
    gui = caller.gui or gui_thread(executive, caller)
    window = _receiver(executive, caller, gui, call.window, call.number)
    return messages.send(executive, caller, gui, call, window) or PENDING


def _receiver(executive: Executive, caller: Thread, gui: GuiThread, handle: int, number: int) -> Window | None:
    """Return the window to send to, None for all of them."""
    handle &= _32_BITS
    if handle != HWND_BROADCAST:
        return messages.receiver_of(executive, caller, gui, handle, number)
    messages.check_number(number)
    scope.require_right(caller, gui, DESKTOP_WRITEOBJECTS)
    return None


@handles(abi.AwaitSend)
def await_send(executive: Executive, caller: Thread, call: abi.AwaitSend) -> abi.SendResult | Pending:
    """Wait on for an answer."""
    sent = gui_thread(executive, caller).queue.sends.get(call.send)
    if sent is None or not sent.is_interrupted:
        raise nt_error(NtStatus.INVALID_PARAMETER, f"{call.send} names no interrupted SendMessage of the thread")
    return messages.wait_for_answer(executive, sent, caller.request) or PENDING


@handles(abi.SendNotifyMessage)
def send_notify_message(executive: Executive, caller: Thread, call: abi.SendNotifyMessage) -> None:
    """Send a message whose answer nobody wants."""
    gui = gui_thread(executive, caller)
    window = _receiver(executive, caller, gui, call.window, call.number)
    if window is not None:
        messages.notify(executive, window, call.number, call.wparam, call.lparam)
        return
    for one in messages.receivers(executive, caller, gui.desktop, call.number):
        try:
            messages.notify(executive, one, call.number, call.wparam, call.lparam)
        except NtError:  # that one's queue is full: the others still get it
            continue


@handles(abi.ReplyMessage)
def reply_message(executive: Executive, caller: Thread, call: abi.ReplyMessage) -> None:
    """Answer what was sent to the calling thread."""
    sent = gui_thread(executive, caller).queue.receiving.get(call.sent)
    if sent is None:
        raise nt_error(NtStatus.INVALID_PARAMETER, f"{call.sent} is no message that the thread has to answer")
    answers.finish(executive, sent, call.result, call.data)


# -- the state of the queue


@handles(abi.GetQueueStatus)
def get_queue_status(executive: Executive, caller: Thread, call: abi.GetQueueStatus) -> int:
    """Tell what waits in the queue, and what of it is new."""
    queue = gui_thread(executive, caller).queue
    waiting = queue.bits & call.mask
    new = waiting & queue.changed
    queue.changed &= ~call.mask
    return waiting << 16 | new


@handles(abi.MsgWaitForObjects)
def msg_wait_for_objects(executive: Executive, caller: Thread, call: abi.MsgWaitForObjects) -> WaitResult | Pending:
    """Wait for objects or input."""
    queue = gui_thread(executive, caller).queue
    _check_wait(queue, call)
    reference = caller.process.handles.reference  # pseudo handles are not accepted here
    objects = tuple([reference(handle, Dispatcher, SYNCHRONIZE) for handle in call.handles])
    wait_all = bool(call.flags & MWMO_WAITALL)
    if wait_all and len(set(objects)) < len(objects):
        raise nt_error(NtStatus.INVALID_PARAMETER_MIX, "an object stands twice in a wait for all")
    queue.input = InputReady(queue, call.mask, seen_too=bool(call.flags & MWMO_INPUTAVAILABLE))
    wait = MsgWait(
        caller, caller.request, (*objects, queue.input),
        wait_all=wait_all, alertable=bool(call.flags & MWMO_ALERTABLE),
    )  # fmt: skip
    wait.queue = queue
    if not queue.bits:
        has_no_input(executive, caller)
    return executive.begin_wait(wait, call.timeout)


def _check_wait(queue: MessageQueue, call: abi.MsgWaitForObjects) -> None:
    if call.flags & ~(MWMO_WAITALL | MWMO_ALERTABLE | MWMO_INPUTAVAILABLE):
        raise nt_error(NtStatus.INVALID_PARAMETER, f"flags {call.flags:#x}")
    if len(call.handles) >= MAXIMUM_WAIT_OBJECTS:
        raise nt_error(NtStatus.INVALID_PARAMETER, f"{len(call.handles)} objects; {MAXIMUM_WAIT_OBJECTS - 1} can be")
    if queue.input is not None and queue.input.waiters:
        raise nt_error(NtStatus.INVALID_PARAMETER, "the thread waits for input already")


@handles(abi.WaitForInputIdle)
def wait_for_input_idle(executive: Executive, caller: Thread, call: abi.WaitForInputIdle) -> WaitResult | Pending:
    """Wait until a process waits for input, or ends."""
    process = caller.reference(call.process, Process, PROCESS_QUERY_INFORMATION)
    if process.gui is None:
        raise nt_error(NtStatus.NOT_GUI_PROCESS, f"process {process.process_id}")
    return executive.begin_wait(Wait(caller, caller.request, (process.gui.idle, process)), call.timeout)


# -- timers


@handles(abi.SetTimer)
def set_user_timer(executive: Executive, caller: Thread, call: abi.SetTimer) -> int:
    """Make or restart a timer of a window or of the thread."""
    gui = gui_thread(executive, caller)
    window = scope.threads_own(caller, gui, call.window).handle if call.window else 0
    return set_timer(executive, gui.queue, window, call.timer_id, call.period)


@handles(abi.KillTimer)
def kill_timer(executive: Executive, caller: Thread, call: abi.KillTimer) -> bool:
    """Stop a timer."""
    gui = gui_thread(executive, caller)
    window = scope.threads_own(caller, gui, call.window).handle if call.window else 0
    timer = gui.queue.timers.get((window, call.timer_id))
    if timer is None:
        return False
    timer.stop(executive)
    return True
