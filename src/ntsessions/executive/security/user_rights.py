"""Who holds which privilege: NT's default assignment of user rights, as data (nt-semantics 3.3; [MS-LSAD]).

Rights are assigned to SIDs, and a token holds what its SIDs hold together; so a member of Administrators, a service
and LOCAL SERVICE need no cases of their own anywhere else.
"""

from collections.abc import Iterable
from typing import Final

from ntsessions.abi import sids
from ntsessions.abi.privileges import Privilege as P  # noqa: N817 - a table of fifty rows reads better
from ntsessions.abi.privileges import PrivilegeAttributes
from ntsessions.abi.sids import Sid

_USER: Final = (
    P.SeChangeNotifyPrivilege,
    P.SeShutdownPrivilege,
    P.SeUndockPrivilege,
    P.SeIncreaseWorkingSetPrivilege,
    P.SeTimeZonePrivilege,
)
_ADMINISTRATOR: Final = (
    *_USER,
    P.SeIncreaseQuotaPrivilege, P.SeSecurityPrivilege, P.SeTakeOwnershipPrivilege, P.SeLoadDriverPrivilege,
    P.SeSystemProfilePrivilege, P.SeSystemtimePrivilege, P.SeProfileSingleProcessPrivilege,
    P.SeIncreaseBasePriorityPrivilege, P.SeCreatePagefilePrivilege, P.SeBackupPrivilege, P.SeRestorePrivilege,
    P.SeDebugPrivilege, P.SeSystemEnvironmentPrivilege, P.SeRemoteShutdownPrivilege, P.SeManageVolumePrivilege,
    P.SeImpersonatePrivilege, P.SeCreateGlobalPrivilege, P.SeCreateSymbolicLinkPrivilege,
    P.SeDelegateSessionUserImpersonatePrivilege,
)  # fmt: skip
_SERVICE: Final = (P.SeChangeNotifyPrivilege, P.SeImpersonatePrivilege, P.SeCreateGlobalPrivilege)
_SERVICE_ACCOUNT: Final = (
    *_SERVICE, P.SeAssignPrimaryTokenPrivilege, P.SeIncreaseQuotaPrivilege, P.SeAuditPrivilege, P.SeUndockPrivilege,
    P.SeShutdownPrivilege, P.SeIncreaseWorkingSetPrivilege,
)  # fmt: skip
_BACKUP: Final = (P.SeBackupPrivilege, P.SeRestorePrivilege, P.SeShutdownPrivilege)

USER_RIGHTS: dict[Sid, tuple[P, ...]] = {
    sids.EVERYONE: (P.SeChangeNotifyPrivilege,),
    sids.USERS: _USER,
    sids.ADMINISTRATORS: _ADMINISTRATOR,
    sids.BACKUP_OPERATORS: _BACKUP,
    sids.SERVICE: _SERVICE,
    sids.LOCAL_SERVICE: (*_SERVICE_ACCOUNT, P.SeSystemtimePrivilege, P.SeTimeZonePrivilege),
    sids.NETWORK_SERVICE: _SERVICE_ACCOUNT,
}
"""Privileges by the SID they are assigned to.  A profile or a policy may pass its own table instead."""

ENABLED_FROM_THE_START: Final = frozenset(
    {P.SeChangeNotifyPrivilege, P.SeImpersonatePrivilege, P.SeCreateGlobalPrivilege}
)
"""What a token of a logon has enabled by default; everything else its programs must enable first."""

# The system itself.  What lets it harm itself by accident is held, but disabled.
_SYSTEM_DISABLED: Final = frozenset(
    {
        P.SeCreateTokenPrivilege, P.SeAssignPrimaryTokenPrivilege, P.SeIncreaseQuotaPrivilege, P.SeSecurityPrivilege,
        P.SeTakeOwnershipPrivilege, P.SeLoadDriverPrivilege, P.SeSystemtimePrivilege, P.SeBackupPrivilege,
        P.SeRestorePrivilege, P.SeShutdownPrivilege, P.SeSystemEnvironmentPrivilege, P.SeUndockPrivilege,
        P.SeManageVolumePrivilege, P.SeTrustedCredManAccessPrivilege, P.SeRelabelPrivilege,
    }
)  # fmt: skip
_NOT_SYSTEMS: Final = frozenset(
    {
        P.SeMachineAccountPrivilege, P.SeRemoteShutdownPrivilege, P.SeSyncAgentPrivilege,
        P.SeEnableDelegationPrivilege,
    }
)  # fmt: skip

FILTERED_PRIVILEGES: Final = frozenset(_USER)
"""What is left to the filtered half of a split logon (nt-semantics 3.5)."""

ADMINISTRATIVE_GROUPS: Final = frozenset({sids.ADMINISTRATORS, sids.POWER_USERS, sids.BACKUP_OPERATORS})
"""Local groups that count only for denials in a filtered token."""

ADMINISTRATIVE_RIDS: Final = frozenset({sids.DOMAIN_ADMINS_RID, 516, 517, 518, 519, 520})
"""The same for groups of a domain, by the last number of S-1-5-21-a-b-c-rid."""

STRONG_PRIVILEGES: Final = frozenset(
    {
        P.SeCreateTokenPrivilege, P.SeTcbPrivilege, P.SeTakeOwnershipPrivilege, P.SeLoadDriverPrivilege,
        P.SeBackupPrivilege, P.SeRestorePrivilege, P.SeDebugPrivilege, P.SeImpersonatePrivilege, P.SeRelabelPrivilege,
    }
)  # fmt: skip
"""Who holds one of these by name is as good as an administrator, and is split like one (nt-semantics 3.5)."""

_ENABLED: Final = int(PrivilegeAttributes.ENABLED | PrivilegeAttributes.ENABLED_BY_DEFAULT)


def is_administrative(group: Sid) -> bool:
    """Tell whether membership of *group* makes an administrator, whose interactive logon is split."""
    if group in ADMINISTRATIVE_GROUPS:
        return True
    return group.startswith("S-1-5-21-") and sids.relative_id(group) in ADMINISTRATIVE_RIDS


def privileges_of(
    holders: Iterable[Sid],
    extra: Iterable[P] = (),
    table: dict[Sid, tuple[P, ...]] = USER_RIGHTS,
) -> dict[P, int]:
    """Return the privileges, with attributes, of a token that has these SIDs; *extra* go to the account by name."""
    held = {privilege for sid in holders for privilege in table.get(sid, ())} | set(extra)
    return {p: _ENABLED if p in ENABLED_FROM_THE_START else 0 for p in sorted(held)}


def system_privileges() -> dict[P, int]:
    """Return the privileges of LocalSystem."""
    return {p: 0 if p in _SYSTEM_DISABLED else _ENABLED for p in P if p not in _NOT_SYSTEMS}
