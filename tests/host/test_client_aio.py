"""The asyncio client on a real host: many tasks, one connection."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from ntsessions.abi.calls.process import CreateProcess
from ntsessions.abi.calls.session import QueryUserToken
from ntsessions.abi.errors import NotImplementedHere, NotOwner, QuotaExceeded
from ntsessions.client import aio, objects
from ntsessions.client.address import NoDaemon
from ntsessions.client.aio_connection import WAITS
from ntsessions.client.object_calls import AbandonedMutex, WaitTimeout


@pytest.fixture(scope="module")
def state_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    directory = str(tmp_path_factory.mktemp("host"))
    nts = [sys.executable, "-m", "ntsessions.cli", "--state-dir", directory]
    subprocess.run([*nts, "up", "--detach"], check=True, stdout=subprocess.DEVNULL)
    yield directory
    subprocess.run([*nts, "down"], check=True)


def run(state_dir: str, body: Callable[[aio.AsyncClient], Awaitable[None]]) -> None:
    async def main() -> None:
        async with aio.connect(state_dir) as session:
            await body(session)

    asyncio.run(main())


def test_many_tasks_wait_on_one_connection_and_each_wakes_once(state_dir: str) -> None:
    async def body(session: aio.AsyncClient) -> None:
        event = await session.event()
        waits = [asyncio.create_task(event.wait(10)) for _ in range(100)]
        for _ in waits:
            await event.set()
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            waits = [one for one in waits if not one.done()]
        assert not waits
        assert not await event.is_set()

    run(state_dir, body)


def test_a_cancelled_wait_gives_back_the_signal_that_it_took(state_dir: str) -> None:
    """Whoever cancels a task must not lose an event that was set in the same moment."""

    async def body(session: aio.AsyncClient) -> None:
        event = await session.event()
        semaphore = await session.semaphore(count=0, maximum=1)
        for item, signal in ((event, event.set), (semaphore, semaphore.release)):
            task = asyncio.create_task(item.wait())
            await asyncio.sleep(0)
            signaling = asyncio.create_task(signal())
            await asyncio.sleep(0)
            task.cancel()  # both are sent: the answer and the cancellation cross
            with pytest.raises(asyncio.CancelledError):
                await task
            await signaling
            assert await item.wait(0)

    run(state_dir, body)


def test_a_cancelled_wait_that_took_nothing_leaves_nothing_behind(state_dir: str) -> None:
    async def body(session: aio.AsyncClient) -> None:
        event = await session.event()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await event.wait()
        await event.set()
        assert await event.wait(0)

    run(state_dir, body)


def test_two_tasks_never_own_a_mutex_together(state_dir: str) -> None:
    """For NT both are one thread, which may acquire what it owns: the client must keep them apart."""

    async def body(session: aio.AsyncClient) -> None:
        inside = 0

        async def work(name: str) -> None:
            nonlocal inside
            async with session.mutex(name):
                assert inside == 0
                inside += 1
                await asyncio.sleep(0)
                inside -= 1

        # One mutex under two names: Local is the session's own space.
        await asyncio.gather(*(work(name) for name in ["aio-mutex", r"Local\aio-mutex"] * 10))

    run(state_dir, body)


def test_a_task_may_acquire_again_what_it_owns_and_no_other_may_release_it(state_dir: str) -> None:
    async def body(session: aio.AsyncClient) -> None:
        mutex = await session.mutex()
        await mutex.acquire()
        await mutex.acquire()

        async def other() -> None:
            with pytest.raises(NotOwner):
                await mutex.release()
            with pytest.raises(WaitTimeout):
                await mutex.acquire(0.01)

        await asyncio.create_task(other())
        await mutex.release()
        assert mutex.is_owned()
        await mutex.release()
        assert not mutex.is_owned()
        assert await asyncio.create_task(mutex.wait(0))

    run(state_dir, body)


def test_a_mutex_whose_owner_in_another_client_ended_is_told_abandoned(state_dir: str) -> None:
    async def body(session: aio.AsyncClient) -> None:
        mutex = await session.mutex("aio-abandoned")
        with objects.connect(state_dir) as other:
            other.mutex("aio-abandoned").acquire()
            with pytest.raises(WaitTimeout):
                await mutex.acquire(0)
        with pytest.raises(AbandonedMutex):
            async with mutex:
                pass
        async with mutex:
            pass

    run(state_dir, body)


def test_wait_any_and_wait_all_take_what_the_blocking_client_takes(state_dir: str) -> None:
    async def body(session: aio.AsyncClient) -> None:
        first, second = await session.event(), await session.semaphore(count=1, maximum=1)
        assert await session.wait_any(first, second, timeout=1) is second
        assert await session.wait_any(first, second, timeout=0) is None
        assert not await session.wait_all(first, second, timeout=0)
        await first.set()
        await second.release()
        assert await session.wait_all(first, second, timeout=1)
        with pytest.raises(NotImplementedHere):
            await session.wait_any(await session.mutex())

    run(state_dir, body)


def test_shared_memory_and_timers_work_as_in_the_blocking_client(state_dir: str) -> None:
    async def body(session: aio.AsyncClient) -> None:
        async with session.section("aio-memory", 4096) as section:
            view = await section.map()
            view[:5] = b"hello"
            async with session.open_section("aio-memory") as again:
                assert (await again.map(writable=False))[:5] == b"hello"
                assert await section.size() == 4096
        timer = await session.timer()
        await timer.set(0.01)
        assert await timer.wait(5)

    run(state_dir, body)


def test_descriptors_go_with_the_call_that_announces_them(state_dir: str) -> None:
    async def body(session: aio.AsyncClient) -> None:
        reader, writer = os.pipe()
        null = os.open(os.devnull, os.O_RDWR)
        token = (await session.call(QueryUserToken(0))).token
        call = CreateProcess(("echo", "hello"), token=token, descriptor_count=3)
        await session.connection.call(call, (null, writer, null))
        os.close(writer)
        os.close(null)
        assert os.read(reader, 100) == b"hello\n"
        os.close(reader)

    run(state_dir, body)


def test_an_object_made_with_async_with_is_gone_at_its_end(state_dir: str) -> None:
    async def body(session: aio.AsyncClient) -> None:
        async with session.event("aio-gone"):
            assert (await session.open_event("aio-gone")).existed
        with pytest.raises(FileNotFoundError):
            await session.open_event("aio-gone")

    run(state_dir, body)


def test_too_many_waits_are_refused_and_the_other_calls_go_on(state_dir: str) -> None:
    """The call that would end the waits must not be locked out by them."""

    async def body(session: aio.AsyncClient) -> None:
        event = await session.event(manual_reset=True)
        waits = [asyncio.create_task(event.wait(10)) for _ in range(WAITS)]
        await asyncio.sleep(0)
        with pytest.raises(QuotaExceeded):
            await event.wait(0)
        await event.set()
        assert all(await asyncio.gather(*waits))

    run(state_dir, body)


def test_calls_under_way_end_with_the_connection(state_dir: str) -> None:
    async def body(session: aio.AsyncClient) -> None:
        event = await session.event()
        task = asyncio.create_task(event.wait())
        await asyncio.sleep(0)
        session.close()
        with pytest.raises(NoDaemon):
            await task
        with pytest.raises(NoDaemon):
            await event.set()

    run(state_dir, body)


def test_nobody_answering_is_told_with_what_to_do(tmp_path: Path) -> None:
    async def main() -> None:
        with pytest.raises(NoDaemon, match="nts up"):
            await aio.connect(os.fspath(tmp_path))

    asyncio.run(main())
