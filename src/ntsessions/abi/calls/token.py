"""Tokens: who a process or thread acts as, and what it may do."""

from ntsessions.abi.call import Call, Partial, Reply, syscall
from ntsessions.abi.status import NtStatus as S
from ntsessions.abi.types import AccessMask, Handle

_BY_HANDLE = {S.INVALID_HANDLE, S.OBJECT_TYPE_MISMATCH, S.ACCESS_DENIED}


@syscall(0x00A0, fails_with=_BY_HANDLE | {S.TOO_MANY_OPENED_FILES, S.PROCESS_IS_TERMINATING})
class OpenProcessToken(Call[int]):
    """Open a process's primary token.  Needs PROCESS_QUERY_INFORMATION, and the access on the token."""

    process: Handle
    desired_access: AccessMask = 0x8
    inherit: bool = False


@syscall(0x00A1, fails_with=_BY_HANDLE | {S.NO_TOKEN, S.TOO_MANY_OPENED_FILES})
class OpenThreadToken(Call[int]):
    """Open the token a thread impersonates; NO_TOKEN when it does not.

    `open_as_self`: the access is checked with the process's token.
    """

    thread: Handle
    desired_access: AccessMask = 0x8
    open_as_self: bool = False
    inherit: bool = False


@syscall(0x00A2, fails_with=_BY_HANDLE | {S.INVALID_PARAMETER, S.BAD_IMPERSONATION_LEVEL, S.TOO_MANY_OPENED_FILES})
class DuplicateToken(Call[int]):
    """Copy a token.  Needs TOKEN_DUPLICATE.  `desired_access` 0: the same as the source handle's.

    `impersonation_level` 0 anonymous, 1 identification, 2 impersonation, 3 delegation; ignored for a primary token.
    """

    token: Handle
    desired_access: AccessMask = 0
    is_primary: bool = False
    impersonation_level: int = 2
    inherit: bool = False


@syscall(0x00A3, fails_with=_BY_HANDLE | {S.INVALID_PARAMETER, S.TOO_MANY_OPENED_FILES, S.INVALID_SID})
class FilterToken(Call[int]):
    """Make a restricted copy: SIDs for denial only, privileges removed, restricting SIDs.  Needs TOKEN_DUPLICATE.

    `flags`: DISABLE_MAX_PRIVILEGE 1, SANDBOX_INERT 2, LUA_TOKEN 4, WRITE_RESTRICTED 8.
    """

    token: Handle
    flags: int = 0
    disable_sids: tuple[str, ...] = ()
    delete_privileges: tuple[int, ...] = ()
    restrict_sids: tuple[str, ...] = ()


class PrivilegeState(Reply, frozen=True):
    """A privilege (LUID low part) and its attributes: ENABLED_BY_DEFAULT 1, ENABLED 2, REMOVED 4."""

    privilege: int
    attributes: int


class AdjustedPrivileges(Reply, frozen=True):
    """The privileges that changed, as they were; `all_assigned` False: the token holds not all that were named."""

    previous: tuple[PrivilegeState, ...]
    all_assigned: bool


@syscall(0x00A4, fails_with=_BY_HANDLE | {S.INVALID_PARAMETER})
class AdjustPrivileges(Call[AdjustedPrivileges]):
    """Enable (2), disable (0) or remove (4) privileges.  Needs TOKEN_ADJUST_PRIVILEGES."""

    token: Handle
    disable_all: bool = False
    privileges: tuple[PrivilegeState, ...] = ()


class GroupState(Reply, frozen=True):
    """A group SID and its attributes."""

    sid: str
    attributes: int


class TokenInformation(Reply, frozen=True):
    """Everything readable of a token; see nt-semantics 3.4 for the fields' meaning."""

    token_id: int
    authentication_id: int
    modified_id: int
    user: str
    user_name: str
    groups: tuple[GroupState, ...]
    privileges: tuple[PrivilegeState, ...]
    owner: str
    primary_group: str
    default_dacl: bytes
    """A self-relative descriptor that carries the DACL."""
    source: str
    is_primary: bool
    impersonation_level: int
    session_id: int
    restricted_sids: tuple[GroupState, ...]
    integrity: int
    elevation_type: int
    is_elevated: bool
    has_linked_token: bool
    origin: int
    logon_sid: str
    mandatory_policy: int = 0
    """TOKEN_MANDATORY_POLICY_: NO_WRITE_UP 1, NEW_PROCESS_MIN 2."""
    source_id: int = 0
    """LUID of who made it, which `source` names."""


