"""Handlers of the window calls that are about input: who is in front, active, focused (nt-semantics 6.7, 7.2)."""

from ntsessions.abi.calls import window as abi
from ntsessions.abi.errors import nt_error
from ntsessions.abi.status import NtStatus
from ntsessions.executive.handlers.registry import Executive, Thread, handles
from ntsessions.executive.windowing import activation, scope
from ntsessions.executive.windowing.connection import gui_thread
from ntsessions.executive.windowing.gui import GuiThread
from ntsessions.executive.windowing.window import Window


@handles(abi.GetThreadInput)
def get_thread_input(executive: Executive, caller: Thread, call: abi.GetThreadInput) -> abi.ThreadInput:
    """Read where input goes."""
    gui = gui_thread(executive, caller)
    foreground = gui.desktop.foreground if gui.desktop.is_input else None
    return abi.ThreadInput(*(0 if window is None else window.handle for window in (foreground, gui.active, gui.focus)))


@handles(abi.SetForegroundWindow)
def set_foreground(executive: Executive, caller: Thread, call: abi.SetForegroundWindow) -> bool:
    """Bring a window to the front of the desktop that has the input."""
    gui = gui_thread(executive, caller)
    window = scope.changeable(executive, caller, gui, call.window).root
    if not gui.desktop.is_input or window not in gui.desktop.top_level:
        return False
    activation.bring_to_front(executive, window)
    return True


@handles(abi.SetFocus)
def set_focus(executive: Executive, caller: Thread, call: abi.SetFocus) -> int:
    """Give a window of the calling thread, or of one that shares its input, the focus."""
    gui = gui_thread(executive, caller)
    before = gui.focus
    activation.set_focus(executive, caller, _sharers_own(caller, gui, call.window))
    return 0 if before is None else before.handle


@handles(abi.SetActiveWindow)
def set_active(executive: Executive, caller: Thread, call: abi.SetActiveWindow) -> int:
    """Make a top-level window of the calling thread, or of one that shares its input, the active one."""
    gui = gui_thread(executive, caller)
    before = gui.active
    window = _sharers_own(caller, gui, call.window)
    activation.set_active(executive, caller, None if window is None else window.root)
    return 0 if before is None else before.handle


def _sharers_own(caller: Thread, gui: GuiThread, handle: int) -> Window | None:
    if not handle:
        return None
    window = scope.on_desktop(caller, gui, handle)
    if window.thread is not caller and window.thread.gui not in activation.sharing(caller):
        raise nt_error(NtStatus.ACCESS_DENIED, f"window {window.handle:#x} is of {window.thread.label}")
    return window


@handles(abi.AttachThreadInput)
def attach_thread_input(executive: Executive, caller: Thread, call: abi.AttachThreadInput) -> None:
    """Let two threads share active window and focus, or no longer."""
    gui = gui_thread(executive, caller)
    if call.thread_id == call.to_thread_id:
        raise nt_error(NtStatus.INVALID_PARAMETER, "a thread shares its input with itself")
    first, second = (_attachable(executive, caller, gui, one) for one in (call.thread_id, call.to_thread_id))
    if call.attach:
        activation.attach(first, second)
    elif not activation.detach(first, second):
        raise nt_error(NtStatus.INVALID_PARAMETER, "the threads do not share their input")


def _attachable(executive: Executive, caller: Thread, gui: GuiThread, thread_id: int) -> Thread:
    thread = executive.threads_by_id.get(thread_id)
    if thread is None or thread.gui is None or thread.process.session is not caller.process.session:
        raise nt_error(NtStatus.INVALID_THREAD_ID, f"thread {thread_id}")
    if thread.gui.desktop is not gui.desktop:
        raise nt_error(NtStatus.ACCESS_DENIED, f"thread {thread_id} is on another desktop")
    scope.require_integrity(executive, caller, thread.process)
    return thread
