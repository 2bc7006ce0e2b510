"""The access check: which rights a token gets on an object.  It runs once, when a handle is made.

After [MS-DTYP] 2.5.3.2 (the check) and 2.5.3.3 (the mandatory label); nt-semantics 3.6.

Rules:
  1. Each right is decided on its own, by the first entry of the DACL that speaks of it to this token.
  2. No DACL allows everything, an empty one nothing.
  3. The owner gets READ_CONTROL and WRITE_DAC, unless an OWNER RIGHTS entry says what the owner gets.
  4. A restricted token gets only what both of its lists of SIDs are granted; for a write-restricted one this holds for
     rights that neither read nor execute.
  5. A label above the token's level keeps away what its policy names, whatever the DACL allows.
  6. Two rights come from privileges, and only when asked for by name: ACCESS_SYSTEM_SECURITY (SeSecurity) and
     WRITE_OWNER (SeTakeOwnership).

The masks of entries carry no generic bits: `descriptors` maps them when an object gets its descriptor, and a generic
bit that is there nevertheless grants nothing, as on NT.

Differs from NT: object entries, callback entries, claims and AppContainers are not evaluated (they cannot be stored).
"""

from collections.abc import Container
from typing import Final

from ntsessions.abi.access import (
    ACCESS_SYSTEM_SECURITY,
    MAXIMUM_ALLOWED,
    READ_CONTROL,
    WRITE_DAC,
    WRITE_OWNER,
)
from ntsessions.abi.errors import nt_error
from ntsessions.abi.object_types import ObjectType, map_desired, rights_text
from ntsessions.abi.privileges import Privilege
from ntsessions.abi.security import AceFlags, AceType, Acl, LabelPolicy, SecurityDescriptor
from ntsessions.abi.sids import OWNER_RIGHTS, IntegrityLevel, Sid, integrity_level, integrity_sid
from ntsessions.abi.status import NtStatus
from ntsessions.abi.tokens import ImpersonationLevel, MandatoryPolicy
from ntsessions.executive.security.token import Token

# Plain numbers: comparing with members of an enumeration would cost more than the rest of the fast path.
_ALLOWED: Final = int(AceType.ALLOWED)
_DENIED: Final = int(AceType.DENIED)
_INHERIT_ONLY: Final = int(AceFlags.INHERIT_ONLY)
_LABEL: Final = int(AceType.MANDATORY_LABEL)
_LEVELS: Final = {integrity_sid(level): int(level) for level in IntegrityLevel}
_REQUESTS: Final = MAXIMUM_ALLOWED | ACCESS_SYSTEM_SECURITY
OWNER_GETS: Final = READ_CONTROL | WRITE_DAC
"""What an owner gets without any entry."""


def access_check(descriptor: SecurityDescriptor, token: Token, desired: int, object_type: ObjectType) -> int:
    """Return the rights that *token* is granted: *desired* itself, or more with MAXIMUM_ALLOWED.

    *desired* may carry generic rights; they are mapped.  Raises AccessDenied: ACCESS_DENIED when a right is missing,
    unknown to the type, or none was asked for; BAD_IMPERSONATION_LEVEL for a token that may only be looked at;
    PRIVILEGE_NOT_HELD for ACCESS_SYSTEM_SECURITY.
    """
    if desired & ~object_type.valid_access:
        desired = map_desired(object_type, desired)
    # The fast path can only say yes: a plain token, no label, and entries that allow until nothing is missing.
    sacl = descriptor.sacl
    if token.is_plain and desired and not desired & _REQUESTS and (sacl is None or _is_below(sacl, token)):
        dacl = descriptor.dacl
        if dacl is None:
            return desired
        missing = desired
        sids = token.enabled_sids
        for ace in dacl:
            if ace.type != _ALLOWED:
                break
            if ace.sid in sids and not ace.flags & _INHERIT_ONLY:
                missing &= ~ace.mask
                if not missing:
                    return desired
    return _decide(descriptor, token, desired, object_type)


def _is_below(sacl: Acl, token: Token) -> bool:
    """Tell whether all that *sacl* says is a label at or below the token's level, which then limits nothing."""
    return len(sacl) == 1 and sacl[0].type == _LABEL and _LEVELS.get(sacl[0].sid, 1 << 32) <= token.integrity


def process_access_check(descriptor: SecurityDescriptor, token: Token, desired: int, object_type: ObjectType) -> int:
    """Return the same for opening a process or a thread: with SeDebug everything is granted, whatever is protected."""
    if not (desired and may_open(token) and token.has_privilege(Privilege.SeDebugPrivilege)):
        return access_check(descriptor, token, desired, object_type)
    wanted = map_desired(object_type, desired)
    if wanted & ACCESS_SYSTEM_SECURITY:
        token.require_privilege(Privilege.SeSecurityPrivilege)
    if wanted & MAXIMUM_ALLOWED:
        return wanted & ~MAXIMUM_ALLOWED | object_type.mapping.all
    return wanted


