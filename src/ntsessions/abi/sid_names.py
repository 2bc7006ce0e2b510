"""What people call the well-known SIDs.

One row per SID: domain and name, as `LookupAccountSid` answers them on an English Windows.  Accounts of our own and of
the Unix system are not here; whoever keeps them looks there after looking here.
"""

from ntsessions.abi import sids
from ntsessions.abi.sids import IntegrityLevel, Sid, integrity_sid

WELL_KNOWN_NAMES: dict[Sid, tuple[str, str]] = {
    sids.NULL_SID: ("", "NULL SID"),
    sids.EVERYONE: ("", "Everyone"),
    sids.LOCAL: ("", "LOCAL"),
    sids.CONSOLE_LOGON: ("", "CONSOLE LOGON"),
    sids.CREATOR_OWNER: ("", "CREATOR OWNER"),
    sids.CREATOR_GROUP: ("", "CREATOR GROUP"),
    sids.OWNER_RIGHTS: ("", "OWNER RIGHTS"),
    sids.DIALUP: ("NT AUTHORITY", "DIALUP"),
    sids.NETWORK: ("NT AUTHORITY", "NETWORK"),
    sids.BATCH: ("NT AUTHORITY", "BATCH"),
    sids.INTERACTIVE: ("NT AUTHORITY", "INTERACTIVE"),
    sids.SERVICE: ("NT AUTHORITY", "SERVICE"),
    sids.ANONYMOUS_LOGON: ("NT AUTHORITY", "ANONYMOUS LOGON"),
    sids.SELF: ("NT AUTHORITY", "SELF"),
    sids.AUTHENTICATED_USERS: ("NT AUTHORITY", "Authenticated Users"),
    sids.RESTRICTED: ("NT AUTHORITY", "RESTRICTED"),
    sids.TERMINAL_SERVER_USER: ("NT AUTHORITY", "TERMINAL SERVER USER"),
    sids.REMOTE_INTERACTIVE_LOGON: ("NT AUTHORITY", "REMOTE INTERACTIVE LOGON"),
    sids.THIS_ORGANIZATION: ("NT AUTHORITY", "This Organization"),
    sids.LOCAL_SYSTEM: ("NT AUTHORITY", "SYSTEM"),
    sids.LOCAL_SERVICE: ("NT AUTHORITY", "LOCAL SERVICE"),
    sids.NETWORK_SERVICE: ("NT AUTHORITY", "NETWORK SERVICE"),
    sids.ADMINISTRATORS: ("BUILTIN", "Administrators"),
    sids.USERS: ("BUILTIN", "Users"),
    sids.GUESTS: ("BUILTIN", "Guests"),
    sids.POWER_USERS: ("BUILTIN", "Power Users"),
    sids.BACKUP_OPERATORS: ("BUILTIN", "Backup Operators"),
    sids.REMOTE_DESKTOP_USERS: ("BUILTIN", "Remote Desktop Users"),
    sids.WRITE_RESTRICTED: ("NT AUTHORITY", "WRITE RESTRICTED"),
    sids.ALL_SERVICES: ("NT SERVICE", "ALL SERVICES"),
    sids.VIRTUAL_MACHINES: ("NT VIRTUAL MACHINE", "Virtual Machines"),
    sids.WINDOW_MANAGER_GROUP: ("Window Manager", "Window Manager Group"),
    sids.LOCAL_ACCOUNT: ("NT AUTHORITY", "Local account"),
    sids.LOCAL_ACCOUNT_ADMINISTRATOR: ("NT AUTHORITY", "Local account and member of Administrators group"),
    sids.ALL_APPLICATION_PACKAGES: ("APPLICATION PACKAGE AUTHORITY", "ALL APPLICATION PACKAGES"),
    integrity_sid(IntegrityLevel.UNTRUSTED): ("Mandatory Label", "Untrusted Mandatory Level"),
    integrity_sid(IntegrityLevel.LOW): ("Mandatory Label", "Low Mandatory Level"),
    integrity_sid(IntegrityLevel.MEDIUM): ("Mandatory Label", "Medium Mandatory Level"),
    integrity_sid(IntegrityLevel.MEDIUM_PLUS): ("Mandatory Label", "Medium Plus Mandatory Level"),
    integrity_sid(IntegrityLevel.HIGH): ("Mandatory Label", "High Mandatory Level"),
    integrity_sid(IntegrityLevel.SYSTEM): ("Mandatory Label", "System Mandatory Level"),
    integrity_sid(IntegrityLevel.PROTECTED_PROCESS): ("Mandatory Label", "Protected Process Mandatory Level"),
}

_BY_NAME: dict[str, Sid] = {name.casefold(): sid for sid, (_, name) in WELL_KNOWN_NAMES.items()}
_BY_NAME |= {f"{domain}\\{name}".casefold(): sid for sid, (domain, name) in WELL_KNOWN_NAMES.items() if domain}


def well_known_name(sid: Sid) -> tuple[str, str] | None:
    """Return domain (may be empty) and name of a well-known SID, None for any other."""
    return WELL_KNOWN_NAMES.get(sid)


def well_known_sid(name: str) -> Sid | None:
    r"""Return the SID called *name* or *domain\name* (in any case), None when no well-known one is."""
    return _BY_NAME.get(name.casefold())


def display_sid(sid: Sid) -> str:
    r"""Return `domain\name` for a well-known SID, otherwise the SID itself."""
    known = WELL_KNOWN_NAMES.get(sid)
    return sid if known is None else "\\".join(part for part in known if part)
