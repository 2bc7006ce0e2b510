"""The daemon's end of the line to a launcher: never blocks, whatever the launcher is busy with."""

from collections.abc import Callable, Sequence
from typing import Protocol

from ntsessions.host.channel import Channel, Message
from ntsessions.host.launcher_records import Request

_RECORDS_PER_WAKE_UP = 64


class Loop(Protocol):
    """The part of an event loop that the host needs; asyncio's has it."""

    def add_reader(self, descriptor: int, callback: Callable[[], None], /) -> object:
        """Call *callback* whenever the descriptor is readable."""

    def remove_reader(self, descriptor: int, /) -> object:
        """Stop that; a descriptor that is not watched is ignored."""


class LauncherLink:
    """One launcher as the daemon sees it."""

    def __init__(
        self,
        loop: Loop,
        pid: int,
        channel: Channel,
        on_message: Callable[["LauncherLink", Message], None],
        on_gone: Callable[["LauncherLink"], None],
    ) -> None:
        self.pid = pid
        self._loop = loop
        self._channel = channel
        self._on_message = on_message
        self._on_gone = on_gone
        self._is_flushing = False
        self.is_gone = False
        loop.add_reader(channel.socket.fileno(), self._readable)

    def send(self, request: Request, descriptors: Sequence[int] = ()) -> None:
        """Send a request now or as soon as the launcher takes it."""
        if self.is_gone:
            return  # what the launcher held has been reported as ended
        self._channel.send(request, descriptors)
        if self._channel.has_queue and not self._is_flushing:
            self._is_flushing = True
            self._loop.add_reader(self._channel.writable(), self._flush)

    def close(self) -> None:
        """Close the line; the launcher ends its sessions and leaves."""
        if not self.is_gone:
            self.is_gone = True
            self._loop.remove_reader(self._channel.socket.fileno())
            self._stop_flushing()
            self._channel.close()

    def _readable(self) -> None:
        for _ in range(_RECORDS_PER_WAKE_UP):
            try:
                message = self._channel.receive()
            except BlockingIOError:
                return
            if message is None:
                self.close()
                self._on_gone(self)
                return
            self._on_message(self, message)
            if self.is_gone:
                return

    def _flush(self) -> None:
        self._channel.flush()
        if not self._channel.has_queue:
            self._stop_flushing()

    def _stop_flushing(self) -> None:
        if self._is_flushing:
            self._is_flushing = False
            self._loop.remove_reader(self._channel.writable())
