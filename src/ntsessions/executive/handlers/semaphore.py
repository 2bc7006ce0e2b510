"""Handlers of the semaphore calls."""

from ntsessions.abi.access import SEMAPHORE_MODIFY_STATE, SEMAPHORE_QUERY_STATE
from ntsessions.abi.calls.semaphore import (
    CreateSemaphore,
    OpenSemaphore,
    QuerySemaphore,
    ReleaseSemaphore,
    SemaphoreInformation,
)
from ntsessions.abi.errors import nt_error
from ntsessions.abi.limits import SEMAPHORE_MAXIMUM
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import OpenedHandle
from ntsessions.executive.dispatcher.semaphore import Semaphore
from ntsessions.executive.handlers.registry import Executive, Thread, handles
from ntsessions.executive.objects.naming import create_named, open_existing


@handles(CreateSemaphore)
def create_semaphore(executive: Executive, caller: Thread, call: CreateSemaphore) -> OpenedHandle:
    """Create or open a semaphore."""
    if not (1 <= call.maximum_count <= SEMAPHORE_MAXIMUM and 0 <= call.initial_count <= call.maximum_count):
        raise nt_error(NtStatus.INVALID_PARAMETER, f"count {call.initial_count} of {call.maximum_count}")
    return create_named(executive, caller, call, Semaphore(call.initial_count, call.maximum_count))


@handles(OpenSemaphore)
def open_semaphore(executive: Executive, caller: Thread, call: OpenSemaphore) -> int:
    """Open a semaphore."""
    return open_existing(executive, caller, call, Semaphore)


@handles(ReleaseSemaphore)
def release_semaphore(executive: Executive, caller: Thread, call: ReleaseSemaphore) -> int:
    """Add to a semaphore."""
    if call.release_count <= 0:
        raise nt_error(NtStatus.INVALID_PARAMETER, f"a release of {call.release_count}")
    semaphore = caller.reference(call.handle, Semaphore, SEMAPHORE_MODIFY_STATE)
    return release(executive, semaphore, call.release_count)


def release(executive: Executive, semaphore: Semaphore, count: int) -> int:
    """Add *count*, wake who that satisfies, and return the count before."""
    previous = semaphore.count
    if previous + count > semaphore.maximum:
        raise nt_error(NtStatus.SEMAPHORE_LIMIT_EXCEEDED, f"{previous} + {count} is over {semaphore.maximum}")
    semaphore.count = previous + count
    executive.waits.signaled(semaphore)
    return previous


@handles(QuerySemaphore)
def query_semaphore(executive: Executive, caller: Thread, call: QuerySemaphore) -> SemaphoreInformation:
    """Read a semaphore."""
    semaphore = caller.reference(call.handle, Semaphore, SEMAPHORE_QUERY_STATE)
    return SemaphoreInformation(semaphore.count, semaphore.maximum)
