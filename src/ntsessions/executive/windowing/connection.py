r"""How a process comes to its window station and desktop, and a thread to its desktop (nt-semantics 6.4).

A process that was started by a call is connected before it runs; any other when it makes its first call of windowing.
One that cannot be connected dies with STATUS_DLL_INIT_FAILED (0xC0000142), for one of two causes that NT does not tell
apart: it may not open what it was told to, or there is no memory left.  Here the error says which.
"""

from typing import TYPE_CHECKING, NamedTuple

from ntsessions.abi.access import MAXIMUM_ALLOWED
from ntsessions.abi.calls.event_log import EventLevel
from ntsessions.abi.errors import NtError, nt_error
from ntsessions.abi.luids import SYSTEM_LUID
from ntsessions.abi.status import NtStatus
from ntsessions.executive.effects import SignalProcess
from ntsessions.executive.objects.handles import release_if_unused
from ntsessions.executive.objects.object import charge_object
from ntsessions.executive.security.access_check import access_check
from ntsessions.executive.windowing import standard
from ntsessions.executive.windowing.desktop import Desktop
from ntsessions.executive.windowing.gui import GuiProcess, GuiThread
from ntsessions.executive.windowing.hot_key import thread_left
from ntsessions.executive.windowing.session_windowing import WIN32K
from ntsessions.executive.windowing.window_station import WindowStation

if TYPE_CHECKING:
    from ntsessions.executive.executive import Executive
    from ntsessions.executive.objects.object import Object
    from ntsessions.executive.processes.process import Process
    from ntsessions.executive.processes.thread import Thread

SIGKILL = 9
HEAP_EXHAUSTED = 243
"""Event: an allocation from a desktop heap failed."""


class Target(NamedTuple):
    """Where a process was told to connect; None: by the rules."""

    station: str | None
    desktop: str | None


def parse_desktop(info: str | None) -> Target:
    r"""Read STARTUPINFO.lpDesktop: `ws\desk`, `desk`, or nothing; blanks are part of the names."""
    if info is None or len(info) <= 1:
        return Target(None, None)
    station, separator, desktop = info.partition("\\")
    if not separator:
        return Target(None, info)
    return Target(station or None, desktop or None)


# -- processes


def connect(executive: "Executive", process: "Process", *, inherit_desktop: bool = False) -> None:
    """Give *process* its window station and startup desktop, as handles of its own that are not inherited.

    Raises DLL_INIT_FAILED with the cause; then the process has neither.
    """
    target = parse_desktop(process.desktop_info)
    station: WindowStation | None = None
    try:
        station, rights = _choose_station(executive, process, target, inherit_desktop=inherit_desktop)
        process.gui = GuiProcess(station, process.handles.add(station, rights), rights)
        _start_on_desktop(executive, process, process.gui)
    except NtError as error:
        gui, process.gui = process.gui, None
        if gui is not None:
            process.handles.close_quietly(gui.station_handle, executive)
        elif station is not None and station.handle_count == 0 and not station.is_held:
            release_if_unused(station, executive)
        raise _initialisation_failed(error) from error


def _initialisation_failed(error: NtError) -> NtError:
    """Return the error of a process that could not be connected: the status is one, the causes are two (8.7)."""
    if error.status in {NtStatus.NO_MEMORY, NtStatus.QUOTA_EXCEEDED, NtStatus.TOO_MANY_OPENED_FILES}:
        return nt_error(NtStatus.DLL_INIT_FAILED, f"no memory is left: {error.detail}")
    return nt_error(NtStatus.DLL_INIT_FAILED, f"no access: {error.detail}")


def _start_on_desktop(executive: "Executive", process: "Process", gui: GuiProcess) -> None:
    """Let a process that has a window station begin on a desktop of it (steps 8 and 9)."""
    desktop: Desktop | None = None
    handle = 0
    try:
        desktop, rights = _choose_desktop(executive, process, gui.station)
        handle = process.handles.add(desktop, rights)
        gui.block = allocate(executive, desktop, executive.profile.user_object_sizes.thread_info)
    except NtError:
        if handle:
            process.handles.close_quietly(handle, executive)
        elif desktop is not None:
            desktop.let_go(executive)
        raise
    gui.startup_desktop, gui.desktop_handle = desktop, handle


