"""The token: who a process or a thread is, and what it may do (nt-semantics 3.4; [MS-DTYP] 2.5.2).

A token is a plain object graph.  It never invents an id: LUIDs are passed in by whoever counts them.  Tokens change
(privileges and groups are switched, a service moves its token to another session), so each change takes the new
`modified_id` and refreshes what is derived from the groups.

Invariants:
  1. `enabled_sids` and `deny_only_sids` always fit `user`, `groups` and `restricted_sids`; an access check reads these
     and nothing else of the groups.
  2. A restricted copy never holds more than its source: no group enabled, no privilege, no restricting SID added.
  3. The owner is never a SID that only counts for denials.

`linked` makes the two halves of a split logon point at each other.  The integrity level is a number here, not one more
group; who lists groups as NT does appends `integrity_group`.
"""

from collections.abc import Iterable, Mapping
from typing import Generic, NamedTuple, TypeVar

from ntsessions.abi.errors import nt_error
from ntsessions.abi.luids import SYSTEM_LUID, Luid
from ntsessions.abi.privileges import Privilege, PrivilegeAttributes
from ntsessions.abi.security import Acl
from ntsessions.abi.sid_names import display_sid
from ntsessions.abi.sids import ADMINISTRATORS, IntegrityLevel, Sid, integrity_sid
from ntsessions.abi.status import NtStatus
from ntsessions.abi.tokens import (
    ElevationType,
    Group,
    GroupAttributes,
    ImpersonationLevel,
    MandatoryPolicy,
    RestrictFlags,
    TokenSource,
)
from ntsessions.executive.security.user_rights import FILTERED_PRIVILEGES, is_administrative

_ENABLED = int(GroupAttributes.ENABLED)
_MANDATORY = int(GroupAttributes.MANDATORY)
_DENY_ONLY = int(GroupAttributes.USE_FOR_DENY_ONLY)
_GRANTING = int(
    GroupAttributes.MANDATORY | GroupAttributes.ENABLED_BY_DEFAULT | GroupAttributes.ENABLED | GroupAttributes.OWNER
)
_RESTRICT_FLAGS = sum(RestrictFlags)
_MAY_OWN = int(GroupAttributes.OWNER)
_PRIVILEGE_ENABLED = int(PrivilegeAttributes.ENABLED)
_PRIVILEGE_REMOVED = int(PrivilegeAttributes.REMOVED)


_Key = TypeVar("_Key")


class Adjustment(NamedTuple, Generic[_Key]):
    """What switching privileges or groups did."""

    status: NtStatus
    """SUCCESS, or NOT_ALL_ASSIGNED: the token does not hold some of them; the others were switched."""
    previous: dict[_Key, int]
    """The attributes before, of those that changed."""


