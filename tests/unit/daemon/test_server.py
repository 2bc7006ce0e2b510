"""One connection, from the daemon's side: bytes in, calls out, replies queued while nobody reads."""

import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from ntsessions.abi.call import Call
from ntsessions.abi.calls.event import CreateEvent
from ntsessions.abi.calls.host import QueryHost
from ntsessions.abi.calls.object import Close
from ntsessions.abi.calls.process import Connect, CreateProcess
from ntsessions.abi.limits import BYTES_PER_CONNECTION, DESCRIPTORS_PER_FRAME, FRAME_BYTES
from ntsessions.daemon.loop import Loop
from ntsessions.daemon.server import QUEUE_COST, TURN_TICKS, ClientConnection
from ntsessions.wire.frame import DESCRIPTORS_FOLLOW, DESCRIPTORS_MESSAGE, encode_request


class Desk:
    """A connection and what became of what came in."""

    def __init__(self) -> None:
        self.loop = Loop()
        ours, self.client = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.client.settimeout(5)
        self.calls: list[tuple[int, Call[Any], list[int]]] = []
        self.ends: list[str] = []
        self.clock = 1
        self.takes = 0
        """How long serving a call takes."""
        self.connection = ClientConnection(ours, 1, self.loop, bytearray(FRAME_BYTES + 1), self._serve, self._ended)
        self.connection.start_reading()

    def _serve(self, connection: ClientConnection, spec: object, request: int, call: Call[Any], fds: list[int]) -> int:
        self.calls.append((request, call, fds))
        began, self.clock = self.clock, self.clock + self.takes
        return began

    def _ended(self, connection: ClientConnection, reason: str) -> None:
        self.ends.append(reason)
        connection.close()

    def greet(self) -> None:
        self.client.send(encode_request(Connect(), 1))
        self.connection.on_readable()

    def send(self, data: bytes, descriptors: tuple[int, ...] = ()) -> None:
        if descriptors:
            socket.send_fds(self.client, [data], list(descriptors))
        else:
            self.client.send(data)
        self.connection.on_readable()

    def close(self) -> None:
        self.connection.close()
        self.client.close()
        self.loop.close()


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.close()


def test_calls_come_out_in_order(desk: Desk) -> None:
    desk.greet()
    desk.send(encode_request(QueryHost(), 2))
    desk.send(encode_request(Close(4), 0))
    assert [(request, type(call)) for request, call, _ in desk.calls] == [(1, Connect), (2, QueryHost), (0, Close)]


def test_nothing_is_served_before_the_greeting(desk: Desk) -> None:
    desk.send(encode_request(QueryHost(), 1))
    assert desk.ends == ["the first call must be Connect"]
    assert not desk.calls


def test_an_empty_message_is_the_end(desk: Desk) -> None:
    desk.greet()
    desk.send(b"")
    assert desk.ends == [""]


def test_a_client_that_left_is_noticed_once(desk: Desk) -> None:
    desk.greet()
    desk.client.close()
    desk.connection.on_readable()
    assert desk.ends == [""]
    desk.connection.close()


def test_reading_without_data_is_harmless(desk: Desk) -> None:
    desk.connection.on_readable()
    assert not desk.ends


def test_announced_descriptors_come_with_their_call(desk: Desk) -> None:
    desk.greet()
    desk.send(encode_request(CreateProcess(("x",), descriptor_count=3), 2, DESCRIPTORS_FOLLOW))
    assert len(desk.calls) == 1
    desk.send(DESCRIPTORS_MESSAGE, (0, 1, 2))
    _, call, descriptors = desk.calls[1]
    assert isinstance(call, CreateProcess)
    assert len(descriptors) == 3
    for descriptor in descriptors:
        assert not os.get_inheritable(descriptor)
        os.close(descriptor)


@pytest.mark.parametrize("count", [DESCRIPTORS_PER_FRAME + 1, 100])
def test_more_descriptors_than_allowed_end_the_connection_and_are_closed(desk: Desk, count: int) -> None:
    desk.greet()
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - names are all that is wanted
    desk.send(encode_request(CreateProcess(("x",), descriptor_count=3), 2, DESCRIPTORS_FOLLOW))
    desk.send(DESCRIPTORS_MESSAGE, (0,) * count)
    assert desk.ends == ["descriptors were announced, and something else came"]
    assert len(os.listdir("/proc/self/fd")) == before - 1  # noqa: PTH208 - as above


def test_replies_wait_for_a_client_that_is_slow(desk: Desk) -> None:
    desk.greet()
    for request in range(1, 2000):
        desk.connection.send_reply(request, "x" * 100, [])
    assert desk.connection._queue
    got = 0
    while got < 1999:
        desk.client.recv(1000)
        got += 1
        if desk.connection._queue:
            desk.connection._on_writable()
    assert not desk.ends
    assert not desk.connection._queued


def test_what_waits_for_a_client_is_bounded_however_small_the_replies_are(desk: Desk) -> None:
    desk.greet()
    request = 0
    while not desk.ends:
        request += 1
        desk.connection.send_reply(request, None, [])
    assert "were not read" in desk.ends[0]
    assert request < BYTES_PER_CONNECTION // QUEUE_COST + 20_000


def test_descriptors_of_replies_that_are_never_read_are_closed(desk: Desk) -> None:
    desk.greet()
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - as above
    for request in range(1, 300):
        desk.connection.send_reply(request, "x" * 2000, [os.dup(0)])
    assert desk.connection._queue
    desk.connection.close()
    desk.client.close()
    assert len(os.listdir("/proc/self/fd")) == before - 2  # noqa: PTH208 - as above


def test_a_reply_to_a_client_that_has_left_is_no_error(desk: Desk) -> None:
    desk.greet()
    desk.client.close()
    desk.connection.send_reply(1, None, [os.dup(0)])
    assert not desk.ends  # its end is read next


def test_two_frames_that_wait_are_two_calls(desk: Desk) -> None:
    desk.greet()
    desk.client.send(encode_request(CreateEvent("a"), 2))
    desk.client.send(encode_request(CreateEvent("b"), 3))
    desk.connection.on_readable()
    desk.connection.on_readable()
    assert [request for request, _, _ in desk.calls] == [1, 2, 3]


def test_a_client_whose_calls_take_long_lets_others_have_their_turn(desk: Desk) -> None:
    """Or a few broadcasts of one program would hold up those of every session."""
    desk.greet()
    desk.takes = TURN_TICKS
    for request in range(2, 9):
        desk.client.send(encode_request(QueryHost(), request))
    turns = []
    while len(desk.calls) < 8:
        before = len(desk.calls)
        desk.connection.on_readable()
        turns.append(len(desk.calls) - before)
    assert turns == [3, 3, 1]


def test_descriptors_that_wait_are_few(desk: Desk) -> None:
    """The daemon would run out of them, and nobody could connect any more."""
    desk.greet()
    request = 0
    while not desk.ends:
        request += 1
        desk.connection.send_reply(request, None, [os.dup(0)])
    assert "were not read" in desk.ends[0]
    assert request < 2000