@syscall(0x00A5, fails_with=_BY_HANDLE)
class QueryToken(Call[TokenInformation]):
    """Read a token.  Needs TOKEN_QUERY."""

    token: Handle


@syscall(0x00A6, fails_with=_BY_HANDLE | {S.NO_SUCH_LOGON_SESSION, S.TOO_MANY_OPENED_FILES})
class QueryLinkedToken(Call[int]):
    """Open the other half of a split token: primary for holders of SeTcbPrivilege, for identification only else."""

    token: Handle


@syscall(
    0x00A7,
    fails_with=_BY_HANDLE | {S.PRIVILEGE_NOT_HELD, S.INVALID_PARAMETER, S.INVALID_OWNER, S.INVALID_PRIMARY_GROUP,
                             S.INVALID_ACL, S.INVALID_SECURITY_DESCR, S.INVALID_SID, S.CTX_WINSTATION_NOT_FOUND},
)  # fmt: skip
class SetTokenInformation(Call[None]):
    """Change fields of a token; None leaves a field.

    `session_id` needs TOKEN_ADJUST_SESSIONID and SeTcbPrivilege; the others TOKEN_ADJUST_DEFAULT.  `integrity` may only
    be lowered without SeRelabelPrivilege.
    """

    token: Handle
    session_id: int | None = None
    owner: str | None = None
    primary_group: str | None = None
    default_dacl: bytes | None = None
    integrity: int | None = None


@syscall(0x00A8, fails_with=_BY_HANDLE | {S.BAD_TOKEN_TYPE})
class SetThreadToken(Call[None]):
    """Impersonate (a handle with TOKEN_IMPERSONATE), or stop impersonating (token 0)."""

    token: Handle
    thread: Handle = -2


@syscall(0x00A9, fails_with=_BY_HANDLE)
class ImpersonateLoggedOnUser(Call[None]):
    """Impersonate the user of a token of either type.  Needs TOKEN_QUERY, and TOKEN_DUPLICATE for a primary one."""

    token: Handle


class LogonResult(Reply, frozen=True):
    """A token for the account, and its logon session."""

    token: int
    logon_session: int


@syscall(
    0x00AA,
    secrets={"password"},
    fails_with={S.LOGON_FAILURE, S.ACCOUNT_DISABLED, S.ACCOUNT_LOCKED_OUT, S.INVALID_PARAMETER,
                S.TOO_MANY_OPENED_FILES},
    fidelity=Partial("managed accounts only; passwords of system accounts are not checked yet"),
)  # fmt: skip
class LogonUser(Call[LogonResult]):
    """Authenticate an account: a new logon session, and a token with the session id of the caller.

    `logon_type` 2 interactive, 3 network (an impersonation token), 4 batch, 5 service, 8 network cleartext.  Unknown
    accounts and wrong passwords fail alike.
    """

    user_name: str
    password: str
    logon_type: int = 2


@syscall(
    0x00AB,
    fails_with=_BY_HANDLE | {S.NO_IMPERSONATION_TOKEN, S.INVALID_SECURITY_DESCR, S.INVALID_ACL, S.INVALID_SID,
                             S.PRIVILEGE_NOT_HELD, S.INVALID_PARAMETER},
)  # fmt: skip
class AccessCheck(Call[int]):
    """Tell which access a token would be granted by a descriptor; 0: denied.  Needs TOKEN_QUERY.

    `type_name` chooses the generic mapping ("Event", "Section" ...).
    """

    descriptor: bytes
    token: Handle
    desired_access: AccessMask
    type_name: str = "Event"


class LogonSessionInformation(Reply, frozen=True):
    """One logon session: what authenticating an account made."""

    logon_session: int
    user_name: str
    domain: str
    sid: str
    logon_type: int
    session_id: int
    logon_time: int
    is_elevated: bool
    token_count: int


@syscall(0x00AC)
class QueryLogonSessions(Call[tuple[LogonSessionInformation, ...]]):
    """List logon sessions: all of them for administrators and the system, a user's own else."""


class AccountName(Reply, frozen=True):
    """The name behind a SID; `use`: SidTypeUser 1, Group 2, Alias 4, WellKnownGroup 5, Label 10."""

    sid: str
    domain: str
    name: str
    use: int


@syscall(0x00AD, fails_with={S.NO_SUCH_USER, S.INVALID_SID})
class LookupAccount(Call[AccountName]):
    r"""Translate between a SID (`S-1-...`) and a name (`alice`, `NT AUTHORITY\SYSTEM`)."""

    name_or_sid: str
