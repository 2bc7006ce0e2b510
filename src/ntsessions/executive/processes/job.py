"""Jobs and completion ports (nt-semantics 2.7).

A job is a process group of the kernel where the host has them; here are its limits, its members as far as the
executive knows them, its place below other jobs, and its messages.
"""

from collections import deque
from typing import TYPE_CHECKING

from ntsessions.abi.calls.job import CompletionPacket, JobLimits
from ntsessions.abi.object_types import IO_COMPLETION, JOB
from ntsessions.executive.dispatcher.waits import Dispatcher

if TYPE_CHECKING:
    from ntsessions.executive.executive import Executive
    from ntsessions.executive.processes.process import Process
    from ntsessions.executive.processes.session import Session

LIMIT_ACTIVE_PROCESS = 0x8
LIMIT_JOB_MEMORY = 0x200
LIMIT_BREAKAWAY_OK = 0x800
LIMIT_SILENT_BREAKAWAY_OK = 0x1000
LIMIT_KILL_ON_JOB_CLOSE = 0x2000
BASIC_LIMITS = 0xFF
EXTENDED_LIMITS = 0xFFFF

MESSAGE_ACTIVE_PROCESS_LIMIT = 3
MESSAGE_ACTIVE_PROCESS_ZERO = 4
MESSAGE_NEW_PROCESS = 6
MESSAGE_EXIT_PROCESS = 7
MESSAGE_ABNORMAL_EXIT_PROCESS = 8


class Job(Dispatcher):
    """A job object."""

    __slots__ = ("assigned", "is_terminated", "key", "limits", "parent_job", "port", "port_key", "processes", "session",
                 "terminated_by_limit", "total_processes")  # fmt: skip

    type = JOB

    def __init__(self, key: int, session: "Session") -> None:
        super().__init__()
        self.key = key
        self.session = session
        self.limits = JobLimits()
        self.processes: dict[int, Process] = {}
        """Live members by process key, those of child jobs included."""
        self.assigned: set[int] = set()
        """Keys of all members ever, as long as somebody may ask (IsProcessInJob stays true after the exit)."""
        self.parent_job: Job | None = None
        self.total_processes = 0
        self.terminated_by_limit = 0
        self.is_terminated = False
        self.port: IoCompletion | None = None
        self.port_key = 0

    def is_signaled(self) -> bool:
        """Tell whether it was terminated; the last member's own exit does not signal a job."""
        return self.is_terminated

    def on_last_handle(self, executive: "Executive") -> None:
        """End the members, where the limits say so; forget the job when it has none."""
        executive.jobs_closed(self)

    def state(self) -> dict[str, str]:
        """Facts for people."""
        return {"processes": str(len(self.processes)), "limits": f"{self.limits.flags:#x}"}


class IoCompletion(Dispatcher):
    """A queue of completion packets; signaled while it holds one."""

    __slots__ = ("packets",)

    type = IO_COMPLETION

    def __init__(self) -> None:
        super().__init__()
        self.packets: deque[CompletionPacket] = deque()

    def is_signaled(self) -> bool:
        """Tell whether there is a packet."""
        return bool(self.packets)

    def state(self) -> dict[str, str]:
        """Facts for people."""
        return {"packets": str(len(self.packets))}
