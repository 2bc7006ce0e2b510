r"""Named objects as Python objects, for asyncio: `objects` with `await`, over one connection.

    async with connect() as session:
        async with session.mutex(r"Global\Backup"):
            ...
        ready = await session.event("Ready")
        if await session.wait_any(ready, worker, timeout=30) is worker: ...

What makes an object can be awaited, or entered with `async with`, which closes the handle at its end.

For NT the client is one thread, however many tasks use it.  A mutex would let all of them in at once, so each mutex has
an owner among the tasks too: a task waits for the other tasks of its client first, then for the rest of the world.  It
may acquire again what it owns.  A task that ends without releasing keeps it, until the client ends.

A cancelled wait gives back what it took if it was satisfied meanwhile: a mutex and a semaphore are released, an event
that resets itself is set again.  An expired synchronization timer cannot be given back; NT has no call for that.
"""

from collections.abc import Awaitable, Callable, Generator
from types import TracebackType
from typing import TypeVar
from weakref import WeakValueDictionary

from ntsessions.abi.call import Call
from ntsessions.abi.calls.process import Connected
from ntsessions.abi.calls.wait import WaitForObjects
from ntsessions.abi.errors import nt_error
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import OpenedHandle, WaitResult
from ntsessions.client import object_calls as calls
from ntsessions.client.address import find_socket
from ntsessions.client.aio_connection import AsyncConnection
from ntsessions.client.aio_making import Making
from ntsessions.client.aio_objects import Event, Mutex, NamedObject, Ownership, Section, Semaphore, Timer, Waitable
from ntsessions.client.object_calls import ticks
from ntsessions.client.windowing.aio_session import AsyncSessionWindowing

R = TypeVar("R")
O = TypeVar("O", bound="NamedObject")  # noqa: E741 - an object of any kind


