"""Descriptors that come with a call: looked at before the system hears of them, closed if nothing took them."""

import fcntl
import os
import stat

from ntsessions.executive.effects import ReceivedDescriptor
from ntsessions.host.host import Host


class Received:
    """The descriptors of one call."""

    def __init__(self, host: Host, descriptors: list[int]) -> None:
        self._host = host
        self._key = host.hold_descriptors(descriptors)
        self.facts = tuple(_describe(self._key, descriptor) for descriptor in descriptors)

    def close(self) -> None:
        """Close what nothing took."""
        self._host.drop_descriptors(self._key)


def _describe(key: int, descriptor: int) -> ReceivedDescriptor:
    status = os.fstat(descriptor)
    mode = fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE
    return ReceivedDescriptor(
        key=key,
        is_regular_file=stat.S_ISREG(status.st_mode),
        readable=mode != os.O_WRONLY,
        writable=mode != os.O_RDONLY,
        size=status.st_size,
    )
