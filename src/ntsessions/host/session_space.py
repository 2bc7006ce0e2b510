"""The Linux side of one session: a mount and an IPC namespace in which names that programs believe global are its own.

Built on one size-limited tmpfs per session, parts of which appear at the usual places:

    /dev/shm                  POSIX shared memory and semaphores (session 0: the instance's `Global` itself)
    /dev/shm/Global           what is shared on purpose
    /dev/shm/.ntsessions      the port's directory, read-only, see `port_space`
    /tmp/.X11-unix, .ICE-unix display sockets, so that every session can have a `:0`
    /run/user                 runtime directories, so that no program reaches another session's buses
    /tmp, /var/tmp            only with `private_tmp`
    STATE_DIR                 covered: no other session, account or socket of this instance can be reached

SysV IPC and POSIX queues are private by the IPC namespace.  The launcher enters the new namespaces, mounts, and goes
back; open descriptors keep them alive until `close`.  The launcher is single-threaded, which setns needs.
"""

import contextlib
import os
from collections.abc import Callable
from functools import partial

from ntsessions.executive.effects import PrepareSession
from ntsessions.host import linux
from ntsessions.host.account_files import AccountFiles
from ntsessions.host.forked import keep_only, run_and_leave
from ntsessions.host.instance_place import MOUNT_POINTS, InstancePlace, remove_tree

SHARED_MEMORY = "/dev/shm"  # noqa: S108 - the mount point, not a temporary file
RUNTIME_PARENT = "/run/user"
_DISPLAY_SOCKETS = (".X11-unix", ".ICE-unix")
_OWN = linux.MS_NOSUID | linux.MS_NODEV


class Namespaces:
    """The launcher's own namespaces, to come back to."""

    def __init__(self) -> None:
        self.mount = open_namespace("mnt")
        self.ipc = open_namespace("ipc")

    def enter(self) -> None:
        """Make these the caller's namespaces."""
        linux.setns(self.mount, linux.CLONE_NEWNS)
        linux.setns(self.ipc, linux.CLONE_NEWIPC)

    def close(self) -> None:
        """Let go; the kernel removes namespaces that nobody is in."""
        os.close(self.mount)
        os.close(self.ipc)


