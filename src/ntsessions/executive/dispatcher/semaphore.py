"""Semaphores (nt-semantics 2.3)."""

from typing import TYPE_CHECKING

from ntsessions.abi.object_types import SEMAPHORE
from ntsessions.executive.dispatcher.waits import Dispatcher

if TYPE_CHECKING:
    from ntsessions.executive.processes.thread import Thread


class Semaphore(Dispatcher):
    """A count between 0 and a maximum; 0 <= count <= maximum always holds."""

    __slots__ = ("count", "maximum")

    type = SEMAPHORE

    def __init__(self, count: int, maximum: int) -> None:
        super().__init__()
        self.count = count
        self.maximum = maximum

    def is_signaled(self) -> bool:
        """Tell whether there is something to take."""
        return self.count > 0

    def consume(self, thread: "Thread") -> bool:
        """Take one."""
        self.count -= 1
        return False

    def state(self) -> dict[str, str]:
        """Facts for people."""
        return {"count": f"{self.count} of {self.maximum}"}
