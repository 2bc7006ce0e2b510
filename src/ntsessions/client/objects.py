r"""Named objects as Python objects, over blocking connections.

    with connect() as session:
        with session.mutex(r"Global\Backup"):
            ...
        ready = session.event("Ready")
        if session.wait_any(ready, worker, timeout=30) is worker: ...

Times are seconds.  `security` is a descriptor in SDDL, such as `D:(A;;GA;;;SY)(A;;GRGX;;;WD)`: the system may do
everything, everyone may look and wait.  Names are looked up as kernel32 does: in the session's own space unless they
begin with `Global\`.  Errors are those of `abi.errors`: each also the nearest Python built-in.
"""

import mmap
import os
from contextlib import suppress
from typing import Self, TypeVar

from ntsessions.abi.call import Call
from ntsessions.abi.calls.event import PulseEvent, QueryEvent, ResetEvent, SetEvent
from ntsessions.abi.calls.mutant import QueryMutant, ReleaseMutant
from ntsessions.abi.calls.object import ObjectInformation, QueryObject
from ntsessions.abi.calls.process import Connected
from ntsessions.abi.calls.section import MapView, QuerySection
from ntsessions.abi.calls.semaphore import QuerySemaphore, ReleaseSemaphore
from ntsessions.abi.calls.timer import CancelTimer
from ntsessions.abi.calls.wait import WaitForObject, WaitForObjects
from ntsessions.abi.errors import nt_error
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import OpenedHandle, WaitResult
from ntsessions.client import object_calls as calls
from ntsessions.client.address import find_socket
from ntsessions.client.connection import Connection, ThreadConnections
from ntsessions.client.object_calls import FILE_MAP_READ, FILE_MAP_WRITE, AbandonedMutex, ticks

R = TypeVar("R")
O = TypeVar("O", bound="NamedObject")  # noqa: E741 - an object of any kind


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
        return calls.acquired(self._client.call(WaitForObject(self.handle, ticks(timeout))), "mutex", timeout)

    def release(self) -> None:
        """Give up one level of ownership.  Raises NotOwner from a thread that does not own it."""
        self._client.call(ReleaseMutant(self.handle))

    def is_owned(self) -> bool:
        """Tell whether the calling thread owns it."""
        return self._client.call(QueryMutant(self.handle)).owned_by_caller

    def __enter__(self) -> Self:
        if self.acquire():
            self.release()
            raise AbandonedMutex
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


class Semaphore(Waitable):
    """A count; `with semaphore:` takes one and gives it back."""

    def acquire(self, timeout: float | None = None) -> None:
        """Take one.  Raises WaitTimeout."""
        calls.acquired(self._client.call(WaitForObject(self.handle, ticks(timeout))), "semaphore", timeout)

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
        self._client.call(calls.set_timer(self.handle, seconds, period))

    def cancel(self) -> None:
        """Disarm it; a signaled timer stays signaled."""
        self._client.call(CancelTimer(self.handle))


class Section(NamedObject):
    """Shared memory."""

    @property
    def size(self) -> int:
        """Its size in bytes."""
        return self._client.call(QuerySection(self.handle)).size

    def map(self, *, writable: bool = True, offset: int = 0, size: int = 0) -> mmap.mmap:
        """Map *size* bytes (0: to the end) from *offset*, a multiple of 64 KiB.  The view outlives the handle."""
        access = FILE_MAP_WRITE if writable else FILE_MAP_READ
        grant, descriptors = self._client.connection.call_with_descriptors(MapView(self.handle, access, offset, size))
        return calls.map_granted(grant, descriptors)


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

    def event(
        self, name: str | None = None, *, manual_reset: bool = False, is_set: bool = False, security: str | None = None
    ) -> Event:
        """Create an event, or open the one of this name."""
        return self._made(Event, calls.create_event(name, manual_reset=manual_reset, is_set=is_set, security=security))

    def open_event(self, name: str, access: int = 0x1F0003) -> Event:
        """Open an event.  Raises ObjectNotFound."""
        return self._opened(Event, calls.open_event(name, access))

    def mutex(self, name: str | None = None, *, owned: bool = False, security: str | None = None) -> Mutex:
        """Create a mutex, or open the one of this name; *owned* has no effect on one that existed."""
        return self._made(Mutex, calls.create_mutex(name, owned=owned, security=security))

    def open_mutex(self, name: str, access: int = 0x1F0001) -> Mutex:
        """Open a mutex.  Raises ObjectNotFound."""
        return self._opened(Mutex, calls.open_mutex(name, access))

    def semaphore(
        self, name: str | None = None, *, count: int = 1, maximum: int = 1, security: str | None = None
    ) -> Semaphore:
        """Create a semaphore, or open the one of this name."""
        return self._made(Semaphore, calls.create_semaphore(name, count=count, maximum=maximum, security=security))

    def open_semaphore(self, name: str, access: int = 0x1F0003) -> Semaphore:
        """Open a semaphore.  Raises ObjectNotFound."""
        return self._opened(Semaphore, calls.open_semaphore(name, access))

    def timer(self, name: str | None = None, *, manual_reset: bool = False, security: str | None = None) -> Timer:
        """Create a timer, or open the one of this name."""
        return self._made(Timer, calls.create_timer(name, manual_reset=manual_reset, security=security))

    def open_timer(self, name: str, access: int = 0x1F0003) -> Timer:
        """Open a timer.  Raises ObjectNotFound."""
        return self._opened(Timer, calls.open_timer(name, access))

    def section(
        self, name: str | None = None, size: int = 0, *, file: int | None = None, security: str | None = None
    ) -> Section:
        """Create shared memory of *size* bytes, or of the file descriptor *file*; or open the section of this name."""
        call = calls.create_section(name, size, has_file=file is not None, security=security)
        return self._made(Section, call, () if file is None else (file,))

    def open_section(self, name: str, access: int = 0x4) -> Section:
        """Open a section, for reading unless *access* says more.  Raises ObjectNotFound."""
        return self._opened(Section, calls.open_section(name, access))

    def _made(self, kind: type[O], call: Call[OpenedHandle], descriptors: tuple[int, ...] = ()) -> O:
        opened = self.call(call, descriptors)
        return kind(self, opened.handle, existed=opened.existed)

    def _opened(self, kind: type[O], call: Call[int]) -> O:
        return kind(self, self.call(call), existed=True)

    # -- waiting

    def wait_any(self, *objects: Waitable, timeout: float | None = None) -> Waitable | None:
        """Wait for any of up to 64 objects; returns the signaled one of lowest position, None when the time ran out."""
        index = calls.index_of(self._wait(objects, wait_all=False, timeout=timeout))
        return None if index is None else objects[index]

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
