"""Handlers of the window station calls (nt-semantics 6.3)."""

from msgspec.structs import replace

from ntsessions.abi import access, sids
from ntsessions.abi.calls.desktop import ALLOW_OTHER_ACCOUNT_HOOK
from ntsessions.abi.calls.session import SESSION_LOCK, SESSION_UNLOCK
from ntsessions.abi.calls.window_station import (
    CREATE_ONLY,
    CloseWindowStation,
    CreateWindowStation,
    GetProcessWindowStation,
    LockWorkStation,
    OpenWindowStation,
    QueryUserObject,
    QueryWindowStations,
    SetProcessWindowStation,
    SetUserObjectFlags,
    SetWindowStationLock,
    SetWindowStationUser,
    UserObjectInformation,
    WindowStationInformation,
)
from ntsessions.abi.errors import NtError, nt_error
from ntsessions.abi.luids import Luid
from ntsessions.abi.object_types import WITHOUT_SCREEN, map_generic
from ntsessions.abi.privileges import Privilege
from ntsessions.abi.sids import parse_sid
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import OpenedHandle
from ntsessions.executive.handlers.page import page
from ntsessions.executive.handlers.registry import Executive, Thread, handles
from ntsessions.executive.handlers.session import notify
from ntsessions.executive.objects.handles import INHERIT, OTHER_ACCOUNT_HOOK
from ntsessions.executive.objects.naming import (
    DIRECTORY_TRAVERSE,
    check,
    check_permanent,
    insert,
    open_object,
    require,
    resolve,
)
from ntsessions.executive.objects.object import Object
from ntsessions.executive.processes.session_access import existing_session, session_for
from ntsessions.executive.windowing.connection import gui_process, gui_thread
from ntsessions.executive.windowing.desktop import Desktop
from ntsessions.executive.windowing.gui import GuiProcess
from ntsessions.executive.windowing.standard import service_station_name
from ntsessions.executive.windowing.switching import lock, unlock
from ntsessions.executive.windowing.window_station import WindowStation

WSF_VISIBLE = 1
NAMES_BYTES = 32 * 1024
"""Of the desktops that are told with their window station."""


@handles(CreateWindowStation)
def create_window_station(executive: Executive, caller: Thread, call: CreateWindowStation) -> OpenedHandle:
    """Create or open a window station."""
    check_permanent(caller, call.attributes)
    own_name = service_station_name(caller.token.authentication_id)
    name = call.name or own_name
    found = resolve(executive, caller, _Named(name, call.root, call.attributes), ignore_case=True)
    if found.leaf.lower() != own_name.lower() and not caller.token.has_enabled(sids.ADMINISTRATORS):
        raise nt_error(
            NtStatus.ACCESS_DENIED,
            f"only administrators name window stations themselves; without a name it will be {own_name}",
        )
    if found.existing is not None:
        if call.flags & CREATE_ONLY:
            raise nt_error(NtStatus.OBJECT_NAME_COLLISION, found.existing.path)
        return OpenedHandle(_open(caller, found.existing, call), existed=True)
    session = caller.process.session
    if found.parent is not session.window_stations:
        raise nt_error(NtStatus.ACCESS_DENIED, "window stations are made in the caller's own session")
    check(caller, found.parent, DIRECTORY_TRAVERSE)  # nothing is made for a token that may only be looked at
    station = WindowStation(session, is_interactive=False)
    asked = replace(call, desired_access=_asked(station, call))
    return insert(executive, caller, asked, station, found.parent, found.leaf)


def _open(caller: Thread, item: Object, call: CreateWindowStation | OpenWindowStation) -> int:
    """Open a window station that is there."""
    return open_object(caller, item, WindowStation, _asked(item, call), call.attributes)


def _asked(item: Object, call: CreateWindowStation | OpenWindowStation) -> int:
    """Return the rights that are asked for; generic ones leave out those of a screen where there is none (6.1)."""
    if isinstance(item, WindowStation) and not item.is_interactive:
        return map_generic(WITHOUT_SCREEN, call.desired_access)
    return call.desired_access


class _Named:
    """The name of a call, as the path parser wants it."""

    def __init__(self, name: str, root: int, attributes: int) -> None:
        self.name = name
        self.root = root
        self.attributes = attributes
        self.desired_access = 0


@handles(OpenWindowStation)
def open_window_station(executive: Executive, caller: Thread, call: OpenWindowStation) -> int:
    """Open a window station."""
    name = call.name or service_station_name(caller.token.authentication_id)
    found = resolve(executive, caller, _Named(name, call.root, call.attributes), ignore_case=True)
    if found.existing is None:
        raise nt_error(NtStatus.OBJECT_NAME_NOT_FOUND, name)
    return _open(caller, found.existing, call)


@handles(CloseWindowStation)
def close_window_station(executive: Executive, caller: Thread, call: CloseWindowStation) -> None:
    """Close a handle of a window station."""
    caller.reference(call.handle, WindowStation, 0)
    gui = caller.process.gui
    if gui is not None and gui.station_handle == call.handle & ~3:
        raise nt_error(NtStatus.BUSY, "it is the window station of the process")
    caller.process.handles.close(call.handle, executive)


@handles(GetProcessWindowStation)
def get_process_window_station(executive: Executive, caller: Thread, call: GetProcessWindowStation) -> int:
    """Return the handle of the process's window station."""
    gui = caller.process.gui or gui_process(executive, caller)
    return gui.station_handle


