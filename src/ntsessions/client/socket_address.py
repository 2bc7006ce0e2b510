"""Unix socket addresses without the kernel's limit of 107 bytes: long paths go through their directory's descriptor."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

LONGEST = 107


@contextmanager
def socket_address(path: str) -> Iterator[str]:
    """Yield a name for the socket at *path* that is short enough to bind or connect to, while the block runs."""
    if len(os.fsencode(path)) <= LONGEST:
        yield path
        return
    directory, name = os.path.split(path)
    descriptor = os.open(directory, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{descriptor}/{name}"
    finally:
        os.close(descriptor)


def seqpacket() -> socket.socket:
    """Return a new socket of the kind that every connection here is."""
    return socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_CLOEXEC)
