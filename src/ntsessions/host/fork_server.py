"""The fork server: a launcher's helper that forks programs, because it is smaller than the launcher.

What a fork costs is the memory of who forks: its page tables are copied, and every page that is touched afterwards,
on both sides.  So this process is forked before anything large is imported, and it does one thing.  Its forks are not
its own children but its siblings (CLONE_PARENT): the launcher is the parent of every program, as if it had forked.

It holds nothing: a request brings its descriptors along, and they are closed once the child has them.  It reads only
what the launcher writes, ends when the launcher does, and never enters a session.  If it is killed, the launcher forks
by itself, which is slower.
"""

import array
import contextlib
import errno
import gc
import marshal
import os
import signal
import socket
from collections.abc import Sequence

from ntsessions.host import linux
from ntsessions.host.forked import keep_only, run_and_leave
from ntsessions.host.program_child import Plan, become

_LARGEST_PACKET = 128 * 1024
_ROOM = socket.CMSG_SPACE(32 * array.array("i").itemsize)
_REPLY_BYTES = 4


class ForkServer:
    """The launcher's end of the line to its fork server."""

    def __init__(self) -> None:
        """Fork it from the calling process, of which it keeps nothing but the standard descriptors."""
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.pid = os.fork()
        if self.pid == 0:
            run_and_leave(lambda: _serve(theirs))
        theirs.close()

    def fork(self, birthplace: int | None, plan: Plan, descriptors: Sequence[int]) -> int:
        """Have a child of ours forked that becomes the program; returns its pid.  Raises what clone3 does.

        A ConnectionError says that there is no server any more and nothing was forked.
        """
        body = marshal.dumps((birthplace is not None, tuple(plan)))
        if len(body) > _LARGEST_PACKET:
            return fork_here(birthplace, plan, descriptors)
        given = descriptors if birthplace is None else (birthplace, *descriptors)
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", given))]
        self._line.sendmsg([body], rights, socket.MSG_NOSIGNAL)
        reply = self._line.recv(_REPLY_BYTES)  # a reset when it died with our request unread
        if not reply:
            raise OSError(errno.EIO, "the fork server died")
        pid = int.from_bytes(reply, "little", signed=True)
        if pid < 0:
            raise OSError(-pid, os.strerror(-pid))
        return pid

    def close(self) -> None:
        """Let it go, and see it leave."""
        self._line.close()
        with contextlib.suppress(ChildProcessError):  # it was killed, and whoever reaps the launcher's children saw it
            os.waitpid(self.pid, 0)


def fork_here(birthplace: int | None, plan: Plan, descriptors: Sequence[int]) -> int:
    """Fork in the calling process, whose memory is copied then."""
    pid = os.fork() if birthplace is None else linux.clone(linux.CLONE_INTO_CGROUP, birthplace)
    if pid == 0:
        signal.set_wakeup_fd(-1)  # the parent's
        become(plan, *descriptors)
    return pid


def _serve(line: socket.socket) -> None:
    keep_only(line.fileno())
    linux.set_process_name("nts-fork-server")
    gc.disable()  # a collection in a child would copy every page it visits
    with contextlib.suppress(ConnectionError):  # the launcher died with our answer unread
        while _serve_one(line):
            pass


def _serve_one(line: socket.socket) -> bool:
    """Fork once; returns False at the end of the line."""
    body, control, _, _ = line.recvmsg(_LARGEST_PACKET, _ROOM, socket.MSG_CMSG_CLOEXEC)
    if not body:
        return False
    given = array.array("i", control[0][2]).tolist()
    is_born_inside, plan = marshal.loads(body)  # noqa: S302 - the launcher's own words
    flags = linux.CLONE_PARENT | linux.CLONE_INTO_CGROUP if is_born_inside else linux.CLONE_PARENT
    try:
        answer = linux.clone(flags, given[0] if is_born_inside else 0)
    except OSError as error:
        answer = -(error.errno or errno.EIO)
    if answer == 0:
        os.close(line.fileno())  # or the launcher would not see the server end
        become(plan, *given[is_born_inside:])
    for one in given:
        os.close(one)
    line.send(answer.to_bytes(_REPLY_BYTES, "little", signed=True), socket.MSG_NOSIGNAL)
    return True
