"""Where this process may make cgroups: below the cgroup it is in, in each hierarchy that is mounted and writable.

Nothing outside of the daemon's own cgroup is touched: whoever put the daemon there meant its limits to hold.
"""

import os
from typing import NamedTuple


class Places(NamedTuple):
    """Directories of the caller's own cgroup."""

    unified: str | None
    """In the v2 hierarchy."""
    controllers: dict[str, str]
    """In each v1 hierarchy, by the name of its controller."""


def own_places() -> Places:
    """Return the directories of the cgroups that the calling process is in."""
    with open("/proc/self/cgroup", encoding="utf-8", errors="surrogateescape") as lines:
        paths = {names: path for _, names, path in (line.rstrip("\n").split(":", 2) for line in lines)}
    unified: str | None = None
    controllers: dict[str, str] = {}
    for mount_root, mount_point, filesystem, options in _cgroup_mounts():
        if filesystem == "cgroup2":
            unified = unified or _inside(mount_root, mount_point, paths.get(""))
            continue
        for names, path in paths.items():
            wanted = names.split(",")
            if names and all(name in options for name in wanted):
                place = _inside(mount_root, mount_point, path)
                if place is not None:
                    controllers.update((name, place) for name in wanted)
    return Places(unified, controllers)


def _cgroup_mounts() -> list[tuple[str, str, str, frozenset[str]]]:
    found = []
    with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as lines:
        for line in lines:
            fields = line.split()
            after = fields.index("-")
            if fields[after + 1] in {"cgroup", "cgroup2"}:
                options = frozenset(fields[after + 3].split(","))
                found.append((_plain(fields[3]), _plain(fields[4]), fields[after + 1], options))
    return found


def _inside(mount_root: str, mount_point: str, path: str | None) -> str | None:
    """Return the directory of cgroup *path* in a hierarchy whose subtree *mount_root* is mounted at *mount_point*."""
    if path is None:
        return None
    relative = os.path.relpath(path, mount_root)
    if relative.startswith(".."):
        return None  # the mount shows another part of the hierarchy (a container without a cgroup namespace)
    place = os.path.normpath(os.path.join(mount_point, relative))
    return place if os.path.isdir(place) else None


def _plain(text: str) -> str:
    """Undo the octal escapes of mountinfo."""
    for code, plain in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, plain)
    return text
