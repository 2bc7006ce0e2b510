r"""What the blocking and the asyncio client have in common: which call makes what, and what its answer means.

Names are looked up as kernel32 does: in the session's own space unless they begin with `Global\`.  Creating opens what
is there already.  Times are seconds.
"""

import mmap
import os

from ntsessions.abi.calls.event import CreateEvent, OpenEvent
from ntsessions.abi.calls.mutant import CreateMutant, OpenMutant
from ntsessions.abi.calls.section import CreateSection, OpenSection, ViewGrant
from ntsessions.abi.calls.semaphore import CreateSemaphore, OpenSemaphore
from ntsessions.abi.calls.timer import CreateTimer, OpenTimer, SetTimer
from ntsessions.abi.sddl import parse_sddl
from ntsessions.abi.security_binary import descriptor_to_bytes
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import NAMED_OBJECTS, TICKS_PER_SECOND, ObjectAttributes, WaitResult


def security_bytes(sddl: str | None) -> bytes | None:
    """Translate a security descriptor from SDDL, [MS-DTYP] 2.5.1; None stays None: the maker's default."""
    return None if sddl is None else descriptor_to_bytes(parse_sddl(sddl))


OPENIF = int(ObjectAttributes.OPENIF)
FILE_MAP_COPY, FILE_MAP_WRITE, FILE_MAP_READ = 1, 2, 4
_ABANDONED = range(NtStatus.ABANDONED_WAIT_0, NtStatus.ABANDONED_WAIT_0 + 64)


class WaitTimeout(TimeoutError):
    """The time ran out before the object was signaled."""


class AbandonedMutex(RuntimeError):
    """The mutex was acquired, and its last owner died holding it: what it guards may be half done.

    It is raised by `with mutex:`, after the mutex was released again; `acquire()` tells it in its answer instead.
    """

    def __init__(self) -> None:
        super().__init__("the last owner of the mutex ended while it held it; use acquire() to take it over knowingly")


# -- times and waits


def ticks(seconds: float | None) -> int:
    """Translate a timeout in seconds (None: for ever) to the wire's units."""
    return -1 if seconds is None else max(0, round(seconds * TICKS_PER_SECOND))


def acquired(result: WaitResult, what: str, timeout: float | None) -> bool:
    """Tell whether the last owner of what was acquired died holding it.  Raises WaitTimeout when nothing was."""
    if result.status == NtStatus.TIMEOUT:
        raise WaitTimeout(f"the {what} was not free within {timeout} s")
    return result.status in _ABANDONED


def index_of(result: WaitResult) -> int | None:
    """Return the position of the object that ended a wait for any; None when the time ran out."""
    return None if result.status == NtStatus.TIMEOUT else result.status % 0x80


def set_timer(handle: int, seconds: float, period: float) -> SetTimer:
    """Return the call that arms a timer to be signaled in *seconds*, then every *period* seconds (0: once)."""
    return SetTimer(handle, -ticks(seconds), round(period * 1000))


# -- making and opening


def create_event(name: str | None, *, manual_reset: bool, is_set: bool, security: str | None = None) -> CreateEvent:
    """Return the call that creates or opens an event."""
    return CreateEvent(
        name,
        NAMED_OBJECTS,
        OPENIF,
        event_type=int(not manual_reset),
        initial_state=is_set,
        security=security_bytes(security),
    )


def open_event(name: str, access: int) -> OpenEvent:
    """Return the call that opens an event."""
    return OpenEvent(name, NAMED_OBJECTS, 0, access)


def create_mutex(name: str | None, *, owned: bool, security: str | None = None) -> CreateMutant:
    """Return the call that creates or opens a mutex."""
    return CreateMutant(name, NAMED_OBJECTS, OPENIF, initial_owner=owned, security=security_bytes(security))


def open_mutex(name: str, access: int) -> OpenMutant:
    """Return the call that opens a mutex."""
    return OpenMutant(name, NAMED_OBJECTS, 0, access)


def create_semaphore(name: str | None, *, count: int, maximum: int, security: str | None = None) -> CreateSemaphore:
    """Return the call that creates or opens a semaphore."""
    return CreateSemaphore(
        name,
        NAMED_OBJECTS,
        OPENIF,
        initial_count=count,
        maximum_count=maximum,
        security=security_bytes(security),
    )


def open_semaphore(name: str, access: int) -> OpenSemaphore:
    """Return the call that opens a semaphore."""
    return OpenSemaphore(name, NAMED_OBJECTS, 0, access)


def create_timer(name: str | None, *, manual_reset: bool, security: str | None = None) -> CreateTimer:
    """Return the call that creates or opens a timer."""
    return CreateTimer(name, NAMED_OBJECTS, OPENIF, timer_type=int(not manual_reset), security=security_bytes(security))


def open_timer(name: str, access: int) -> OpenTimer:
    """Return the call that opens a timer."""
    return OpenTimer(name, NAMED_OBJECTS, 0, access)


def create_section(name: str | None, size: int, *, has_file: bool, security: str | None = None) -> CreateSection:
    """Return the call that creates or opens shared memory; *has_file*: its descriptor goes with the call."""
    return CreateSection(
        name, NAMED_OBJECTS, OPENIF, maximum_size=size, has_file=has_file, security=security_bytes(security)
    )


def open_section(name: str, access: int) -> OpenSection:
    """Return the call that opens shared memory."""
    return OpenSection(name, NAMED_OBJECTS, 0, access)


def map_granted(grant: ViewGrant, descriptors: list[int]) -> mmap.mmap:
    """Map a view that was granted; its descriptors are closed here, the view needs them no more."""
    try:
        protection = mmap.PROT_READ | (mmap.PROT_WRITE if grant.writable or grant.copy_on_write else 0)
        flags = mmap.MAP_PRIVATE if grant.copy_on_write else mmap.MAP_SHARED
        return mmap.mmap(descriptors[0], grant.size, flags, protection, offset=grant.offset)
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
