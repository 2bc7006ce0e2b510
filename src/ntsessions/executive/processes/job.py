"""Jobs and completion ports (nt-semantics 2.7, 2.8).

A job is a process group of the kernel where the host has them; here are its limits, its members as far as the
executive knows them, its place below other jobs, and where its messages go.  What jobs do is in `job_rules`.
"""

from collections import deque
from typing import TYPE_CHECKING

from ntsessions.abi.calls.job import CompletionPacket, JobLimits
from ntsessions.abi.errors import NtError
from ntsessions.abi.limits import MESSAGES_PER_PORT
from ntsessions.abi.object_types import IO_COMPLETION, JOB
from ntsessions.executive.dispatcher.waits import Dispatcher
from ntsessions.executive.processes import job_rules

if TYPE_CHECKING:
    from ntsessions.executive.executive import Executive
    from ntsessions.executive.processes.process import Process
    from ntsessions.executive.processes.session import Session
    from ntsessions.executive.windowing.atoms import AtomTable

PACKET_COST = 96
"""Bytes charged for a packet that waits."""


class Job(Dispatcher):
    """A job object."""

    __slots__ = ("assigned", "atoms", "child_jobs", "home_key", "is_terminated", "is_terminating", "key", "limits",
                 "parent_job", "port", "port_key", "processes", "session", "terminated_by_limit",
                 "total_processes")  # fmt: skip

    type = JOB

    def __init__(self, key: int, session: "Session") -> None:
        super().__init__()
        self.key = key
        self.session = session
        self.home_key = 0
        """Of the home of all its processes, from the first one on; 0 before."""
        self.limits = JobLimits()
        self.processes: dict[int, Process] = {}
        """Live members by process key, those of child jobs included."""
        self.assigned: set[int] = set()
        """Keys of all members ever, as long as somebody may ask (IsProcessInJob stays true after the exit)."""
        self.parent_job: Job | None = None
        self.child_jobs = 0
        """How many jobs have this one as their parent."""
        self.total_processes = 0
        self.terminated_by_limit = 0
        self.is_terminating = False
        self.is_terminated = False
        self.port: IoCompletion | None = None
        self.port_key = 0
        self.atoms: AtomTable | None = None
        """What its processes have for the global table, once one that must not use that has asked (6.12)."""

    @property
    def is_full(self) -> bool:
        """Tell whether the limit of active processes is reached."""
        limits = self.limits
        return (
            bool(limits.flags & job_rules.LIMIT_ACTIVE_PROCESS) and len(self.processes) >= limits.active_process_limit
        )

    def is_signaled(self) -> bool:
        """Tell whether it was terminated; the last member's own exit does not signal a job."""
        return self.is_terminated

    def member_exited(self, process: "Process", executive: "Executive") -> None:
        """Take in that a member has ended."""
        job_rules.member_exited(executive, self, process)

    def on_last_handle(self, executive: "Executive") -> None:
        """End the members, where the limits say so; forget the job when it has none."""
        job_rules.closed(executive, self)

    def state(self) -> dict[str, str]:
        """Facts for people."""
        facts = {"processes": str(len(self.processes)), "limits": f"{self.limits.flags:#x}"}
        if self.is_terminated:
            facts["terminated"] = "yes"
        return facts


class IoCompletion(Dispatcher):
    """A queue of completion packets; signaled while it holds one.

    Whoever made it pays for what waits in it.
    """

    __slots__ = ("packets",)

    type = IO_COMPLETION

    def __init__(self) -> None:
        super().__init__()
        self.packets: deque[CompletionPacket] = deque()

    def is_signaled(self) -> bool:
        """Tell whether there is a packet."""
        return bool(self.packets)

    def post(self, packet: CompletionPacket) -> bool:
        """Queue a packet.  Answers whether there was room for it."""
        if self.payer is None or len(self.packets) >= MESSAGES_PER_PORT:
            return False
        try:
            self.payer.charge(PACKET_COST)
        except NtError:
            return False
        self.charge += PACKET_COST
        self.packets.append(packet)
        return True

    def take(self) -> CompletionPacket:
        """Take the oldest packet; there must be one."""
        if self.payer is not None:
            self.payer.refund(PACKET_COST)
            self.charge -= PACKET_COST
        return self.packets.popleft()

    def on_last_handle(self, executive: "Executive") -> None:
        """Forget what nobody can read any more."""
        self.packets.clear()

    def state(self) -> dict[str, str]:
        """Facts for people."""
        return {"packets": str(len(self.packets))}
