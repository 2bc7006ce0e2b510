"""Process groups over cgroup v1: one tree per controller.

The freezer's tree says who belongs where and makes killing certain: frozen processes cannot fork away from the list
that is being killed.  `V1Limits` is the part that enforces limits; hybrid machines use it beside a v2 tree.
"""

import contextlib
import os

from ntsessions.executive.effects import GroupLimits
from ntsessions.host.groups import GroupPath, GroupUsage
from ntsessions.host.groups import cgroup_directory as directory

_NANOSECONDS_PER_TICK = 100
_CPU_PERIOD_US = 100_000
_NO_LIMIT = -1


class V1Tree:
    """Our part of one v1 hierarchy."""

    def __init__(self, place: str, instance: str) -> None:
        self.root = os.path.join(place, instance)
        self._has_grown = False

    def directory(self, group: GroupPath) -> str:
        """Return where a group's files are."""
        return os.path.join(self.root, *group)

    def create(self, group: GroupPath) -> None:
        """Make a group and those above it."""
        self._has_grown = True
        for depth in range(len(group) + 1):
            path = self.directory(group[:depth])
            if directory.make(path) and directory.read(path, "memory.use_hierarchy").strip() == "0":
                directory.write(path, "memory.use_hierarchy", "1")

    def nearest(self, group: GroupPath) -> str | None:
        """Return the innermost directory that exists for a group, or None when not even its session has one."""
        if not self._has_grown:
            return None
        for depth in range(len(group), 0, -1):
            path = self.directory(group[:depth])
            if os.path.isdir(path):
                return path
        return None

    def attach(self, group: GroupPath, pid: int) -> None:
        """Put a process into the innermost directory that exists for a group."""
        path = self.nearest(group)
        if path is not None:
            directory.write(path, "cgroup.procs", str(pid))

    def close(self) -> None:
        """Remove the tree, if it was ever made."""
        directory.remove(self.root)


def _entries(trees: tuple[V1Tree, ...], group: GroupPath) -> tuple[str, ...]:
    found = (tree.nearest(group) for tree in trees)
    return tuple(os.path.join(path, "cgroup.procs") for path in found if path is not None)


class V1Limits:
    """Limits by the v1 controllers, in trees that grow only where a limit is set."""

    def __init__(self, places: dict[str, str], instance: str) -> None:
        self._trees: dict[str, V1Tree] = {
            name: V1Tree(places[name], instance) for name in ("pids", "memory", "cpu") if name in places
        }

    @property
    def enforces(self) -> frozenset[str]:
        """Return the controllers that limits can be set with."""
        return frozenset(self._trees)

    def attach(self, group: GroupPath, pid: int) -> None:
        """Put a process under every limit of a group."""
        for tree in self._trees.values():
            tree.attach(group, pid)

    def entries(self, group: GroupPath) -> tuple[str, ...]:
        """Return the files by which a process enters every limit of a group."""
        return _entries(tuple(self._trees.values()), group)

    def limit(self, group: GroupPath, limits: GroupLimits, members: tuple[int, ...]) -> None:
        """Set limits; *members* are in the group already."""
        if limits.processes is not None or self._exists("pids", group):
            self._set("pids", group, members, {"pids.max": str(limits.processes or "max")})
        if limits.memory is not None or self._exists("memory", group):
            self._set("memory", group, members, {"memory.limit_in_bytes": str(limits.memory or _NO_LIMIT)})
        if limits.cpu_percent is not None or self._exists("cpu", group):
            quota = limits.cpu_percent * _CPU_PERIOD_US // 100 if limits.cpu_percent else _NO_LIMIT
            self._set("cpu", group, members, {"cpu.cfs_period_us": str(_CPU_PERIOD_US), "cpu.cfs_quota_us": str(quota)})

    def peak_memory(self, group: GroupPath) -> int:
        """Return the most that the group ever held, 0 where nobody counted."""
        if not self._exists("memory", group):
            return 0
        path = self._trees["memory"].directory(group)
        return directory.number(directory.read(path, "memory.max_usage_in_bytes"))

    def remove(self, group: GroupPath) -> None:
        """Remove what limits made."""
        for tree in self._trees.values():
            directory.remove(tree.directory(group))

    def close(self) -> None:
        """Remove all trees."""
        for tree in self._trees.values():
            tree.close()

    def _exists(self, controller: str, group: GroupPath) -> bool:
        tree = self._trees.get(controller)
        return tree is not None and os.path.isdir(tree.directory(group))

    def _set(self, controller: str, group: GroupPath, members: tuple[int, ...], values: dict[str, str]) -> None:
        tree = self._trees.get(controller)
        if tree is None:
            return
        is_new = not self._exists(controller, group)
        tree.create(group)
        for name, value in values.items():
            directory.write(tree.directory(group), name, value)
        if is_new:
            for pid in members:
                with contextlib.suppress(ProcessLookupError):  # it ended meanwhile
                    tree.attach(group, pid)


