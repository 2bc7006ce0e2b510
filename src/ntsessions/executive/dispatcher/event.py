"""Events (nt-semantics 2.2)."""

from typing import TYPE_CHECKING

from ntsessions.abi.object_types import EVENT
from ntsessions.executive.dispatcher.waits import Dispatcher

if TYPE_CHECKING:
    from ntsessions.executive.processes.thread import Thread


class Event(Dispatcher):
    """A flag that wakes one waiter (synchronization) or all of them (notification)."""

    __slots__ = ("is_set", "resets_itself")

    type = EVENT

    def __init__(self, *, resets_itself: bool, is_set: bool) -> None:
        Dispatcher.__init__(self)  # super() would take longer than all the rest
        self.resets_itself = resets_itself
        self.is_set = is_set

    def is_signaled(self) -> bool:
        """Tell whether it is set."""
        return self.is_set

    def consume(self, thread: "Thread") -> bool:
        """Reset, if it is a synchronization event."""
        if self.resets_itself:
            self.is_set = False
        return False

    def state(self) -> dict[str, str]:
        """Facts for people."""
        kind = "synchronization (auto reset)" if self.resets_itself else "notification (manual reset)"
        return {"kind": kind, "signaled": "yes" if self.is_set else "no"}
