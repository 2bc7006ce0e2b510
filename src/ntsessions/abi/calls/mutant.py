"""Mutants (mutexes): owned by one thread, recursively; abandoned when it dies."""

from ntsessions.abi.call import Call, Reply, syscall
from ntsessions.abi.calls.object import CREATE_ERRORS, OPEN_ERRORS
from ntsessions.abi.status import NtStatus as S
from ntsessions.abi.types import AccessMask, Handle, OpenedHandle


@syscall(0x0040, fails_with=CREATE_ERRORS)
class CreateMutant(Call[OpenedHandle]):
    """Create a mutex, or open the one of this name (with OPENIF).  `initial_owner` is ignored when it existed."""

    name: str | None = None
    root: Handle = 0
    attributes: int = 0
    desired_access: AccessMask = 0x1F0001
    initial_owner: bool = False
    security: bytes | None = None


@syscall(0x0041, fails_with=OPEN_ERRORS)
class OpenMutant(Call[int]):
    """Open a mutex by name."""

    name: str
    root: Handle = 0
    attributes: int = 0
    desired_access: AccessMask = 0x1F0001


@syscall(0x0042, fails_with={S.INVALID_HANDLE, S.OBJECT_TYPE_MISMATCH, S.MUTANT_NOT_OWNED})
class ReleaseMutant(Call[int]):
    """Give up one level of ownership.  Answers the count before: 0, -1, ...  Needs ownership, and no right."""

    handle: Handle


class MutantInformation(Reply, frozen=True):
    """MUTANT_BASIC_INFORMATION and the owner; `current_count` 1 is free, 0 owned once, -1 twice."""

    current_count: int
    owned_by_caller: bool
    abandoned: bool
    owner_process: int
    owner_thread: int


@syscall(0x0043, fails_with={S.INVALID_HANDLE, S.OBJECT_TYPE_MISMATCH, S.ACCESS_DENIED})
class QueryMutant(Call[MutantInformation]):
    """Read a mutex's state and owner (0, 0 when free).  Needs MUTANT_QUERY_STATE."""

    handle: Handle
