"""Process groups: the Linux side of sessions and jobs, over whichever mechanism the machine has.

A group is named by its path from the instance down (`("session-3", "job-7", "job-9")`).  A process belongs to one
group and to every group above it; so do all its descendants, whatever they do, except where a back end's `notes` say
that this machine cannot promise it.
"""

from typing import NamedTuple, Protocol

from ntsessions.executive.effects import GroupLimits

GroupPath = tuple[str, ...]


class GroupUsage(NamedTuple):
    """What a group has used so far; times in 100 ns units, memory in bytes, 0 where it cannot be known."""

    user_time: int = 0
    kernel_time: int = 0
    peak_memory: int = 0


class ProcessGroups(Protocol):
    """One mechanism.  Missing groups are not errors for `kill`, `pids`, `usage` and `remove`: the end is the same."""

    name: str
    notes: tuple[str, ...]
    """What this machine cannot promise, in sentences for people."""

    def create(self, group: GroupPath) -> None:
        """Make a group and those above it."""

    def birthplace(self, group: GroupPath) -> str | None:
        """Return the directory of the v2 cgroup in which a child of the group can be born; None without v2."""

    def entries(self, group: GroupPath) -> tuple[str, ...]:
        """Return the files that a child writes `0` to between fork and exec, to be in the group before it runs.

        The file of the birthplace is not among them.
        """

    def joined(self, group: GroupPath, pid: int) -> None:
        """Take note in the parent that a child has joined."""

    def attach(self, group: GroupPath, pid: int) -> None:
        """Put a running process into a group."""

    def limit(self, group: GroupPath, limits: GroupLimits) -> tuple[str, ...]:
        """Set limits; return what could not be enforced."""

    def kill(self, group: GroupPath) -> tuple[int, ...]:
        """Send every process of the group SIGKILL; return those that this process may not kill."""

    def pids(self, group: GroupPath) -> tuple[int, ...]:
        """List the processes that live in the group."""

    def is_empty(self, group: GroupPath) -> bool:
        """Return whether no process is left."""

    def usage(self, group: GroupPath) -> GroupUsage:
        """Read what the group has used."""

    def emptied_event(self, group: GroupPath) -> int | None:
        """Return a descriptor that polls as exceptional when the group empties or fills, where the kernel tells."""

    def remove(self, group: GroupPath) -> None:
        """Remove an empty group and those below it."""

    def close(self) -> None:
        """Remove the instance's own group."""
