"""Logon sessions, and the tokens that a logon gives (nt-semantics 3.2, 3.5, 3.7, 5).

A logon session is the record that one authentication made; it lives as long as a token of it.  An administrator's
interactive logon makes two: a full and a filtered one, two LUIDs, one logon SID, linked tokens.

Invariants: the halves of a split logon have the same user, session id and logon SID and different authentication ids;
the filtered half holds no administrative group for access and no privilege beyond `FILTERED_PRIVILEGES`.

Ids come from the caller; nothing here counts or reads a clock.
"""

from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from ntsessions.abi import sids
from ntsessions.abi.access import GENERIC_ALL, GENERIC_EXECUTE, GENERIC_READ, READ_CONTROL
from ntsessions.abi.logon import INTERACTIVE_TYPES, LOGON_GROUPS, LogonType
from ntsessions.abi.luids import (
    ANONYMOUS_LUID,
    LOCAL_SERVICE_LUID,
    NETWORK_SERVICE_LUID,
    SYSTEM_LUID,
    Luid,
)
from ntsessions.abi.privileges import Privilege
from ntsessions.abi.security import Acl, allow
from ntsessions.abi.sids import IntegrityLevel, Sid
from ntsessions.abi.tokens import ElevationType, Group, GroupAttributes, RestrictFlags, TokenSource
from ntsessions.executive.security.token import Token
from ntsessions.executive.security.user_rights import (
    STRONG_PRIVILEGES,
    is_administrative,
    privileges_of,
    system_privileges,
)

if TYPE_CHECKING:
    from ntsessions.executive.processes.logon_group import LogonGroup

_HELD = int(GroupAttributes.MANDATORY | GroupAttributes.ENABLED_BY_DEFAULT | GroupAttributes.ENABLED)
_HELD_AND_OWNER = _HELD | int(GroupAttributes.OWNER)
_SERVICE_SID = int(GroupAttributes.ENABLED_BY_DEFAULT | GroupAttributes.ENABLED | GroupAttributes.OWNER)
_LOGON_ID = _HELD | int(GroupAttributes.LOGON_ID)


class LogonSession:
    """What LSA knows of one authentication."""

    __slots__ = (
        "domain",
        "group",
        "linked_luid",
        "logon_sid",
        "logon_time",
        "logon_type",
        "luid",
        "package",
        "references",
        "session_id",
        "sid",
        "user_name",
    )

    def __init__(
        self,
        luid: Luid,
        sid: Sid,
        user_name: str,
        domain: str,
        logon_type: LogonType,
        *,
        session_id: int = 0,
        logon_time: int = 0,
        logon_sid: Sid | None = None,
        package: str = "Negotiate",
        linked_luid: Luid | None = None,
    ) -> None:
        """Make a record without references; `logon_time` is in units of 100 ns since 1601."""
        self.luid = luid
        self.sid = sid
        self.user_name = user_name
        self.domain = domain
        self.logon_type = logon_type
        self.session_id = session_id
        """The session that asked for the logon; it never changes."""
        self.logon_time = logon_time
        self.logon_sid = logon_sid
        self.package = package
        self.linked_luid = linked_luid
        """The other half of a split logon."""
        self.references = 0
        """Tokens of this logon that exist."""
        self.group: LogonGroup | None = None
        """The logon group of session 0 that its programs there live in: its user's logon, or made from that."""

    def reference(self) -> None:
        """Count one more token."""
        self.references += 1

    def dereference(self) -> bool:
        """Count one token less; True when it was the last and the logon session is over."""
        self.references -= 1
        return self.references == 0


def builtin_logon_sessions(computer_name: str) -> tuple[LogonSession, ...]:
    """Return the logon sessions that exist from boot on: SYSTEM, LOCAL SERVICE, NETWORK SERVICE, ANONYMOUS LOGON."""
    service, nt = LogonType.SERVICE, "NT AUTHORITY"
    return (
        LogonSession(SYSTEM_LUID, sids.LOCAL_SYSTEM, f"{computer_name}$", "WORKGROUP", LogonType.SYSTEM),
        LogonSession(LOCAL_SERVICE_LUID, sids.LOCAL_SERVICE, "LOCAL SERVICE", nt, service),
        LogonSession(NETWORK_SERVICE_LUID, sids.NETWORK_SERVICE, f"{computer_name}$", "WORKGROUP", service),
        LogonSession(ANONYMOUS_LUID, sids.ANONYMOUS_LOGON, "ANONYMOUS LOGON", nt, LogonType.NETWORK, package="NTLM"),
    )


