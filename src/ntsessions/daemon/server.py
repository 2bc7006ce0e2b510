"""Connections: bytes in, bytes out.

Every byte from a client is hostile until parsed.  A frame that is no call ends its connection, and only that one.  A
client that does not read its replies may have a bounded amount waiting, then its connection ends too.
"""

import array
import errno
import os
import socket
from collections import deque
from collections.abc import Callable
from typing import Any

import ntsessions.abi.calls  # noqa: F401 - fills CALLS with every call there is
from ntsessions.abi.call import CallSpec
from ntsessions.abi.calls.process import Connect
from ntsessions.abi.limits import BYTES_PER_CONNECTION, DESCRIPTORS_PER_FRAME, FRAME_BYTES
from ntsessions.abi.status import NtStatus
from ntsessions.daemon.loop import Loop
from ntsessions.wire.frame import (
    DESCRIPTORS_MESSAGE,
    ProtocolError,
    decode_request,
    encode_failure,
    encode_reply,
    request_of,
)

_ANCILLARY = socket.CMSG_SPACE(DESCRIPTORS_PER_FRAME * array.array("i").itemsize)
_FRAMES_PER_TURN = 16
"""Of one client, before the others have their turn."""
_BAD_FLAGS = int(socket.MSG_TRUNC | socket.MSG_CTRUNC)

QUEUE_COST = 200
"""What one reply that waits takes besides its bytes."""
DESCRIPTOR_COST = 16 * 1024
"""What a descriptor counts that waits with a reply: the daemon has few of them, whoever does not read."""
TURN_TICKS = 20_000
"""Of 100 ns: a client whose calls take longer lets the others have their turn."""

Serve = Callable[["ClientConnection", CallSpec, int, Any, list[int]], int]
"""Serves a call; returns when it began."""


class ClientConnection:
    """One client's socket."""

    __slots__ = ("_awaiting", "_buffer", "_loop", "_on_end", "_queue", "_queued", "_serve", "_socket", "_view", "fd",
                 "has_greeted", "is_open", "is_reading", "key")  # fmt: skip

    def __init__(self, sock: socket.socket, key: int, loop: Loop, buffer: bytearray, serve: Serve,
                 on_end: Callable[["ClientConnection", str], None]) -> None:  # fmt: skip
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2 * FRAME_BYTES)
        self._socket = sock
        self._loop = loop
        self._buffer = buffer
        self._view = memoryview(buffer)
        self._serve = serve
        self._on_end = on_end
        self._queue: deque[tuple[bytes, list[int]]] = deque()
        self._queued = 0
        self._awaiting: tuple[CallSpec, int, Any] | None = None
        """The call whose descriptors come next."""
        self.fd = sock.fileno()
        self.key = key
        self.has_greeted = False
        self.is_open = True
        self.is_reading = False

    def start_reading(self) -> None:
        """The caller is known: read its calls."""
        if self.is_open and not self.is_reading:
            self.is_reading = True
            self._loop.add_reader(self.fd, self.on_readable)

    def on_readable(self) -> None:
        """Read a frame and serve it; then look for another before sleeping.

        A client on this processor runs as soon as its reply is sent and has its next call here by now; one elsewhere
        is still waking up, and does not notice that it was looked for.
        """
        if self._awaiting is not None:
            self._receive_descriptors()
            return
        turn_ends = 0
        for _ in range(_FRAMES_PER_TURN):
            try:
                size = self._socket.recv_into(self._buffer)
            except BlockingIOError:
                return
            except OSError as error:
                self._on_end(self, str(error))
                return
            if not size:
                self._on_end(self, "")
                return
            try:
                spec, request, call, announced = decode_request(self._view[:size])
                if not self.has_greeted:
                    if type(call) is not Connect:
                        raise ProtocolError("the first call must be Connect")  # noqa: TRY301 - ends as the others do
                    self.has_greeted = True
            except ProtocolError as error:
                self._on_end(self, str(error))
                return
            if announced:
                self._awaiting = (spec, request, call)
                return
            began = self._serve(self, spec, request, call, [])
            if not turn_ends:
                turn_ends = began + TURN_TICKS
            if not self.is_open or began > turn_ends:
                return

    def _receive_descriptors(self) -> None:
        """Read the message with the descriptors of the call before it, and serve that call."""
        try:
            size, ancillary, flags, _ = self._socket.recvmsg(1, _ANCILLARY, socket.MSG_CMSG_CLOEXEC)
        except BlockingIOError:
            return
        except OSError as error:
            self._on_end(self, str(error))
            return
        descriptors = _descriptors(ancillary)
        awaiting, self._awaiting = self._awaiting, None
        if size != DESCRIPTORS_MESSAGE or flags & _BAD_FLAGS or awaiting is None:
            _close_all(descriptors)
            self._on_end(self, "descriptors were announced, and something else came")
            return
        self._serve(self, *awaiting, descriptors)

    def send_reply(self, request: int, reply: object, descriptors: list[int]) -> None:
        """Send an answer; the descriptors are closed here once they were sent."""
        self._send(encode_reply(request, reply), descriptors)

    def send_failure(self, request: int, status: int, detail: str) -> None:
        """Send an error."""
        self._send(encode_failure(request, NtStatus(status), detail), [])

    def _send(self, frame: bytes, descriptors: list[int]) -> None:
        if self._queue:
            self._enqueue(frame, descriptors)
            return
        try:
            if descriptors:
                socket.send_fds(self._socket, [frame], descriptors)
                _close_all(descriptors)
            else:
                self._socket.send(frame)
        except BlockingIOError:
            self._enqueue(frame, descriptors)
            self._loop.add_writer(self.fd, self._on_writable)
        except OSError as error:
            _close_all(descriptors)  # the client is gone; its end is read next
            if error.errno == errno.ETOOMANYREFS:
                status = NtStatus.INSUFFICIENT_RESOURCES
                self.send_failure(request_of(memoryview(frame)), status, "too many descriptors are on their way")

    def _enqueue(self, frame: bytes, descriptors: list[int]) -> None:
        self._queue.append((frame, descriptors))
        self._queued += len(frame) + QUEUE_COST + DESCRIPTOR_COST * len(descriptors)
        if self._queued > BYTES_PER_CONNECTION:
            self._on_end(self, f"{self._queued} bytes of replies were not read")

    def _on_writable(self) -> None:
        queue, self._queue, self._queued = self._queue, deque(), 0
        self._loop.remove_writer(self.fd)
        for frame, descriptors in queue:
            if self.is_open:
                self._send(frame, descriptors)
            else:
                _close_all(descriptors)

    def close(self) -> None:
        """End the connection."""
        if not self.is_open:
            return
        self.is_open = False
        self._loop.remove_reader(self.fd)
        self._loop.remove_writer(self.fd)
        for _, descriptors in self._queue:
            _close_all(descriptors)
        self._queue.clear()
        self._socket.close()


def _descriptors(ancillary: list[tuple[int, int, bytes]]) -> list[int]:
    received = array.array("i")
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            received.frombytes(data[: len(data) - len(data) % received.itemsize])
    return list(received)


def _close_all(descriptors: list[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
