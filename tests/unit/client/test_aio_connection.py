"""The asyncio connection against a daemon that answers as the test says."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

import pytest

from ntsessions.abi.calls.event import ResetEvent, SetEvent
from ntsessions.abi.calls.wait import CancelCall, WaitForObject
from ntsessions.abi.errors import Cancelled, InvalidHandle, QuotaExceeded
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import WaitResult
from ntsessions.client.address import NoDaemon
from ntsessions.client.aio_connection import UNSENT_FRAMES, WAITS, AsyncConnection
from ntsessions.wire.frame import ProtocolError, decode_request, encode_failure, encode_reply

Body = Callable[[AsyncConnection, socket.socket], Awaitable[None]]


def run(body: Body) -> None:
    async def main() -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        theirs.settimeout(5)
        connection = AsyncConnection(ours)
        try:
            await body(connection, theirs)
        finally:
            connection.close()
            theirs.close()

    asyncio.run(main())


def received(daemon: socket.socket) -> tuple[int, object]:
    _, request, call, _ = decode_request(memoryview(daemon.recv(1 << 20)))
    return request, call


async def turns(count: int = 5) -> None:
    """Let what is ready happen."""
    for _ in range(count):
        await asyncio.sleep(0)


def test_replies_go_to_the_calls_that_they_answer_in_whatever_order() -> None:
    async def body(connection: AsyncConnection, daemon: socket.socket) -> None:
        first = asyncio.create_task(connection.call(SetEvent(4)))
        second = asyncio.create_task(connection.call(ResetEvent(8)))
        await turns()
        requests = [received(daemon)[0] for _ in range(2)]
        daemon.send(encode_reply(requests[1], True))
        daemon.send(encode_failure(requests[0], NtStatus.INVALID_HANDLE, "4"))
        assert await second is True
        with pytest.raises(InvalidHandle):
            await first

    run(body)


def test_a_cancelled_call_is_taken_back_before_the_task_goes_on() -> None:
    async def body(connection: AsyncConnection, daemon: socket.socket) -> None:
        undone: list[WaitResult] = []

        async def undo(result: WaitResult) -> None:
            undone.append(result)

        task = asyncio.create_task(connection.wait(WaitForObject(4), undo))
        await turns()
        request, _ = received(daemon)
        task.cancel()
        await turns()
        assert received(daemon)[1] == CancelCall(request)
        assert not task.done()
        daemon.send(encode_failure(request, NtStatus.CANCELLED, ""))
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not undone

    run(body)


def test_what_a_cancelled_call_took_meanwhile_is_given_back() -> None:
    async def body(connection: AsyncConnection, daemon: socket.socket) -> None:
        undone: list[WaitResult] = []

        async def undo(result: WaitResult) -> None:
            undone.append(result)

        task = asyncio.create_task(connection.wait(WaitForObject(4), undo))
        await turns()
        request, _ = received(daemon)
        daemon.send(encode_reply(request, WaitResult(0)))
        task.cancel()  # the reply is there and was not read
        with pytest.raises(asyncio.CancelledError):
            await task
        assert undone == [WaitResult(0)]

    run(body)


def test_a_call_that_fails_with_cancelled_is_an_error_and_not_the_end_of_the_task() -> None:
    async def body(connection: AsyncConnection, daemon: socket.socket) -> None:
        task = asyncio.create_task(connection.call(SetEvent(4)))
        await turns()
        daemon.send(encode_failure(received(daemon)[0], NtStatus.CANCELLED, ""))
        with pytest.raises(Cancelled):
            await task

    run(body)


def test_waits_are_bounded() -> None:
    async def body(connection: AsyncConnection, daemon: socket.socket) -> None:
        async def nothing(_: WaitResult) -> None: ...

        waits = [asyncio.create_task(connection.wait(WaitForObject(4), nothing)) for _ in range(WAITS)]
        await turns()
        with pytest.raises(QuotaExceeded):
            await connection.wait(WaitForObject(4), nothing)
        connection.close()
        assert {type(error) for error in await asyncio.gather(*waits, return_exceptions=True)} == {NoDaemon}

    run(body)


def test_a_daemon_that_does_not_read_does_not_take_our_memory() -> None:
    async def body(connection: AsyncConnection, daemon: socket.socket) -> None:
        for number in range(1 << 20):  # the kernel's buffer first, then ours
            connection.post_close(number)
            if len(connection._unsent) >= UNSENT_FRAMES:
                break
        with pytest.raises(QuotaExceeded):
            await connection.call(SetEvent(4))
        daemon.settimeout(0)
        numbers = []
        for _ in range(1 << 20):
            try:
                numbers.append(decode_request(memoryview(daemon.recv(100)))[2].handle)  # type: ignore[attr-defined]  # a Close
            except BlockingIOError:
                if not connection._unsent:
                    break
                await turns(1)
        assert numbers == list(range(len(numbers)))
        assert len(numbers) > UNSENT_FRAMES

    run(body)


@pytest.mark.parametrize("junk", [b"", b"x", b"\0\0\0\0\1\0\0\0\xc1"])
def test_an_end_or_nonsense_ends_the_calls_under_way(junk: bytes) -> None:
    async def body(connection: AsyncConnection, daemon: socket.socket) -> None:
        task = asyncio.create_task(connection.call(SetEvent(4)))
        await turns()
        if junk:
            daemon.send(junk)
        else:
            daemon.close()
        with pytest.raises((NoDaemon, ProtocolError)):
            await task

    run(body)