def _choose_station(
    executive: "Executive", process: "Process", target: Target, *, inherit_desktop: bool
) -> tuple[WindowStation, int]:
    """Return the window station and the rights on it (steps 1 to 7)."""
    windowing = process.session.windowing
    if target.station is not None:
        found = process.session.window_stations.find(target.station, ignore_case=True)
        if not isinstance(found, WindowStation):
            raise nt_error(NtStatus.OBJECT_NAME_NOT_FOUND, f"there is no window station {target.station}")
        return found, _granted(process, found, target.station)
    interactive_rights = _interactive_rights(process, windowing.station, inherit_desktop=inherit_desktop)
    for entry in process.handles.entries():
        if isinstance(entry.object, WindowStation):
            if entry.object.is_interactive == bool(interactive_rights):
                return entry.object, entry.access
            break
    if interactive_rights:
        return windowing.station, interactive_rights
    return _service_station(executive, process)


def _interactive_rights(process: "Process", station: WindowStation, *, inherit_desktop: bool) -> int:
    """Return the rights on WinSta0 of a process that belongs there without being told so; 0: it does not (step 4)."""
    token = process.token
    own = {token.authentication_id} | ({token.linked.authentication_id} if token.linked is not None else set())
    is_users = station.user_luid is not None and station.user_luid in own
    if not is_users and not (inherit_desktop and token.authentication_id == SYSTEM_LUID):
        return 0
    try:
        return _granted(process, station, standard.WINSTA0)
    except NtError:
        return 0


def _granted(process: "Process", item: "Object", name: str) -> int:
    """Return all rights that the process has on *item*; ACCESS_DENIED when there are none."""
    assert item.descriptor is not None
    try:
        return access_check(item.descriptor, process.token, MAXIMUM_ALLOWED, item.type)
    except NtError as error:
        raise nt_error(NtStatus.ACCESS_DENIED, f"{process.token.user_name} may not open {name}") from error


def _service_station(executive: "Executive", process: "Process") -> tuple[WindowStation, int]:
    """Open or make the window station of the process's logon session, with its desktop (step 7)."""
    session, token = process.session, process.token
    name = standard.service_station_name(token.authentication_id)
    directory = session.window_stations
    found = directory.find(name, ignore_case=True)
    if isinstance(found, WindowStation):
        return found, _granted(process, found, name)
    station = WindowStation(session, is_interactive=False)
    station.descriptor = standard.service_station(token.user)
    charge_object(station, session.pool, name)
    directory.link(name, station)
    try:
        return station, _granted(process, station, name)
    except NtError:
        release_if_unused(station, executive)
        raise


def _choose_desktop(executive: "Executive", process: "Process", station: WindowStation) -> tuple[Desktop, int]:
    """Return the startup desktop and the rights on it (step 8)."""
    target = parse_desktop(process.desktop_info)
    if target.desktop is None:
        for entry in process.handles.entries():
            if isinstance(entry.object, Desktop) and entry.object.station is station:
                return entry.object, entry.access
    name = target.desktop or standard.DEFAULT
    found = station.find(name)
    if isinstance(found, Desktop):
        return found, _granted(process, found, found.full_name)
    is_own = station.name == standard.service_station_name(process.token.authentication_id)
    if target.station is not None or target.desktop is not None or not is_own:
        raise nt_error(NtStatus.OBJECT_NAME_NOT_FOUND, rf"there is no desktop {station.name}\{name}")
    desktop = process.session.windowing.make_desktop(executive, station, name, 0)
    desktop.descriptor = standard.service_desktop(process.token.user)
    try:
        charge_object(desktop, process.session.pool, name)
        station.link(name, desktop)
        return desktop, _granted(process, desktop, desktop.full_name)
    except NtError:
        release_if_unused(desktop, executive)
        raise


def fail_start(executive: "Executive", process: "Process", why: str) -> None:
    """End a process whose initialisation failed: its exit status is 0xC0000142, and it ran nothing of its own."""
    process.exit_code_asked = int(NtStatus.DLL_INIT_FAILED)
    process.ended_because = why
    executive.emit(SignalProcess(process.key, SIGKILL))


# -- threads


def gui_process(executive: "Executive", caller: "Thread") -> GuiProcess:
    """Return what windowing keeps of the caller's process, connecting it first."""
    process = caller.process
    gui = process.gui
    if gui is not None and gui.startup_desktop is not None:
        return gui
    try:
        if gui is None:
            connect(executive, process)
        else:  # SetProcessWindowStation was its first call of windowing
            _start_on_desktop(executive, process, gui)
    except NtError as error:
        failure = error if error.status is NtStatus.DLL_INIT_FAILED else _initialisation_failed(error)
        if caller.key > 0:  # the system's own threads are nobody's process
            fail_start(executive, process, str(failure))
        raise failure from error
    assert process.gui is not None
    return process.gui


