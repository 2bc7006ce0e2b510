"""Security descriptors of objects: how a new object gets one, how parts are replaced and read (nt-semantics 3.6, 3.7).

A new object's DACL is, in this order: what the creator supplies; what the container leaves to its children; the default
of the creator's token; none, which means everyone may do everything.  A supplied DACL gets the container's entries
added only if it asks for that (DACL_AUTO_INHERIT_REQ) and is not protected: object managers of NT pass no
auto-inheritance of their own ([MS-DTYP] 2.5.3.4.2), and a program that closes its object must not find it opened.

Invariants: an object's descriptor has an owner and a group; its entries carry no generic rights (`inheritance`);
nobody labels an object higher than his own token without SeRelabel.
"""

from typing import Final

from ntsessions.abi import access
from ntsessions.abi.errors import nt_error
from ntsessions.abi.object_types import PROCESS, THREAD, ObjectType
from ntsessions.abi.privileges import Privilege
from ntsessions.abi.security import (
    Ace,
    AceType,
    Acl,
    Control,
    LabelPolicy,
    SecurityDescriptor,
    SecurityInformation,
    mandatory_label,
)
from ntsessions.abi.security_binary import acl_to_bytes
from ntsessions.abi.sid_names import display_sid
from ntsessions.abi.sids import IntegrityLevel, Sid, integrity_level
from ntsessions.abi.status import NtStatus
from ntsessions.executive.security.inheritance import concrete_acl, inherited_acl
from ntsessions.executive.security.token import Token

Part = SecurityInformation

_LABEL: Final = int(AceType.MANDATORY_LABEL)
_ALWAYS_FITS: Final = 862
"""So many entries fit into 65,535 bytes whatever their SIDs are."""

_DACL_BITS: Final = int(Control.DACL_PRESENT | Control.DACL_PROTECTED | Control.DACL_AUTO_INHERITED)
_SACL_BITS: Final = int(Control.SACL_PRESENT | Control.SACL_PROTECTED | Control.SACL_AUTO_INHERITED)
_ANY_DACL: Final = Part.DACL | Part.PROTECTED_DACL | Part.UNPROTECTED_DACL
_ANY_SACL: Final = Part.SACL | Part.PROTECTED_SACL | Part.UNPROTECTED_SACL


# -- new objects


def new_descriptor(
    creator: Token,
    object_type: ObjectType,
    supplied: SecurityDescriptor | None = None,
    parent: SecurityDescriptor | None = None,
) -> SecurityDescriptor:
    """Return the descriptor of an object that *creator* makes in the container whose descriptor is *parent*.

    Raises InvalidParameter (INVALID_OWNER, INVALID_ACL), PrivilegeNotHeld for audit entries without SeSecurity and for
    a label above the creator's level.
    """
    asked = supplied or SecurityDescriptor()
    owner = creator.owner if asked.owner is None else asked.owner
    if asked.owner is not None:
        check_owner(creator, owner)
    group = asked.group or creator.primary_group
    dacl, control = _new_dacl(creator, object_type, asked, parent, owner, group)
    sacl = _new_sacl(creator, object_type, asked, parent, owner, group)
    if sacl is not None:
        control |= Control.SACL_PRESENT | asked.control & Control.SACL_PROTECTED
    return SecurityDescriptor(owner, group, dacl, sacl, int(control))


def _new_dacl(
    creator: Token,
    object_type: ObjectType,
    asked: SecurityDescriptor,
    parent: SecurityDescriptor | None,
    owner: Sid,
    group: Sid,
) -> tuple[Acl | None, int]:
    """Return the DACL and the control bits that go with it."""
    inherited = inherited_acl(parent.dacl, object_type, owner, group) if parent else ()
    own = None if asked.dacl is None else concrete_acl(asked.dacl, object_type, owner, group)
    kept = asked.control & _DACL_BITS
    if asked.has_dacl and not asked.control & Control.DACL_DEFAULTED:
        wants_more = asked.control & Control.DACL_AUTO_INHERIT_REQ and not asked.control & Control.DACL_PROTECTED
        if own is not None and wants_more and inherited:
            return _checked(own + inherited), kept | Control.DACL_AUTO_INHERITED
        return own, kept
    if inherited:
        return _checked(inherited), int(Control.DACL_PRESENT | Control.DACL_AUTO_INHERITED)
    if asked.has_dacl:
        return own, kept
    if creator.default_dacl is not None:
        return concrete_acl(creator.default_dacl, object_type, owner, group), int(Control.DACL_PRESENT)
    return None, 0


def _new_sacl(
    creator: Token,
    object_type: ObjectType,
    asked: SecurityDescriptor,
    parent: SecurityDescriptor | None,
    owner: Sid,
    group: Sid,
) -> Acl | None:
    """Return audit entries and label."""
    if asked.sacl is not None:
        _check_sacl(creator, asked.sacl)
        sacl = concrete_acl(asked.sacl, object_type, owner, group)
    else:
        sacl = inherited_acl(parent.sacl, object_type, owner, group) if parent else ()
    if not any(ace.type == _LABEL for ace in sacl):
        sacl += _default_label(creator, object_type)
    return _checked(sacl) if sacl or asked.sacl is not None else None


def _default_label(creator: Token, object_type: ObjectType) -> Acl:
    """Return the label of an object that nobody labelled: processes always have one, others below Medium only."""
    if object_type is PROCESS or object_type is THREAD:
        return (mandatory_label(creator.integrity, LabelPolicy.NO_WRITE_UP | LabelPolicy.NO_READ_UP),)
    if creator.integrity < IntegrityLevel.MEDIUM:
        return (mandatory_label(creator.integrity),)
    return ()


