"""What windowing gives back when a thread or a process ends, in the order in which it must go."""

from typing import TYPE_CHECKING

from ntsessions.executive.windowing import clipboard, user_cleanup
from ntsessions.executive.windowing.connection import detach_thread, disconnect

if TYPE_CHECKING:
    from ntsessions.executive.executive import Executive
    from ntsessions.executive.processes.process import Process
    from ntsessions.executive.processes.thread import Thread


def thread_ended(executive: "Executive", thread: "Thread") -> None:
    """Destroy what the thread owned on its desktop, answer who waits for it, and detach it."""
    if thread.gui is not None:
        clipboard.thread_ended(executive, thread)
        user_cleanup.thread_ended(executive, thread)
        detach_thread(executive, thread)


def process_ended(executive: "Executive", process: "Process") -> None:
    """Destroy what the process owned; its threads have ended already."""
    if process.gui is not None:
        user_cleanup.process_ended(executive, process)
        disconnect(process)
