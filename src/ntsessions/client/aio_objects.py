"""The objects of the asyncio client: `await` in place of waiting.  `aio` makes them and says how they behave."""

import asyncio
import mmap
from types import TracebackType
from typing import Self

from ntsessions.abi.calls.event import PulseEvent, QueryEvent, ResetEvent, SetEvent
from ntsessions.abi.calls.mutant import ReleaseMutant
from ntsessions.abi.calls.object import ObjectInformation, QueryObject
from ntsessions.abi.calls.section import MapView, QuerySection
from ntsessions.abi.calls.semaphore import QuerySemaphore, ReleaseSemaphore
from ntsessions.abi.calls.timer import CancelTimer
from ntsessions.abi.calls.wait import WaitForObject
from ntsessions.abi.errors import nt_error
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import EventType, WaitResult
from ntsessions.client import object_calls as calls
from ntsessions.client.aio_connection import AsyncConnection
from ntsessions.client.object_calls import AbandonedMutex, WaitTimeout, ticks


class NamedObject:
    """A handle to an object."""

    def __init__(self, connection: AsyncConnection, handle: int, *, existed: bool) -> None:
        self._connection = connection
        self._handle = handle
        self.existed = existed
        """True when the object was there already and was opened."""

    @property
    def handle(self) -> int:
        """The handle's value in this process."""
        if not self._handle:
            raise nt_error(NtStatus.INVALID_HANDLE, "the object was closed")
        return self._handle

    async def query(self) -> ObjectInformation:
        """Return type, resolved name, counts and granted access."""
        return await self._connection.call(QueryObject(self.handle))

    def close(self) -> None:
        """Close the handle without waiting; closing twice is harmless."""
        handle, self._handle = self._handle, 0
        if handle:
            self._connection.post_close(handle)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        if self._handle:
            self._connection.post_close_threadsafe(self._handle)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._handle:#x}>"


class Waitable(NamedObject):
    """An object that can be waited for."""

    async def wait(self, timeout: float | None = None) -> bool:  # noqa: ASYNC109 - NT's own timeout, which ends the wait without cancelling anything
        """Wait until it is signaled, at most *timeout* seconds; True when it was."""
        return (await self._wait(timeout)).status != NtStatus.TIMEOUT

    async def _wait(self, seconds: float | None) -> WaitResult:
        return await self._connection.wait(WaitForObject(self.handle, ticks(seconds)), self._taken)

    async def _taken(self, result: WaitResult) -> None:
        if result.status != NtStatus.TIMEOUT:
            await self.give_back()

    async def give_back(self) -> None:
        """Undo what a satisfied wait took; nothing for objects that stay signaled."""


class Event(Waitable):
    """A flag: `set` wakes one waiter (auto reset) or all (manual reset)."""

    async def set(self) -> bool:
        """Signal it; True when it was signaled already."""
        return await self._connection.call(SetEvent(self.handle))

    async def clear(self) -> bool:
        """Unsignal it; True when it was signaled."""
        return await self._connection.call(ResetEvent(self.handle))

    async def pulse(self) -> bool:
        """Wake those who wait now and leave it unsignaled."""
        return await self._connection.call(PulseEvent(self.handle))

    async def is_set(self) -> bool:
        """Tell whether it is signaled."""
        return (await self._connection.call(QueryEvent(self.handle))).signaled

    async def give_back(self) -> None:
        if (await self._connection.call(QueryEvent(self.handle))).event_type == EventType.SYNCHRONIZATION:
            await self.set()