def _decide(descriptor: SecurityDescriptor, token: Token, desired: int, object_type: ObjectType) -> int:
    """Say yes or no; *desired* is mapped."""
    if not may_open(token):
        level = token.impersonation_level.name
        raise nt_error(NtStatus.BAD_IMPERSONATION_LEVEL, f"the token of {token.user_name} is at level {level}")
    wanted = desired & ~MAXIMUM_ALLOWED
    if wanted & ACCESS_SYSTEM_SECURITY:
        token.require_privilege(Privilege.SeSecurityPrivilege)
    granted = granted_rights(descriptor, token, object_type) | privileged_rights(descriptor, token, wanted, object_type)
    missing = wanted & ~granted
    if desired & MAXIMUM_ALLOWED:
        wanted |= granted
    if missing or not wanted:
        raise nt_error(NtStatus.ACCESS_DENIED, denial(desired, missing, token, object_type))
    return wanted


def denial(desired: int, missing: int, token: Token, object_type: ObjectType) -> str:
    """Return the sentence that names what is missing and whose token lacks it."""
    who = f"{token.user_name} ({token.user})"
    if missing:
        return f"{rights_text(object_type, missing)} not granted to {who}"
    return f"nothing is granted to {who}" if desired else f"{who} asks for no right at all"


def may_open(token: Token) -> bool:
    """Tell whether objects may be opened with *token*: not at the levels Anonymous and Identification."""
    return token.is_primary or token.impersonation_level >= ImpersonationLevel.IMPERSONATION


def granted_rights(descriptor: SecurityDescriptor, token: Token, object_type: ObjectType) -> int:
    """Return every right that label, DACL and ownership give together; privileges come on top."""
    rights = discretionary_rights(descriptor, token.enabled_sids, token.deny_only_sids, object_type)
    if token.restricted_sids is not None:
        second = discretionary_rights(descriptor, token.restricted_sids, (), object_type)
        rights &= second | ~write_class(object_type) if token.is_write_restricted else second
    return rights & label_allows(descriptor, token, object_type)


def discretionary_rights(
    descriptor: SecurityDescriptor, sids: Container[Sid], deny_only: Container[Sid], object_type: ObjectType
) -> int:
    """Return what DACL and ownership grant to whoever has *sids*; those of *deny_only* only meet entries that deny."""
    if descriptor.dacl is None:
        return object_type.valid_access
    owns = descriptor.owner in sids
    granted = decided = OWNER_GETS if owns and not has_owner_rights_entry(descriptor.dacl) else 0
    for ace in descriptor.dacl:
        if ace.flags & _INHERIT_ONLY:
            continue
        applies = ace.sid in sids or (owns and ace.sid == OWNER_RIGHTS)
        if ace.type == _ALLOWED and applies:
            granted |= ace.mask & ~decided
            decided |= ace.mask
        elif ace.type == _DENIED and (applies or ace.sid in deny_only):
            decided |= ace.mask
    return granted & object_type.valid_access


def has_owner_rights_entry(dacl: Acl) -> bool:
    """Tell whether an entry for OWNER RIGHTS replaces what an owner gets by itself."""
    return any(ace.sid == OWNER_RIGHTS and not ace.flags & _INHERIT_ONLY for ace in dacl)


def write_class(object_type: ObjectType) -> int:
    """Return the rights that change something: those in neither GENERIC_READ nor GENERIC_EXECUTE."""
    return object_type.valid_access & ~(object_type.mapping.read | object_type.mapping.execute)


def label_of(descriptor: SecurityDescriptor) -> tuple[int, int]:
    """Return level and policy of the object's label; an object without one is Medium and not to be written up to."""
    label = descriptor.label
    if label is None:
        return IntegrityLevel.MEDIUM, LabelPolicy.NO_WRITE_UP
    return integrity_level(label.sid), label.mask


def label_allows(descriptor: SecurityDescriptor, token: Token, object_type: ObjectType) -> int:
    """Return the rights that the mandatory label leaves to *token* ([MS-DTYP] 2.5.3.3)."""
    level, policy = label_of(descriptor)
    if token.integrity >= level or not token.mandatory_policy & MandatoryPolicy.NO_WRITE_UP:
        return -1
    mapping = object_type.mapping
    allowed = 0 if policy & LabelPolicy.NO_READ_UP else mapping.read
    if not policy & LabelPolicy.NO_EXECUTE_UP:
        allowed |= mapping.execute
    if not policy & LabelPolicy.NO_WRITE_UP:
        allowed |= mapping.write | write_class(object_type)
    if token.has_privilege(Privilege.SeRelabelPrivilege):
        allowed |= WRITE_OWNER
    return allowed


def privileged_rights(descriptor: SecurityDescriptor, token: Token, wanted: int, object_type: ObjectType) -> int:
    """Return which of the rights *wanted* come from privileges that are enabled."""
    rights = 0
    if wanted & ACCESS_SYSTEM_SECURITY and token.has_privilege(Privilege.SeSecurityPrivilege):
        rights |= ACCESS_SYSTEM_SECURITY
    if wanted & WRITE_OWNER and token.has_privilege(Privilege.SeTakeOwnershipPrivilege):
        rights |= WRITE_OWNER & label_allows(descriptor, token, object_type)
    return rights
