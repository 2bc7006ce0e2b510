"""Which windows a caller can name, and what it may do with those of others (nt-semantics 7.2, 3.10, 6.1).

A handle reaches a window of the caller's desktop, never one of another desktop.  What a process made it may always use.
Those of others it may read with DESKTOP_READOBJECTS and change with DESKTOP_WRITEOBJECTS on the thread's desktop; and
nobody changes what belongs to a process of higher integrity (UIPI).
"""

from typing import TYPE_CHECKING, Final

from ntsessions.abi.access import DESKTOP_READOBJECTS, DESKTOP_WRITEOBJECTS
from ntsessions.abi.errors import nt_error
from ntsessions.abi.object_types import DESKTOP, rights_text
from ntsessions.abi.status import NtStatus
from ntsessions.executive.windowing.user_handles import U
from ntsessions.executive.windowing.window import Window

if TYPE_CHECKING:
    from ntsessions.executive.executive import Executive
    from ntsessions.executive.processes.process import Process
    from ntsessions.executive.processes.thread import Thread
    from ntsessions.executive.windowing.gui import GuiThread

UILIMIT_HANDLES: Final = 1
"""JOB_OBJECT_UILIMIT_HANDLES: processes of the job cannot use handles of those outside."""


def find(caller: "Thread", handle: int, kind: type[U]) -> U | None:
    """Return what a handle names, on whatever desktop of the session; None when it is nothing the caller can name."""
    process = caller.process
    item = process.session.windowing.handles.find(handle, kind)
    if item is not None and process.jobs and is_hidden(process, item.process):
        return None
    return item


def find_window(caller: "Thread", handle: int) -> Window | None:
    """Return the window of a handle, as `find` does."""
    return find(caller, handle, Window)


def is_hidden(process: "Process", other: "Process") -> bool:
    """Tell whether a job keeps *process* from the handles of *other*, which is outside (JOB_OBJECT_UILIMIT_HANDLES)."""
    return any(job.limits.ui_restrictions & UILIMIT_HANDLES and job not in other.jobs for job in process.jobs)


def nameable(caller: "Thread", windows: list[Window]) -> list[Window]:
    """Return those of *windows* that the caller can name."""
    process = caller.process
    return [window for window in windows if not is_hidden(process, window.process)] if process.jobs else windows


def on_desktop(caller: "Thread", gui: "GuiThread", handle: int) -> Window:
    """Return the window of a handle on the caller's desktop, or raise INVALID_WINDOW_HANDLE."""
    window = find_window(caller, handle)
    if window is None or window.desktop is not gui.desktop:
        raise nt_error(NtStatus.INVALID_WINDOW_HANDLE, f"{handle & 0xFFFFFFFF:#x} on {gui.desktop.full_name}")
    return window


def readable(caller: "Thread", gui: "GuiThread", handle: int) -> Window:
    """Return a window that the caller may read."""
    window = on_desktop(caller, gui, handle)
    if window.process is not caller.process:
        require_right(caller, gui, DESKTOP_READOBJECTS)
    return window


def changeable(executive: "Executive", caller: "Thread", gui: "GuiThread", handle: int) -> Window:
    """Return a window that the caller may change."""
    window = on_desktop(caller, gui, handle)
    if window.process is not caller.process:
        require_right(caller, gui, DESKTOP_WRITEOBJECTS)
        require_integrity(executive, caller, window.process)
    return window


def own(caller: "Thread", gui: "GuiThread", handle: int) -> Window:
    """Return a window of the calling process."""
    window = on_desktop(caller, gui, handle)
    if window.process is not caller.process:
        raise nt_error(NtStatus.ACCESS_DENIED, f"window {window.handle:#x} is of process {window.process.process_id}")
    return window


def threads_own(caller: "Thread", gui: "GuiThread", handle: int) -> Window:
    """Return a window of the calling thread."""
    window = on_desktop(caller, gui, handle)
    if window.thread is not caller:
        raise nt_error(NtStatus.ACCESS_DENIED, f"window {window.handle:#x} is of {window.thread.label}")
    return window


def require_right(caller: "Thread", gui: "GuiThread", right: int) -> None:
    """Raise ACCESS_DENIED unless the caller's handle of its desktop has *right*."""
    lacking = right & ~gui.desktop_rights
    if lacking:
        missing = rights_text(DESKTOP, lacking)
        raise nt_error(NtStatus.ACCESS_DENIED, f"{caller.label} is on {gui.desktop.full_name} without {missing}")


def is_above(executive: "Executive", process: "Process", other: "Process") -> bool:
    """Tell whether *other* has a higher integrity, and is not to be written to."""
    return executive.profile.has_mandatory_labels and process.token.integrity < other.token.integrity


def require_integrity(executive: "Executive", caller: "Thread", other: "Process") -> None:
    """Raise ACCESS_DENIED when *other* is above the caller (3.10)."""
    if is_above(executive, caller.process, other):
        raise nt_error(NtStatus.ACCESS_DENIED, f"process {other.process_id} is of higher integrity than the caller")