def _checked(acl: Acl) -> Acl:
    """Refuse a list that has no binary form (INVALID_ACL)."""
    if len(acl) > _ALWAYS_FITS:
        acl_to_bytes(acl)
    return acl


def check_owner(token: Token, owner: Sid) -> None:
    """Refuse an owner that *token* may not assign (INVALID_OWNER); with SeRestore anyone may be named."""
    if not token.may_own(owner) and not token.has_privilege(Privilege.SeRestorePrivilege):
        raise nt_error(NtStatus.INVALID_OWNER, f"{token.user_name} may not make {display_sid(owner)} the owner")


def _check_sacl(token: Token, sacl: Acl) -> None:
    if any(ace.type != _LABEL for ace in sacl):
        token.require_privilege(Privilege.SeSecurityPrivilege)
    _check_labels(token, sacl)


def _check_labels(token: Token, aces: Acl) -> None:
    """Refuse a label above the level of *token* without SeRelabel (PRIVILEGE_NOT_HELD)."""
    if any(ace.type == _LABEL and integrity_level(ace.sid) > token.integrity for ace in aces):
        token.require_privilege(Privilege.SeRelabelPrivilege)


# -- objects that exist


def access_to_query(parts: int) -> int:
    """Return the rights that a handle needs to read these parts."""
    needed = 0
    if parts & (Part.OWNER | Part.GROUP | Part.DACL | Part.LABEL):
        needed |= access.READ_CONTROL
    return needed | access.ACCESS_SYSTEM_SECURITY if parts & Part.SACL else needed


def access_to_set(parts: int) -> int:
    """Return the rights that a handle needs to replace these parts."""
    needed = 0
    if parts & (Part.OWNER | Part.GROUP | Part.LABEL):
        needed |= access.WRITE_OWNER
    if parts & _ANY_DACL:
        needed |= access.WRITE_DAC
    return needed | access.ACCESS_SYSTEM_SECURITY if parts & _ANY_SACL else needed


def query_security(current: SecurityDescriptor, parts: int) -> SecurityDescriptor:
    """Return the parts of *current*; SACL means the audit entries and LABEL the label, each without the other."""
    control = current.control & _DACL_BITS if parts & Part.DACL else 0
    sacl: Acl | None = None
    if parts & (Part.SACL | Part.LABEL):
        control |= current.control & _SACL_BITS
        if current.sacl is not None:
            sacl = _entries(current.sacl, labels=bool(parts & Part.LABEL), others=bool(parts & Part.SACL))
    return SecurityDescriptor(
        current.owner if parts & Part.OWNER else None,
        current.group if parts & Part.GROUP else None,
        current.dacl if parts & Part.DACL else None,
        sacl,
        control,
    )


def _entries(sacl: Acl, *, labels: bool, others: bool) -> Acl:
    def wanted(ace: Ace) -> bool:
        return labels if ace.type == _LABEL else others

    return tuple(filter(wanted, sacl))


def set_security(
    current: SecurityDescriptor, new: SecurityDescriptor, parts: int, token: Token, object_type: ObjectType
) -> SecurityDescriptor:
    """Return *current* with *parts* taken from *new*; the handle's rights (`access_to_set`) were checked before.

    A DACL part that *new* does not have becomes a NULL DACL, as on NT.  Raises InvalidParameter (INVALID_OWNER,
    INVALID_PRIMARY_GROUP) and PrivilegeNotHeld (a label above the caller's level).
    """
    owner, group = current.owner, current.group
    if parts & Part.OWNER:
        owner = new.owner
        if owner is None:
            raise nt_error(NtStatus.INVALID_OWNER, "no owner is given")
        check_owner(token, owner)
    if parts & Part.GROUP:
        group = new.group
        if group is None:
            raise nt_error(NtStatus.INVALID_PRIMARY_GROUP, "no group is given")
    dacl, control = current.dacl, current.control & ~_SACL_BITS
    if parts & Part.DACL:
        dacl = None if new.dacl is None else concrete_acl(new.dacl, object_type)
        control = control & ~_DACL_BITS | new.control & _DACL_BITS | int(Control.DACL_PRESENT)
    control = _protected(control, Control.DACL_PROTECTED, parts, Part.PROTECTED_DACL, Part.UNPROTECTED_DACL)
    sacl = _set_sacl(current.sacl, new.sacl or (), parts, token, object_type)
    control |= current.control & _SACL_BITS & ~Control.SACL_PRESENT
    if sacl is not None:
        control |= Control.SACL_PRESENT
    control = _protected(control, Control.SACL_PROTECTED, parts, Part.PROTECTED_SACL, Part.UNPROTECTED_SACL)
    return SecurityDescriptor(owner, group, dacl, sacl, int(control))


def _set_sacl(current: Acl | None, new: Acl, parts: int, token: Token, object_type: ObjectType) -> Acl | None:
    """Return audit entries and label, each from *new* or from *current*."""
    if not parts & (Part.SACL | Part.LABEL):
        return current
    before = current or ()
    labels = _entries(new if parts & Part.LABEL else before, labels=True, others=False)
    others = _entries(new if parts & Part.SACL else before, labels=False, others=True)
    if parts & Part.LABEL:
        _check_labels(token, labels)
    return _checked(concrete_acl(others, object_type) + labels) or None


def _protected(control: int, bit: int, parts: int, on: int, off: int) -> int:
    if parts & on:
        return control | bit
    return control & ~bit if parts & off else control
