"""Atoms: numbers for strings, shared by a session (nt-semantics 6.12).  A process keeps its local atoms itself.

String atoms are 0xC000 to 0xFFFF.  Every number below is an integer atom: it stands for itself and for the text `#n`,
is in no table and need not be added.
"""

from ntsessions.abi.call import Call, Reply, syscall
from ntsessions.abi.status import NtStatus as S

GLOBAL_TABLE, USER_TABLE = 0, 1
"""GlobalAddAtom's; and that of registered messages, clipboard formats and class names, whose entries stay."""
FIRST_ATOM, LAST_ATOM = 0xC000, 0xFFFF
ATOM_NAME_LENGTH = 255
"""Characters of UTF-16."""

_ATOM = {S.ACCESS_DENIED, S.DLL_INIT_FAILED}
"""The calling process is connected to its window station first; the thread is attached to no desktop."""
_BY_NAME = {S.INVALID_PARAMETER, S.OBJECT_NAME_INVALID} | _ATOM


@syscall(0x0178, fails_with={S.NO_MEMORY} | _BY_NAME)
class AddAtom(Call[int]):
    """Add a string, or count one more use of it; answers its atom.  `#123` is the integer atom 123.

    Case does not matter.  INVALID_PARAMETER: more than 255 characters, or `#n` with an `n` of 0 or from 0xC000 on.
    OBJECT_NAME_INVALID: an empty string.  NO_MEMORY: the table has its 16,384 atoms, or the paged pool of the session
    is used up.

    The global table needs WINSTA_ACCESSGLOBALATOMS on the process's window station.  It is the session's, and what is
    in it outlives processes; a job with JOB_OBJECT_UILIMIT_GLOBALATOMS has one of its own.
    """

    name: str
    table: int = GLOBAL_TABLE


@syscall(0x0179, fails_with={S.OBJECT_NAME_NOT_FOUND} | _BY_NAME)
class FindAtom(Call[int]):
    """Return the atom of a string without counting a use.  Refuses what AddAtom refuses."""

    name: str
    table: int = GLOBAL_TABLE


@syscall(0x017A, fails_with={S.INVALID_HANDLE} | _ATOM)
class DeleteAtom(Call[None]):
    """Count one use less of a global atom; at 0 it goes.  Nothing happens to an integer atom.

    INVALID_HANDLE: there is no such atom.
    """

    atom: int


class AtomInformation(Reply, frozen=True):
    """Facts of an atom."""

    name: str
    references: int
    is_pinned: bool
    """It never goes: an integer atom, or one of the user table."""


@syscall(0x017B, fails_with={S.INVALID_HANDLE, S.INVALID_PARAMETER} | _ATOM)
class QueryAtom(Call[AtomInformation]):
    """Read the string of an atom.  INVALID_PARAMETER: atom 0; INVALID_HANDLE: there is no such atom."""

    atom: int
    table: int = GLOBAL_TABLE
