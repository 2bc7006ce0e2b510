"""Process groups without cgroups: whoever descends from the session's launcher is of the session.

The launcher is a child subreaper, so a process whose parent ends becomes the launcher's child, never init's: double
forks, new Unix sessions and ignored signals do not leave the tree.  The kernel keeps no such list for jobs inside a
session: a job is the processes that were put in, their descendants, and what was seen below them since; a process
whose parents all ended between two looks is of the session still, but no longer of the job.
"""

import os
import signal

from ntsessions.executive.effects import GroupLimits
from ntsessions.host import processes
from ntsessions.host.groups import GroupPath, GroupUsage
from ntsessions.host.groups.cgroup_directory import kill_each

_TICKS_PER_CLOCK = 10_000_000 // os.sysconf("SC_CLK_TCK")
_SWEEPS = 8
_Seen = tuple[int, int]


class ProcessTree:
    """Process groups of one session, run inside of that session's own launcher."""

    name = "none"
    notes: tuple[str, ...] = (
        "no writable cgroup: limits are not enforced, and a job loses processes that outlive all their parents",
    )

    def __init__(self, root_pid: int) -> None:
        self._root_pid = root_pid
        self._jobs: dict[GroupPath, set[_Seen]] = {}

    def create(self, group: GroupPath) -> None:
        for depth in range(2, len(group) + 1):
            self._jobs.setdefault(group[:depth], set())

    def birthplace(self, group: GroupPath) -> str | None:
        """Return nothing: every child is born to the launcher, and to be a child is what counts."""
        return None

    def entries(self, group: GroupPath) -> tuple[str, ...]:
        """Return nothing: to be a child is what counts."""
        return ()

    def joined(self, group: GroupPath, pid: int) -> None:
        self.attach(group, pid)

    def attach(self, group: GroupPath, pid: int) -> None:
        self.create(group)
        stat = processes.read_stat(pid)
        if stat is not None and len(group) > 1:
            self._jobs[group].add((pid, stat.start_time))

    def limit(self, group: GroupPath, limits: GroupLimits) -> tuple[str, ...]:
        return () if limits == GroupLimits() else self.notes

    def kill(self, group: GroupPath) -> tuple[int, ...]:
        """Stop all before killing any: what is stopped cannot fork away from the list.

        A process that forks and ends faster than /proc can be read is never on the list in time.  Its newest
        incarnation has no parent but us, though, and our own children are one short file.
        """
        stopped: set[int] = set()
        for _ in range(_SWEEPS):
            fresh = set(self.pids(group)) - stopped
            if not fresh:
                break
            for pid in fresh:
                _stop(pid)
            stopped |= fresh
        refused = kill_each(tuple(stopped))
        if len(group) == 1:
            kill_each(processes.children(self._root_pid))
        return refused

    def pids(self, group: GroupPath) -> tuple[int, ...]:
        if len(group) == 1:
            return processes.descendants((self._root_pid,))
        members: dict[int, None] = {}
        for job, seen in self._jobs.items():
            if job[: len(group)] == group:
                members.update(dict.fromkeys(self._members(seen)))
        return tuple(members)

    def is_empty(self, group: GroupPath) -> bool:
        """Whoever descends from a subreaper has one of its children above: no children, no descendants."""
        return not self.pids(group) if len(group) > 1 else not _has_children()

    def usage(self, group: GroupPath) -> GroupUsage:
        """Return the times of those that live; what ended processes used is not known."""
        user = kernel = 0
        for pid in self.pids(group):
            times = _times(pid)
            user, kernel = user + times[0], kernel + times[1]
        return GroupUsage(user * _TICKS_PER_CLOCK, kernel * _TICKS_PER_CLOCK)

    def emptied_event(self, group: GroupPath) -> int | None:
        """Return nothing: there is no kernel object that empties."""
        return None

    def remove(self, group: GroupPath) -> None:
        self._jobs = {job: seen for job, seen in self._jobs.items() if job[: len(group)] != group}

    def close(self) -> None:
        """Nothing was made."""

    def _members(self, seen: set[_Seen]) -> set[int]:
        """Return the live processes of one job, and remember those found below them."""
        alive = {pid for pid, started in seen if processes.start_time(pid) == started}
        alive |= set(processes.descendants(alive))
        seen.clear()
        for pid in tuple(alive):
            stat = processes.read_stat(pid)
            if stat is None or stat.is_dead:
                alive.discard(pid)
            else:
                seen.add((pid, stat.start_time))
        return alive


def _has_children() -> bool:
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def _stop(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGSTOP)
    except (ProcessLookupError, PermissionError):
        return  # ended, or reported by the killing that follows


def _times(pid: int) -> tuple[int, int]:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            text = file.read()
    except OSError:
        return (0, 0)
    fields = text[text.rfind(b")") + 2 :].split()
    return (int(fields[11]) + int(fields[13]), int(fields[12]) + int(fields[14]))
