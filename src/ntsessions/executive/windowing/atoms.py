"""Atom tables (nt-semantics 6.12).

Invariants:
  1. A name stands in a table once, in whatever case; it is told as who came first spelled it.
  2. The number of an atom that went is given out again only when no fresh one is left, the oldest first: who kept a
     number too long finds nothing rather than something else.
  3. The bill says what the strings of the table cost.

Integer atoms are in no table: they are their own numbers.
"""

from collections import deque

from ntsessions.abi.calls.atom import ATOM_NAME_LENGTH, FIRST_ATOM, LAST_ATOM, AtomInformation
from ntsessions.abi.errors import nt_error
from ntsessions.abi.names import upcase
from ntsessions.abi.status import NtStatus
from ntsessions.executive.windowing.bill import Bill

CAPACITY = LAST_ATOM - FIRST_ATOM + 1
ATOM_COST = 256
"""Bytes charged for an atom besides its name."""
_DIGITS = frozenset("0123456789")
_LONGEST_NUMBER = 16
"""Digits that are worth converting; numbers that mean something have 5."""


class Atom:
    """One entry: a string, and how often it was added more than deleted."""

    __slots__ = ("name", "references")

    def __init__(self, name: str) -> None:
        self.name = name
        self.references = 1


class AtomTable:
    """A table of string atoms.  What is in a pinned one never goes."""

    __slots__ = ("_atoms", "_free", "_numbers", "bill", "is_pinned")

    def __init__(self, bill: Bill | None = None, *, is_pinned: bool = False) -> None:
        self.is_pinned = is_pinned
        self.bill = bill or Bill()
        self._atoms: dict[int, Atom] = {}
        self._numbers: dict[str, int] = {}
        """By name in upper case."""
        self._free: deque[int] = deque()

    def __len__(self) -> int:
        return len(self._atoms)

    def add(self, name: str | int) -> int:
        """Return the atom of a string, which then has one use more.

        Raises INVALID_PARAMETER and OBJECT_NAME_INVALID for what can have no atom, NO_MEMORY and QUOTA_EXCEEDED.
        """
        number = _integer_atom(name)
        if number is not None:
            return number
        assert isinstance(name, str), "a number is an integer atom, or nothing"
        key = upcase(name)
        number = self._numbers.get(key)
        if number is not None:
            self._atoms[number].references += 1
            return number
        if len(self._atoms) >= CAPACITY:
            raise nt_error(NtStatus.NO_MEMORY, f"the table holds {CAPACITY} atoms, all that it can")
        self.bill.charge(_cost(name))
        fresh = FIRST_ATOM + len(self._atoms) + len(self._free)
        number = fresh if fresh <= LAST_ATOM else self._free.popleft()
        self._numbers[key] = number
        self._atoms[number] = Atom(name)
        return number

    def find(self, name: str | int) -> int | None:
        """Return the atom of a string, None if it has none.  Refuses what `add` refuses."""
        number = _integer_atom(name)
        return self._numbers.get(upcase(str(name))) if number is None else number

    def delete(self, atom: int) -> None:
        """Count one use of an atom less, and forget it with the last.  Raises INVALID_HANDLE for what is no atom."""
        if 0 < atom < FIRST_ATOM:
            return
        found = self._entry(atom)
        if self.is_pinned:
            return
        found.references -= 1
        if found.references == 0:
            del self._atoms[atom], self._numbers[upcase(found.name)]
            self._free.append(atom)
            self.bill.refund(_cost(found.name))

    def name_of(self, atom: int) -> str:
        """Return the string of an atom.  Raises INVALID_PARAMETER for 0, INVALID_HANDLE for what is no atom."""
        return self.information(atom).name

    def information(self, atom: int) -> AtomInformation:
        """Return what is told of an atom; raises as `name_of`."""
        if atom == 0:
            raise nt_error(NtStatus.INVALID_PARAMETER, "there is no atom 0")
        if 0 < atom < FIRST_ATOM:
            return AtomInformation(f"#{atom}", 1, is_pinned=True)
        found = self._entry(atom)
        return AtomInformation(found.name, found.references, self.is_pinned)

    def discard(self) -> None:
        """Give back what the table costs: nobody can reach it any more."""
        self.bill.settle()
        self._atoms.clear()
        self._numbers.clear()
        self._free.clear()

    def _entry(self, atom: int) -> Atom:
        found = self._atoms.get(atom)
        if found is None:
            raise nt_error(NtStatus.INVALID_HANDLE, f"there is no atom {atom:#x}")
        return found


def _integer_atom(name: str | int) -> int | None:
    """Return the number that a name stands for, None if it is the name of a string atom."""
    if isinstance(name, str):
        digits = name[1:]
        if name[:1] != "#" or not digits or not _DIGITS.issuperset(digits):
            _check_string(name)
            return None
        number = int(digits.lstrip("0")[:_LONGEST_NUMBER] or "0")
    else:
        number = name
    if not 0 < number < FIRST_ATOM:
        raise nt_error(NtStatus.INVALID_PARAMETER, f"integer atoms are 1 to {FIRST_ATOM - 1}, not {name}")
    return number


def _check_string(name: str) -> None:
    if not name:
        raise nt_error(NtStatus.OBJECT_NAME_INVALID, "an atom's string is not empty")
    length = len(name) if name.isascii() else len(name.encode("utf-16-le", "surrogatepass")) // 2
    if length > ATOM_NAME_LENGTH:
        raise nt_error(NtStatus.INVALID_PARAMETER, f"{length} characters; an atom's string has {ATOM_NAME_LENGTH}")


def _cost(name: str) -> int:
    return ATOM_COST + 2 * len(name)
