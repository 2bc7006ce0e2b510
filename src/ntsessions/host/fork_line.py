"""The launcher's line to its fork server, and what is done without one."""

import array
import contextlib
import errno
import marshal
import os
import signal
import socket
import sys
from collections.abc import Sequence

import ntsessions
from ntsessions.host import linux
from ntsessions.host.fork_server import LARGEST_PACKET, LINE, REPLY_BYTES
from ntsessions.host.isolation import Mode
from ntsessions.host.program_child import Plan, become

_PACKAGES = os.path.dirname(os.path.dirname(ntsessions.__file__))
_NEEDED = (linux.CAP_SYS_ADMIN, linux.CAP_SYS_CHROOT, linux.CAP_SETPCAP)
"""To enter namespaces, and to give up the bounds."""


class ForkLine:
    """One end; the other is the fork server's."""

    def __init__(self, mode: Mode) -> None:
        """Start a fork server.  An interpreter of its own, isolated and without `site`: nothing but what it needs."""
        is_personal = mode is Mode.PERSONAL
        code = (
            f"import sys; sys.path.insert(0, {_PACKAGES!r}); "
            f"from ntsessions.host.fork_server import main; main(is_personal={is_personal})"
        )
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        if is_personal:
            linux.keep_through_exec(*_NEEDED)
        try:
            self._pid = os.posix_spawn(
                sys.executable, [sys.executable, "-I", "-S", "-c", code], os.environ,
                file_actions=[(os.POSIX_SPAWN_DUP2, theirs.fileno(), LINE)],
            )  # fmt: skip
        finally:
            theirs.close()
            if is_personal:
                linux.keep_through_exec()

    def fork(self, birthplace: int | None, plan: Plan, descriptors: Sequence[int]) -> int:
        """Have a child of ours forked that becomes the program; returns its pid.  Raises what clone3 does.

        A ConnectionError says that there is no server any more and nothing was forked.
        """
        body = marshal.dumps((birthplace is not None, plan))
        if len(body) > LARGEST_PACKET:
            return fork_here(birthplace, plan, descriptors)
        given = descriptors if birthplace is None else (birthplace, *descriptors)
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", given))]
        self._line.sendmsg([body], rights, socket.MSG_NOSIGNAL)
        reply = self._line.recv(REPLY_BYTES)  # a reset when it died with our request unread
        if not reply:
            raise OSError(errno.EIO, "the fork server died")
        pid = int.from_bytes(reply, "little", signed=True)
        if pid < 0:
            raise OSError(-pid, os.strerror(-pid))
        return pid

    def close(self) -> None:
        """Let the server go, and see it leave."""
        self._line.close()
        with contextlib.suppress(ChildProcessError):  # it was killed, and whoever reaps the launcher's children saw it
            os.waitpid(self._pid, 0)


def fork_here(birthplace: int | None, plan: Plan, descriptors: Sequence[int]) -> int:
    """Fork in the calling process, whose memory is copied then."""
    pid = os.fork() if birthplace is None else linux.clone(linux.CLONE_INTO_CGROUP, birthplace)
    if pid == 0:
        signal.set_wakeup_fd(-1)  # the parent's
        become(plan, *descriptors)
    return pid
