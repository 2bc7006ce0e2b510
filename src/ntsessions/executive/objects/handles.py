"""Handle tables: what a process holds, and with which rights.

Invariants:
  1. A handle's rights are frozen when it is made; nothing later adds to them.
  2. Values are multiples of 4, the kernel's begin with 4; the low two bits of a value that comes in are ignored (1.13).
  3. Every entry counts once in its object's `handle_count` and once in the pool of the table's session.
"""

from typing import TYPE_CHECKING, TypeAlias, TypeVar

from ntsessions.abi.errors import nt_error
from ntsessions.abi.limits import HANDLES_PER_PROCESS
from ntsessions.abi.object_types import rights_text
from ntsessions.abi.status import NtStatus
from ntsessions.executive.objects.object import HANDLE_COST, Object, Pool, release_object

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ntsessions.executive.executive import Executive

O = TypeVar("O", bound=Object)  # noqa: E741 - the object a handle leads to
Wanted: TypeAlias = type[O]
"""The type asked for; classes of objects cannot say `type`, which is a field of theirs."""

INHERIT = 1
PROTECT_FROM_CLOSE = 2
OTHER_ACCOUNT_HOOK = 4
"""Of a desktop: programs of other accounts may hook the threads that are on it by this handle (6.13)."""


class HandleEntry:
    """One handle."""

    __slots__ = ("access", "flags", "object")

    def __init__(self, item: Object, access: int, flags: int) -> None:
        self.object = item
        self.access = access
        self.flags = flags


class HandleTable:
    """The handles of one process."""

    __slots__ = ("_entries", "_first", "_free", "_next", "limit", "pool")

    def __init__(self, pool: Pool, limit: int = HANDLES_PER_PROCESS, first: int = 4) -> None:
        self._entries: dict[int, HandleEntry] = {}
        self._free: list[int] = []
        self._first = self._next = first
        self.pool = pool
        self.limit = limit

    def __len__(self) -> int:
        return len(self._entries)

    def items(self) -> "Iterator[tuple[int, HandleEntry]]":
        """Yield every handle with its entry."""
        return iter(self._entries.items())

    def entries(self) -> "Iterator[HandleEntry]":
        """Yield the entry of every handle."""
        return iter(self._entries.values())

    def check_room(self) -> None:
        """Raise TOO_MANY_OPENED_FILES when no further handle can be made."""
        if len(self._entries) >= self.limit:
            raise nt_error(NtStatus.TOO_MANY_OPENED_FILES, f"the process holds {self.limit} handles, its limit")

    def add(self, item: Object, access: int, flags: int = 0) -> int:
        """Make a handle and return its value."""
        if len(self._entries) >= self.limit:
            self.check_room()
        self.pool.charge(HANDLE_COST)
        if self._free:
            handle = self._free.pop()
        else:
            handle = self._next
            self._next += 4
        self._entries[handle] = HandleEntry(item, access, flags)
        item.handle_count += 1
        return handle

    def add_at(self, handle: int, item: Object, access: int, flags: int) -> None:
        """Make a handle of a given value: inheritance keeps values.  The table must be new."""
        self.check_room()
        self.pool.charge(HANDLE_COST)
        self._entries[handle] = HandleEntry(item, access, flags)
        item.handle_count += 1

    def seal_inherited(self) -> None:
        """After `add_at`: let new handles come after the inherited ones."""
        if self._entries:
            self._next = max(self._entries) + 4

    def entry(self, handle: int) -> HandleEntry:
        """Return a handle's entry, or raise INVALID_HANDLE."""
        entry = self._entries.get(handle & ~3)
        if entry is None:
            raise nt_error(NtStatus.INVALID_HANDLE, f"{handle:#x}")
        return entry

    def reference(self, handle: int, wanted: type[O], access: int) -> O:
        """Return the object of a handle.  This *is* the access check: the rights were decided when it was made."""
        entry = self._entries.get(handle & ~3)
        if entry is None:
            raise nt_error(NtStatus.INVALID_HANDLE, f"{handle:#x}")
        item = entry.object
        if not isinstance(item, wanted):
            raise nt_error(NtStatus.OBJECT_TYPE_MISMATCH, f"handle {handle:#x} is a {item.type.name}")
        missing = access & ~entry.access
        if missing:
            raise denied(item, handle, missing)
        return item

    def close(self, handle: int, executive: "Executive") -> None:
        """Close one handle.  Raises INVALID_HANDLE, or HANDLE_NOT_CLOSABLE when it is protected."""
        value = handle & ~3
        entry = self._entries.get(value)
        if entry is None:
            raise nt_error(NtStatus.INVALID_HANDLE, f"{handle:#x}")
        if entry.flags & PROTECT_FROM_CLOSE:
            raise nt_error(NtStatus.HANDLE_NOT_CLOSABLE, f"{handle:#x} is protected from closing")
        del self._entries[value]
        self._free.append(value)
        self.pool.refund(HANDLE_COST)
        drop_handle(entry.object, executive)

    def leads_to(self, handle: int, item: Object) -> bool:
        """Tell whether *handle* is one of *item*."""
        entry = self._entries.get(handle & ~3)
        return entry is not None and entry.object is item

    def close_quietly(self, handle: int, executive: "Executive") -> None:
        """Close a handle that may be gone already, or protected."""
        if handle & ~3 in self._entries:
            self._entries[handle & ~3].flags &= ~PROTECT_FROM_CLOSE
            self.close(handle, executive)

    def close_all(self, executive: "Executive") -> None:
        """Close every handle, protected ones too: the process has ended."""
        entries, self._entries = self._entries, {}
        self._free, self._next = [], self._first
        for entry in entries.values():
            self.pool.refund(HANDLE_COST)
            drop_handle(entry.object, executive)


def denied(item: Object, handle: int, missing: int) -> Exception:
    """Return the error for a handle that lacks rights."""
    return nt_error(NtStatus.ACCESS_DENIED, f"handle {handle:#x} was opened without {rights_text(item.type, missing)}")


def drop_handle(item: Object, executive: "Executive") -> None:
    """Count a handle down; with the last one a temporary object loses its name and its cost is given back."""
    item.handle_count -= 1
    if item.handle_count == 0 and not item.is_held:
        release_if_unused(item, executive)


def release_if_unused(item: Object, executive: "Executive") -> None:
    """Let a temporary object go that has no handle left: its name, and what it was charged."""
    if not item.is_permanent or not item.is_in_tree:
        if item.parent is not None:
            item.parent.unlink(item)
        release_object(item)
    item.on_last_handle(executive)
