"""What every object has: a type, perhaps a name, a descriptor, a count of handles, and who pays for it.

Invariants:
  1. An object stands in a directory exactly while it has a name: `parent.children[name] is object`.
  2. A temporary object loses its name in the moment its last handle closes (nt-semantics 1.11), whatever else still
     refers to it.
  3. What an object costs is charged to one pool when it is made and given back when its last handle and name are gone.
"""

from typing import TYPE_CHECKING, ClassVar

from ntsessions.abi.errors import nt_error
from ntsessions.abi.status import NtStatus

if TYPE_CHECKING:
    from ntsessions.abi.object_types import ObjectType
    from ntsessions.abi.security import SecurityDescriptor
    from ntsessions.executive.executive import Executive
    from ntsessions.executive.objects.directory import Container

OBJECT_COST = 256
"""Bytes charged for an object besides its name; calibrated by the benchmark of 100,000 events."""
HANDLE_COST = 160
SECURITY_COST = 8
"""Bytes charged for each byte of a supplied security descriptor: its entries are records here, not bytes."""


class Pool:
    """Memory of the executive that one session's programs may use; bytes."""

    __slots__ = ("limit", "peak", "used")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.used = 0
        self.peak = 0

    def charge(self, size: int) -> None:
        """Take *size* bytes, or raise QUOTA_EXCEEDED and take nothing."""
        used = self.used + size
        if used > self.limit:
            raise nt_error(NtStatus.QUOTA_EXCEEDED, f"the session's pool of {self.limit >> 20} MiB is used up")
        self.used = used
        if used > self.peak:  # noqa: PLR1730 - made for every object and handle, and max() takes three times as long
            self.peak = used

    def refund(self, size: int) -> None:
        """Give back what was charged."""
        self.used -= size


class Object:
    """An object of any type."""

    __slots__ = ("charge", "descriptor", "handle_count", "is_permanent", "name", "parent", "payer")

    type: ClassVar["ObjectType"]

    def __init__(self) -> None:
        self.name = ""
        self.parent: Container | None = None
        self.descriptor: SecurityDescriptor | None = None
        self.handle_count = 0
        self.is_permanent = False
        self.payer: Pool | None = None
        self.charge = 0

    @property
    def path(self) -> str:
        r"""The full name, as NtQueryObject tells it; empty for an unnamed object; `\` for the root."""
        parts: list[str] = []
        item: Object = self
        while item.parent is not None:
            parts.append(item.name)
            item = item.parent
        return "".join(f"\\{part}" for part in reversed(parts))

    @property
    def path_length(self) -> int:
        """Characters of `path`, which need not be put together for this."""
        length = 0
        item: Object = self
        while item.parent is not None:
            length += 1 + len(item.name)
            item = item.parent
        return length

    @property
    def is_in_tree(self) -> bool:
        """Tell whether a path leads here: names can also stand below what was taken out of the tree."""
        item: Object = self
        while item.parent is not None:
            item = item.parent
        return bool(getattr(item, "is_root", False))  # a directory's own; there is one such directory

    @property
    def is_held(self) -> bool:
        """Tell whether something besides handles keeps it and its name."""
        return False

    def own_cost(self) -> int:
        """Bytes to charge besides the object itself and its name."""
        return 0

    def state(self) -> dict[str, str]:
        """Facts of this type for people (`nts object show`)."""
        return {}

    def on_last_handle(self, executive: "Executive") -> None:
        """Do what the type does when nobody holds a handle any more."""


def charge_object(item: Object, payer: Pool, name: str, security: bytes | None = None) -> None:
    """Let *payer* pay for *item*, its name and the descriptor that was supplied for it included."""
    size = OBJECT_COST + 2 * len(name) + item.own_cost()
    if security is not None:
        size += SECURITY_COST * len(security)
    payer.charge(size)
    item.payer = payer
    item.charge = size


def charge_more(item: Object, payer: Pool, size: int) -> None:
    """Charge something that was added to *item*, to who pays for it, or to *payer* where nobody does yet.

    What the system made for good stays the system's: that nobody pays for it is how it is known.
    """
    if item.payer is None:
        if item.is_permanent:
            return
        item.payer = payer
    item.payer.charge(size)
    item.charge += size


def release_object(item: Object) -> None:
    """Give back what *item* cost."""
    if item.payer is not None:
        item.payer.refund(item.charge)
        item.payer = None
        item.charge = 0
