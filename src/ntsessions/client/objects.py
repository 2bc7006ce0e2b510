r"""Named objects as Python objects, over blocking connections.

    with connect() as session:
        with session.mutex(r"Global\Backup"):
            ...
        ready = session.event("Ready")
        if session.wait_any(ready, worker, timeout=30) is worker: ...

Times are seconds.  Names are looked up as kernel32 does: in the session's own space unless they begin with `Global\`.
Errors are those of `abi.errors`: each also the nearest Python built-in.
"""

import mmap
import os
from contextlib import suppress
from typing import Self, TypeVar

from ntsessions.abi.call import Call
from ntsessions.abi.calls.event import CreateEvent, OpenEvent, PulseEvent, QueryEvent, ResetEvent, SetEvent
from ntsessions.abi.calls.mutant import CreateMutant, OpenMutant, QueryMutant, ReleaseMutant
from ntsessions.abi.calls.object import ObjectInformation, QueryObject
from ntsessions.abi.calls.process import Connected
from ntsessions.abi.calls.section import CreateSection, MapView, OpenSection, QuerySection
from ntsessions.abi.calls.semaphore import CreateSemaphore, OpenSemaphore, QuerySemaphore, ReleaseSemaphore
from ntsessions.abi.calls.timer import CancelTimer, CreateTimer, OpenTimer, SetTimer
from ntsessions.abi.calls.wait import WaitForObject, WaitForObjects
from ntsessions.abi.errors import nt_error
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import NAMED_OBJECTS, TICKS_PER_SECOND, ObjectAttributes, OpenedHandle, WaitResult
from ntsessions.client.address import find_socket
from ntsessions.client.connection import Connection, ThreadConnections

R = TypeVar("R")
O = TypeVar("O", bound="NamedObject")  # noqa: E741 - an object of any kind

OPENIF = int(ObjectAttributes.OPENIF)
_ABANDONED = range(NtStatus.ABANDONED_WAIT_0, NtStatus.ABANDONED_WAIT_0 + 64)


class WaitTimeout(TimeoutError):
    """The time ran out before the object was signaled."""


class AbandonedMutex(RuntimeError):
    """The mutex was acquired, and its last owner died holding it: what it guards may be half done.

    It is raised by `with mutex:`, after the mutex was released again; `acquire()` tells it in its answer instead.
    """


def ticks(seconds: float | None) -> int:
    """Translate a timeout in seconds (None: for ever) to the wire's units."""
    return -1 if seconds is None else max(0, round(seconds * TICKS_PER_SECOND))


class NamedObject:
    """A handle to an object; closing it is also done by `with` and when the last reference goes."""

    def __init__(self, client: "Client", handle: int, *, existed: bool) -> None:
        self._client = client
        self._handle = handle
        self._owner = os.getpid()
        self.existed = existed
        """True when the object was there already and was opened."""

    @property
    def handle(self) -> int:
        """The handle's value in this process."""
        if not self._handle:
            raise nt_error(NtStatus.INVALID_HANDLE, "the object was closed")
        return self._handle

    @property
    def information(self) -> ObjectInformation:
        """Type, resolved name, counts and granted access."""
        return self._client.call(QueryObject(self.handle))

    def close(self) -> None:
        """Close the handle; closing twice is harmless."""
        handle, self._handle = self._handle, 0
        if handle and self._owner == os.getpid():
            self._client.post_close(handle)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if self._handle:
            self._client.discard(self)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._handle:#x}>"


