"""Names and security of the window stations and desktops that the system makes (nt-semantics 6.2, 6.5)."""

from typing import Final

from ntsessions.abi import access, sids
from ntsessions.abi.access import GENERIC_ALL, READ_CONTROL, STANDARD_RIGHTS_REQUIRED
from ntsessions.abi.luids import Luid
from ntsessions.abi.object_types import DESKTOP, WINDOW_STATION
from ntsessions.abi.security import Ace, AceFlags, SecurityDescriptor, allow, descriptor
from ntsessions.abi.sids import Sid

WINSTA0: Final = "WinSta0"
DEFAULT: Final = "Default"
WINLOGON: Final = "Winlogon"
DISCONNECT: Final = "Disconnect"
SCREEN_SAVER: Final = "Screen-saver"
SECURE_DESKTOPS: Final = frozenset({WINLOGON, DISCONNECT, SCREEN_SAVER})
"""Desktops of WinSta0 that only the system makes, and shows things on that no program may touch."""

_WINSTA_ALL: Final = WINDOW_STATION.mapping.all
_DESKTOP_ALL: Final = DESKTOP.mapping.all
_LOOK_AT_STATION: Final = access.WINSTA_READATTRIBUTES | access.WINSTA_ENUMERATE
_USE_DESKTOP: Final = (
    access.DESKTOP_READOBJECTS
    | access.DESKTOP_WRITEOBJECTS
    | access.DESKTOP_CREATEWINDOW
    | access.DESKTOP_CREATEMENU
    | access.DESKTOP_ENUMERATE
)
"""0xC7: what administrators have on a desktop of a user."""
_SERVICE_STATION: Final = (
    access.WINSTA_ACCESSCLIPBOARD
    | access.WINSTA_ACCESSGLOBALATOMS
    | access.WINSTA_CREATEDESKTOP
    | access.WINSTA_EXITWINDOWS
    | access.WINSTA_READATTRIBUTES
    | access.WINSTA_ENUMDESKTOPS
    | access.WINSTA_ENUMERATE
    | STANDARD_RIGHTS_REQUIRED
)
_SERVICE_DESKTOP: Final = (
    access.DESKTOP_CREATEMENU
    | access.DESKTOP_CREATEWINDOW
    | access.DESKTOP_ENUMERATE
    | access.DESKTOP_HOOKCONTROL
    | access.DESKTOP_READOBJECTS
    | access.DESKTOP_WRITEOBJECTS
    | STANDARD_RIGHTS_REQUIRED
)
_ITSELF: Final = AceFlags.NO_PROPAGATE_INHERIT
_CHILDREN: Final = AceFlags.OBJECT_INHERIT | AceFlags.CONTAINER_INHERIT | AceFlags.INHERIT_ONLY


def service_station_name(luid: Luid) -> str:
    """Return the name of the window station of a logon session (6.2): `Service-0x0-3e7$`."""
    return f"Service-0x{luid >> 32:x}-{luid & 0xFFFFFFFF:x}$"


def _owned(entries: tuple[Ace, ...]) -> SecurityDescriptor:
    return descriptor(entries, owner=sids.LOCAL_SYSTEM, group=sids.LOCAL_SYSTEM)


def interactive_station(logon: Sid | None) -> SecurityDescriptor:
    """Return the descriptor of WinSta0; *logon*: the logon SID of who works there."""
    entries = [
        allow(sids.LOCAL_SYSTEM, _WINSTA_ALL, _ITSELF),
        allow(sids.LOCAL_SYSTEM, GENERIC_ALL, _CHILDREN),
        allow(sids.ADMINISTRATORS, _LOOK_AT_STATION, _ITSELF),
        allow(sids.ADMINISTRATORS, _USE_DESKTOP, _CHILDREN),
    ]
    if logon is not None:
        entries += [allow(logon, _WINSTA_ALL, _ITSELF), allow(logon, GENERIC_ALL, _CHILDREN)]
    return _owned(tuple(entries))


def interactive_desktop(name: str, logon: Sid | None) -> SecurityDescriptor:
    """Return the descriptor of a desktop of WinSta0 that the system makes; no table has Disconnect: as Winlogon."""
    entries = [allow(sids.LOCAL_SYSTEM, _DESKTOP_ALL)]
    if name == DEFAULT:
        entries.append(allow(sids.ADMINISTRATORS, _USE_DESKTOP))
        if logon is not None:
            entries.append(allow(logon, _DESKTOP_ALL))
    elif name == SCREEN_SAVER:
        shown = (
            READ_CONTROL | access.DESKTOP_ENUMERATE | access.DESKTOP_READOBJECTS | access.DESKTOP_CREATEWINDOW
        )  # 0x20043
        entries += [allow(sids.ADMINISTRATORS, _USE_DESKTOP), allow(sids.INTERACTIVE, shown)]
    else:
        entries.append(allow(sids.ADMINISTRATORS, STANDARD_RIGHTS_REQUIRED | access.DESKTOP_ENUMERATE))
    return _owned(tuple(entries))


def service_station(account: Sid) -> SecurityDescriptor:
    """Return the descriptor of an account's own window station."""
    look = allow(sids.ADMINISTRATORS, access.WINSTA_ENUMERATE)
    return _service(account, _WINSTA_ALL, _SERVICE_STATION, look)


def service_desktop(account: Sid) -> SecurityDescriptor:
    """Return the descriptor of the desktop in it."""
    look = access.DESKTOP_ENUMERATE | access.DESKTOP_READOBJECTS | access.DESKTOP_WRITEOBJECTS
    return _service(account, _DESKTOP_ALL, _SERVICE_DESKTOP, allow(sids.ADMINISTRATORS, look))


def _service(account: Sid, everything: int, granted: int, administrators: Ace) -> SecurityDescriptor:
    own = () if account == sids.LOCAL_SYSTEM else (allow(account, granted),)
    return _owned((allow(sids.LOCAL_SYSTEM, everything), *own, administrators))
