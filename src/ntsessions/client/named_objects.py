"""The objects of the blocking client.  `objects` makes them and says how they behave."""

import mmap
import os
from typing import Protocol, Self, TypeVar

from ntsessions.abi.call import Call
from ntsessions.abi.calls.event import PulseEvent, QueryEvent, ResetEvent, SetEvent
from ntsessions.abi.calls.mutant import QueryMutant, ReleaseMutant
from ntsessions.abi.calls.object import ObjectInformation, QueryObject
from ntsessions.abi.calls.section import MapView, QuerySection
from ntsessions.abi.calls.semaphore import QuerySemaphore, ReleaseSemaphore
from ntsessions.abi.calls.timer import CancelTimer
from ntsessions.abi.calls.wait import WaitForObject
from ntsessions.abi.errors import nt_error
from ntsessions.abi.status import NtStatus
from ntsessions.client import object_calls as calls
from ntsessions.client.connection import Connection
from ntsessions.client.object_calls import FILE_MAP_READ, FILE_MAP_WRITE, AbandonedMutex, ticks

R = TypeVar("R")


class Caller(Protocol):
    """What an object needs of the client that made it."""

    @property
    def connection(self) -> Connection:
        """The calling thread's connection."""
        ...

    def call(self, call: Call[R], descriptors: tuple[int, ...] = ()) -> R:
        """Make a call."""
        ...

    def post_close(self, handle: int) -> None:
        """Close a handle without waiting."""
        ...

    def discard_handle(self, handle: int, owner: int) -> None:
        """Close a handle of process *owner* whose object was dropped."""
        ...


class NamedObject:
    """A handle to an object; closing it is also done by `with` and when the last reference goes."""

    def __init__(self, client: Caller, handle: int, *, existed: bool) -> None:
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
            self._client.discard_handle(self._handle, self._owner)

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
