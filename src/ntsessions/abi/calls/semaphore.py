"""Semaphores: a count that waits take from and releases add to."""

from ntsessions.abi.call import Call, Reply, syscall
from ntsessions.abi.calls.object import CREATE_ERRORS, OPEN_ERRORS
from ntsessions.abi.status import NtStatus as S
from ntsessions.abi.types import AccessMask, Handle, OpenedHandle


@syscall(0x0030, fails_with=CREATE_ERRORS)
class CreateSemaphore(Call[OpenedHandle]):
    """Create a semaphore, or open the one of this name (with OPENIF).

    1 <= `maximum_count` <= 0x7FFFFFFF and 0 <= `initial_count` <= `maximum_count`, else INVALID_PARAMETER; checked
    before the name is looked up.
    """

    name: str | None = None
    root: Handle = 0
    attributes: int = 0
    desired_access: AccessMask = 0x1F0003
    initial_count: int = 0
    maximum_count: int = 1
    security: bytes | None = None


@syscall(0x0031, fails_with=OPEN_ERRORS)
class OpenSemaphore(Call[int]):
    """Open a semaphore by name."""

    name: str
    root: Handle = 0
    attributes: int = 0
    desired_access: AccessMask = 0x1F0003


@syscall(
    0x0032,
    fails_with={S.INVALID_HANDLE, S.OBJECT_TYPE_MISMATCH, S.ACCESS_DENIED, S.INVALID_PARAMETER,
                S.SEMAPHORE_LIMIT_EXCEEDED},
)  # fmt: skip
class ReleaseSemaphore(Call[int]):
    """Add to the count.  Answers the count before.  Past the maximum nothing changes.  Needs SEMAPHORE_MODIFY_STATE."""

    handle: Handle
    release_count: int = 1


class SemaphoreInformation(Reply, frozen=True):
    """SEMAPHORE_BASIC_INFORMATION."""

    current_count: int
    maximum_count: int


@syscall(0x0033, fails_with={S.INVALID_HANDLE, S.OBJECT_TYPE_MISMATCH, S.ACCESS_DENIED})
class QuerySemaphore(Call[SemaphoreInformation]):
    """Read a semaphore's counts.  Needs SEMAPHORE_QUERY_STATE."""

    handle: Handle
