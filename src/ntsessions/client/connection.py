"""The blocking connection: one socket, one NT thread.

Calls go out and their replies come back in order of completion; a blocking caller has one under way, so the next
frame is its reply, and one more may have been `start`ed.  Handles are closed without waiting for the reply.  A
connection belongs to the thread and the process that made it: `ThreadConnections` gives each thread its own, and a
forked child new ones.
"""

import array
import os
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Generic, TypeVar

from ntsessions.abi.call import BY_TYPE, Call, CallSpec
from ntsessions.abi.calls.object import Close
from ntsessions.abi.calls.process import Connect, Connected
from ntsessions.abi.calls.wait import CancelCall
from ntsessions.abi.errors import NtError
from ntsessions.abi.limits import DESCRIPTORS_PER_FRAME, FRAME_BYTES
from ntsessions.client.address import NoDaemon
from ntsessions.client.socket_address import seqpacket, socket_address
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

_ENDED = "the daemon ended the connection; it was shut down, or it refused what was sent"
_ANCILLARY = socket.CMSG_SPACE(DESCRIPTORS_PER_FRAME * array.array("i").itemsize)


class PendingCall(Generic[R]):
    """A call that was sent with `Connection.start` and whose reply was not taken yet."""

    __slots__ = ("frame", "request", "spec")

    def __init__(self, request: int, spec: CallSpec) -> None:
        self.request = request
        self.spec = spec
        self.frame: bytes | None = None

    @property
    def is_answered(self) -> bool:
        """Tell whether the reply came already, while another call waited for its own: `finish` will not wait."""
        return self.frame is not None


