"""Handlers of the desktop calls (nt-semantics 6.3, 6.7)."""

from typing import Protocol

from ntsessions.abi import access
from ntsessions.abi.access import DESKTOP_CREATEWINDOW, MAXIMUM_ALLOWED
from ntsessions.abi.calls.desktop import (
    ALLOW_OTHER_ACCOUNT_HOOK,
    CloseDesktop,
    CreateDesktop,
    DesktopInformation,
    GetThreadDesktop,
    OpenDesktop,
    OpenInputDesktop,
    QueryDesktops,
    QuerySessionDesktops,
    SetThreadDesktop,
    SwitchDesktop,
)
from ntsessions.abi.errors import NtError, nt_error
from ntsessions.abi.object_types import DESKTOP, map_generic
from ntsessions.abi.privileges import Privilege
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import OpenedHandle
from ntsessions.executive.handlers.page import page
from ntsessions.executive.handlers.registry import Executive, Thread, handles
from ntsessions.executive.handlers.window_station import grants
from ntsessions.executive.objects.handles import OTHER_ACCOUNT_HOOK
from ntsessions.executive.objects.naming import check_attributes, check_length, check_permanent, insert, open_object
from ntsessions.executive.objects.object import Object
from ntsessions.executive.processes.job_rules import UI_LIMIT_DESKTOP, require_unrestricted
from ntsessions.executive.processes.session_access import session_for
from ntsessions.executive.windowing.activation import detach_all
from ntsessions.executive.windowing.connection import attach_thread, gui_process, gui_thread, is_in_use, move_thread
from ntsessions.executive.windowing.desktop import Desktop
from ntsessions.executive.windowing.standard import SCREEN_SAVER, interactive_desktop
from ntsessions.executive.windowing.switching import switch
from ntsessions.executive.windowing.window_station import WindowStation

_ADDED = access.DESKTOP_READOBJECTS | access.DESKTOP_WRITEOBJECTS
"""What user32 asks for besides, so that an access of 0 opens a desktop (6.3)."""
SHOWN_PROCESSES = 8192
"""Of one desktop, with the longest of names besides."""


@handles(CreateDesktop)
def create_desktop(executive: Executive, caller: Thread, call: CreateDesktop) -> OpenedHandle:
    """Create or open a desktop."""
    require_unrestricted(caller.process, UI_LIMIT_DESKTOP)
    check_attributes(call.attributes)
    check_permanent(caller, call.attributes)
    station = _station(executive, caller, call.root, access.WINSTA_CREATEDESKTOP)
    _check_name(station, call.name)
    found = station.find(call.name)
    if found is not None:
        return OpenedHandle(_open(caller, found, call), existed=True)
    if not map_generic(DESKTOP.mapping, call.desired_access) & (DESKTOP_CREATEWINDOW | MAXIMUM_ALLOWED):
        raise nt_error(NtStatus.ACCESS_DENIED, "the access asked for lacks DESKTOP_CREATEWINDOW")
    desktop = station.session.windowing.make_desktop(executive, station, call.name, call.heap_kb)
    try:
        made = insert(executive, caller, call, desktop, station, call.name)
    except NtError:
        desktop.on_last_handle(executive)
        raise
    _let_hook(caller, made.handle, call.flags)
    if _is_screen_saver(caller, desktop):
        desktop.is_secure = True
        if call.security is None:
            desktop.descriptor = interactive_desktop(SCREEN_SAVER, None)
    return made


def _is_screen_saver(caller: Thread, desktop: Desktop) -> bool:
    """Tell whether this is the system's own Screen-saver, and not a desktop that a user named so (6.2)."""
    if not desktop.station.is_interactive or desktop.name.lower() != SCREEN_SAVER.lower():
        return False
    return caller.token.has_privilege(Privilege.SeTcbPrivilege)


class _Opening(Protocol):
    """What every call that opens a desktop carries."""

    @property
    def flags(self) -> int: ...
    @property
    def attributes(self) -> int: ...
    @property
    def desired_access(self) -> int: ...


def _open(caller: Thread, item: Object, call: _Opening) -> int:
    """Open a desktop that is there."""
    handle = open_object(caller, item, Desktop, call.desired_access | _ADDED, call.attributes)
    _let_hook(caller, handle, call.flags)
    return handle


def _let_hook(caller: Thread, handle: int, flags: int) -> None:
    if flags & ALLOW_OTHER_ACCOUNT_HOOK:
        caller.process.handles.entry(handle).flags |= OTHER_ACCOUNT_HOOK


def _station(executive: Executive, caller: Thread, root: int, right: int) -> WindowStation:
    """Return the window station that a call is about, on which the caller must have *right*."""
    if root:
        return caller.reference(root, WindowStation, right)
    gui = caller.process.gui or gui_process(executive, caller)
    missing = right & ~gui.station_rights
    if missing:
        raise nt_error(NtStatus.ACCESS_DENIED, f"the process has no right 0x{missing:X} on {gui.station.name}")
    return gui.station


def _check_name(station: WindowStation, name: str) -> None:
    if not name:
        raise nt_error(NtStatus.INVALID_HANDLE, "a desktop needs a name")
    if "\\" in name:
        raise nt_error(NtStatus.OBJECT_PATH_SYNTAX_BAD, "the name of a desktop holds no backslash")
    check_length(station, name)


