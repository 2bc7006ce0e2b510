"""Why was I denied?  The access check told step by step, for `nts object explain`.

The same rules as `access_check`, walked again at leisure: this one says for each entry whether it counted and why.
Invariant: status and rights are those that `access_check` gives (a property test holds the two together).
"""

from collections.abc import Container
from typing import NamedTuple

from ntsessions.abi.access import ACCESS_SYSTEM_SECURITY, MAXIMUM_ALLOWED, WRITE_OWNER
from ntsessions.abi.errors import NtError
from ntsessions.abi.object_types import ObjectType, map_desired, rights_text
from ntsessions.abi.privileges import Privilege
from ntsessions.abi.security import Ace, AceFlags, AceType, SecurityDescriptor
from ntsessions.abi.sid_names import display_sid
from ntsessions.abi.sids import OWNER_RIGHTS, Sid, integrity_sid
from ntsessions.abi.status import NtStatus
from ntsessions.executive.security.access_check import (
    OWNER_GETS,
    denial,
    has_owner_rights_entry,
    label_allows,
    label_of,
    may_open,
    write_class,
)
from ntsessions.executive.security.token import Token


class Step(NamedTuple):
    """One thing the check looked at."""

    about: str
    """`request`, `level`, `privilege`, `label`, `owner`, `ace`, `restricted` or `verdict`."""
    text: str
    """One sentence for people."""
    granted: int = 0
    """Rights that this step granted."""
    denied: int = 0
    """Rights that this step took away for good."""


class Explanation(NamedTuple):
    """The verdict, and how it came about."""

    status: NtStatus
    granted: int
    """What the handle would get; 0 when the status is an error."""
    steps: tuple[Step, ...]


def explain_access(descriptor: SecurityDescriptor, token: Token, desired: int, object_type: ObjectType) -> Explanation:
    """Return what `access_check` does with these arguments, and why."""
    try:
        wanted = map_desired(object_type, desired)
    except NtError as error:
        return _verdict([], error.status, 0, error.detail)
    steps = [Step("request", f"{rights_text(object_type, wanted)} is asked for by {token.user_name} ({token.user})")]
    if not may_open(token):
        text = f"a token at level {token.impersonation_level.name} opens nothing"
        return _verdict(steps, NtStatus.BAD_IMPERSONATION_LEVEL, 0, text)
    asked = wanted & ~MAXIMUM_ALLOWED
    privileged = _explain_privileges(steps, token, asked)
    if asked & ACCESS_SYSTEM_SECURITY & ~privileged:
        text = "SeSecurityPrivilege is needed for ACCESS_SYSTEM_SECURITY"
        return _verdict(steps, NtStatus.PRIVILEGE_NOT_HELD, 0, text)

    allowed = _explain_label(steps, descriptor, token, object_type)
    granted = _explain_dacl(steps, descriptor, token.enabled_sids, token.deny_only_sids, object_type)
    if token.restricted_sids is not None:
        granted &= _explain_restricted(steps, descriptor, token, object_type)
    granted = (granted | privileged) & (allowed | ACCESS_SYSTEM_SECURITY)

    missing = asked & ~granted
    result = asked | granted if wanted & MAXIMUM_ALLOWED else asked
    if missing or not result:
        return _verdict(steps, NtStatus.ACCESS_DENIED, 0, denial(wanted, missing, token, object_type))
    return _verdict(steps, NtStatus.SUCCESS, result, f"granted: {rights_text(object_type, result)}")


def _verdict(steps: list[Step], status: NtStatus, granted: int, text: str) -> Explanation:
    return Explanation(status, granted, (*steps, Step("verdict", text, granted)))


def _explain_privileges(steps: list[Step], token: Token, asked: int) -> int:
    """Say which of the two rights that privileges give are given."""
    rights = 0
    for right, privilege in (
        (ACCESS_SYSTEM_SECURITY, Privilege.SeSecurityPrivilege),
        (WRITE_OWNER, Privilege.SeTakeOwnershipPrivilege),
    ):
        if not asked & right:
            continue
        if token.has_privilege(privilege):
            rights |= right
            steps.append(Step("privilege", f"{privilege.name} is enabled", right))
        else:
            state = "held but disabled" if privilege in token.privileges else "not held"
            steps.append(Step("privilege", f"{privilege.name} is {state}"))
    return rights


