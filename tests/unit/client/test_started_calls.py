"""Calls of the blocking connection that are started, and finished after others."""

import os
import select
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ntsessions.abi.calls.event import SetEvent
from ntsessions.abi.calls.process import PROTOCOL, Connect, Connected
from ntsessions.abi.calls.wait import WaitForObject
from ntsessions.abi.errors import InvalidHandle
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import WaitResult
from ntsessions.client.address import NoDaemon
from ntsessions.client.connection import Connection
from ntsessions.wire.frame import decode_request, encode_failure, encode_reply

Daemon = Callable[[Callable[[int, object, socket.socket], None]], Connection]


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    """Connect to a daemon that answers every call but Connect with the given function."""
    threads: list[threading.Thread] = []
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    path = os.fspath(tmp_path / "control")
    listener.bind(path)
    listener.listen()

    def start(answer: Callable[[int, object, socket.socket], None]) -> Connection:
        def serve() -> None:
            client, _ = listener.accept()
            with client:
                while frame := client.recv(1 << 20):
                    _, request, call, _ = decode_request(memoryview(frame))
                    if isinstance(call, Connect):
                        client.send(encode_reply(request, Connected(PROTOCOL, 1, 4, 0, "", "", 0, "", "")))
                    else:
                        answer(request, call, client)

        threads.append(threading.Thread(target=serve))
        threads[-1].start()
        return Connection(path)

    yield start
    listener.close()
    for thread in threads:
        thread.join()


def test_a_reply_that_comes_while_another_call_waits_is_kept(daemon: Daemon) -> None:
    waits: list[int] = []

    def answer(request: int, call: object, client: socket.socket) -> None:
        if isinstance(call, WaitForObject):
            waits.append(request)
        else:
            client.send(encode_reply(waits.pop(), WaitResult(0)))
            client.send(encode_reply(request, True))

    connection = daemon(answer)
    pending = connection.start(WaitForObject(4))
    assert not pending.is_answered
    assert connection.call(SetEvent(8)) is True
    assert pending.is_answered
    assert connection.finish(pending) == WaitResult(0)
    connection.close()


def test_the_descriptor_is_readable_when_the_reply_is_there(daemon: Daemon) -> None:
    def answer(request: int, call: object, client: socket.socket) -> None:
        client.send(encode_failure(request, NtStatus.INVALID_HANDLE, "4"))

    connection = daemon(answer)
    pending = connection.start(WaitForObject(4))
    assert select.select([connection], [], [], 5)[0]
    with pytest.raises(InvalidHandle):
        connection.finish(pending)
    connection.close()


def test_the_end_of_the_daemon_is_told_as_such(daemon: Daemon) -> None:
    connection = daemon(lambda _, __, client: client.shutdown(socket.SHUT_RDWR))
    with pytest.raises(NoDaemon):
        connection.finish(connection.start(WaitForObject(4)))
    connection.close()
