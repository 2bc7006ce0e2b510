"""Which desktop has the input, and who may change that (nt-semantics 6.7, 6.8)."""

from typing import TYPE_CHECKING

from ntsessions.abi.errors import nt_error
from ntsessions.abi.privileges import Privilege
from ntsessions.abi.status import NtStatus
from ntsessions.executive.windowing.desktop import Desktop
from ntsessions.executive.windowing.standard import DEFAULT, WINLOGON

if TYPE_CHECKING:
    from ntsessions.executive.processes.thread import Thread
    from ntsessions.executive.windowing.window_station import WindowStation


def switch(caller: "Thread", desktop: Desktop) -> None:
    """Give *desktop* the input of its session, if the caller may do that.  Raises ACCESS_DENIED with the reason."""
    # Differs from NT: SeTcbPrivilege stands for being winlogon, and an operator switches other sessions with it.
    station = desktop.station
    if station.session is not caller.process.session and not caller.token.has_privilege(Privilege.SeTcbPrivilege):
        raise nt_error(NtStatus.ACCESS_DENIED, f"{desktop.full_name} is of session {station.session.session_id}")
    if not station.is_interactive:
        raise nt_error(NtStatus.ACCESS_DENIED, f"{station.name} is not interactive: it has no screen and no keyboard")
    if station.input_desktop is desktop:
        return
    if not caller.token.has_privilege(Privilege.SeTcbPrivilege):
        if station.is_locked:
            raise nt_error(NtStatus.ACCESS_DENIED, f"session {station.session.session_id} is locked")
        if station.user_luid is None:
            raise nt_error(NtStatus.ACCESS_DENIED, "nobody is logged on: the Winlogon desktop keeps the input")
        if caller.gui is not None and caller.gui.desktop.is_secure:
            raise nt_error(NtStatus.ACCESS_DENIED, f"the caller is on the secure desktop {caller.gui.desktop.name}")
    station.input_desktop = desktop


def lock(station: "WindowStation") -> None:
    """Let the Winlogon desktop have the input, and let no program take it away."""
    station.is_locked = True
    station.switched_from = station.input_desktop
    station.input_desktop = _named(station, WINLOGON)


def unlock(station: "WindowStation") -> None:
    """Give the input back to the desktop that had it, or to Default when that is gone."""
    station.is_locked = False
    back, station.switched_from = station.switched_from, None
    if back is None or back.parent is not station or back.is_secure:
        back = _named(station, DEFAULT)
    station.input_desktop = back


def _named(station: "WindowStation", name: str) -> Desktop | None:
    found = station.find(name)
    return found if isinstance(found, Desktop) else None
