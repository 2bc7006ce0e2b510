"""One record per different descriptor, however many objects have it.

100,000 events of one user share one descriptor.  Most objects are made without a supplied descriptor, and what they
get then depends on a few facts of the creator's token only; those results are remembered, so that making an object
costs one look-up.

Invariants: what comes out equals what went in; the pool never holds more than its limit (the oldest entries go, which
costs sharing and nothing else); it holds no token and no object.
"""

from collections.abc import Hashable
from typing import Final

from ntsessions.abi.object_types import ObjectType
from ntsessions.abi.security import SecurityDescriptor
from ntsessions.executive.security.descriptors import new_descriptor
from ntsessions.executive.security.token import Token

LIMIT: Final = 16384
LARGEST: Final = 16
"""Entries of a descriptor that is worth sharing: longer ones are seldom equal, and the pool would keep them."""


class DescriptorPool:
    """Shared descriptors; part of the executive's state, but it may be dropped at any time."""

    __slots__ = ("_known", "_limit", "_made")

    def __init__(self, limit: int = LIMIT) -> None:
        """Make an empty pool for at most *limit* descriptors."""
        self._limit = limit
        self._known: dict[SecurityDescriptor, SecurityDescriptor] = {}
        self._made: dict[Hashable, SecurityDescriptor] = {}

    def __len__(self) -> int:
        return len(self._known)

    def intern(self, descriptor: SecurityDescriptor) -> SecurityDescriptor:
        """Return the one record that equals *descriptor*."""
        if _is_large(descriptor):
            return descriptor
        known = self._known.get(descriptor)
        if known is None:
            if len(self._known) >= self._limit:
                del self._known[next(iter(self._known))]
            self._known[descriptor] = known = descriptor
        return known

    def assign(
        self,
        creator: Token,
        object_type: ObjectType,
        supplied: SecurityDescriptor | None = None,
        parent: SecurityDescriptor | None = None,
    ) -> SecurityDescriptor:
        """Return `new_descriptor` of the same arguments, shared; raises what that raises."""
        if supplied is not None:
            return self.intern(new_descriptor(creator, object_type, supplied, parent))
        facts = (
            object_type.name,
            creator.owner,
            creator.primary_group,
            creator.integrity,
            creator.default_dacl,
            parent,
        )
        made = self._made.get(facts)
        if made is None:
            if (parent is not None and _is_large(parent)) or len(creator.default_dacl or ()) > LARGEST:
                return new_descriptor(creator, object_type, None, parent)
            if len(self._made) >= self._limit:
                del self._made[next(iter(self._made))]
            self._made[facts] = made = self.intern(new_descriptor(creator, object_type, None, parent))
        return made


def _is_large(descriptor: SecurityDescriptor) -> bool:
    return len(descriptor.dacl or ()) + len(descriptor.sacl or ()) > LARGEST