@handles(SetProcessWindowStation)
def set_process_window_station(executive: Executive, caller: Thread, call: SetProcessWindowStation) -> None:
    """Change the process's window station."""
    process = caller.process
    station = caller.reference(call.handle, WindowStation, 0)
    if station.session is not process.session:
        raise nt_error(NtStatus.ACCESS_DENIED, f"it is of session {station.session.session_id}")
    rights = process.handles.entry(call.handle).access
    gui = process.gui
    if gui is None:  # it was told before it had one: 6.4, the first rule
        process.gui = GuiProcess(station, call.handle & ~3, rights)
    else:
        gui.station, gui.station_handle, gui.station_rights = station, call.handle & ~3, rights


@handles(QueryWindowStations)
def query_window_stations(executive: Executive, caller: Thread,
                          call: QueryWindowStations) -> tuple[WindowStationInformation, ...]:  # fmt: skip
    """List window stations."""
    session = session_for(executive, caller, call.session_id, access.WINSTATION_QUERY)
    stations = (
        station
        for station in session.window_stations.children.values()
        if isinstance(station, WindowStation) and grants(caller, station, access.WINSTA_ENUMERATE)
    )
    return page(stations, call.start, _information)


def _information(station: WindowStation) -> WindowStationInformation:
    input_desktop = station.input_desktop
    return WindowStationInformation(
        name=station.name,
        session_id=station.session.session_id,
        is_interactive=station.is_interactive,
        is_locked=station.is_locked,
        user=station.user_name,
        desktops=page(station.desktops(), 0, lambda desktop: desktop.name, NAMES_BYTES),
        input_desktop="" if input_desktop is None else input_desktop.name,
    )


def grants(caller: Thread, item: Object, right: int) -> bool:
    """Tell whether *item* grants the caller a right."""
    try:
        check(caller, item, right)
    except NtError:
        return False
    return True


@handles(QueryUserObject)
def query_user_object(executive: Executive, caller: Thread, call: QueryUserObject) -> UserObjectInformation:
    """Read a window station or a desktop."""
    item = caller.reference(call.handle, Object, 0)
    handle_flags = caller.process.handles.entry(call.handle).flags
    inherit = bool(handle_flags & INHERIT)
    if isinstance(item, WindowStation):
        caller.reference(call.handle, WindowStation, access.WINSTA_READATTRIBUTES)
        flags = WSF_VISIBLE if item.is_interactive else 0
        return UserObjectInformation(item.name, item.type.name, inherit, flags, item.user_sid or "", 0, is_input=False)
    desktop = caller.reference(call.handle, Desktop, access.DESKTOP_READOBJECTS)
    sid = desktop.station.user_sid or ""
    flags = ALLOW_OTHER_ACCOUNT_HOOK if handle_flags & OTHER_ACCOUNT_HOOK else 0
    return UserObjectInformation(
        desktop.name, desktop.type.name, inherit, flags, sid, desktop.heap_kb, desktop.is_input
    )


@handles(SetUserObjectFlags)
def set_user_object_flags(executive: Executive, caller: Thread, call: SetUserObjectFlags) -> None:
    """Change a handle's inheritance, and whether other accounts may hook who is on a desktop by it."""
    item = caller.reference(call.handle, Object, 0)
    entry = caller.process.handles.entry(call.handle)
    if not isinstance(item, WindowStation):
        caller.reference(call.handle, Desktop, 0 if call.flags is None else access.DESKTOP_WRITEOBJECTS)
        if call.flags is not None:
            let = OTHER_ACCOUNT_HOOK if call.flags & ALLOW_OTHER_ACCOUNT_HOOK else 0
            entry.flags = entry.flags & ~OTHER_ACCOUNT_HOOK | let
    entry.flags = entry.flags | INHERIT if call.inherit else entry.flags & ~INHERIT


@handles(SetWindowStationUser)
def set_window_station_user(executive: Executive, caller: Thread, call: SetWindowStationUser) -> None:
    """Give a window station to somebody."""
    require(caller, Privilege.SeTcbPrivilege)
    station = caller.reference(call.handle, WindowStation, access.WINSTA_WRITEATTRIBUTES)
    station.user_luid = Luid(call.logon_session) if call.logon_session else None
    station.user_sid = parse_sid(call.user_sid) if call.logon_session else None
    logon = executive.logon_sessions.get(call.logon_session)
    station.user_name = "" if logon is None else logon.user_name


@handles(LockWorkStation)
def lock_work_station(executive: Executive, caller: Thread, call: LockWorkStation) -> None:
    """Lock the caller's session."""
    station = gui_thread(executive, caller).desktop.station
    if not station.is_interactive:
        raise nt_error(NtStatus.ACCESS_DENIED, f"{station.name} is not interactive")
    _set_lock(executive, station, locked=True)


@handles(SetWindowStationLock)
def set_window_station_lock(executive: Executive, caller: Thread, call: SetWindowStationLock) -> None:
    """Lock or unlock a session."""
    require(caller, Privilege.SeTcbPrivilege)
    session = existing_session(executive, caller, call.session_id)
    _set_lock(executive, session.windowing.station, locked=call.locked)


def _set_lock(executive: Executive, station: WindowStation, *, locked: bool) -> None:
    if station.user_luid is None or station.is_locked == locked:
        return
    if locked:
        lock(station)
    else:
        unlock(station)
    notify(executive, station.session.session_id, SESSION_LOCK if locked else SESSION_UNLOCK)