def _explain_label(steps: list[Step], descriptor: SecurityDescriptor, token: Token, object_type: ObjectType) -> int:
    """Say what the mandatory label leaves."""
    level, _ = label_of(descriptor)
    origin = "the object's label" if descriptor.label else "no label, so the object"
    names = f"{origin} is {display_sid(integrity_sid(level))}, the token {display_sid(integrity_sid(token.integrity))}"
    allowed = label_allows(descriptor, token, object_type)
    blocked = object_type.valid_access & ~allowed
    if blocked:
        text = f"{names}: takes away {rights_text(object_type, blocked)}"
        steps.append(Step("label", text, denied=blocked))
    else:
        steps.append(Step("label", f"{names}: takes nothing away"))
    return allowed


def _explain_restricted(
    steps: list[Step], descriptor: SecurityDescriptor, token: Token, object_type: ObjectType
) -> int:
    """Say what the second list of a restricted token is granted."""
    restricting = token.restricted_sids or ()
    names = ", ".join(map(display_sid, restricting)) or "nobody"
    scope = "what changes the object" if token.is_write_restricted else "everything"
    steps.append(Step("restricted", f"the token is restricted: {scope} must be granted to {names} too"))
    granted = _explain_dacl(steps, descriptor, restricting, (), object_type)
    if token.is_write_restricted:
        granted |= object_type.valid_access & ~write_class(object_type)
    return granted


def _explain_dacl(
    steps: list[Step],
    descriptor: SecurityDescriptor,
    sids: Container[Sid],
    deny_only: Container[Sid],
    object_type: ObjectType,
) -> int:
    """Say what ownership and each entry do; return the rights they grant."""
    if descriptor.dacl is None:
        steps.append(Step("ace", "there is no DACL: everything is allowed", object_type.valid_access))
        return object_type.valid_access
    if not descriptor.dacl:
        steps.append(Step("ace", "the DACL is empty: nothing is allowed"))
    owns = descriptor.owner in sids
    granted = _explain_owner(steps, descriptor) if owns else 0
    still_open = object_type.valid_access & ~granted
    for index, ace in enumerate(descriptor.dacl):
        skipped = _why_skipped(ace, sids, deny_only, owns=owns)
        name = f"entry {index} {_sentence(ace, object_type)}"
        hit = ace.mask & still_open
        if skipped or not hit:
            steps.append(Step("ace", f"{name}: skipped, {skipped or 'all of it is decided already'}"))
        elif ace.type == AceType.ALLOWED:
            granted |= hit
            steps.append(Step("ace", f"{name}: grants {rights_text(object_type, hit)}", hit))
        else:
            steps.append(Step("ace", f"{name}: denies {rights_text(object_type, hit)}", denied=hit))
        if not skipped:
            still_open &= ~hit
    return granted


def _explain_owner(steps: list[Step], descriptor: SecurityDescriptor) -> int:
    if has_owner_rights_entry(descriptor.dacl or ()):
        steps.append(Step("owner", "the token owns the object, but an OWNER RIGHTS entry says what that gives"))
        return 0
    steps.append(Step("owner", "the token owns the object: READ_CONTROL | WRITE_DAC", OWNER_GETS))
    return OWNER_GETS


def _why_skipped(ace: Ace, sids: Container[Sid], deny_only: Container[Sid], *, owns: bool) -> str:
    """Return why the entry does not count, empty when it does."""
    if ace.type not in {AceType.ALLOWED, AceType.DENIED}:
        return "it neither allows nor denies"
    if ace.flags & AceFlags.INHERIT_ONLY:
        return "it is for inheriting only"
    if ace.sid in sids or (owns and ace.sid == OWNER_RIGHTS):
        return ""
    if ace.sid in deny_only:
        return "the token has this SID for denials only" if ace.type == AceType.ALLOWED else ""
    return "the token does not own the object" if ace.sid == OWNER_RIGHTS else "the token does not have this SID"


def _sentence(ace: Ace, object_type: ObjectType) -> str:
    verbs = {AceType.ALLOWED: "allows", AceType.DENIED: "denies", AceType.AUDIT: "audits"}
    verb = verbs.get(AceType(ace.type), "labels")
    return f"({verb} {display_sid(ace.sid)} {rights_text(object_type, ace.mask)})"
