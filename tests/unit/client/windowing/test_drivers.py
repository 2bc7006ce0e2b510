"""The two drivers against a daemon that answers as the test says: what comes for an interrupted call is not lost."""

import asyncio
import os
import signal
import socket
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ntsessions.abi.calls.message import GetMessage, Message, ReplyMessage, SendMessage, SendResult
from ntsessions.abi.calls.process import PROTOCOL, Connected
from ntsessions.abi.calls.wait import CancelCall
from ntsessions.abi.status import NtStatus
from ntsessions.client.aio_connection import AsyncConnection
from ntsessions.client.connection import Connection
from ntsessions.client.windowing import messages
from ntsessions.client.windowing.aio_driver import AsyncDriver
from ntsessions.client.windowing.blocking import Driver
from ntsessions.client.windowing.state import ThreadState
from ntsessions.client.windowing.window_messages import WM_USER
from ntsessions.wire.frame import decode_request, encode_failure, encode_reply
from tests.unit.client.windowing.driving import OTHER, WINDOW, Recorder, posted, sent


class Interrupted(Exception):
    """Raised by a signal handler."""


def received(daemon: socket.socket) -> tuple[int, Any]:
    _, request, call, _ = decode_request(memoryview(daemon.recv(1 << 20)))
    return request, call


@pytest.mark.parametrize("is_lost", [False, True])
def test_a_message_that_crosses_with_an_interrupt_is_kept(tmp_path: Path, *, is_lost: bool) -> None:
    """A program that is interrupted in `pump` and goes on has not lost a message, and nobody waits for it in vain."""
    path = os.fspath(tmp_path / "port")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(path)
    listener.listen()
    main = threading.get_ident()

    def serve() -> None:
        daemon, _ = listener.accept()
        with daemon:
            daemon.send(encode_reply(received(daemon)[0], Connected(PROTOCOL, 1, 4, 0, "", "", 0, "", "")))
            request, call = received(daemon)
            assert call == GetMessage()
            signal.pthread_kill(main, signal.SIGUSR1)
            cancel, call = received(daemon)
            assert call == CancelCall(request)
            if is_lost:
                daemon.send(encode_failure(request, NtStatus.CANCELLED, ""))
            else:
                daemon.send(encode_reply(request, posted(WM_USER)))
            daemon.send(encode_reply(cancel, True))
            daemon.recv(1)

    def interrupt(*_: object) -> None:
        raise Interrupted

    before = signal.signal(signal.SIGUSR1, interrupt)
    server = threading.Thread(target=serve)
    server.start()
    connection = Connection(path)
    kept: deque[Message] = deque()
    try:
        with pytest.raises(Interrupted):
            Driver(connection, kept, int).run(messages.get(ThreadState()))
    finally:
        signal.signal(signal.SIGUSR1, before)
        connection.close()
        server.join()
        listener.close()
    assert list(kept) == ([] if is_lost else [posted(WM_USER)])


Body = Callable[[AsyncDriver, ThreadState, socket.socket], Any]


def run(body: Body) -> None:
    async def main() -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        theirs.settimeout(5)
        connection = AsyncConnection(ours)
        state = ThreadState()
        try:
            await body(AsyncDriver(connection, state, int), state, theirs)
        finally:
            connection.close()
            theirs.close()

    asyncio.run(main())


async def turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def test_a_message_that_crosses_with_a_cancellation_is_kept() -> None:
    async def body(driver: AsyncDriver, state: ThreadState, daemon: socket.socket) -> None:
        task = asyncio.create_task(driver.run(messages.get(state)))
        await turns()
        request, _ = received(daemon)
        task.cancel()
        daemon.send(encode_reply(request, posted(WM_USER)))
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await driver.run(messages.get(state)) == posted(WM_USER)

    run(body)


def test_what_was_sent_to_a_task_that_is_cancelled_is_answered_all_the_same() -> None:
    """Another program waits, and perhaps no task of ours asks for messages again."""

    async def body(driver: AsyncDriver, state: ThreadState, daemon: socket.socket) -> None:
        procedure = Recorder(m400=6)
        state.add(WINDOW, procedure, 0, 0)
        task = asyncio.create_task(driver.run(messages.send(state, OTHER, WM_USER)))
        await turns()
        request, call = received(daemon)
        assert isinstance(call, SendMessage)
        task.cancel()
        daemon.send(encode_reply(request, SendResult(int(NtStatus.PENDING), incoming=sent(WM_USER), send=1)))
        with pytest.raises(asyncio.CancelledError):
            await task
        assert received(daemon)[1] == CancelCall(request)
        assert received(daemon) == (0, ReplyMessage(7, 6))

    run(body)


def test_a_procedure_may_be_a_coroutine_and_other_tasks_go_on_meanwhile() -> None:
    async def body(driver: AsyncDriver, state: ThreadState, daemon: socket.socket) -> None:
        going_on = asyncio.Event()

        async def procedure(window: int, message: Message) -> int:
            await going_on.wait()
            return 9

        state.add(WINDOW, procedure, 0, 0)
        pumping = asyncio.create_task(driver.run(messages.pump(state)))
        await turns()
        daemon.send(encode_reply(received(daemon)[0], sent(WM_USER)))
        await turns()
        going_on.set()
        await turns()
        assert received(daemon) == (0, ReplyMessage(7, 9))
        pumping.cancel()
        await turns()
        request, _ = received(daemon)
        daemon.send(encode_failure(request, NtStatus.CANCELLED, ""))
        with pytest.raises(asyncio.CancelledError):
            await pumping

    run(body)