class AccountFacts(Struct, frozen=True):
    """What an account database says about somebody."""

    sid: Sid
    name: str
    domain: str
    primary_group: Sid
    groups: tuple[Sid, ...]
    """Groups and aliases, Users and Administrators among them where they apply."""
    privileges: tuple[Privilege, ...] = ()
    """Assigned to the account by name, beyond what its groups give."""

    @property
    def is_administrator(self) -> bool:
        """True when a group, or a privilege of its own, makes the account an administrator."""
        return any(map(is_administrative, self.groups)) or not STRONG_PRIVILEGES.isdisjoint(self.privileges)

    @property
    def is_builtin_administrator(self) -> bool:
        """True for the account that NT never splits by default, S-1-5-21-a-b-c-500."""
        return self.sid.startswith("S-1-5-21-") and sids.relative_id(self.sid) == sids.ADMINISTRATOR_RID


class LogonIds(NamedTuple):
    """Ids for the tokens of one logon; the filtered ones are used only when the logon is split."""

    token: Luid
    authentication: Luid
    filtered_token: Luid
    filtered_authentication: Luid
    logon_sid: Sid


class UserTokens(NamedTuple):
    """The primary tokens of one logon."""

    full: Token
    filtered: Token | None = None

    @property
    def shell(self) -> Token:
        """What the user's programs run under: the filtered half where there is one."""
        return self.filtered or self.full


def user_dacl(user: Sid, logon: Sid | None) -> Acl:
    """Return the default DACL of a user's token: the user, SYSTEM, and the programs of the same logon to look."""
    entries = [allow(user, GENERIC_ALL), allow(sids.LOCAL_SYSTEM, GENERIC_ALL)]
    if logon is not None:
        entries.append(allow(logon, GENERIC_READ | GENERIC_EXECUTE))
    return tuple(entries)


def service_dacl(account: Sid) -> Acl:
    """Return the default DACL of LOCAL SERVICE and NETWORK SERVICE."""
    return (
        allow(account, GENERIC_ALL),
        allow(sids.LOCAL_SYSTEM, GENERIC_ALL),
        allow(sids.OWNER_RIGHTS, READ_CONTROL),
    )


SYSTEM_DACL: Acl = (
    allow(sids.LOCAL_SYSTEM, GENERIC_ALL),
    allow(sids.ADMINISTRATORS, READ_CONTROL | GENERIC_READ | GENERIC_EXECUTE),
)
"""The default DACL of LocalSystem: what it makes without a descriptor is closed to ordinary users."""


def is_split(account: AccountFacts, logon_type: LogonType) -> bool:
    """Tell whether a split-token profile splits this logon."""
    return account.is_administrator and not account.is_builtin_administrator and logon_type in INTERACTIVE_TYPES


def user_tokens(
    account: AccountFacts,
    logon_type: LogonType,
    session_id: int,
    ids: LogonIds,
    *,
    split_tokens: bool,
    is_console: bool = False,
    origin: Luid = SYSTEM_LUID,
    source: TokenSource = TokenSource("User32"),  # noqa: B008 - frozen
) -> UserTokens:
    """Return the token of a logon, or both halves.

    `split_tokens` is the profile's rule (Vista and later); `is_console` adds CONSOLE LOGON.  `session_id` is that of
    the session which asked for the logon.
    """
    split = split_tokens and is_split(account, logon_type)
    administrator = account.is_administrator
    groups = _user_groups(account, logon_type, ids.logon_sid, is_console=is_console)
    holder = sids.ADMINISTRATORS if sids.ADMINISTRATORS in account.groups else account.sid
    trusted = administrator or logon_type is LogonType.SERVICE
    full = Token(
        token_id=ids.token,
        authentication_id=ids.authentication,
        user=account.sid,
        user_name=account.name,
        groups=groups,
        privileges=privileges_of([account.sid, *(group.sid for group in groups)], account.privileges),
        owner=holder,
        primary_group=account.primary_group,
        default_dacl=user_dacl(holder, ids.logon_sid),
        session_id=session_id,
        integrity=IntegrityLevel.HIGH if trusted else IntegrityLevel.MEDIUM,
        logon_sid=ids.logon_sid,
        source=source,
        origin=origin,
        elevation_type=ElevationType.FULL if split else ElevationType.DEFAULT,
    )
    return UserTokens(full, _filtered_half(full, ids) if split else None)


def _filtered_half(full: Token, ids: LogonIds) -> Token:
    """Return the half that the shell gets, linked with *full*."""
    half = full.restrict(ids.filtered_token, flags=RestrictFlags.LUA_TOKEN)
    half.parent_id = Luid(0)  # another logon, not a copy that its maker may hand out
    half.authentication_id = ids.filtered_authentication
    half.modified_id = ids.filtered_token
    half.elevation_type = ElevationType.LIMITED
    half.default_dacl = user_dacl(full.user, ids.logon_sid)
    half.linked, full.linked = full, half
    return half


