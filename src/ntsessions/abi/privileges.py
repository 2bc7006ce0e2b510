"""Privileges: what a token may do whatever the object's security says.

The members carry the SDK's own names (`Privilege.SeTcbPrivilege`), the values are the low parts of their LUIDs
([MS-LSAD] 3.1.1.2.1).  Who holds which privilege is policy and lives in `executive.security.user_rights`.
"""

from enum import IntEnum, IntFlag

from ntsessions.abi.errors import nt_error
from ntsessions.abi.status import NtStatus


class Privilege(IntEnum):
    """A privilege, by its LUID."""

    SeCreateTokenPrivilege = 2
    SeAssignPrimaryTokenPrivilege = 3
    SeLockMemoryPrivilege = 4
    SeIncreaseQuotaPrivilege = 5
    SeMachineAccountPrivilege = 6
    SeTcbPrivilege = 7
    SeSecurityPrivilege = 8
    SeTakeOwnershipPrivilege = 9
    SeLoadDriverPrivilege = 10
    SeSystemProfilePrivilege = 11
    SeSystemtimePrivilege = 12
    SeProfileSingleProcessPrivilege = 13
    SeIncreaseBasePriorityPrivilege = 14
    SeCreatePagefilePrivilege = 15
    SeCreatePermanentPrivilege = 16
    SeBackupPrivilege = 17
    SeRestorePrivilege = 18
    SeShutdownPrivilege = 19
    SeDebugPrivilege = 20
    SeAuditPrivilege = 21
    SeSystemEnvironmentPrivilege = 22
    SeChangeNotifyPrivilege = 23
    SeRemoteShutdownPrivilege = 24
    SeUndockPrivilege = 25
    SeSyncAgentPrivilege = 26
    SeEnableDelegationPrivilege = 27
    SeManageVolumePrivilege = 28
    SeImpersonatePrivilege = 29
    SeCreateGlobalPrivilege = 30
    SeTrustedCredManAccessPrivilege = 31
    SeRelabelPrivilege = 32
    SeIncreaseWorkingSetPrivilege = 33
    SeTimeZonePrivilege = 34
    SeCreateSymbolicLinkPrivilege = 35
    SeDelegateSessionUserImpersonatePrivilege = 36

    @property
    def display_text(self) -> str:
        """What the privilege allows, for people."""
        return _DISPLAY_TEXT[self]


class PrivilegeAttributes(IntFlag):
    """SE_PRIVILEGE_ flags of a privilege in a token."""

    NONE = 0
    ENABLED_BY_DEFAULT = 0x1
    ENABLED = 0x2
    REMOVED = 0x4
    USED_FOR_ACCESS = 0x80000000


_P = Privilege
_DISPLAY_TEXT: dict[Privilege, str] = {
    _P.SeCreateTokenPrivilege: "make tokens",
    _P.SeAssignPrimaryTokenPrivilege: "start processes under another token",
    _P.SeLockMemoryPrivilege: "keep pages in memory",
    _P.SeIncreaseQuotaPrivilege: "change the quotas of a process",
    _P.SeMachineAccountPrivilege: "join machines to the domain",
    _P.SeTcbPrivilege: "act as a part of the system",
    _P.SeSecurityPrivilege: "manage auditing and the security log",
    _P.SeTakeOwnershipPrivilege: "take ownership of objects",
    _P.SeLoadDriverPrivilege: "load and unload drivers",
    _P.SeSystemProfilePrivilege: "measure the whole system",
    _P.SeSystemtimePrivilege: "set the clock",
    _P.SeProfileSingleProcessPrivilege: "measure one process",
    _P.SeIncreaseBasePriorityPrivilege: "raise scheduling priorities",
    _P.SeCreatePagefilePrivilege: "make a page file",
    _P.SeCreatePermanentPrivilege: "make permanent objects",
    _P.SeBackupPrivilege: "read anything, to back it up",
    _P.SeRestorePrivilege: "write anything, to restore it",
    _P.SeShutdownPrivilege: "shut the system down",
    _P.SeDebugPrivilege: "open any process",
    _P.SeAuditPrivilege: "write to the security log",
    _P.SeSystemEnvironmentPrivilege: "change firmware variables",
    _P.SeChangeNotifyPrivilege: "pass through directories without access to them",
    _P.SeRemoteShutdownPrivilege: "shut the system down from another machine",
    _P.SeUndockPrivilege: "undock the machine",
    _P.SeSyncAgentPrivilege: "synchronize directory data",
    _P.SeEnableDelegationPrivilege: "mark accounts as trusted for delegation",
    _P.SeManageVolumePrivilege: "maintain volumes",
    _P.SeImpersonatePrivilege: "act as a client after it authenticated",
    _P.SeCreateGlobalPrivilege: "make global sections and links",
    _P.SeTrustedCredManAccessPrivilege: "use stored credentials as a trusted caller",
    _P.SeRelabelPrivilege: "change the integrity label of an object",
    _P.SeIncreaseWorkingSetPrivilege: "enlarge the working set of a process",
    _P.SeTimeZonePrivilege: "set the time zone",
    _P.SeCreateSymbolicLinkPrivilege: "make symbolic links in file systems",
    _P.SeDelegateSessionUserImpersonatePrivilege: "act as another user of the same session",
}
_BY_NAME = {privilege.name.casefold(): privilege for privilege in Privilege}


def privilege_named(name: str) -> Privilege:
    """Return the privilege with this SDK name, in any case; NO_SUCH_PRIVILEGE when there is none."""
    try:
        return _BY_NAME[name.casefold()]
    except KeyError:
        raise nt_error(NtStatus.NO_SUCH_PRIVILEGE, f"{name[:80]!r}; names look like SeShutdownPrivilege") from None
