"""Handlers of the token calls: opening, copying and changing tokens (nt-semantics 3.4, 3.5)."""

from ntsessions.abi import access
from ntsessions.abi.calls.token import (
    AdjustedPrivileges,
    AdjustPrivileges,
    DuplicateToken,
    FilterToken,
    GroupState,
    OpenProcessToken,
    OpenThreadToken,
    PrivilegeState,
    QueryLinkedToken,
    QueryToken,
    SetTokenInformation,
    TokenInformation,
)
from ntsessions.abi.errors import NtError, nt_error
from ntsessions.abi.object_types import TOKEN
from ntsessions.abi.privileges import Privilege, PrivilegeAttributes
from ntsessions.abi.security import descriptor
from ntsessions.abi.security_binary import descriptor_from_bytes, descriptor_to_bytes
from ntsessions.abi.sids import IntegrityLevel, parse_sid
from ntsessions.abi.status import NtStatus
from ntsessions.abi.tokens import GroupAttributes, ImpersonationLevel
from ntsessions.executive.handlers.registry import Executive, Thread, handles
from ntsessions.executive.objects.handles import INHERIT
from ntsessions.executive.objects.naming import creator_access
from ntsessions.executive.objects.token_object import TokenObject
from ntsessions.executive.processes.process import Process
from ntsessions.executive.security.access_check import access_check
from ntsessions.executive.security.impersonation import check_set_session_id, linked_token
from ntsessions.executive.security.token import Token

_ENABLED = int(PrivilegeAttributes.ENABLED)
_REMOVED = int(PrivilegeAttributes.REMOVED)
_LEGAL_ATTRIBUTES = _ENABLED | _REMOVED | int(PrivilegeAttributes.ENABLED_BY_DEFAULT)
_RESTRICTING = int(GroupAttributes.MANDATORY | GroupAttributes.ENABLED_BY_DEFAULT | GroupAttributes.ENABLED)
_LOOK_AT = access.TOKEN_QUERY | access.TOKEN_QUERY_SOURCE | access.TOKEN_DUPLICATE | access.TOKEN_IMPERSONATE
LEVELS = {int(level) for level in ImpersonationLevel}


def token_of(caller: Thread, handle: int, rights: int) -> Token:
    """Return the token of a handle that has *rights*."""
    return caller.reference(handle, TokenObject, rights).token


# -- opening


@handles(OpenProcessToken)
def open_process_token(executive: Executive, caller: Thread, call: OpenProcessToken) -> int:
    """Open a process's own token."""
    process = caller.reference(call.process, Process, access.PROCESS_QUERY_INFORMATION)
    if process.has_exited:
        raise nt_error(NtStatus.PROCESS_IS_TERMINATING, f"process {process.process_id} has ended")
    return _open(executive, caller, process.token, caller.token, call)


@handles(OpenThreadToken)
def open_thread_token(executive: Executive, caller: Thread, call: OpenThreadToken) -> int:
    """Open the token that a thread acts with instead of its process's."""
    thread = caller.reference(call.thread, Thread, access.THREAD_QUERY_INFORMATION)
    if thread.impersonation is None:
        raise nt_error(NtStatus.NO_TOKEN, f"{thread.label} impersonates nobody")
    subject = caller.process.token if call.open_as_self else caller.token
    return _open(executive, caller, thread.impersonation, subject, call)


def _open(
    executive: Executive, caller: Thread, token: Token, subject: Token, call: OpenProcessToken | OpenThreadToken
) -> int:
    item = TokenObject.open(executive, token, caller)
    assert item.descriptor is not None, "every token object has one"
    try:
        granted = access_check(item.descriptor, subject, call.desired_access, TOKEN)
    except NtError as error:
        _let_go(executive, item)
        raise nt_error(NtStatus.ACCESS_DENIED, error.detail) from error
    return caller.process.handles.add(item, granted, INHERIT if call.inherit else 0)


def _let_go(executive: Executive, item: TokenObject) -> None:
    """Forget a token object that got no handle after all."""
    if item.handle_count == 0:
        item.dispose(executive)


def add_handle(executive: Executive, caller: Thread, token: Token, granted: int, *, inherit: bool = False) -> int:
    """Make a handle to a token that the caller may have."""
    item = TokenObject.open(executive, token, caller)
    return caller.process.handles.add(item, granted, INHERIT if inherit else 0)


# -- copies


@handles(DuplicateToken)
def duplicate_token(executive: Executive, caller: Thread, call: DuplicateToken) -> int:
    """Copy a token, as a primary or an impersonation token."""
    if not call.is_primary and call.impersonation_level not in LEVELS:
        raise nt_error(NtStatus.INVALID_PARAMETER, f"impersonation level {call.impersonation_level}")
    token = token_of(caller, call.token, access.TOKEN_DUPLICATE)
    level = None if call.is_primary else ImpersonationLevel(call.impersonation_level)
    granted = _access_like(caller, call.token)
    if call.desired_access:
        try:
            granted = creator_access(caller, TOKEN, call.desired_access)
        except NtError as error:
            raise nt_error(NtStatus.ACCESS_DENIED, error.detail) from error
    twin = token.duplicate(executive.new_luid(), level=level)
    return add_handle(executive, caller, twin, granted, inherit=call.inherit)


def _access_like(caller: Thread, handle: int) -> int:
    """Return the access of a handle that is no pseudo handle: those lack TOKEN_DUPLICATE."""
    return caller.process.handles.entry(handle).access


