"""A port: the socket by which the daemon knows who a process is, and the view of the session that contains it.

Every process finds its port's socket at one fixed path; what is mounted there differs by token.  Which socket a caller
came through is therefore decided by the mount namespace that it was started in: it survives fork and exec, cannot be
forged, and is not a matter of uid, environment or path.

The first port of a session uses the session's namespace itself; each further one (run-as, elevated halves) gets a copy
with another socket mounted.  The rest of the session is the same file systems in all of them.
"""

import contextlib
import os
import socket
import sys
from typing import NamedTuple

from ntsessions.abi.names import PORT_PATH
from ntsessions.executive.effects import OpenPort, UnixIdentity
from ntsessions.host import account_files, linux
from ntsessions.host.instance_place import InstancePlace, remove_tree
from ntsessions.host.isolation import Mode
from ntsessions.host.session_space import RUNTIME_PARENT, Namespaces, SessionSpace, open_namespace

_BACKLOG = 128
_POINT, _SOCKET_NAME = os.path.split(PORT_PATH)
_OWN_COMMANDS = os.path.dirname(sys.executable)
"""Where `nts` is; last on the PATH of a session, so that it stands before nothing of the machine's."""


class _Tree(NamedTuple):
    """A detached mount and where it goes."""

    descriptor: int
    target: str
    is_read_only: bool


class PortSpace:
    """One port of a session, seen from the launcher."""

    def __init__(
        self,
        place: InstancePlace,
        home: Namespaces,
        mode: Mode,
        space: SessionSpace,
        request: OpenPort,
        *,
        is_first: bool,
    ) -> None:
        self.identity = request.identity
        self.session_key = request.session_key
        self._directory = os.path.join(space.directory, "ports", str(request.port_key))
        self._own_mount: int | None = None
        self._space = space
        self._runtime = space.runtime_directory(request.identity.uid, request.session_key)
        self._owner = request.identity.uid if mode is Mode.ROOT else -1
        os.mkdir(self._directory, 0o755)
        listener: socket.socket | None = None
        try:
            self._make_home(place)
            self.runtime_dir = self._make_runtime_dir()
            listener = self._listen()
            self._mount(home, mode, is_first=is_first)
        except (OSError, ValueError):
            if listener is not None:
                listener.close()
            remove_tree(self._directory)
            raise
        self.listener = listener

    @property
    def namespaces(self) -> tuple[int, int]:
        """Return descriptors of the mount and of the IPC namespace that are the port's view of the session."""
        session = self._space.namespaces
        return (session.mount if self._own_mount is None else self._own_mount, session.ipc)

    def enter(self) -> None:
        """Move the calling process, which has one thread, into the port's view of the session."""
        mount, ipc = self.namespaces
        linux.setns(mount, linux.CLONE_NEWNS)
        linux.setns(ipc, linux.CLONE_NEWIPC)

    def close(self) -> None:
        """Remove the socket; processes that run in the view find nobody listening.

        The directory of the first port stays until the session ends: later ports are mounted over it.
        """
        if self._own_mount is None:
            with contextlib.suppress(FileNotFoundError):  # someone removed the state directory under us
                os.unlink(os.path.join(self._directory, _SOCKET_NAME))
        else:
            os.close(self._own_mount)
            self._own_mount = None
            remove_tree(self._directory)

    def _listen(self) -> socket.socket:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK)
        opened = os.open(self._directory, os.O_PATH | os.O_CLOEXEC)
        try:
            path = f"/proc/self/fd/{opened}/{_SOCKET_NAME}"  # short, however long the state directory's path is
            listener.bind(path)
            os.chmod(path, 0o600)
            os.chown(path, self._owner, -1)
        except OSError:
            listener.close()
            raise
        finally:
            os.close(opened)
        listener.listen(_BACKLOG)
        return listener

    def _make_runtime_dir(self) -> str:
        name = self._runtime
        path = f"/proc/self/fd/{self._space.space}/user/{name}"
        if not os.path.isdir(path):
            os.mkdir(path, 0o700)
            os.chown(path, self._owner, self.identity.gid if self._owner >= 0 else -1)
        if self._space.has_runtime_parent:
            return f"{RUNTIME_PARENT}/{name}"
        os.mkdir(os.path.join(self._directory, f"run-{name}"), 0o700)
        return f"{_POINT}/run-{name}"

    def _make_home(self, place: InstancePlace) -> None:
        home = self.identity.home
        if not self.identity.is_managed:
            return
        account_files.check_name(self.identity.user_name)
        if home != os.path.join(place.homes, self.identity.user_name):
            return  # a home elsewhere is somebody else's to make
        try:
            os.mkdir(home, 0o700)
        except FileExistsError:
            return
        os.chown(home, self._owner, self.identity.gid if self._owner >= 0 else -1)

    def _mount(self, home: Namespaces, mode: Mode, *, is_first: bool) -> None:
        trees = [_Tree(linux.open_tree(self._directory), _POINT, is_read_only=True)]
        try:
            if self.identity.is_managed and mode is Mode.ROOT:
                trees += self._account_trees()
            linux.setns(self._space.namespaces.mount, linux.CLONE_NEWNS)
            try:
                if not self._space.has_runtime_parent:
                    source = f"/proc/self/fd/{self._space.space}/user/{self._runtime}"
                    trees.append(_Tree(linux.open_tree(source), self.runtime_dir, is_read_only=False))
                if not is_first:
                    linux.unshare(linux.CLONE_NEWNS)
                    self._own_mount = open_namespace("mnt")
                for tree in trees:
                    _attach(tree)
            finally:
                home.enter()
        finally:
            for tree in trees:
                os.close(tree.descriptor)

    def _account_trees(self) -> list[_Tree]:
        files = self._space.account_files
        files.add(self.identity)
        pairs = ((files.passwd, account_files.PASSWD), (files.group, account_files.GROUP))
        return [
            _Tree(linux.open_tree(made), target, is_read_only=True) for made, target in pairs if os.path.exists(target)
        ]


def _attach(tree: _Tree) -> None:
    linux.attach_tree(tree.descriptor, tree.target)
    if tree.is_read_only:
        linux.mount("none", tree.target, flags=linux.MS_BIND | linux.MS_REMOUNT | linux.MS_RDONLY | linux.MS_NOSUID)


def environment_of(identity: UnixIdentity, runtime_dir: str) -> dict[str, str]:
    """Return the environment of a logon; nothing of the daemon's own gets in."""
    search = "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games"
    if identity.uid == 0:
        search = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    return {
        "HOME": identity.home,
        "USER": identity.user_name,
        "LOGNAME": identity.user_name,
        "SHELL": identity.shell,
        "PATH": f"{search}:{_OWN_COMMANDS}",
        "LANG": "C.UTF-8",
        "XDG_RUNTIME_DIR": runtime_dir,
        "DBUS_SESSION_BUS_ADDRESS": f"unix:path={runtime_dir}/bus",
    }
