"""The line between the daemon and a launcher: typed records, in order, each with file descriptors if it needs any.

A SOCK_SEQPACKET pair: one record is one packet, and the end of either process is the end of the line.  Records are
effects, reports and the few of `launcher_records`.  A record too large for a packet travels as a memfd.

The launcher's end may block; the daemon's never does: what the socket does not take now waits in a queue, and
`writable` is a descriptor that becomes readable once the socket takes more (an epoll over the one socket, so that a
loop which can only watch for reading suffices).
"""

import array
import os
import select
import socket
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from ntsessions.host.launcher_records import Record

LARGEST_PACKET = 64 * 1024
MOST_DESCRIPTORS = 8
_IN_MEMFD = b"@"
_INLINE = b"-"

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Record] = msgspec.msgpack.Decoder(Record)


class Message(NamedTuple):
    """One record as it arrived; the receiver owns the descriptors."""

    record: Record
    descriptors: tuple[int, ...]


class _Packet(NamedTuple):
    body: bytes
    descriptors: tuple[int, ...]


class Channel:
    """One end of the line."""

    def __init__(self, end: socket.socket, *, blocking: bool) -> None:
        self.socket = end
        self.socket.setblocking(blocking)
        self._queue: deque[_Packet] = deque()
        self._writable: select.epoll | None = None

    @property
    def has_queue(self) -> bool:
        """Return whether records wait for the socket to take them."""
        return bool(self._queue)

    def writable(self) -> int:
        """Return a descriptor that is readable while the socket takes more."""
        if self._writable is None:
            self._writable = select.epoll()
            self._writable.register(self.socket.fileno(), select.EPOLLOUT)
        return self._writable.fileno()

    def send(self, record: Record, descriptors: Sequence[int] = ()) -> None:
        """Send a record, or queue it; the caller keeps its descriptors (the queue holds copies)."""
        body = _encoder.encode(record)
        if len(body) <= LARGEST_PACKET:
            packet = _Packet(_INLINE + body, tuple(descriptors))
            if not self._queue and self._send_now(packet):
                return
            self._queue.append(_Packet(packet.body, tuple(os.dup(one) for one in descriptors)))
            return
        memory = os.memfd_create("ntsessions-record")
        with open(memory, "wb", closefd=False) as file:
            file.write(body)
        packet = _Packet(_IN_MEMFD, (memory, *(os.dup(one) for one in descriptors)))
        if self._queue or not self._send_now(packet):
            self._queue.append(packet)
        else:
            _close(packet.descriptors)

    def flush(self) -> None:
        """Send what is queued, as far as the socket takes it."""
        while self._queue and self._send_now(self._queue[0]):
            _close(self._queue.popleft().descriptors)

    def receive(self) -> Message | None:
        """Return the next record, or None at the end of the line.  Raises BlockingIOError when there is none now."""
        ancillary = socket.CMSG_SPACE(MOST_DESCRIPTORS * 4)
        try:
            body, control, _, _ = self.socket.recvmsg(LARGEST_PACKET + 1, ancillary, socket.MSG_CMSG_CLOEXEC)
        except ConnectionResetError:  # the other end died with records of ours unread
            return None
        if not body:
            return None
        descriptors = array.array("i")
        for level, kind, content in control:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                descriptors.frombytes(content[: len(content) - len(content) % descriptors.itemsize])
        if body[:1] == _INLINE:
            return Message(_decoder.decode(memoryview(body)[1:]), tuple(descriptors))
        with open(descriptors[0], "rb") as file:
            file.seek(0)
            return Message(_decoder.decode(file.read()), tuple(descriptors[1:]))

    def close(self) -> None:
        """Close this end; the other end sees it at once."""
        while self._queue:
            _close(self._queue.popleft().descriptors)
        if self._writable is not None:
            self._writable.close()
            self._writable = None
        self.socket.close()

    def _send_now(self, packet: _Packet) -> bool:
        rights = array.array("i", packet.descriptors)
        control = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)] if rights else []
        try:
            self.socket.sendmsg([packet.body], control, socket.MSG_NOSIGNAL)
        except BlockingIOError:
            return False
        except (BrokenPipeError, ConnectionResetError):
            return True  # nobody is there any more; the end of the line says so to who reads it
        return True


def _close(descriptors: tuple[int, ...]) -> None:
    for one in descriptors:
        os.close(one)
