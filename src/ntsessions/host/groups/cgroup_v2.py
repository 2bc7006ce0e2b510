"""Process groups over cgroup v2, with v1 controllers for limits where only those are there (hybrid machines).

Each group keeps its own processes in a leaf `processes`: a group that hands controllers down may not hold processes
itself.  Even without any controller v2 gives membership, killing in one write, times, and word of the last exit.
"""

import contextlib
import os

from ntsessions.executive.effects import GroupLimits
from ntsessions.host.groups import GroupPath, GroupUsage
from ntsessions.host.groups import cgroup_directory as directory
from ntsessions.host.groups.cgroup_v1 import V1Limits

_LEAF = "processes"
_DAEMON_LEAF = "ntsessions-daemon"
_CONTROLLERS = ("pids", "memory", "cpu")
_CPU_PERIOD_US = 100_000
_TICKS_PER_MICROSECOND = 10


class CgroupV2:
    """Process groups in the unified hierarchy."""

    def __init__(self, place: str, instance: str, hybrid: V1Limits, own_pids: frozenset[int]) -> None:
        self._root = os.path.join(place, instance)
        self._hybrid = hybrid
        self._killed: set[GroupPath] = set()
        directory.make(self._root)
        self._controllers = _hand_down(place, own_pids)
        self._enable(self._root)
        missing = set(_CONTROLLERS) - self._controllers - hybrid.enforces
        self.name = "v2+v1" if hybrid.enforces - self._controllers else "v2"
        self.notes: tuple[str, ...] = tuple(
            f"limits of {one} are not enforced: no writable cgroup controller" for one in sorted(missing)
        )

    def create(self, group: GroupPath) -> None:
        for depth in range(1, len(group) + 1):
            path = self._directory(group[:depth])
            if directory.make(path):
                self._enable(path)
                directory.make(os.path.join(path, _LEAF))

    def birthplace(self, group: GroupPath) -> str | None:
        """Return the group's leaf; nothing for a group that was killed: some kernels kill all that is born there."""
        return None if self._was_killed(group) else os.path.join(self._directory(group), _LEAF)

    def entries(self, group: GroupPath) -> tuple[str, ...]:
        entries = self._hybrid.entries(group)
        return (self._members(group), *entries) if self._was_killed(group) else entries

    def joined(self, group: GroupPath, pid: int) -> None:
        """Nothing to note: the kernel keeps the list."""

    def attach(self, group: GroupPath, pid: int) -> None:
        directory.write(os.path.join(self._directory(group), _LEAF), "cgroup.procs", str(pid))
        self._hybrid.attach(group, pid)

    def limit(self, group: GroupPath, limits: GroupLimits) -> tuple[str, ...]:
        path = self._directory(group)
        cpu = f"{limits.cpu_percent * _CPU_PERIOD_US // 100}" if limits.cpu_percent else "max"
        values = {
            "pids": ("pids.max", str(limits.processes or "max")),
            "memory": ("memory.max", str(limits.memory or "max")),
            "cpu": ("cpu.max", f"{cpu} {_CPU_PERIOD_US}"),
        }
        for controller in self._controllers:
            directory.write(path, *values[controller])
        self._hybrid.limit(group, limits, self.pids(group))
        return self.notes

    def kill(self, group: GroupPath) -> tuple[int, ...]:
        path = self._directory(group)
        if not os.path.isdir(path):
            return ()
        self._killed.add(group)
        try:
            directory.write(path, "cgroup.kill", "1")
        except FileNotFoundError:  # kernels before 5.14
            directory.write(path, "cgroup.freeze", "1")
            refused = directory.kill_each(self.pids(group))
            directory.write(path, "cgroup.freeze", "0")
            return refused
        return ()

    def pids(self, group: GroupPath) -> tuple[int, ...]:
        return directory.pids(self._directory(group))

    def is_empty(self, group: GroupPath) -> bool:
        return "populated 1" not in directory.read(self._directory(group), "cgroup.events")

    def usage(self, group: GroupPath) -> GroupUsage:
        path = self._directory(group)
        words = directory.read(path, "cpu.stat").split()
        times = dict(zip(words[::2], words[1::2], strict=False))
        return GroupUsage(
            int(times.get("user_usec", 0)) * _TICKS_PER_MICROSECOND,
            int(times.get("system_usec", 0)) * _TICKS_PER_MICROSECOND,
            directory.number(directory.read(path, "memory.peak")) or self._hybrid.peak_memory(group),
        )

    def emptied_event(self, group: GroupPath) -> int | None:
        return os.open(os.path.join(self._directory(group), "cgroup.events"), os.O_RDONLY | os.O_CLOEXEC)

    def remove(self, group: GroupPath) -> None:
        self._killed = {killed for killed in self._killed if killed[: len(group)] != group}
        self._hybrid.remove(group)
        directory.remove(self._directory(group))

    def close(self) -> None:
        self._hybrid.close()
        directory.remove(self._root)

    def _members(self, group: GroupPath) -> str:
        return os.path.join(self._directory(group), _LEAF, "cgroup.procs")

    def _was_killed(self, group: GroupPath) -> bool:
        return any(group[:depth] in self._killed for depth in range(1, len(group) + 1))

    def _directory(self, group: GroupPath) -> str:
        return os.path.join(self._root, *group)

    def _enable(self, path: str) -> None:
        if self._controllers:
            directory.write(path, "cgroup.subtree_control", " ".join(f"+{one}" for one in self._controllers))


def _hand_down(place: str, own_pids: frozenset[int]) -> frozenset[str]:
    """Let the groups below *place* use controllers; return which.

    The kernel allows that only while no process sits in *place* itself (the root group excepted).  When those that do
    are all ours, as under a systemd unit with Delegate=yes, they move to a leaf; strangers are left alone.
    """
    available = set(directory.read(place, "cgroup.controllers").split())
    enabled = set(directory.read(place, "cgroup.subtree_control").split())
    wanted = {one for one in _CONTROLLERS if one in available}
    if wanted <= enabled:
        return frozenset(wanted)
    text = " ".join(f"+{one}" for one in sorted(wanted))
    with contextlib.suppress(OSError):
        directory.write(place, "cgroup.subtree_control", text)
        return frozenset(wanted)
    if set(directory.read(place, "cgroup.procs").split()) <= {str(pid) for pid in own_pids}:
        with contextlib.suppress(OSError):
            leaf = os.path.join(place, _DAEMON_LEAF)
            directory.make(leaf)
            for pid in own_pids:
                directory.write(leaf, "cgroup.procs", str(pid))
            directory.write(place, "cgroup.subtree_control", text)
            return frozenset(wanted)
    return frozenset(wanted & enabled)
