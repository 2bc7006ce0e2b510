r"""The directories of one running instance, mounted where no one but this daemon sees them.

    STATE_DIR/home/NAME                 homes of managed accounts: on disk, and at the same path inside every session
    STATE_DIR/service-logs              what services write, see `service_logs`
    STATE_DIR/run                       a tmpfs of the daemon's own mount namespace: gone with it, however it goes
    STATE_DIR/run/Global                what `\BaseNamedObjects` is for POSIX shared memory: session 0's /dev/shm
    STATE_DIR/run/Sessions/KEY/         one session: ports, generated files, and the mount point of its own space
    STATE_DIR/run/cover                 what a session sees in place of STATE_DIR: nothing but `home`

Invariant: a directory that is a mount point in some session must never be removable through another mount of the same
file system, because removing it would detach the mount in all sessions.  So `Global` always appears together with
covers over its own mount points.
"""

import contextlib
import os
from collections.abc import Callable
from typing import NamedTuple

from ntsessions.abi.names import SERVICE_LOGS
from ntsessions.host import linux

MOUNT_POINTS = (".ntsessions", "Global")
"""Directories inside every /dev/shm that something is mounted on."""
_RUN_SIZE = "size=64m"


class InstancePlace(NamedTuple):
    """Paths of one instance, seen from the daemon's namespace."""

    state_dir: str

    @property
    def run(self) -> str:
        """Directory of everything that ends with the daemon."""
        return os.path.join(self.state_dir, "run")

    @property
    def global_objects(self) -> str:
        """Session 0's /dev/shm, which is `Global` everywhere."""
        return os.path.join(self.run, "Global")

    @property
    def cover(self) -> str:
        """What stands in a session where the state directory is."""
        return os.path.join(self.run, "cover")

    @property
    def homes(self) -> str:
        """Parent of the homes of managed accounts."""
        return os.path.join(self.state_dir, "home")

    @property
    def service_logs(self) -> str:
        """Directory of what services write."""
        return os.path.join(self.state_dir, SERVICE_LOGS)

    def session(self, session_key: int) -> str:
        """Directory of one session."""
        return os.path.join(self.run, "Sessions", str(session_key))


def prepare_instance(state_dir: str) -> InstancePlace:
    """Make and mount the directories; the caller's umask is 0."""
    place = InstancePlace(os.path.realpath(state_dir))
    os.makedirs(place.run, mode=0o700, exist_ok=True)
    os.makedirs(place.homes, mode=0o755, exist_ok=True)
    linux.mount("ntsessions", place.run, "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, f"mode=0700,{_RUN_SIZE}")
    empty = os.path.join(place.run, "empty")
    for path in (empty, place.cover, os.path.join(place.cover, "home"), os.path.join(place.run, "Sessions")):
        os.mkdir(path, 0o755)
    os.mkdir(place.global_objects, 0o1777)
    linux.mount("shm", place.global_objects, "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, "mode=1777")
    for name in MOUNT_POINTS:
        point = os.path.join(place.global_objects, name)
        os.mkdir(point, 0o755)
        linux.bind(empty, point, read_only=True)
    return place


def remove_tree(path: str) -> None:
    """Remove a directory of ours with all that is in it."""
    for directory, names, files in os.walk(path, topdown=False):
        for name in files:
            _gone(os.unlink, os.path.join(directory, name))
        for name in names:
            _gone(os.rmdir, os.path.join(directory, name))
    _gone(os.rmdir, path)


def _gone(remove: Callable[[str], None], path: str) -> None:
    with contextlib.suppress(FileNotFoundError):  # someone removed the state directory under us
        remove(path)


def instance_name(state_dir: os.stat_result) -> str:
    """Return the name of the instance's own group: by inode, because paths may be spelled in several ways."""
    return f"ntsessions-{state_dir.st_dev:x}-{state_dir.st_ino:x}"