class Waitable(NamedObject):
    """An object that can be waited for."""

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is signaled, at most *timeout* seconds; True when it was."""
        return self._client.call(WaitForObject(self.handle, ticks(timeout))).status != NtStatus.TIMEOUT


class Event(Waitable):
    """A flag: `set` wakes one waiter (auto reset) or all (manual reset)."""

    def set(self) -> bool:
        """Signal it; True when it was signaled already."""
        return self._client.call(SetEvent(self.handle))

    def clear(self) -> bool:
        """Unsignal it; True when it was signaled."""
        return self._client.call(ResetEvent(self.handle))

    def pulse(self) -> bool:
        """Wake those who wait now and leave it unsignaled."""
        return self._client.call(PulseEvent(self.handle))

    def is_set(self) -> bool:
        """Tell whether it is signaled."""
        return self._client.call(QueryEvent(self.handle)).signaled


class Mutex(Waitable):
    """A lock that one thread owns, recursively; `with mutex:` acquires and releases it, and keeps the handle open."""

    def acquire(self, timeout: float | None = None) -> bool:
        """Acquire it; True when the last owner died holding it.  Raises WaitTimeout."""
        status = self._client.call(WaitForObject(self.handle, ticks(timeout))).status
        if status == NtStatus.TIMEOUT:
            message = f"the mutex was not free within {timeout} s"
            raise WaitTimeout(message)
        return status in _ABANDONED

    def release(self) -> None:
        """Give up one level of ownership.  Raises NotOwner from a thread that does not own it."""
        self._client.call(ReleaseMutant(self.handle))

    def is_owned(self) -> bool:
        """Tell whether the calling thread owns it."""
        return self._client.call(QueryMutant(self.handle)).owned_by_caller

    def __enter__(self) -> Self:
        if self.acquire():
            self.release()
            message = "the last owner of the mutex ended while it held it; use acquire() to take it over knowingly"
            raise AbandonedMutex(message)
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


class Semaphore(Waitable):
    """A count; `with semaphore:` takes one and gives it back."""

    def acquire(self, timeout: float | None = None) -> None:
        """Take one.  Raises WaitTimeout."""
        if not self.wait(timeout):
            message = f"the semaphore had nothing to take within {timeout} s"
            raise WaitTimeout(message)

    def release(self, count: int = 1) -> int:
        """Add *count*; returns the count before.  Raises LimitExceeded past the maximum."""
        return self._client.call(ReleaseSemaphore(self.handle, count))

    @property
    def count(self) -> int:
        """The current count."""
        return self._client.call(QuerySemaphore(self.handle)).current_count

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


class Timer(Waitable):
    """A timer; it is signaled when its time has come."""

    def set(self, seconds: float, *, period: float = 0) -> None:
        """Arm it: signaled in *seconds*, and every *period* seconds after that when given."""
        self._client.call(SetTimer(self.handle, -ticks(seconds), round(period * 1000)))

    def cancel(self) -> None:
        """Disarm it; a signaled timer stays signaled."""
        self._client.call(CancelTimer(self.handle))


FILE_MAP_COPY, FILE_MAP_WRITE, FILE_MAP_READ = 1, 2, 4


class Section(NamedObject):
    """Shared memory."""

    @property
    def size(self) -> int:
        """Its size in bytes."""
        return self._client.call(QuerySection(self.handle)).size

    def map(self, access: int = FILE_MAP_WRITE, offset: int = 0, size: int = 0) -> mmap.mmap:
        """Map *size* bytes (0: to the end) from *offset*, a multiple of 64 KiB.  The view outlives the handle."""
        grant, descriptors = self._client.connection.call_with_descriptors(MapView(self.handle, access, offset, size))
        try:
            protection = mmap.PROT_READ | (mmap.PROT_WRITE if grant.writable or grant.copy_on_write else 0)
            flags = mmap.MAP_PRIVATE if grant.copy_on_write else mmap.MAP_SHARED
            return mmap.mmap(descriptors[0], grant.size, flags, protection, offset=grant.offset)
        finally:
            for descriptor in descriptors:
                os.close(descriptor)


class Client:
    """The calling process's view of its session.  Each thread that uses it is a thread for NT too."""

    def __init__(self, path: str) -> None:
        self._connections = ThreadConnections(path)
        self._discarded: list[int] = []

    @property
    def connection(self) -> Connection:
        """The calling thread's connection."""
        return self._connections.get()

    @property
    def identity(self) -> Connected:
        """Who this thread is for the daemon: session, user, process and thread id, profile."""
        return self.connection.identity

    def call(self, call: Call[R], descriptors: tuple[int, ...] = ()) -> R:
        """Make any call of `ntsessions.abi.calls`."""
        connection = self._connections.get()
        while self._discarded:
            connection.post_close(self._discarded.pop())
        return connection.call(call, descriptors)

    def post_close(self, handle: int) -> None:
        """Close a handle without waiting."""
        self._connections.get().post_close(handle)

    def discard(self, item: NamedObject) -> None:
        """Close the handle of an object that was dropped: now, or with the next call when this thread never called."""
        if item._owner != os.getpid():  # noqa: SLF001 - the two are one module
            return
        connection = self._connections.peek()
        if connection is None:
            self._discarded.append(item._handle)  # noqa: SLF001
        else:
            with suppress(OSError):  # the daemon is gone, and the handle with it
                connection.post_close(item._handle)  # noqa: SLF001

    # -- making and opening

    def event(self, name: str | None = None, *, manual_reset: bool = False, is_set: bool = False) -> Event:
        """Create an event, or open the one of this name."""
        call = CreateEvent(name, NAMED_OBJECTS, OPENIF, event_type=int(not manual_reset), initial_state=is_set)
        return self._made(Event, call)

    def open_event(self, name: str, access: int = 0x1F0003) -> Event:
        """Open an event.  Raises ObjectNotFound."""
        return self._opened(Event, OpenEvent(name, NAMED_OBJECTS, 0, access))

    def mutex(self, name: str | None = None, *, owned: bool = False) -> Mutex:
        """Create a mutex, or open the one of this name; *owned* has no effect on one that existed."""
        return self._made(Mutex, CreateMutant(name, NAMED_OBJECTS, OPENIF, initial_owner=owned))

    def open_mutex(self, name: str, access: int = 0x1F0001) -> Mutex:
        """Open a mutex.  Raises ObjectNotFound."""
        return self._opened(Mutex, OpenMutant(name, NAMED_OBJECTS, 0, access))

    def semaphore(self, name: str | None = None, *, count: int = 1, maximum: int = 1) -> Semaphore:
        """Create a semaphore, or open the one of this name."""
        call = CreateSemaphore(name, NAMED_OBJECTS, OPENIF, initial_count=count, maximum_count=maximum)
        return self._made(Semaphore, call)

    def open_semaphore(self, name: str, access: int = 0x1F0003) -> Semaphore:
        """Open a semaphore.  Raises ObjectNotFound."""
        return self._opened(Semaphore, OpenSemaphore(name, NAMED_OBJECTS, 0, access))

    def timer(self, name: str | None = None, *, manual_reset: bool = False) -> Timer:
        """Create a timer, or open the one of this name."""
        return self._made(Timer, CreateTimer(name, NAMED_OBJECTS, OPENIF, timer_type=int(not manual_reset)))

    def open_timer(self, name: str, access: int = 0x1F0003) -> Timer:
        """Open a timer.  Raises ObjectNotFound."""
        return self._opened(Timer, OpenTimer(name, NAMED_OBJECTS, 0, access))

    def section(self, name: str | None = None, size: int = 0, *, file: int | None = None, security: bytes | None = None) -> Section:
        """Create shared memory of *size* bytes, or of the file descriptor *file*; or open the section of this name."""
        call = CreateSection(
            name, NAMED_OBJECTS, OPENIF, maximum_size=size, has_file=file is not None, security=security
        )
        return self._made(Section, call, () if file is None else (file,))

    def open_section(self, name: str, access: int = 0x4) -> Section:
        """Open a section, for reading unless *access* says more.  Raises ObjectNotFound."""
        return self._opened(Section, OpenSection(name, NAMED_OBJECTS, 0, access))

    def _made(self, kind: type[O], call: Call[OpenedHandle], descriptors: tuple[int, ...] = ()) -> O:
        opened = self.call(call, descriptors)
        return kind(self, opened.handle, existed=opened.existed)

    def _opened(self, kind: type[O], call: Call[int]) -> O:
        return kind(self, self.call(call), existed=True)

    # -- waiting

    def wait_any(self, *objects: Waitable, timeout: float | None = None) -> Waitable | None:
        """Wait for any of up to 64 objects; returns the signaled one of lowest position, None when the time ran out."""
        result = self._wait(objects, wait_all=False, timeout=timeout)
        return None if result.status == NtStatus.TIMEOUT else objects[result.status % 0x80]

    def wait_all(self, *objects: Waitable, timeout: float | None = None) -> bool:
        """Wait until all are signaled at one instant; True when they were."""
        return self._wait(objects, wait_all=True, timeout=timeout).status != NtStatus.TIMEOUT

    def _wait(self, objects: tuple[Waitable, ...], *, wait_all: bool, timeout: float | None) -> WaitResult:
        return self.call(WaitForObjects(tuple([item.handle for item in objects]), wait_all, ticks(timeout)))

    def close(self) -> None:
        """End the calling thread's connection."""
        self._connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def connect(state_dir: str | None = None) -> Client:
    """Return a client of the host that this process runs in, or of the one with this state directory.

    Raises NoDaemon (a ConnectionError) when none answers.
    """
    client = Client(find_socket(state_dir))
    client.connection  # noqa: B018 - connect now, so that a missing daemon is told here
    return client
