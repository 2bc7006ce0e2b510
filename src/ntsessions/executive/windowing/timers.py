"""USER timers (nt-semantics 7.4): WM_TIMER for a window or a thread, when nothing else waits for it.

A timer whose message has not been taken is not running: one that nobody asks for costs nothing.  It keeps its phase:
it starts again as if it had never stopped.
"""

from typing import TYPE_CHECKING, Final

from ntsessions.abi.calls.message import QS_TIMER
from ntsessions.abi.errors import nt_error
from ntsessions.abi.limits import USER_HANDLES_PER_PROCESS
from ntsessions.abi.status import NtStatus
from ntsessions.executive.windowing.delivery import TICKS_PER_MILLISECOND, wake

if TYPE_CHECKING:
    from ntsessions.executive.executive import Executive
    from ntsessions.executive.windowing.message_queue import MessageQueue

SHORTEST: Final = 10
LONGEST: Final = 0x7FFFFFFF
"""Milliseconds (USER_TIMER_MINIMUM and -MAXIMUM)."""


class UserTimer:
    """A timer."""

    __slots__ = ("due_at", "period", "queue", "timer_id", "window")

    def __init__(self, queue: "MessageQueue", window: int, timer_id: int) -> None:
        self.queue = queue
        self.window = window
        """Handle; 0: it is the thread's."""
        self.timer_id = timer_id
        self.period = 0
        self.due_at = 0
        """On the steady clock; in the past while its message waits."""

    def start(self, executive: "Executive", milliseconds: int) -> None:
        """Begin to run, with another period."""
        self.period = min(max(milliseconds, SHORTEST), LONGEST) * TICKS_PER_MILLISECOND
        self.queue.due.pop(self, None)
        self.due_at = executive.now + self.period
        executive.steady.set(self, self.due_at)

    def start_again(self, executive: "Executive") -> None:
        """Run on: its message was taken."""
        self.due_at += ((executive.now - self.due_at) // self.period + 1) * self.period
        executive.steady.set(self, self.due_at)

    def expired(self, executive: "Executive") -> None:
        """Its time has come: its message waits from now on."""
        queue = self.queue
        queue.due[self] = None
        queue.changed |= QS_TIMER
        wake(executive, queue)

    def stop(self, executive: "Executive") -> None:
        """End."""
        queue = self.queue
        executive.steady.cancel(self)
        queue.due.pop(self, None)
        del queue.timers[self.window, self.timer_id]
        gui = queue.thread.process.gui
        assert gui is not None, "a process's threads end before it is disconnected"
        gui.user_objects -= 1


def set_timer(executive: "Executive", queue: "MessageQueue", window: int, timer_id: int, milliseconds: int) -> int:
    """Make or restart a timer; returns its id.  Raises NO_MORE_USER_HANDLES."""
    timer = queue.timers.get((window, timer_id))
    if timer is None:
        gui = queue.thread.process.gui
        assert gui is not None, "a thread with a queue is of a connected process"
        if gui.user_objects >= USER_HANDLES_PER_PROCESS:
            raise nt_error(NtStatus.NO_MORE_USER_HANDLES, f"the process has {USER_HANDLES_PER_PROCESS}")
        if not window:
            timer_id = executive.new_key()  # an id without a window only ever names a timer that is there
        timer = queue.timers[window, timer_id] = UserTimer(queue, window, timer_id)
        gui.user_objects += 1
        gui.user_objects_peak = max(gui.user_objects_peak, gui.user_objects)
    timer.start(executive, milliseconds)
    return timer_id
