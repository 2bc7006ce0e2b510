"""Handlers of acting as somebody else, and of asking what a token would be granted (nt-semantics 3.6, 3.9)."""

from ntsessions.abi import access
from ntsessions.abi.calls.token import AccessCheck, ImpersonateLoggedOnUser, SetThreadToken
from ntsessions.abi.errors import NtError, nt_error
from ntsessions.abi.object_types import TYPES
from ntsessions.abi.security_binary import descriptor_from_bytes
from ntsessions.abi.status import NtStatus
from ntsessions.abi.tokens import ImpersonationLevel
from ntsessions.executive.handlers.registry import Executive, Thread, handles
from ntsessions.executive.handlers.token import token_of
from ntsessions.executive.objects.token_object import TokenObject, impersonate
from ntsessions.executive.security.access_check import access_check
from ntsessions.executive.security.impersonation import impersonation_token


@handles(SetThreadToken)
def set_thread_token(executive: Executive, caller: Thread, call: SetThreadToken) -> None:
    """Let a thread act with a token, or as its process again."""
    thread = caller.reference(call.thread, Thread, access.THREAD_SET_THREAD_TOKEN)
    if not call.token:
        impersonate(executive, thread, None)
        return
    token = token_of(caller, call.token, access.TOKEN_IMPERSONATE)
    impersonate(executive, thread, impersonation_token(thread.process.token, token, executive.new_luid()))


@handles(ImpersonateLoggedOnUser)
def impersonate_logged_on_user(executive: Executive, caller: Thread, call: ImpersonateLoggedOnUser) -> None:
    """Act as the user of a token; of a primary one the thread gets a copy."""
    token = caller.reference(call.token, TokenObject, access.TOKEN_QUERY).token
    needed = access.TOKEN_DUPLICATE if token.is_primary else access.TOKEN_IMPERSONATE
    token_of(caller, call.token, needed)
    if token.is_primary:
        token = token.duplicate(executive.new_luid(), level=ImpersonationLevel.IMPERSONATION)
    impersonate(executive, caller, impersonation_token(caller.process.token, token, executive.new_luid()))


@handles(AccessCheck)
def check_access(executive: Executive, caller: Thread, call: AccessCheck) -> int:
    """Tell what a descriptor grants to an impersonation token; looking at it is enough, so Identification will do."""
    token = token_of(caller, call.token, access.TOKEN_QUERY)
    if token.is_primary:
        raise nt_error(NtStatus.NO_IMPERSONATION_TOKEN, "a server asks about a client; duplicate the primary token")
    if token.impersonation_level < ImpersonationLevel.IDENTIFICATION:
        raise nt_error(NtStatus.ACCESS_DENIED, "an anonymous client cannot be checked")
    object_type = TYPES.get(call.type_name)
    if object_type is None:
        raise nt_error(NtStatus.INVALID_PARAMETER, f"there is no type {call.type_name[:40]!r}")
    descriptor = descriptor_from_bytes(call.descriptor)
    if descriptor.owner is None or descriptor.group is None:
        raise nt_error(NtStatus.INVALID_SECURITY_DESCR, "owner and group are needed")
    probe = token.copy(token.token_id)
    probe.is_primary = True
    probe.refresh()
    try:
        return access_check(descriptor, probe, call.desired_access, object_type)
    except NtError as error:
        if error.status is NtStatus.ACCESS_DENIED:
            return 0
        raise
