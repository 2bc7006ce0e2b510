"""Which mechanism of process groups this machine lets us use: v2 before v1 before none.

Being able to make a directory is not the proof: moving a process also needs rights on the group it comes from.  So a
short-lived child tries it.
"""

import contextlib
import os
import select

from ntsessions.host.groups import ProcessGroups
from ntsessions.host.groups import cgroup_directory as directory
from ntsessions.host.groups.cgroup_mounts import own_places
from ntsessions.host.groups.cgroup_v1 import CgroupV1, V1Limits
from ntsessions.host.groups.cgroup_v2 import CgroupV2
from ntsessions.host.groups.process_tree import ProcessTree

_V1_CONTROLLERS = ("freezer", "pids", "memory", "cpu", "cpuacct")


class GroupsUnavailable(RuntimeError):
    """A mechanism was asked for by name that this machine does not have."""


def choose_groups(instance: str, forced: str, own_pids: frozenset[int]) -> ProcessGroups | None:
    """Return the best mechanism, or the *forced* one (`v2`, `v1`, `none`); None: each session needs its own launcher.

    What an earlier run of the same instance left behind is killed and removed: we hold the instance's lock.
    """
    if forced not in {"", "v2", "v1", "none"}:
        raise GroupsUnavailable(f"unknown mechanism of process groups: {forced!r} (v2, v1 or none)")
    places = own_places()
    if forced in {"", "v2"} and places.unified is not None and _is_usable(places.unified, instance):
        v1 = {} if forced == "v2" and not places.controllers else _usable(places.controllers, instance)
        return CgroupV2(places.unified, instance, V1Limits(v1, instance), own_pids)
    if forced in {"", "v1"}:
        v1 = _usable(places.controllers, instance)
        if "freezer" in v1:
            return CgroupV1(v1, instance)
    if forced in {"v2", "v1"}:
        raise GroupsUnavailable(f"cgroup {forced} cannot be written here")
    return None


def tree_of_this_process() -> ProcessGroups:
    """Return the mechanism of a session's own launcher."""
    return ProcessTree(os.getpid())


def _usable(places: dict[str, str], instance: str) -> dict[str, str]:
    return {name: places[name] for name in _V1_CONTROLLERS if name in places and _is_usable(places[name], instance)}


def _is_usable(place: str, instance: str) -> bool:
    root = os.path.join(place, instance)
    try:
        if not directory.make(root):
            _clear(root)
            directory.make(root)
        child = os.fork()
        if child == 0:
            _try_to_join(root)
        _, status = os.waitpid(child, 0)
        directory.remove(root)
    except OSError:
        return False
    return status == 0


def _try_to_join(root: str) -> None:
    try:
        directory.write(root, "cgroup.procs", "0")
        os._exit(0)
    except OSError:
        os._exit(1)


def _clear(root: str) -> None:
    """Kill what a daemon that died by force left in its groups, and wait until the groups are gone."""
    while found := directory.pids(root):
        ends = []
        for pid in found:
            with contextlib.suppress(OSError):
                ends.append(os.pidfd_open(pid))
        directory.kill_each(found)
        for group in directory.subgroups(root):
            if directory.read(group, "freezer.state").strip() not in {"", "THAWED"}:
                directory.write(group, "freezer.state", "THAWED")  # the launcher died while it held them
        for end in ends:
            _wait_for_end(end)
    directory.remove(root)


def _wait_for_end(pidfd: int) -> None:
    waiting = select.poll()
    waiting.register(pidfd, select.POLLIN)
    waiting.poll()
    os.close(pidfd)