class Connection:
    """A connection to the daemon: a thread, as far as NT is concerned."""

    def __init__(self, path: str) -> None:
        """Connect to the socket at *path*.  Raises NoDaemon, or ProtocolMismatch for a daemon of another version."""
        self._socket = open_socket(path)
        self._process_id = os.getpid()
        self._request = 0
        self._pending: dict[int, PendingCall[Any]] = {}
        self._held_closes: list[int] | None = None
        self._buffer = bytearray(FRAME_BYTES)
        self._view = memoryview(self._buffer)
        self.identity: Connected = self.call(Connect())

    def call(self, call: Call[R], descriptors: tuple[int, ...] = ()) -> R:
        """Make a call and return its reply; raises what it fails with (`abi.errors`)."""
        spec = BY_TYPE[type(call)]
        if descriptors or spec.gives_descriptors:
            return self.call_with_descriptors(call, descriptors)[0]
        # The same without descriptors, on one level: this is the path that programs wait for.
        self._request = request = self._request % 0xFFFFFFFF + 1
        frame = encode_request(call, request)
        try:
            self._socket.send(frame)
            size = self._socket.recv_into(self._buffer)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise NoDaemon(_ENDED) from error
        except BaseException:  # an interrupt, or whatever else a signal handler raised
            self._take_back(request)
            raise
        if not size:
            raise NoDaemon(_ENDED)
        answer = self._view[:size]
        if request_of(answer) != request:  # of a call that was started; ours follows
            self._keep(request_of(answer), answer)
            return self._await(request, spec)[0]  # type: ignore[no-any-return]  # R, by the spec
        return decode_reply(answer, spec)  # type: ignore[no-any-return]  # R, by the spec

    def call_with_descriptors(self, call: Call[R], descriptors: tuple[int, ...] = ()) -> tuple[R, list[int]]:
        """Make a call that gives descriptors back; the caller owns them."""
        self._request = request = self._request % 0xFFFFFFFF + 1
        frame = encode_request(call, request, DESCRIPTORS_FOLLOW if descriptors else 0)
        spec = BY_TYPE[type(call)]
        try:
            if descriptors:
                self._send_pair(frame, descriptors)
            else:
                self._socket.send(frame)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise NoDaemon(_ENDED) from error
        return self._await(request, spec)

    def call_or_keep(self, call: Call[R], keep: Callable[[R], object]) -> R:
        """Make a call whose reply must not get lost: where an interrupt comes first, *keep* is given it."""
        self._request = request = self._request % 0xFFFFFFFF + 1
        pending: PendingCall[R] = PendingCall(request, BY_TYPE[type(call)])
        self._pending[request] = pending
        try:
            self._socket.send(encode_request(call, request))
            return self._receive(request, False, pending.spec)[0]  # type: ignore[no-any-return]  # R, by the spec
        except (NtError, NoDaemon, ProtocolError):
            raise
        except (BrokenPipeError, ConnectionResetError) as error:
            raise NoDaemon(_ENDED) from error
        except BaseException:  # as `_await`
            self._take_back(request)
            if pending.frame is not None:
                with suppress(NtError):  # it was cancelled, as it should be
                    keep(decode_reply(memoryview(pending.frame), pending.spec))
            raise
        finally:
            del self._pending[request]

    def _await(self, request: int, spec: CallSpec) -> tuple[Any, list[int]]:
        """Wait for the reply of a call that was sent."""
        try:
            return self._receive(request, spec.gives_descriptors, spec)
        except (NtError, NoDaemon, ProtocolError):
            raise
        except (BrokenPipeError, ConnectionResetError) as error:
            raise NoDaemon(_ENDED) from error
        except BaseException:  # an interrupt, or whatever else a signal handler raised
            self._take_back(request)
            raise

    def _receive(self, request: int, with_descriptors: bool, spec: Any) -> tuple[Any, list[int]]:
        while True:
            fds: list[int] = []
            if with_descriptors:
                size, ancillary, _, _ = self._socket.recvmsg_into([self._buffer], _ANCILLARY, socket.MSG_CMSG_CLOEXEC)
                fds = _descriptors(ancillary)
            else:
                size = self._socket.recv_into(self._buffer)
            if not size:
                raise NoDaemon(_ENDED)
            frame = self._view[:size]
            answered = request_of(frame)
            if answered == request:
                return decode_reply(frame, spec), fds
            self._keep(answered, frame)
            for fd in fds:
                os.close(fd)

    def _take_back(self, request: int) -> None:
        """After an interrupt: let the pending call end, so that its reply is not taken for a later one's.

        If it did not end before, it ends with the CancelCall, whose own reply is the later of the two.
        """
        self._request = cancel = self._request % 0xFFFFFFFF + 1
        self._socket.send(encode_request(CancelCall(request), cancel))
        answered = 0
        while answered != cancel:
            size = self._socket.recv_into(self._buffer)
            if not size:
                return
            frame = self._view[:size]
            answered = request_of(frame)
            self._keep(answered, frame)

    def _keep(self, request: int, frame: memoryview) -> None:
        """Put the reply of a call that was started aside; any other is nobody's."""
        pending = self._pending.get(request)
        if pending is not None:
            pending.frame = bytes(frame)

    def start(self, call: Call[R]) -> PendingCall[R]:
        """Send a call, to do other things until the descriptor is readable.  Not for calls that give descriptors."""
        self._request = request = self._request % 0xFFFFFFFF + 1
        pending = self._pending[request] = PendingCall(request, BY_TYPE[type(call)])
        self._send(encode_request(call, request))
        return pending

    def finish(self, pending: PendingCall[R]) -> R:
        """Wait for the reply of a call that was started, and return it or raise what it failed with."""
        del self._pending[pending.request]
        if pending.frame is not None:
            return decode_reply(memoryview(pending.frame), pending.spec)  # type: ignore[no-any-return]  # R, by the spec
        return self._await(pending.request, pending.spec)[0]  # type: ignore[no-any-return]  # as above

    def fileno(self) -> int:
        """The descriptor that becomes readable when a reply arrives."""
        return self._socket.fileno()

    def _send_pair(self, frame: bytes, descriptors: tuple[int, ...]) -> None:
        """Send a frame and its descriptors, with nothing in between: a collection of garbage may want to close."""
        self._held_closes = []
        try:
            self._socket.send(frame)
            socket.send_fds(self._socket, [DESCRIPTORS_MESSAGE], list(descriptors))
        finally:
            held, self._held_closes = self._held_closes, None
        for handle in held:
            self.post_close(handle)

    def post_close(self, handle: int) -> None:
        """Close a handle without waiting."""
        if self._held_closes is not None:
            self._held_closes.append(handle)
            return
        self._socket.send(encode_request(Close(handle), NO_REPLY))

    def post(self, call: Call[None]) -> None:
        """Make a call without waiting, and without hearing how it ended; only for those declared `one_way`."""
        self._send(encode_request(call, NO_REPLY))

    def _send(self, frame: bytes) -> None:
        try:
            self._socket.send(frame)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise NoDaemon(_ENDED) from error

    def close(self) -> None:
        """End the connection: the thread ends, what it owned is abandoned.  In a forked child: drop the copy only."""
        if self._process_id == os.getpid():
            with suppress(OSError):  # the daemon was faster
                self._socket.shutdown(socket.SHUT_RDWR)  # also for copies of the descriptor in forked children
        self._socket.close()

    def __del__(self) -> None:
        """End with the thread that made it: nobody else has a reference."""
        if hasattr(self, "_process_id"):
            self.close()


def open_socket(path: str) -> socket.socket:
    """Return a connected socket.  Raises NoDaemon with what to do."""
    sock = seqpacket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2 * FRAME_BYTES)
    try:
        with socket_address(path) as address:
            sock.connect(address)
    except OSError as error:
        sock.close()
        if isinstance(error, PermissionError):
            message = f"{path}: you may not connect there; run it as the user who started the daemon"
        else:
            message = f"no daemon answers at {path}; start one with `nts up --detach`, or name its --state-dir"
        raise NoDaemon(message) from error
    return sock


def _descriptors(ancillary: list[tuple[int, int, bytes]]) -> list[int]:
    fds = array.array("i")
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            fds.frombytes(data[: len(data) - len(data) % fds.itemsize])
    return list(fds)


class _PerThread(threading.local):
    """The connection of one thread; it goes with the thread."""

    connection: Connection | None = None
    process_id: int = 0


class ThreadConnections:
    """A connection for each thread of this process that makes calls."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._local = _PerThread()

    def get(self) -> Connection:
        """Return the calling thread's connection."""
        local = self._local
        if local.connection is None or local.process_id != os.getpid():
            local.connection = Connection(self.path)
            local.process_id = os.getpid()
        return local.connection

    def peek(self) -> Connection | None:
        """Return the calling thread's connection if it has one already."""
        local = self._local
        return local.connection if local.process_id == os.getpid() else None

    def close(self) -> None:
        """End the calling thread's connection."""
        connection, self._local.connection = self._local.connection, None
        if connection is not None:
            connection.close()