class Token:
    """What one process or thread may do; see the module for the invariants."""

    __slots__ = (
        "authentication_id",
        "default_dacl",
        "deny_only_sids",
        "elevation_type",
        "enabled_sids",
        "groups",
        "impersonation_level",
        "integrity",
        "is_plain",
        "is_primary",
        "is_write_restricted",
        "linked",
        "logon_sid",
        "mandatory_policy",
        "modified_id",
        "origin",
        "owner",
        "parent_id",
        "primary_group",
        "privileges",
        "restricted_sids",
        "session_id",
        "source",
        "token_id",
        "user",
        "user_deny_only",
        "user_name",
    )

    def __init__(
        self,
        *,
        token_id: Luid,
        authentication_id: Luid,
        user: Sid,
        user_name: str = "",
        groups: Iterable[Group] = (),
        privileges: Mapping[Privilege, int] | None = None,
        owner: Sid | None = None,
        primary_group: Sid | None = None,
        default_dacl: Acl | None = None,
        session_id: int = 0,
        integrity: int = IntegrityLevel.MEDIUM,
        logon_sid: Sid | None = None,
        source: TokenSource = TokenSource(),  # noqa: B008 - frozen
        origin: Luid = SYSTEM_LUID,
        elevation_type: ElevationType = ElevationType.DEFAULT,
    ) -> None:
        """Make a primary token.

        `owner` and `primary_group` default to the user.  `logon_sid` names the group of this one logon, which must also
        be in `groups`.  `origin` is the logon session that asked for the logon.
        """
        self.token_id = token_id
        self.modified_id = token_id
        self.authentication_id = authentication_id
        self.parent_id = Luid(0)
        """The token that this one is a restricted copy of, 0 for none."""
        self.origin = origin
        self.source = source
        self.user = user
        self.user_name = user_name or display_sid(user)
        self.user_deny_only = False
        self.groups = tuple(groups)
        self.restricted_sids: tuple[Sid, ...] | None = None
        """None: not restricted.  An empty tuple grants nothing at all."""
        self.is_write_restricted = False
        self.privileges = dict(privileges or {})
        self.owner = owner or user
        self.primary_group = primary_group or user
        self.default_dacl = default_dacl
        self.session_id = session_id
        self.logon_sid = logon_sid
        self.is_primary = True
        self.impersonation_level = ImpersonationLevel.IMPERSONATION
        """Has a meaning only when the token is no primary one."""
        self.integrity = int(integrity)
        self.mandatory_policy = int(MandatoryPolicy.NO_WRITE_UP | MandatoryPolicy.NEW_PROCESS_MIN)
        self.elevation_type = elevation_type
        self.linked: Token | None = None
        self.refresh()

    def refresh(self) -> None:
        """Derive what access checks read; every change of groups, integrity or level ends with this."""
        enabled = {group.sid for group in self.groups if group.attributes & _ENABLED}
        deny_only = {group.sid for group in self.groups if group.attributes & _DENY_ONLY}
        (deny_only if self.user_deny_only else enabled).add(self.user)
        self.enabled_sids = frozenset(enabled - deny_only)
        self.deny_only_sids = frozenset(deny_only)
        self.is_plain = (
            self.restricted_sids is None
            and (self.integrity >= IntegrityLevel.MEDIUM or not self.mandatory_policy & MandatoryPolicy.NO_WRITE_UP)
            and (self.is_primary or self.impersonation_level >= ImpersonationLevel.IMPERSONATION)
        )
        """Nothing but the DACL can stand between this token and an object that has no label."""

    def __repr__(self) -> str:
        return f"<Token {self.user_name} ({self.user}) of logon 0x{self.authentication_id:x}>"

    # -- questions

    def has_privilege(self, privilege: Privilege) -> bool:
        """Tell whether the token holds *privilege* and it is enabled."""
        return bool(self.privileges.get(privilege, 0) & _PRIVILEGE_ENABLED)

    def require_privilege(self, privilege: Privilege) -> None:
        """Raise PrivilegeNotHeld (PRIVILEGE_NOT_HELD) unless the token has *privilege* enabled."""
        if not self.has_privilege(privilege):
            why = "is disabled in the token of" if privilege in self.privileges else "is not held by"
            raise nt_error(NtStatus.PRIVILEGE_NOT_HELD, f"{privilege.name} {why} {self.user_name} ({self.user})")

    def has_enabled(self, sid: Sid) -> bool:
        """Tell whether *sid* is the user or an enabled group (CheckTokenMembership)."""
        return sid in self.enabled_sids

    def may_own(self, sid: Sid) -> bool:
        """Tell whether objects may be given to *sid*: the user, or an enabled group with the OWNER attribute."""
        if sid not in self.enabled_sids:
            return False
        return sid == self.user or any(group.sid == sid and group.attributes & _MAY_OWN for group in self.groups)

    @property
    def is_restricted(self) -> bool:
        """True when restricting SIDs limit the token, be it for writing only."""
        return self.restricted_sids is not None

    @property
    def is_elevated(self) -> bool:
        """TokenElevation: the full half of a split logon, or an administrator whose logon is not split."""
        if self.elevation_type is ElevationType.DEFAULT:
            return ADMINISTRATORS in self.enabled_sids
        return self.elevation_type is ElevationType.FULL

    @property
    def integrity_group(self) -> Group:
        """The integrity level as NT lists it among the groups."""
        attributes = GroupAttributes.INTEGRITY | GroupAttributes.INTEGRITY_ENABLED
        return Group(integrity_sid(self.integrity), int(attributes))

    # -- copies

    def copy(self, token_id: Luid) -> "Token":
        """Return an equal token under another id."""
        twin = object.__new__(Token)
        for name in Token.__slots__:
            setattr(twin, name, getattr(self, name))
        twin.privileges = dict(self.privileges)
        twin.token_id = token_id
        return twin

    def duplicate(
        self,
        token_id: Luid,
        *,
        level: ImpersonationLevel | None = None,
        effective_only: bool = False,
    ) -> "Token":
        """Return a primary token (`level` None) or an impersonation token of this level (NtDuplicateToken).

        `effective_only` leaves out what is disabled.  Raises AccessDenied (BAD_IMPERSONATION_LEVEL) when that would
        give more than this token has: a higher level, or a primary token of one that may not impersonate.
        """
        if not self.is_primary:
            wanted = ImpersonationLevel.IMPERSONATION if level is None else level
            if wanted > self.impersonation_level:
                raise nt_error(NtStatus.BAD_IMPERSONATION_LEVEL, f"the token has only {self.impersonation_level.name}")
        twin = self.copy(token_id)
        twin.is_primary = level is None
        twin.impersonation_level = ImpersonationLevel.IMPERSONATION if level is None else level
        if effective_only:
            twin.groups = tuple(g for g in self.groups if g.attributes & (_ENABLED | _DENY_ONLY))
            twin.privileges = {p: a for p, a in self.privileges.items() if a & _PRIVILEGE_ENABLED}
        twin.refresh()
        return twin

    def restrict(
        self,
        token_id: Luid,
        *,
        disable: Iterable[Sid] = (),
        delete: Iterable[Privilege] = (),
        restricting: Iterable[Sid] = (),
        flags: int = 0,
    ) -> "Token":
        """Return a copy that may do less (CreateRestrictedToken); *flags* are `RestrictFlags`.

        `disable`: SIDs that only count for denials from now on.  `restricting`: SIDs that must be granted the access
        too, or only write access with WRITE_RESTRICTED; a token that has such a list already keeps what is in both.
        INVALID_PARAMETER for unknown flags.  SANDBOX_INERT changes nothing: there are no software restriction policies.
        """
        if flags & ~_RESTRICT_FLAGS:
            raise nt_error(NtStatus.INVALID_PARAMETER, f"0x{flags:X} has unknown flags")
        disabled, deleted = set(disable), set(delete)
        if flags & RestrictFlags.DISABLE_MAX_PRIVILEGE:
            deleted |= set(self.privileges) - {Privilege.SeChangeNotifyPrivilege}
        twin = self.copy(token_id)
        if flags & RestrictFlags.LUA_TOKEN:
            disabled |= {group.sid for group in self.groups if is_administrative(group.sid)}
            deleted |= set(self.privileges) - FILTERED_PRIVILEGES
            twin.integrity = min(self.integrity, int(IntegrityLevel.MEDIUM))
        twin.parent_id = self.token_id
        twin.groups = tuple(_deny_only(g) if g.sid in disabled else g for g in self.groups)
        twin.user_deny_only = self.user_deny_only or self.user in disabled
        twin.owner = self.user if self.owner in disabled else self.owner
        for privilege in deleted:
            twin.privileges.pop(privilege, None)
        if added := tuple(dict.fromkeys(restricting)):
            before, write_only = self.restricted_sids, bool(flags & RestrictFlags.WRITE_RESTRICTED)
            twin.restricted_sids = added if before is None else tuple(sid for sid in added if sid in before)
            twin.is_write_restricted = write_only and (before is None or self.is_write_restricted)
        twin.refresh()
        return twin

    # -- changes

    def adjust_privileges(self, changes: Mapping[Privilege, int], modified_id: Luid) -> Adjustment[Privilege]:
        """Enable (ENABLED), disable (0) or remove for good (REMOVED) privileges that the token holds."""
        previous: dict[Privilege, int] = {}
        status = NtStatus.SUCCESS
        for privilege, attributes in changes.items():
            before = self.privileges.get(privilege)
            if before is None:
                status = NtStatus.NOT_ALL_ASSIGNED
            elif attributes & _PRIVILEGE_REMOVED:
                previous[privilege] = before
                del self.privileges[privilege]
            elif (before ^ attributes) & _PRIVILEGE_ENABLED:
                previous[privilege] = before
                self.privileges[privilege] = before ^ _PRIVILEGE_ENABLED
        if previous:
            self.modified_id = modified_id
        return Adjustment(status, previous)

    def disable_all_privileges(self, modified_id: Luid) -> Adjustment[Privilege]:
        """Disable every privilege that is enabled."""
        return self.adjust_privileges(dict.fromkeys(self.privileges, 0), modified_id)

    def adjust_groups(self, changes: Mapping[Sid, bool], modified_id: Luid) -> Adjustment[Sid]:
        """Enable (True) or disable (False) groups.

        Raises InvalidParameter, and changes nothing, when a mandatory group would be disabled or a group that only
        counts for denials would be enabled.
        """
        held = {group.sid: group.attributes for group in self.groups}
        previous: dict[Sid, int] = {}
        for sid, enable in changes.items():
            attributes = held.get(sid)
            if attributes is None or bool(attributes & _ENABLED) == enable:
                continue
            if attributes & (_DENY_ONLY if enable else _MANDATORY):
                why = "only counts for denials" if enable else "is mandatory"
                raise nt_error(NtStatus.INVALID_PARAMETER, f"the group {display_sid(sid)} {why}")
            previous[sid] = attributes
        if previous:
            self.groups = tuple(
                Group(group.sid, group.attributes ^ _ENABLED) if group.sid in previous else group
                for group in self.groups
            )
            self._change(modified_id)
        return Adjustment(NtStatus.SUCCESS if changes.keys() <= held.keys() else NtStatus.NOT_ALL_ASSIGNED, previous)

    def set_owner(self, owner: Sid, modified_id: Luid) -> None:
        """Set who owns what this token makes; INVALID_OWNER unless `may_own`."""
        if not self.may_own(owner):
            raise nt_error(NtStatus.INVALID_OWNER, f"{display_sid(owner)} may not own objects of {self.user_name}")
        self.owner = owner
        self.modified_id = modified_id

    def set_primary_group(self, group: Sid, modified_id: Luid) -> None:
        """Set the primary group; INVALID_PRIMARY_GROUP unless it is the user or a group of the token."""
        if group != self.user and all(held.sid != group for held in self.groups):
            raise nt_error(NtStatus.INVALID_PRIMARY_GROUP, display_sid(group))
        self.primary_group = group
        self.modified_id = modified_id

    def set_integrity(self, level: int, modified_id: Luid, *, may_raise: bool = False) -> None:
        """Set the integrity level; PRIVILEGE_NOT_HELD for a higher one unless the caller `may_raise` (SeTcb)."""
        if level > self.integrity and not may_raise:
            raise nt_error(NtStatus.PRIVILEGE_NOT_HELD, "SeTcbPrivilege is needed to raise the integrity level")
        self.integrity = level
        self._change(modified_id)

    def _change(self, modified_id: Luid) -> None:
        self.modified_id = modified_id
        self.refresh()


def _deny_only(group: Group) -> Group:
    """Return *group* as it is in a token that may no longer use it for access."""
    return Group(group.sid, group.attributes & ~_GRANTING | _DENY_ONLY)
