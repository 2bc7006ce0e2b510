"""Handlers of the clipboard calls (nt-semantics 6.11)."""

from ntsessions.abi.access import WINSTA_ACCESSCLIPBOARD
from ntsessions.abi.calls.clipboard import (
    ChangeClipboardChain,
    ClipboardData,
    ClipboardInformation,
    CloseClipboard,
    EmptyClipboard,
    GetClipboardData,
    OpenClipboard,
    QueryClipboard,
    SetClipboardData,
    SetClipboardListener,
    SetClipboardViewer,
)
from ntsessions.abi.errors import nt_error
from ntsessions.abi.status import NtStatus
from ntsessions.executive.effects import AdoptMemory, DescriptorGrant, ReceivedDescriptor
from ntsessions.executive.handlers.registry import Executive, Thread, handles
from ntsessions.executive.processes import job_rules
from ntsessions.executive.windowing import clipboard as clipboards
from ntsessions.executive.windowing.clipboard import Clipboard, Content
from ntsessions.executive.windowing.connection import gui_thread
from ntsessions.executive.windowing.gui import GuiProcess
from ntsessions.executive.windowing.scope import find_window, require_integrity
from ntsessions.executive.windowing.window import Window

NOTHING = ClipboardData(is_there=False)


# -- whose, and by whom


def _connected(executive: Executive, caller: Thread) -> GuiProcess:
    gui_thread(executive, caller)
    gui = caller.process.gui
    assert gui is not None, "a thread's process is connected before it is attached"
    return gui


def _clipboard(executive: Executive, caller: Thread) -> Clipboard:
    """Return the clipboard of the caller's window station, if it may use that."""
    gui = _connected(executive, caller)
    if not gui.station_rights & WINSTA_ACCESSCLIPBOARD:
        raise nt_error(NtStatus.ACCESS_DENIED, f"the process has no WINSTA_ACCESSCLIPBOARD on {gui.station.name}")
    return gui.station.clipboard


def _open_clipboard(executive: Executive, caller: Thread) -> Clipboard:
    """Return it if the caller has it open."""
    clipboard = _clipboard(executive, caller)
    clipboard.require_open(caller)
    return clipboard


def _window(executive: Executive, caller: Thread, handle: int) -> Window:
    """Return a window of the window station that the caller may let things be sent to."""
    window = find_window(caller, handle)
    gui = caller.process.gui
    assert gui is not None, "it was asked for the clipboard first"
    if window is None or window.desktop.station is not gui.station:
        raise nt_error(NtStatus.INVALID_WINDOW_HANDLE, f"there is no window {handle:#x} on {gui.station.name}")
    require_integrity(executive, caller, window.process)
    return window


# -- open, close, empty


@handles(OpenClipboard)
def open_clipboard(executive: Executive, caller: Thread, call: OpenClipboard) -> None:
    """Open it."""
    clipboard = _clipboard(executive, caller)
    clipboard.open(caller, _window(executive, caller, call.window) if call.window else None)


@handles(CloseClipboard)
def close_clipboard(executive: Executive, caller: Thread, call: CloseClipboard) -> None:
    """Close it."""
    clipboards.close(executive, _open_clipboard(executive, caller))


@handles(EmptyClipboard)
def empty_clipboard(executive: Executive, caller: Thread, call: EmptyClipboard) -> None:
    """Throw its contents away."""
    clipboard = _open_clipboard(executive, caller)
    job_rules.require_unrestricted(caller.process, job_rules.UI_LIMIT_WRITE_CLIPBOARD)
    clipboards.empty(executive, clipboard)


# -- contents


@handles(SetClipboardData)
def set_clipboard_data(executive: Executive, caller: Thread, call: SetClipboardData) -> None:
    """Put data in, or promise it."""
    clipboard = _clipboard(executive, caller)
    is_rendered = clipboard.is_rendered_by(caller.process)
    if not is_rendered:
        clipboard.require_open(caller)
    if not call.format:
        raise nt_error(NtStatus.CLIPBOARD_NOT_OPEN, "there is no format 0")  # NT's own choice of a status
    job_rules.require_unrestricted(caller.process, job_rules.UI_LIMIT_WRITE_CLIPBOARD)
    file = _received_file(caller, call) if caller.received or call.size else None
    if file is not None:
        content = Content(memory_key=executive.new_key(), size=call.size)
    else:
        content = Content(call.data)
        if content.is_promised and clipboard.owner is None:
            raise nt_error(NtStatus.INVALID_PARAMETER, "the clipboard has no owner who could render it")
    clipboard.put(executive, caller.process.session, call.format, content, is_rendered=is_rendered)
    if file is not None:
        executive.emit(AdoptMemory(content.memory_key, file.key, call.size))