class CgroupV1:
    """Process groups where only v1 can be written."""

    name = "v1"

    def __init__(self, places: dict[str, str], instance: str) -> None:
        self._members = V1Tree(places["freezer"], instance)
        self._times = V1Tree(places["cpuacct"], instance) if "cpuacct" in places else None
        self._limits = V1Limits(places, instance)
        missing = {"pids", "memory", "cpu"} - self._limits.enforces
        self.notes: tuple[str, ...] = tuple(
            f"limits of {one} are not enforced: no writable cgroup controller" for one in sorted(missing)
        )
        self._members.create(())

    def create(self, group: GroupPath) -> None:
        self._members.create(group)
        if self._times is not None:
            self._times.create(group)

    def birthplace(self, group: GroupPath) -> str | None:
        """Return nothing: a v1 group is entered after birth."""
        return None

    def entries(self, group: GroupPath) -> tuple[str, ...]:
        trees = (self._members,) if self._times is None else (self._members, self._times)
        return (*_entries(trees, group), *self._limits.entries(group))

    def joined(self, group: GroupPath, pid: int) -> None:
        """Nothing to note: the kernel keeps the list."""

    def attach(self, group: GroupPath, pid: int) -> None:
        self._members.attach(group, pid)
        if self._times is not None:
            self._times.attach(group, pid)
        self._limits.attach(group, pid)

    def limit(self, group: GroupPath, limits: GroupLimits) -> tuple[str, ...]:
        self._limits.limit(group, limits, self.pids(group))
        return self.notes

    def kill(self, group: GroupPath) -> tuple[int, ...]:
        path = self._members.directory(group)
        if not os.path.isdir(path):
            return ()
        directory.write(path, "freezer.state", "FROZEN")
        refused = directory.kill_each(self.pids(group))
        directory.write(path, "freezer.state", "THAWED")  # a frozen process dies only when it thaws
        return refused

    def pids(self, group: GroupPath) -> tuple[int, ...]:
        return directory.pids(self._members.directory(group))

    def is_empty(self, group: GroupPath) -> bool:
        return not self.pids(group)

    def usage(self, group: GroupPath) -> GroupUsage:
        if self._times is None:
            return GroupUsage(peak_memory=self._limits.peak_memory(group))
        path = self._times.directory(group)
        total, user, kernel = (
            directory.number(directory.read(path, name))
            for name in ("cpuacct.usage", "cpuacct.usage_user", "cpuacct.usage_sys")
        )
        # The two parts are counted by the tick, the whole exactly: as for one process, the ratio divides the whole.
        in_user = total * user // (user + kernel) if user + kernel else total
        return GroupUsage(
            in_user // _NANOSECONDS_PER_TICK,
            (total - in_user) // _NANOSECONDS_PER_TICK,
            self._limits.peak_memory(group),
        )

    def emptied_event(self, group: GroupPath) -> int | None:
        """Return nothing: v1 tells only through a program that root names for the whole machine."""
        return None

    def remove(self, group: GroupPath) -> None:
        self._limits.remove(group)
        if self._times is not None:
            directory.remove(self._times.directory(group))
        directory.remove(self._members.directory(group))

    def close(self) -> None:
        self._limits.close()
        if self._times is not None:
            self._times.close()
        self._members.close()
