"""Who connected, as the kernel tells it."""

import os
import socket
import struct
from collections.abc import Callable

from ntsessions.executive.reports import ThreadConnected
from ntsessions.host import processes

_CREDENTIALS = struct.Struct("3i")
ANCESTORS = 16


def identify(
    sock: socket.socket, thread_key: int, port_key: int, jobs_of: Callable[[int], tuple[int, ...] | None]
) -> ThreadConnected | None:
    """Describe the process at the other end; None when it is gone already.

    `jobs_of` tells the jobs that a process lives in, by its pid.
    The pid of SO_PEERCRED is of the moment of connecting; together with the start time it names one process.
    """
    pid, uid, _ = _CREDENTIALS.unpack(sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size))
    facts = processes.facts(pid)
    if facts is None:
        return None
    return ThreadConnected(
        thread_key=thread_key,
        port_key=port_key,
        pid=pid,
        uid=uid,
        start_time=facts.start_time,
        ancestors=processes.ancestors(pid)[:ANCESTORS],
        job_keys=jobs_of(pid),
        command=facts.command,
    )


def is_operator(sock: socket.socket) -> bool:
    """Tell whether the peer of the control socket is the daemon's own user, or root."""
    _, uid, _ = _CREDENTIALS.unpack(sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size))
    return uid in (0, os.geteuid())