def _received_file(caller: Thread, call: SetClipboardData) -> ReceivedDescriptor:
    """Return the file that came with the call, if it can be what the call says."""
    if call.data is not None or len(caller.received) != 1:
        raise nt_error(NtStatus.INVALID_PARAMETER, f"{len(caller.received)} descriptors for {call.size} bytes")
    (file,) = caller.received
    if not file.is_regular_file:
        raise nt_error(NtStatus.INVALID_FILE_FOR_SECTION, "the descriptor is not one of a regular file")
    if not file.readable:
        raise nt_error(NtStatus.ACCESS_DENIED, "the file is not open for reading")
    if not 0 < call.size <= file.size:
        raise nt_error(NtStatus.INVALID_PARAMETER, f"{call.size} bytes of a file that has {file.size}")
    return file


@handles(GetClipboardData)
def get_clipboard_data(executive: Executive, caller: Thread, call: GetClipboardData) -> ClipboardData:
    """Take data, or have the owner asked for it."""
    clipboard = _open_clipboard(executive, caller)
    job_rules.require_unrestricted(caller.process, job_rules.UI_LIMIT_READ_CLIPBOARD)
    number = clipboard.source_of(call.format)
    if number is None:
        return NOTHING
    content = clipboard.contents[number]
    if content.is_promised:
        send = clipboards.ask_owner(executive, clipboard, number)
        return NOTHING if send is None else ClipboardData(is_there=True, send=send)
    clipboard.forget_answered(number)
    if content.memory_key:
        caller.grant = DescriptorGrant(content.memory_key, content.size, writable=False, is_file=True)
    return ClipboardData(is_there=True, data=content.data, size=content.size, format=number)


@handles(QueryClipboard)
def query_clipboard(executive: Executive, caller: Thread, call: QueryClipboard) -> ClipboardInformation:
    """Read its state."""
    gui = _connected(executive, caller)
    if not gui.station_rights & WINSTA_ACCESSCLIPBOARD:
        return ClipboardInformation(0, 0, 0, 0, ())
    clipboard = gui.station.clipboard
    owner, opened_by, viewer = (
        0 if window is None else window.handle for window in (clipboard.owner, clipboard.window, clipboard.viewer)
    )
    return ClipboardInformation(
        sequence=clipboard.sequence,
        owner=owner,
        opened_by=opened_by,
        viewer=viewer,
        formats=tuple(clipboard.contents),
        promised=clipboard.promised,
        is_open=clipboard.opener is caller,
    )


# -- who is told


@handles(SetClipboardListener)
def set_clipboard_listener(executive: Executive, caller: Thread, call: SetClipboardListener) -> None:
    """Tell a window of changes, or no longer."""
    clipboard = _clipboard(executive, caller)
    window = _window(executive, caller, call.window)
    if call.listen:
        clipboards.listen(clipboard, window)
    elif window in clipboard.listeners:
        del clipboard.listeners[window]
    else:
        raise nt_error(NtStatus.INVALID_PARAMETER, f"window {call.window:#x} does not listen")


@handles(SetClipboardViewer)
def set_clipboard_viewer(executive: Executive, caller: Thread, call: SetClipboardViewer) -> int:
    """Put a window before the chain of viewers."""
    clipboard = _clipboard(executive, caller)
    window = _window(executive, caller, call.window) if call.window else None
    before = clipboards.set_viewer(executive, clipboard, window)
    return 0 if before is None else before.handle


@handles(ChangeClipboardChain)
def change_clipboard_chain(executive: Executive, caller: Thread, call: ChangeClipboardChain) -> bool:
    """Take a window out of the chain of viewers."""
    clipboard = _clipboard(executive, caller)
    window = _window(executive, caller, call.window)
    following = _window(executive, caller, call.next) if call.next else None
    return clipboards.leave_chain(executive, clipboard, window, following)