@handles(FilterToken)
def filter_token(executive: Executive, caller: Thread, call: FilterToken) -> int:
    """Make a copy that may do less."""
    token = token_of(caller, call.token, access.TOKEN_DUPLICATE)
    twin = token.restrict(
        executive.new_luid(),
        disable=[parse_sid(text) for text in call.disable_sids],
        delete=[_privilege(number) for number in call.delete_privileges],
        restricting=[parse_sid(text) for text in call.restrict_sids],
        flags=call.flags,
    )
    return add_handle(executive, caller, twin, _access_like(caller, call.token))


def _privilege(number: int) -> Privilege:
    try:
        return Privilege(number)
    except ValueError:
        raise nt_error(NtStatus.INVALID_PARAMETER, f"there is no privilege {number}") from None


@handles(QueryLinkedToken)
def query_linked_token(executive: Executive, caller: Thread, call: QueryLinkedToken) -> int:
    """Open the other half of a split logon: to use for the system, to look at for others."""
    twin = linked_token(caller.token, token_of(caller, call.token, access.TOKEN_QUERY), executive.new_luid())
    return add_handle(executive, caller, twin, TOKEN.mapping.all if twin.is_primary else _LOOK_AT)


# -- reading and changing


@handles(QueryToken)
def query_token(executive: Executive, caller: Thread, call: QueryToken) -> TokenInformation:
    """Read a token."""
    token = token_of(caller, call.token, access.TOKEN_QUERY)
    groups = (*token.groups, token.integrity_group)
    return TokenInformation(
        token_id=token.token_id,
        authentication_id=token.authentication_id,
        modified_id=token.modified_id,
        user=token.user,
        user_name=token.user_name,
        groups=tuple(GroupState(group.sid, group.attributes) for group in groups),
        privileges=tuple(PrivilegeState(int(number), state) for number, state in token.privileges.items()),
        owner=token.owner,
        primary_group=token.primary_group,
        default_dacl=descriptor_to_bytes(descriptor(token.default_dacl)),
        source=token.source.name,
        is_primary=token.is_primary,
        impersonation_level=int(token.impersonation_level),
        session_id=token.session_id,
        restricted_sids=tuple(GroupState(sid, _RESTRICTING) for sid in token.restricted_sids or ()),
        integrity=token.integrity,
        elevation_type=int(token.elevation_type),
        is_elevated=token.is_elevated,
        has_linked_token=token.linked is not None,
        origin=token.origin,
        logon_sid=token.logon_sid or "",
        mandatory_policy=token.mandatory_policy,
        source_id=token.source.identifier,
    )


@handles(AdjustPrivileges)
def adjust_privileges(executive: Executive, caller: Thread, call: AdjustPrivileges) -> AdjustedPrivileges:
    """Switch privileges that the token holds; those it does not hold are passed over and told of."""
    token = token_of(caller, call.token, access.TOKEN_ADJUST_PRIVILEGES)
    for change in call.privileges:
        if change.attributes & ~_LEGAL_ATTRIBUTES:
            raise nt_error(NtStatus.INVALID_PARAMETER, f"attributes {change.attributes:#x}")
    numbers = {int(privilege) for privilege in Privilege}
    changes = {Privilege(c.privilege): c.attributes for c in call.privileges if c.privilege in numbers}
    if call.disable_all:
        changes = dict.fromkeys(token.privileges, 0)
    adjustment = token.adjust_privileges(changes, executive.new_luid())
    unknown = not call.disable_all and any(change.privilege not in numbers for change in call.privileges)
    all_assigned = not unknown and adjustment.status is not NtStatus.NOT_ALL_ASSIGNED
    previous = tuple(PrivilegeState(int(number), state) for number, state in adjustment.previous.items())
    return AdjustedPrivileges(previous, all_assigned)


@handles(SetTokenInformation)
def set_token_information(executive: Executive, caller: Thread, call: SetTokenInformation) -> None:
    """Change fields of a token: all that were named, or none."""
    rights = 0 if call.session_id is None else access.TOKEN_ADJUST_SESSIONID
    others = (call.owner, call.primary_group, call.default_dacl, call.integrity)
    if any(field is not None for field in others):
        rights |= access.TOKEN_ADJUST_DEFAULT
    token = token_of(caller, call.token, rights)
    if call.session_id is not None:
        check_set_session_id(caller.token)
        if call.session_id not in executive.sessions:
            raise nt_error(NtStatus.CTX_WINSTATION_NOT_FOUND, f"there is no session {call.session_id}")
    _apply(executive, caller, call, token.copy(token.token_id))  # what this refuses leaves the token as it was
    _apply(executive, caller, call, token)


def _apply(executive: Executive, caller: Thread, call: SetTokenInformation, token: Token) -> None:
    modified = executive.new_luid()
    if call.owner is not None:
        token.set_owner(parse_sid(call.owner), modified)
    if call.primary_group is not None:
        token.set_primary_group(parse_sid(call.primary_group), modified)
    if call.default_dacl is not None:
        token.default_dacl = descriptor_from_bytes(call.default_dacl).dacl
        token.modified_id = modified
    if call.integrity is not None:
        if not 0 <= call.integrity <= IntegrityLevel.PROTECTED_PROCESS:
            raise nt_error(NtStatus.INVALID_PARAMETER, f"integrity level {call.integrity:#x}")
        may_raise = caller.token.has_privilege(Privilege.SeRelabelPrivilege)
        token.set_integrity(call.integrity, modified, may_raise=may_raise)
    if call.session_id is not None:
        token.session_id = call.session_id
        token.modified_id = modified
