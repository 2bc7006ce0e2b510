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

import os
from contextlib import suppress
from typing import Self, TypeVar

from ntsessions.abi.call import Call
from ntsessions.abi.calls.process import Connected
from ntsessions.abi.calls.wait import WaitForObjects
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import OpenedHandle, WaitResult
from ntsessions.client import object_calls as calls
from ntsessions.client.address import find_socket
from ntsessions.client.connection import Connection, ThreadConnections
from ntsessions.client.named_objects import Event, Mutex, NamedObject, Section, Semaphore, Timer, Waitable
from ntsessions.client.object_calls import ticks
from ntsessions.client.windowing.session import SessionWindowing

R = TypeVar("R")
O = TypeVar("O", bound="NamedObject")  # noqa: E741 - an object of any kind


class Client(SessionWindowing):
    """The calling process's view of its session.  Each thread that uses it is a thread for NT too."""

    def __init__(self, path: str) -> None:
        super().__init__()
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

    def discard_handle(self, handle: int, owner: int) -> None:
        """Close the handle of an object that was dropped: now, or with the next call when this thread never called."""
        if owner != os.getpid():
            return
        connection = self._connections.peek()
        if connection is None:
            self._discarded.append(handle)
        else:
            with suppress(OSError):  # the daemon is gone, and the handle with it
                connection.post_close(handle)

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
        self.forget_windowing()
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