class SessionSpace:
    """The namespaces and directories of one session."""

    def __init__(self, place: InstancePlace, home: Namespaces, request: PrepareSession) -> None:
        self.session_key = request.session_key
        self.directory = place.session(request.session_key)
        self.account_files = AccountFiles(self.directory)
        self.notes: list[str] = []
        self.has_runtime_parent = False
        self._place = place
        self._request = request
        os.mkdir(self.directory, 0o755)
        os.mkdir(self._path("space"), 0o755)
        os.mkdir(self._path("ports"), 0o755)
        try:
            linux.unshare(linux.CLONE_NEWNS | linux.CLONE_NEWIPC)
            try:
                self._mount_all()
                self.space = os.open(self._path("space"), os.O_PATH | os.O_CLOEXEC)
                self._cover_state_dir()
                self.namespaces = Namespaces()
            finally:
                home.enter()
        except OSError:
            remove_tree(self.directory)
            raise
        self.ipc_inode = os.stat(self.namespaces.ipc).st_ino

    @property
    def descriptors(self) -> tuple[int, ...]:
        """Return what a launcher needs of this one's descriptors to serve a part of the session."""
        return (self.space, self.namespaces.mount, self.namespaces.ipc)

    def runtime_directory(self, uid: int, session_key: int) -> str:
        """Return the name of an account's runtime directory; in a logon group it has another, which ends with that."""
        return str(uid) if session_key == self.session_key else f"{uid}-{session_key}"

    def remove_runtime_directories(self, group_key: int) -> None:
        """Remove those of a logon group, in a process of its own: what is in them is the user's, however much it is."""
        users = os.open(f"/proc/self/fd/{self.space}/user", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            names = [name for name in os.listdir(users) if name.endswith(f"-{group_key}")]
            if names and os.fork() == 0:
                run_and_leave(lambda: _remove_entries(users, names))
        finally:
            os.close(users)

    def close(self) -> None:
        """Let the namespaces go and remove what was made; no process may be left inside."""
        self.namespaces.close()
        os.close(self.space)
        remove_tree(self.directory)

    def _path(self, *parts: str) -> str:
        return os.path.join(self.directory, *parts)

    def _mount_all(self) -> None:
        limit = self._request.limits.memory
        size = f",size={limit}" if limit else ""
        linux.mount("ntsessions", self._path("space"), "tmpfs", _OWN, f"mode=0755{size}")
        for name in ("objects", "tmp", "var-tmp"):
            os.mkdir(self._path("space", name), 0o1777)
        for name in _DISPLAY_SOCKETS:
            os.mkdir(self._path("space", "tmp", name), 0o1777)
        os.mkdir(self._path("space", "user"), 0o755)
        self._mount_objects()
        if os.path.isdir("/dev/mqueue"):
            self._try("POSIX queues cannot be listed", lambda: linux.mount("mqueue", "/dev/mqueue", "mqueue", _OWN))
        self._try("runtime directories are not in /run/user", self._mount_runtime_parent)
        if not self._request.private_tmp:
            for name in _DISPLAY_SOCKETS:
                self._try(f"{name} is shared with the machine", partial(self._mount_sockets, name))

    def _mount_objects(self) -> None:
        if self._request.session_id == 0:
            linux.bind(self._place.global_objects, SHARED_MEMORY, recursive=True)
        else:
            for name in MOUNT_POINTS:
                os.mkdir(self._path("space", "objects", name), 0o755)
            linux.bind(self._path("space", "objects"), SHARED_MEMORY)
        linux.bind(self._place.global_objects, f"{SHARED_MEMORY}/Global", recursive=True)

    def _mount_runtime_parent(self) -> None:
        if not os.path.isdir(RUNTIME_PARENT):
            os.mkdir(RUNTIME_PARENT, 0o755)
        linux.bind(self._path("space", "user"), RUNTIME_PARENT)
        self.has_runtime_parent = True

    def _mount_sockets(self, name: str) -> None:
        """Mount over the directory that X servers use; made on the machine if missing, as X servers do."""
        point = f"/tmp/{name}"  # noqa: S108 - the protocol's own path
        with contextlib.suppress(FileExistsError):
            os.mkdir(point, 0o1777)
        # Not following links: whoever made it cannot lead us elsewhere.
        opened = os.open(point, os.O_PATH | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            linux.bind(self._path("space", "tmp", name), f"/proc/self/fd/{opened}")
        finally:
            os.close(opened)

    def _cover_state_dir(self) -> None:
        """Hide the instance; comes last, because everything above is mounted from inside it."""
        state_dir = self._place.state_dir
        cover = os.open(self._place.cover, os.O_PATH | os.O_CLOEXEC)
        homes = os.open(self._place.homes, os.O_PATH | os.O_CLOEXEC)
        try:
            if self._request.private_tmp:
                for name in ("tmp", "var-tmp"):
                    linux.bind(f"/proc/self/fd/{self.space}/{name}", f"/{name.replace('-', '/')}")
                os.makedirs(state_dir, exist_ok=True)  # it may have been below /tmp
            linux.bind(f"/proc/self/fd/{cover}", state_dir, read_only=True)
            linux.bind(f"/proc/self/fd/{homes}", os.path.join(state_dir, "home"))
        finally:
            os.close(cover)
            os.close(homes)

    def _try(self, note: str, step: Callable[[], None]) -> None:
        try:
            step()
        except OSError as error:
            self.notes.append(f"{note}: {error.strerror}")


def _remove_entries(parent: int, names: list[str]) -> None:
    """Remove directories with all that is in them, whatever else happens there: what is left harms nobody."""
    keep_only(parent)
    linux.set_process_name("nts-remover")
    for name in names:
        with contextlib.suppress(OSError, RecursionError):
            for _, inner, files, directory in os.fwalk(name, topdown=False, dir_fd=parent):
                for one in files:
                    os.unlink(one, dir_fd=directory)
                for one in inner:
                    try:
                        os.rmdir(one, dir_fd=directory)
                    except NotADirectoryError:  # a link to one
                        os.unlink(one, dir_fd=directory)
            os.rmdir(name, dir_fd=parent)


def open_namespace(name: str) -> int:
    """Return a descriptor of one of the caller's namespaces (`mnt`, `ipc`)."""
    return os.open(f"/proc/self/ns/{name}", os.O_RDONLY | os.O_CLOEXEC)