@handles(OpenDesktop)
def open_desktop(executive: Executive, caller: Thread, call: OpenDesktop) -> int:
    """Open a desktop."""
    check_attributes(call.attributes)
    station = _station(executive, caller, call.root, 0)
    _check_name(station, call.name)
    found = station.find(call.name)
    if found is None:
        raise nt_error(NtStatus.OBJECT_NAME_NOT_FOUND, rf"{station.name}\{call.name}")
    return _open(caller, found, call)


@handles(CloseDesktop)
def close_desktop(executive: Executive, caller: Thread, call: CloseDesktop) -> None:
    """Close a handle of a desktop."""
    caller.reference(call.handle, Desktop, 0)
    if is_in_use(caller.process, call.handle):
        raise nt_error(NtStatus.BUSY, "a thread of the process is on it, or it started there")
    caller.process.handles.close(call.handle, executive)


@handles(GetThreadDesktop)
def get_thread_desktop(executive: Executive, caller: Thread, call: GetThreadDesktop) -> int:
    """Return the handle of a thread's desktop."""
    thread = executive.threads_by_id.get(call.thread_id) if call.thread_id else caller
    if thread is None or thread.process.session is not caller.process.session:
        raise nt_error(NtStatus.INVALID_PARAMETER, f"there is no thread {call.thread_id} in the session")
    process = thread.process
    if process is caller.process:
        if thread is caller:
            return gui_thread(executive, caller).desktop_handle
        return gui_process(executive, caller).desktop_handle if thread.gui is None else thread.gui.desktop_handle
    desktop = thread.gui.desktop if thread.gui is not None else process.gui.startup_desktop if process.gui else None
    if desktop is None:
        raise nt_error(NtStatus.INVALID_PARAMETER, f"thread {call.thread_id} is on no desktop")
    for handle, entry in caller.process.handles.items():
        if entry.object is desktop:
            return handle
    return open_object(caller, desktop, Desktop, MAXIMUM_ALLOWED, 0)


@handles(SetThreadDesktop)
def set_thread_desktop(executive: Executive, caller: Thread, call: SetThreadDesktop) -> None:
    """Put the calling thread on another desktop."""
    desktop = caller.reference(call.handle, Desktop, 0)
    if desktop.station.session is not caller.process.session:
        raise nt_error(NtStatus.ACCESS_DENIED, f"it is of session {desktop.station.session.session_id}")
    gui, handle = caller.gui, call.handle & ~3
    if gui is None:
        attach_thread(executive, caller, desktop, handle)
    elif gui.desktop is not desktop:
        if gui.windows or gui.hooks:
            raise nt_error(NtStatus.BUSY, f"the thread has windows or hooks on {gui.desktop.full_name}")
        move_thread(executive, caller, desktop, handle)
        detach_all(caller)
    else:
        gui.work_by(handle, caller.process.handles.entry(handle).access)


@handles(OpenInputDesktop)
def open_input_desktop(executive: Executive, caller: Thread, call: OpenInputDesktop) -> int:
    """Open the desktop that has the input."""
    check_attributes(call.attributes)
    gui = caller.process.gui or gui_process(executive, caller)
    if not gui.station.is_interactive or gui.station.input_desktop is None:
        raise nt_error(NtStatus.INVALID_FUNCTION, f"{gui.station.name} is not interactive")
    return _open(caller, gui.station.input_desktop, call)


@handles(SwitchDesktop)
def switch_desktop(executive: Executive, caller: Thread, call: SwitchDesktop) -> None:
    """Give a desktop the input of its session."""
    require_unrestricted(caller.process, UI_LIMIT_DESKTOP)
    switch(caller, caller.reference(call.handle, Desktop, access.DESKTOP_SWITCHDESKTOP))


@handles(QueryDesktops)
def query_desktops(executive: Executive, caller: Thread, call: QueryDesktops) -> tuple[str, ...]:
    """List the desktops of a window station."""
    station = _station(executive, caller, call.handle, access.WINSTA_ENUMDESKTOPS)
    desktops = (item for item in station.desktops() if grants(caller, item, access.DESKTOP_ENUMERATE))
    return page(desktops, call.start, lambda desktop: desktop.name)


@handles(QuerySessionDesktops)
def query_session_desktops(executive: Executive, caller: Thread,
                           call: QuerySessionDesktops) -> tuple[DesktopInformation, ...]:  # fmt: skip
    """List every desktop of a session."""
    session = session_for(executive, caller, call.session_id, access.WINSTATION_QUERY)
    started: dict[Desktop, list[int]] = {}
    for process in session.processes.values():
        if process.gui is not None and process.gui.startup_desktop is not None and process.process_id:
            started.setdefault(process.gui.startup_desktop, []).append(process.process_id)

    def tell(desktop: Desktop) -> DesktopInformation:
        return DesktopInformation(
            session_id=session.session_id,
            window_station=desktop.station.name,
            name=desktop.name,
            heap_kb=desktop.heap_kb,
            used_percent=round(desktop.heap.used_percent, 1),
            used=desktop.heap.used,
            is_input=desktop.is_input,
            windows=desktop.window_count,
            threads=len(desktop.threads),
            processes=tuple(started.get(desktop, ())[:SHOWN_PROCESSES]),
            is_permanent=desktop.is_permanent,
        )

    desktops = session.windowing.desktops.values()
    shown = (desktop for desktop in desktops if grants(caller, desktop.station, access.WINSTA_ENUMERATE))
    return page(shown, call.start, tell)