class Semaphore(Waitable):
    """A count; `async with semaphore:` takes one and gives it back."""

    async def acquire(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as Waitable.wait
        """Take one.  Raises WaitTimeout."""
        calls.acquired(await self._wait(timeout), "semaphore", timeout)

    async def release(self, count: int = 1) -> int:
        """Add *count*; returns the count before.  Raises LimitExceeded past the maximum."""
        return await self._connection.call(ReleaseSemaphore(self.handle, count))

    async def count(self) -> int:
        """Return the current count."""
        return (await self._connection.call(QuerySemaphore(self.handle))).current_count

    async def give_back(self) -> None:
        await self.release()

    async def __aenter__(self) -> Self:
        await self.acquire()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.release()


class Timer(Waitable):
    """A timer; it is signaled when its time has come."""

    async def set(self, seconds: float, *, period: float = 0) -> None:
        """Arm it: signaled in *seconds*, and every *period* seconds after that when given."""
        await self._connection.call(calls.set_timer(self.handle, seconds, period))

    async def cancel(self) -> None:
        """Disarm it; a signaled timer stays signaled."""
        await self._connection.call(CancelTimer(self.handle))


class Ownership:
    """Which task of a client owns a mutex, and how often."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.task: asyncio.Task[object] | None = None
        self.depth = 0


class Mutex(Waitable):
    """A lock that one task owns, recursively; `async with mutex:` acquires and releases it."""

    ownership: Ownership

    async def acquire(self, timeout: float | None = None) -> bool:  # noqa: ASYNC109 - as Waitable.wait
        """Acquire it; True when the last owner died holding it.  Raises WaitTimeout."""
        own, task = self.ownership, asyncio.current_task()
        if own.task is task:
            result = await self._wait(timeout)
        else:
            result = await self._acquire_first(timeout)
        abandoned = calls.acquired(result, "mutex", timeout)
        own.task = task
        own.depth += 1
        return abandoned

    async def _acquire_first(self, seconds: float | None) -> WaitResult:
        """Wait for the other tasks, then for the other threads, both within the time."""
        loop = asyncio.get_running_loop()
        begin = loop.time()
        try:
            async with asyncio.timeout(seconds):
                await self.ownership.lock.acquire()
        except TimeoutError:
            raise WaitTimeout(f"another task did not release the mutex within {seconds} s") from None
        result = WaitResult(int(NtStatus.TIMEOUT))
        try:
            left = None if seconds is None else seconds - (loop.time() - begin)
            result = await self._wait(left)
        finally:
            if result.status == NtStatus.TIMEOUT:  # also when it was cancelled or failed
                self.ownership.lock.release()
        return result

    async def wait(self, timeout: float | None = None) -> bool:  # noqa: ASYNC109 - as Waitable.wait
        """Acquire it; False when the time ran out."""
        try:
            await self.acquire(timeout)
        except WaitTimeout:
            return False
        return True

    async def release(self) -> None:
        """Give up one level of ownership.  Raises NotOwner from a task that does not own it."""
        own = self.ownership
        if own.task is not asyncio.current_task():
            raise nt_error(NtStatus.MUTANT_NOT_OWNED, "this task does not own the mutex")
        await self._connection.call(ReleaseMutant(self.handle))
        own.depth -= 1
        if not own.depth:
            own.task = None
            own.lock.release()

    def is_owned(self) -> bool:
        """Tell whether the calling task owns it."""
        return self.ownership.task is asyncio.current_task()

    async def give_back(self) -> None:
        await self._connection.call(ReleaseMutant(self.handle))

    async def __aenter__(self) -> Self:
        if await self.acquire():
            await self.release()
            raise AbandonedMutex
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.release()


class Section(NamedObject):
    """Shared memory."""

    async def size(self) -> int:
        """Return its size in bytes."""
        return (await self._connection.call(QuerySection(self.handle))).size

    async def map(self, *, writable: bool = True, offset: int = 0, size: int = 0) -> mmap.mmap:
        """Map *size* bytes (0: to the end) from *offset*, a multiple of 64 KiB.  The view outlives the handle."""
        access = calls.FILE_MAP_WRITE if writable else calls.FILE_MAP_READ
        call = MapView(self.handle, access, offset, size)
        return calls.map_granted(*await self._connection.call_with_descriptors(call))
