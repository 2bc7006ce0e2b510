"""What an access control list becomes on an object: inherited, made concrete, mapped ([MS-DTYP] 2.5.3.4).

Invariants:
  1. An entry that counts for the object itself carries no generic right and no CREATOR SID.
  2. An entry that children will inherit keeps both; where one entry would have to do either, it is written twice.
     (For lists that a caller supplies NT writes it once and loses what the generic rights mean to children.)
  3. The mask of a mandatory label is a policy and is never mapped.
"""

from collections.abc import Iterator
from typing import Final

from ntsessions.abi.access import GENERIC_RIGHTS
from ntsessions.abi.object_types import ObjectType, map_generic
from ntsessions.abi.security import INHERITABLE, Ace, AceFlags, AceType, Acl
from ntsessions.abi.sids import CREATOR_GROUP, CREATOR_OWNER, Sid

_OBJECT_INHERIT: Final = int(AceFlags.OBJECT_INHERIT)
_CONTAINER_INHERIT: Final = int(AceFlags.CONTAINER_INHERIT)
_NO_PROPAGATE: Final = int(AceFlags.NO_PROPAGATE_INHERIT)
_INHERIT_ONLY: Final = int(AceFlags.INHERIT_ONLY)
_INHERITED: Final = int(AceFlags.INHERITED)
_LABEL: Final = int(AceType.MANDATORY_LABEL)
_HOW_INHERITED: Final = INHERITABLE | _NO_PROPAGATE | _INHERIT_ONLY


def inherited_acl(parent: Acl | None, object_type: ObjectType, owner: Sid, group: Sid) -> Acl:
    """Return what a new object takes over from the list of its container, () for nothing."""
    creators = {CREATOR_OWNER: owner, CREATOR_GROUP: group}
    return tuple(entry for ace in parent or () for entry in _inherited(ace, object_type, creators))


def concrete_acl(acl: Acl, object_type: ObjectType, owner: Sid | None = None, group: Sid | None = None) -> Acl:
    """Return *acl* as an object of this type stores it; without owner and group the CREATOR SIDs stay."""
    creators = {} if owner is None or group is None else {CREATOR_OWNER: owner, CREATOR_GROUP: group}
    return tuple(entry for ace in acl for entry in _concrete(ace, object_type, creators))


def _inherited(ace: Ace, object_type: ObjectType, creators: dict[Sid, Sid]) -> Iterator[Ace]:
    """Give the entries that one entry of the container leaves on a child."""
    flags = ace.flags & ~_HOW_INHERITED | _INHERITED
    if object_type.is_container:
        onward = 0 if ace.flags & _NO_PROPAGATE else ace.flags & INHERITABLE
        if ace.flags & _CONTAINER_INHERIT:
            yield from _concrete(Ace(ace.type, flags | onward, ace.mask, ace.sid), object_type, creators)
        elif ace.flags & _OBJECT_INHERIT and onward:
            yield Ace(ace.type, flags | onward | _INHERIT_ONLY, ace.mask, ace.sid)  # for the objects in the child
    elif ace.flags & _OBJECT_INHERIT:
        yield from _concrete(Ace(ace.type, flags, ace.mask, ace.sid), object_type, creators)


def _concrete(ace: Ace, object_type: ObjectType, creators: dict[Sid, Sid]) -> Iterator[Ace]:
    """Give the one or two entries that stand for *ace* on an object of this type."""
    if ace.flags & _INHERIT_ONLY or ace.type == _LABEL:
        yield ace
        return
    sid = creators.get(ace.sid, ace.sid)
    mask = map_generic(object_type.mapping, ace.mask)
    if sid == ace.sid and not ace.mask & GENERIC_RIGHTS:
        yield ace
    elif object_type.is_container and ace.flags & INHERITABLE:
        yield Ace(ace.type, ace.flags & ~_HOW_INHERITED, mask, sid)
        yield Ace(ace.type, ace.flags | _INHERIT_ONLY, ace.mask, ace.sid)
    else:
        yield Ace(ace.type, ace.flags, mask, sid)
