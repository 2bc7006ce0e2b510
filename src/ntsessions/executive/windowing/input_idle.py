"""WaitForInputIdle: when a process has begun, and waits for what its user does."""

from typing import TYPE_CHECKING

from ntsessions.executive.dispatcher.waits import Dispatcher

if TYPE_CHECKING:
    from ntsessions.executive.executive import Executive
    from ntsessions.executive.processes.thread import Thread


class InputIdle(Dispatcher):
    """Signaled from when a thread of the process first asks for a message and there is none."""

    __slots__ = ("is_reached",)

    def __init__(self) -> None:
        Dispatcher.__init__(self)
        self.is_reached = False

    def is_signaled(self) -> bool:
        """Tell whether the process has been idle once."""
        return self.is_reached


def has_no_input(executive: "Executive", thread: "Thread") -> None:
    """A thread has looked into its queue and found nothing."""
    gui = thread.process.gui
    assert gui is not None, "a thread with a queue is of a connected process"
    if not gui.idle.is_reached:
        gui.idle.is_reached = True
        executive.waits.signaled(gui.idle)
