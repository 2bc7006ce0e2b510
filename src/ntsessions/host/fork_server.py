"""The fork server: a program of its own that forks programs for a launcher, because it is smaller than the launcher.

What a fork costs is the memory of who forks: its page tables are copied, and every page that is touched afterwards,
on both sides.  So this program imports next to nothing and does one thing.  What it forks are not its children but its
siblings (CLONE_PARENT): the launcher is the parent of every program, as if it had forked.

It holds nothing: a request brings its descriptors along, and they are closed once the child has them.  It reads only
what its launcher writes, ends when the launcher does, and never enters a session.
"""

import array
import contextlib
import errno
import gc
import marshal
import os
import socket

from ntsessions.host import linux
from ntsessions.host.program_child import become, handle_every_signal

LINE = 3
"""The descriptor that it is started with."""
LARGEST_PACKET = 128 * 1024
REPLY_BYTES = 4
_ROOM = socket.CMSG_SPACE(32 * array.array("i").itemsize)


def main(*, is_personal: bool) -> None:
    """Serve until the launcher is gone."""
    handle_every_signal()
    linux.set_process_name("nts-fork-server")
    linux.keep_through_exec()
    if is_personal:
        linux.drop_capability_bounds()
    gc.disable()  # a collection in a child would copy every page it visits
    line = socket.socket(fileno=LINE)
    line.set_inheritable(False)
    with contextlib.suppress(ConnectionError):  # the launcher died with our answer unread
        while _serve_one(line):
            pass


def _serve_one(line: socket.socket) -> bool:
    """Fork once; returns False at the end of the line."""
    body, control, _, _ = line.recvmsg(LARGEST_PACKET, _ROOM, socket.MSG_CMSG_CLOEXEC)
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
        os.close(LINE)  # or the launcher would not see the server end
        become(plan, *given[is_born_inside:])
    for one in given:
        os.close(one)
    line.send(answer.to_bytes(REPLY_BYTES, "little", signed=True), socket.MSG_NOSIGNAL)
    return True
