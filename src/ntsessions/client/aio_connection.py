"""The asyncio connection: one socket, one NT thread, many calls under way.

Replies are matched to calls by their request numbers.  The socket is read by the loop itself (`add_reader`): streams
and protocols cost two to three times as much (`docs/decisions/0006`).

A task that is cancelled takes its call back: CancelCall goes out, and what the call gave meanwhile is undone (the event
is set again, the handle closed ...) before the task sees its cancellation, for which it waits TAKE_BACK_SECONDS at
most; after that the undoing goes on by itself.

Everything is bounded: waits under way, and frames that the daemon has not taken yet; past that QuotaExceeded is raised.
"""

import array
import asyncio
import os
import socket
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Generic, Self, TypeVar

from ntsessions.abi.call import BY_TYPE, Call, CallSpec
from ntsessions.abi.calls.object import Close
from ntsessions.abi.calls.process import Connect, Connected
from ntsessions.abi.calls.wait import CancelCall
from ntsessions.abi.errors import NtError, nt_error
from ntsessions.abi.limits import CALLS_PER_THREAD, DESCRIPTORS_PER_FRAME, FRAME_BYTES
from ntsessions.abi.status import NtStatus
from ntsessions.client.address import NoDaemon
from ntsessions.client.connection import open_socket
from ntsessions.wire.frame import (
    DESCRIPTORS_FOLLOW,
    DESCRIPTORS_MESSAGE,
    NO_REPLY,
    ProtocolError,
    decode_reply,
    encode_request,
    request_of,
)

R = TypeVar("R")

WAITS = CALLS_PER_THREAD - 16
"""Waits under way at once.  The daemon allows CALLS_PER_THREAD; the rest stays free for the calls that end waits."""
UNSENT_FRAMES = 1024
TAKE_BACK_SECONDS = 1.0
_FRAMES_PER_WAKE_UP = 64
_ANCILLARY = socket.CMSG_SPACE(DESCRIPTORS_PER_FRAME * array.array("i").itemsize)

Undo = Callable[[Any], Awaitable[object]]
"""Gives back what a call took or made, from its reply."""


class _UnderWay(Generic[R]):
    """A call that was sent."""

    __slots__ = ("future", "request", "spec")

    def __init__(self, request: int, spec: CallSpec, future: "asyncio.Future[tuple[R, list[int]]]") -> None:
        self.request = request
        self.spec = spec
        self.future = future