class AsyncClient(AsyncSessionWindowing):
    """The calling process's view of its session, for one event loop; `connect` makes it."""

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection)
        self._mutexes: WeakValueDictionary[str, Ownership] = WeakValueDictionary()

    @property
    def identity(self) -> Connected:
        """Who this client is for the daemon: session, user, process and thread id, profile."""
        return self.connection.identity

    async def call(self, call: Call[R]) -> R:
        """Make any call of `ntsessions.abi.calls`."""
        return await self.connection.call(call)

    # -- making and opening

    def event(
        self, name: str | None = None, *, manual_reset: bool = False, is_set: bool = False, security: str | None = None
    ) -> Making[Event]:
        """Create an event, or open the one of this name."""
        return self._made(Event, calls.create_event(name, manual_reset=manual_reset, is_set=is_set, security=security))

    def open_event(self, name: str, access: int = 0x1F0003) -> Making[Event]:
        """Open an event.  Raises ObjectNotFound."""
        return self._opened(Event, calls.open_event(name, access))

    def mutex(self, name: str | None = None) -> Making[Mutex]:
        """Create a mutex, or open the one of this name."""
        return Making(lambda: self._own(self._create(Mutex, calls.create_mutex(name, owned=False))))

    def open_mutex(self, name: str, access: int = 0x1F0001) -> Making[Mutex]:
        """Open a mutex.  Raises ObjectNotFound."""
        return Making(lambda: self._own(self._open(Mutex, calls.open_mutex(name, access))))

    def semaphore(
        self, name: str | None = None, *, count: int = 1, maximum: int = 1, security: str | None = None
    ) -> Making[Semaphore]:
        """Create a semaphore, or open the one of this name."""
        return self._made(Semaphore, calls.create_semaphore(name, count=count, maximum=maximum, security=security))

    def open_semaphore(self, name: str, access: int = 0x1F0003) -> Making[Semaphore]:
        """Open a semaphore.  Raises ObjectNotFound."""
        return self._opened(Semaphore, calls.open_semaphore(name, access))

    def timer(
        self, name: str | None = None, *, manual_reset: bool = False, security: str | None = None
    ) -> Making[Timer]:
        """Create a timer, or open the one of this name."""
        return self._made(Timer, calls.create_timer(name, manual_reset=manual_reset, security=security))

    def open_timer(self, name: str, access: int = 0x1F0003) -> Making[Timer]:
        """Open a timer.  Raises ObjectNotFound."""
        return self._opened(Timer, calls.open_timer(name, access))

    def section(
        self, name: str | None = None, size: int = 0, *, file: int | None = None, security: str | None = None
    ) -> Making[Section]:
        """Create shared memory of *size* bytes, or of the file descriptor *file*; or open the section of this name."""
        call = calls.create_section(name, size, has_file=file is not None, security=security)
        return Making(lambda: self._create(Section, call, () if file is None else (file,)))

    def open_section(self, name: str, access: int = 0x4) -> Making[Section]:
        """Open a section, for reading unless *access* says more.  Raises ObjectNotFound."""
        return self._opened(Section, calls.open_section(name, access))

    def _made(self, kind: type[O], call: Call[OpenedHandle]) -> Making[O]:
        return Making(lambda: self._create(kind, call))

    def _opened(self, kind: type[O], call: Call[int]) -> Making[O]:
        return Making(lambda: self._open(kind, call))

    async def _create(self, kind: type[O], call: Call[OpenedHandle], descriptors: tuple[int, ...] = ()) -> O:
        async def undo(opened: OpenedHandle) -> None:
            self.connection.post_close(opened.handle)

        opened = await self.connection.call(call, descriptors, undo=undo)
        return kind(self.connection, opened.handle, existed=opened.existed)

    async def _open(self, kind: type[O], call: Call[int]) -> O:
        async def undo(handle: int) -> None:
            self.connection.post_close(handle)

        return kind(self.connection, await self.connection.call(call, undo=undo), existed=True)

    async def _own(self, making: Awaitable[Mutex]) -> Mutex:
        """Give a mutex the owner that all handles of this client to the same mutex share."""
        mutex = await making
        name = (await mutex.query()).name
        mutex.ownership = self._mutexes.get(name) or Ownership()
        if name:
            self._mutexes[name] = mutex.ownership
        return mutex

    # -- waiting

    async def wait_any(self, *objects: Waitable, timeout: float | None = None) -> Waitable | None:  # noqa: ASYNC109 - as Waitable.wait
        """Wait for any of up to 64 objects; returns the signaled one of lowest position, None when the time ran out.

        Not for mutexes: they are acquired one by one, because the tasks of a client are one thread for NT.
        """

        async def undo(result: WaitResult) -> None:
            index = calls.index_of(result)
            if index is not None:
                await objects[index].give_back()

        index = calls.index_of(await self._wait(objects, undo, wait_all=False, seconds=timeout))
        return None if index is None else objects[index]

    async def wait_all(self, *objects: Waitable, timeout: float | None = None) -> bool:  # noqa: ASYNC109 - as Waitable.wait
        """Wait until all are signaled at one instant; True when they were.  Not for mutexes, see `wait_any`."""

        async def undo(result: WaitResult) -> None:
            if result.status != NtStatus.TIMEOUT:
                for item in objects:
                    await item.give_back()

        result = await self._wait(objects, undo, wait_all=True, seconds=timeout)
        return result.status != NtStatus.TIMEOUT

    async def _wait(
        self,
        objects: tuple[Waitable, ...],
        undo: Callable[[WaitResult], Awaitable[None]],
        *,
        wait_all: bool,
        seconds: float | None,
    ) -> WaitResult:
        if any(isinstance(item, Mutex) for item in objects):
            raise nt_error(
                NtStatus.NOT_SUPPORTED, "tasks of one client are one thread for NT; acquire mutexes one by one"
            )
        handles = tuple([item.handle for item in objects])
        return await self.connection.wait(WaitForObjects(handles, wait_all, ticks(seconds)), undo)

    def close(self) -> None:
        """End the connection."""
        self.connection.close()


class Connecting:
    """A client that is being connected: `await` it, or enter it with `async with`."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._client: AsyncClient | None = None

    async def _connect(self) -> AsyncClient:
        return AsyncClient(await AsyncConnection.open(self._path))

    def __await__(self) -> Generator[object, None, AsyncClient]:
        return self._connect().__await__()

    async def __aenter__(self) -> AsyncClient:
        self._client = await self._connect()
        return self._client

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._client is not None
        self._client.close()


def connect(state_dir: str | None = None) -> Connecting:
    """Return a client of the host that this process runs in, or of the one with this state directory.

    Raises NoDaemon (a ConnectionError) when none answers.
    """
    return Connecting(find_socket(state_dir))