def gui_thread(executive: "Executive", caller: "Thread") -> GuiThread:
    """Return what windowing keeps of the caller, attaching it to the startup desktop of its process first."""
    gui = caller.gui
    if gui is not None:
        return gui
    process = gui_process(executive, caller)
    desktop = process.startup_desktop
    assert desktop is not None, "a connected process has one"
    return attach_thread(executive, caller, desktop, process.desktop_handle)


def attach_thread(executive: "Executive", caller: "Thread", desktop: Desktop, handle: int) -> GuiThread:
    """Attach the caller, which is on no desktop yet, to the desktop that *handle* leads to (6.9)."""
    process = caller.process.gui
    if process is None or process.startup_desktop is None:
        process = _begin_on(executive, caller, desktop, handle)
    block = allocate(executive, desktop, executive.profile.user_object_sizes.thread_info)
    gui = caller.gui = GuiThread(caller, desktop, block, executive.now)
    gui.work_by(handle, caller.process.handles.entry(handle).access)
    desktop.threads[caller.thread_id] = caller
    return gui


def _begin_on(executive: "Executive", caller: "Thread", desktop: Desktop, handle: int) -> GuiProcess:
    """The first SetThreadDesktop of a process without startup desktop sets that (6.3)."""
    process = caller.process
    if process.gui is None:
        return gui_process(executive, caller)
    process.gui.block = allocate(executive, desktop, executive.profile.user_object_sizes.thread_info)
    process.gui.startup_desktop, process.gui.desktop_handle = desktop, handle
    return process.gui


def move_thread(executive: "Executive", caller: "Thread", desktop: Desktop, handle: int) -> None:
    """Put an attached thread on another desktop, whose heap then holds its thread information."""
    gui = caller.gui
    assert gui is not None
    block = allocate(executive, desktop, executive.profile.user_object_sizes.thread_info)
    old = gui.desktop
    old.heap.free(gui.block)
    gui.block, gui.desktop = block, desktop
    gui.work_by(handle, caller.process.handles.entry(handle).access)
    gui.active = gui.focus = None
    del old.threads[caller.thread_id]
    desktop.threads[caller.thread_id] = caller
    thread_left(old, caller)
    old.let_go(executive)


def detach_thread(executive: "Executive", thread: "Thread") -> None:
    """A thread has ended: give back what it took on its desktop.  Its windows and hooks are gone already."""
    gui = thread.gui
    if gui is None:
        return
    thread.gui = None
    gui.desktop.heap.free(gui.block)
    gui.desktop.threads.pop(thread.thread_id, None)
    gui.desktop.let_go(executive)


def disconnect(process: "Process") -> None:
    """A process has ended: give back what it took.  Its handles of window station and desktop close with the others."""
    gui = process.gui
    if gui is None:
        return
    process.gui = None
    if gui.block is not None and gui.startup_desktop is not None:
        gui.startup_desktop.heap.free(gui.block)


def is_in_use(process: "Process", handle: int) -> bool:
    """Tell whether a process works on the window station or desktop that *handle* leads to: it is not closed (6.3)."""
    gui, handle = process.gui, handle & ~3
    if gui is None:
        return False
    return handle in (gui.station_handle, gui.desktop_handle) or any(
        thread.gui is not None and thread.gui.desktop_handle == handle for thread in process.threads.values()
    )


# -- the heap


def allocate(executive: "Executive", desktop: Desktop, size: int) -> int:
    """Return the offset of a new block in a desktop's heap.

    Raises NO_MEMORY, and writes event 243, when no block fits.
    """
    try:
        return desktop.heap.allocate(size)
    except NtError as error:
        raise exhausted(executive, desktop, size, error) from None


def exhausted(executive: "Executive", desktop: Desktop, size: int, error: NtError) -> NtError:
    """Write event 243; return the error for who asked for *size* bytes of a desktop's heap in vain."""
    session_id = desktop.station.session.session_id
    text = f"The desktop heap of {desktop.full_name} in session {session_id} has no {size} bytes left: {error.detail}"
    executive.log_event(EventLevel.ERROR, WIN32K, HEAP_EXHAUSTED, session_id, text, subject=desktop.full_name)
    return nt_error(NtStatus.NO_MEMORY, f"{text}; `nts heap` shows it")
