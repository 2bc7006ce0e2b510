"""Acting as somebody else: which token a thread uses, and what a server may do with its client's (nt-semantics 3.9).

Rules:
  1. A thread acts with its impersonation token if it has one, otherwise with its process's primary token.
  2. A server gets a client's token at full level only if it may: it holds SeImpersonate, or its own logon session made
     the token, or it is the same user and no less trusted and no less restricted.  Otherwise it does not fail; it gets
     a copy that it can look at but open nothing with (Identification).
  3. A process runs under a primary token.  Giving it another one takes SeAssignPrimaryToken, unless the token is the
     caller's own, restricted or duplicated.
"""

from ntsessions.abi.errors import nt_error
from ntsessions.abi.luids import Luid
from ntsessions.abi.privileges import Privilege
from ntsessions.abi.sids import ANONYMOUS_LOGON
from ntsessions.abi.status import NtStatus
from ntsessions.abi.tokens import ImpersonationLevel
from ntsessions.executive.security.token import Token


def effective_token(process_token: Token, thread_token: Token | None) -> Token:
    """Return the token that decides about what a thread opens."""
    return process_token if thread_token is None else thread_token


def may_impersonate(process_token: Token, client: Token) -> bool:
    """Tell whether a process with *process_token* may act with *client* above the level Identification."""
    if not client.is_primary and client.impersonation_level < ImpersonationLevel.IMPERSONATION:
        return True  # nothing can be opened with it anyway
    if client.user == ANONYMOUS_LOGON or process_token.has_privilege(Privilege.SeImpersonatePrivilege):
        return True
    if client.integrity > process_token.integrity:
        return False
    if client.origin == process_token.authentication_id:
        return True
    same_user = client.user == process_token.user
    return same_user and (client.is_restricted or not process_token.is_restricted)


def impersonation_token(process_token: Token, client: Token, copy_id: Luid) -> Token:
    """Return the token that a thread gets which sets *client* as its own (NtSetInformationThread, SetThreadToken).

    It is *client*, or a copy under `copy_id` that is limited to Identification.  BAD_TOKEN_TYPE for a primary token;
    `Token.duplicate` makes an impersonation token of one.
    """
    if client.is_primary:
        raise nt_error(NtStatus.BAD_TOKEN_TYPE, "a thread takes an impersonation token; duplicate the primary one")
    if may_impersonate(process_token, client):
        return client
    return client.duplicate(copy_id, level=ImpersonationLevel.IDENTIFICATION)


def is_own_token(caller: Token, token: Token) -> bool:
    """Tell whether *token* gives the caller nothing new: its own, a restricted copy, or a copy with the same parent."""
    if caller.token_id in {token.token_id, token.parent_id}:
        return True
    return token.parent_id == caller.parent_id and token.authentication_id == caller.authentication_id


def check_assign_primary(caller: Token, token: Token) -> None:
    """Refuse to start a process under *token* unless the caller may (NtCreateUserProcess, CreateProcessAsUser).

    BAD_TOKEN_TYPE for an impersonation token; PRIVILEGE_NOT_HELD without SeAssignPrimaryToken.
    """
    if not token.is_primary:
        raise nt_error(NtStatus.BAD_TOKEN_TYPE, "a process needs a primary token; duplicate the impersonation token")
    if not is_own_token(caller, token):
        caller.require_privilege(Privilege.SeAssignPrimaryTokenPrivilege)


def check_set_session_id(caller: Token) -> None:
    """Refuse to move a token to another session without SeTcb (PRIVILEGE_NOT_HELD)."""
    caller.require_privilege(Privilege.SeTcbPrivilege)


def linked_token(caller: Token, token: Token, copy_id: Luid) -> Token:
    """Return the other half of a split logon (TokenLinkedToken): primary for a caller with SeTcb, else to look at.

    NO_SUCH_LOGON_SESSION when the logon was not split.
    """
    if token.linked is None:
        raise nt_error(NtStatus.NO_SUCH_LOGON_SESSION, f"the logon of {token.user_name} is not split")
    trusted = caller.has_privilege(Privilege.SeTcbPrivilege)
    return token.linked.duplicate(copy_id, level=None if trusted else ImpersonationLevel.IDENTIFICATION)