class AsyncConnection:
    """A connection of the running loop.  Make it with `open`."""

    identity: Connected

    def __init__(self, sock: socket.socket) -> None:
        self._loop = asyncio.get_running_loop()
        self._socket = sock
        self._socket.setblocking(False)
        self._process_id = os.getpid()
        self._request = 0
        self._under_way: dict[int, _UnderWay[Any]] = {}
        self._waits = 0
        self._unsent: deque[tuple[bytes, list[int]]] = deque()
        self._held_closes: list[int] | None = None
        """Handles to close once a frame and its descriptors are out; None: nothing need be held back."""
        self._undoing: set[asyncio.Task[None]] = set()
        self._buffer = bytearray(FRAME_BYTES)
        self._view = memoryview(self._buffer)
        self._loop.add_reader(sock.fileno(), self._readable)

    @classmethod
    async def open(cls, path: str) -> Self:
        """Connect to the socket at *path*.  Raises NoDaemon, or ProtocolMismatch for a daemon of another version."""
        connection = cls(open_socket(path))
        try:
            connection.identity = await connection.call(Connect())
        except BaseException:
            connection.close()
            raise
        return connection

    async def call(self, call: Call[R], descriptors: Sequence[int] = (), *, undo: Undo | None = None) -> R:
        """Make a call.  *undo* gives back what it took, if the task is cancelled when the answer is on its way."""
        reply, received = await self.call_with_descriptors(call, descriptors, undo=undo)
        _close_all(received)
        return reply

    async def wait(self, call: Call[R], undo: Undo) -> R:
        """Make a call that may take long; at most WAITS of them are under way at once."""
        if self._waits >= WAITS:
            raise nt_error(NtStatus.QUOTA_EXCEEDED, f"{WAITS} waits of this client are under way; use a second client")
        self._waits += 1
        try:
            return await self.call(call, undo=undo)
        finally:
            self._waits -= 1

    async def call_with_descriptors(
        self, call: Call[R], descriptors: Sequence[int] = (), *, undo: Undo | None = None
    ) -> tuple[R, list[int]]:
        """Make a call that gives descriptors back; the caller owns them."""
        sent = self._start(call, descriptors)
        try:
            return await asyncio.shield(sent.future)
        except asyncio.CancelledError:
            await self._take_back(sent, undo)
            raise

    def post(self, call: Call[None]) -> None:
        """Make a call without waiting, and without hearing how it ended; only for those declared `one_way`."""
        if self._socket.fileno() < 0:
            raise NoDaemon("the connection has ended")
        if len(self._unsent) >= UNSENT_FRAMES:
            raise nt_error(NtStatus.QUOTA_EXCEEDED, f"the daemon has not taken the last {UNSENT_FRAMES} calls")
        self._send(encode_request(call, NO_REPLY), ())

    def post_close(self, handle: int) -> None:
        """Close a handle without waiting; nothing happens on a connection that has ended."""
        if self._held_closes is not None:
            self._held_closes.append(handle)
        elif self._socket.fileno() >= 0:
            with suppress(NoDaemon):  # it closed the handle with the connection
                self._send(encode_request(Close(handle), NO_REPLY), ())

    def post_close_threadsafe(self, handle: int) -> None:
        """Close a handle from whichever thread drops its object."""
        if self._process_id != os.getpid():
            return
        if asyncio._get_running_loop() is self._loop:  # noqa: SLF001 - documented for this, and quicker than an exception
            self.post_close(handle)
        else:
            with suppress(RuntimeError):  # the loop is closed, and the handle goes with the connection
                self._loop.call_soon_threadsafe(self.post_close, handle)

    def close(self) -> None:
        """End the connection: the thread ends, what it owned is abandoned, calls under way raise NoDaemon."""
        self._end(NoDaemon("the connection was closed"))

    # -- sending

    def _start(self, call: Call[R], descriptors: Sequence[int]) -> _UnderWay[R]:
        if self._socket.fileno() < 0:
            raise NoDaemon("the connection has ended")
        if len(self._unsent) >= UNSENT_FRAMES:
            raise nt_error(NtStatus.QUOTA_EXCEEDED, f"the daemon has not taken the last {UNSENT_FRAMES} calls")
        self._request = request = self._request % 0xFFFFFFFF + 1
        frame = encode_request(call, request, DESCRIPTORS_FOLLOW if descriptors else 0)
        sent: _UnderWay[R] = _UnderWay(request, BY_TYPE[type(call)], self._loop.create_future())
        if descriptors:
            self._send_pair(frame, descriptors)
        else:
            self._send(frame, ())
        self._under_way[request] = sent
        return sent

    def _send_pair(self, frame: bytes, descriptors: Sequence[int]) -> None:
        """Send a frame and its descriptors, with nothing in between: a collection of garbage may want to close."""
        self._held_closes = []
        try:
            self._send(frame, ())
            self._send(DESCRIPTORS_MESSAGE, descriptors)
        finally:
            held, self._held_closes = self._held_closes, None
        for handle in held:
            self.post_close(handle)

    def _send(self, frame: bytes, descriptors: Sequence[int]) -> None:
        if not self._unsent:
            with suppress(BlockingIOError):
                self._send_now(frame, descriptors)
                return
            self._loop.add_writer(self._socket.fileno(), self._writable)
        self._unsent.append((frame, [os.dup(fd) for fd in descriptors]))

    def _send_now(self, frame: bytes, descriptors: Sequence[int]) -> None:
        try:
            if descriptors:
                socket.send_fds(self._socket, [frame], list(descriptors))
            else:
                self._socket.send(frame)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise NoDaemon("the daemon ended the connection") from error

    def _writable(self) -> None:
        try:
            while self._unsent:
                frame, descriptors = self._unsent[0]
                self._send_now(frame, descriptors)
                _close_all(descriptors)
                self._unsent.popleft()
            self._loop.remove_writer(self._socket.fileno())
        except BlockingIOError:
            return
        except NoDaemon as error:
            self._end(error)

    # -- receiving

    def _readable(self) -> None:
        for _ in range(_FRAMES_PER_WAKE_UP):
            try:
                size, ancillary, _, _ = self._socket.recvmsg_into([self._buffer], _ANCILLARY, socket.MSG_CMSG_CLOEXEC)
            except BlockingIOError:
                return
            except OSError as error:
                self._end(NoDaemon(f"the connection broke: {error.strerror}"))
                return
            if not size:
                self._end(NoDaemon("the daemon ended the connection; it was shut down, or it refused what was sent"))
                return
            try:
                self._received(self._view[:size], _descriptors(ancillary))
            except ProtocolError as error:
                self._end(error)
                return
            if self._socket.fileno() < 0:
                return

    def _received(self, frame: memoryview, descriptors: list[int]) -> None:
        answered = self._under_way.pop(request_of(frame), None)
        if answered is None or answered.future.done():
            _close_all(descriptors)  # the answer to a CancelCall
            return
        try:
            answered.future.set_result((decode_reply(frame, answered.spec), descriptors))
        except (NtError, ProtocolError) as error:
            _close_all(descriptors)
            answered.future.set_exception(error)

    def _end(self, error: Exception) -> None:
        if self._socket.fileno() < 0:
            return
        if not self._loop.is_closed():
            self._loop.remove_reader(self._socket.fileno())
            self._loop.remove_writer(self._socket.fileno())
        self._socket.close()
        for _, descriptors in self._unsent:
            _close_all(descriptors)
        self._unsent.clear()
        for sent in self._under_way.values():
            if not sent.future.done():
                sent.future.set_exception(error)
                sent.future.exception()  # known to be looked at: its task may have been cancelled already
        self._under_way.clear()

    # -- taking back

    async def _take_back(self, sent: _UnderWay[R], undo: Undo | None) -> None:
        """Let a call end whose task was cancelled, and undo what it did."""
        if not sent.future.done():
            with suppress(NoDaemon):
                self._request = request = self._request % 0xFFFFFFFF + 1
                self._send(encode_request(CancelCall(sent.request), request), ())
        task = self._loop.create_task(self._undo(sent, undo))
        self._undoing.add(task)
        task.add_done_callback(self._undoing.discard)
        await asyncio.wait({task}, timeout=TAKE_BACK_SECONDS)

    async def _undo(self, sent: _UnderWay[R], undo: Undo | None) -> None:
        with suppress(NtError, NoDaemon, ProtocolError):  # it ended with CANCELLED, or everything has
            reply, received = await sent.future
            _close_all(received)
            if undo is not None:
                await undo(reply)


def _close_all(descriptors: list[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def _descriptors(ancillary: list[tuple[int, int, bytes]]) -> list[int]:
    fds = array.array("i")
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            fds.frombytes(data[: len(data) - len(data) % fds.itemsize])
    return list(fds)