def _user_groups(account: AccountFacts, logon_type: LogonType, logon: Sid, *, is_console: bool) -> list[Group]:
    """Return the groups in the order in which NT lists them."""
    held = [account.primary_group, sids.EVERYONE, *account.groups, *LOGON_GROUPS[logon_type]]
    if is_console:
        held.append(sids.CONSOLE_LOGON)
    held.append(sids.AUTHENTICATED_USERS)
    groups = [
        Group(sid, _HELD_AND_OWNER if sid == sids.ADMINISTRATORS else _HELD)
        for sid in dict.fromkeys(held)
        if sid != account.sid
    ]
    return [*groups, Group(logon, _LOGON_ID)]


def system_token(
    token_id: Luid, *, session_id: int = 0, logon: Sid | None = None, service_sids: tuple[Sid, ...] = ()
) -> Token:
    """Return a token of LocalSystem; a service has a logon SID and its own service SIDs besides."""
    groups = [
        Group(sids.ADMINISTRATORS, int(GroupAttributes.ENABLED_BY_DEFAULT | GroupAttributes.ENABLED) | 0x8),
        Group(sids.EVERYONE, _HELD),
        Group(sids.AUTHENTICATED_USERS, _HELD),
        *_service_groups(logon, service_sids),
    ]
    return Token(
        token_id=token_id,
        authentication_id=SYSTEM_LUID,
        user=sids.LOCAL_SYSTEM,
        user_name="SYSTEM",
        groups=groups,
        privileges=system_privileges(),
        owner=sids.ADMINISTRATORS,
        primary_group=sids.LOCAL_SYSTEM,
        default_dacl=SYSTEM_DACL,
        session_id=session_id,
        integrity=IntegrityLevel.SYSTEM,
        logon_sid=logon,
    )


def local_service_token(token_id: Luid, logon: Sid, service_sids: tuple[Sid, ...] = ()) -> Token:
    """Return a token of LOCAL SERVICE in session 0; `logon` is the logon SID of this one service process."""
    return _service_token(sids.LOCAL_SERVICE, "LOCAL SERVICE", LOCAL_SERVICE_LUID, token_id, logon, service_sids)


def network_service_token(token_id: Luid, logon: Sid, service_sids: tuple[Sid, ...] = ()) -> Token:
    """Return a token of NETWORK SERVICE in session 0."""
    return _service_token(sids.NETWORK_SERVICE, "NETWORK SERVICE", NETWORK_SERVICE_LUID, token_id, logon, service_sids)


def _service_token(
    user: Sid, name: str, luid: Luid, token_id: Luid, logon: Sid, service_sids: tuple[Sid, ...]
) -> Token:
    groups = [
        Group(sids.EVERYONE, _HELD),
        Group(sids.USERS, _HELD),
        Group(sids.AUTHENTICATED_USERS, _HELD),
        Group(sids.LOCAL, _HELD),
        *_service_groups(logon, service_sids),
    ]
    return Token(
        token_id=token_id,
        authentication_id=luid,
        user=user,
        user_name=name,
        groups=groups,
        privileges=privileges_of([user, *(group.sid for group in groups)]),
        default_dacl=service_dacl(user),
        integrity=IntegrityLevel.SYSTEM,
        logon_sid=logon,
    )


def _service_groups(logon: Sid | None, service_sids: tuple[Sid, ...]) -> list[Group]:
    groups = [] if logon is None else [Group(sids.SERVICE, _HELD), Group(logon, _LOGON_ID)]
    return groups + [Group(sid, _SERVICE_SID) for sid in service_sids]


def anonymous_token(token_id: Luid) -> Token:
    """Return the token of nobody: not even Everyone is among its groups."""
    return Token(
        token_id=token_id,
        authentication_id=ANONYMOUS_LUID,
        user=sids.ANONYMOUS_LOGON,
        user_name="ANONYMOUS LOGON",
        groups=[Group(sids.NETWORK, _HELD)],
        default_dacl=user_dacl(sids.ANONYMOUS_LOGON, None),
        integrity=IntegrityLevel.UNTRUSTED,
    )


def new_credentials_token(caller: Token, token_id: Luid, authentication_id: Luid) -> Token:
    """Return the caller's token as a logon of its own, with other credentials for the network (`runas /netonly`)."""
    twin = caller.copy(token_id)
    twin.authentication_id = authentication_id
    twin.origin = caller.authentication_id
    return twin
