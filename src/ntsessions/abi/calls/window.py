"""Windows: USER objects on the desktop of the thread that made them (nt-semantics 7.1, 7.2).

A window handle is the same number in every process of the session and means nothing in another.  A call names a window
by its handle; one that was destroyed, is of another session, or lies on another desktop where that matters, is
INVALID_WINDOW_HANDLE.
"""

from typing import Annotated

from msgspec import Meta

from ntsessions.abi.call import Call, Partial, Reply, syscall
from ntsessions.abi.calls.window_class import ClassName
from ntsessions.abi.calls.window_station import ATTACH_ERRORS
from ntsessions.abi.status import NtStatus as S

WindowHandle = int
"""32 significant bits; wider values, as 64-bit programs pass them, are cut."""
Dword = Annotated[int, Meta(ge=-(1 << 31), lt=1 << 32)]
Word64 = int
"""WPARAM, LPARAM, user data: 64 bits, signed or not, which is what the encoding can hold."""

HWND_MESSAGE = -3
GR_GLOBAL = -2
"""In place of a process: GetGuiResources counts those of the session."""
HWND_BROADCAST = 0xFFFF
CW_USEDEFAULT = -0x80000000
TEXT_LIMIT = 1 << 15
"""Characters of a window's text.  NT has no such limit but the heap's; a frame on the wire has."""
WINDOWS_PER_ANSWER = 16384

WS_CHILD, WS_POPUP, WS_VISIBLE, WS_DISABLED = 0x40000000, 0x80000000, 0x10000000, 0x08000000

_WINDOW = {S.INVALID_WINDOW_HANDLE, S.ACCESS_DENIED} | ATTACH_ERRORS
Text = Annotated[str, Meta(max_length=TEXT_LIMIT)]


@syscall(
    0x0120,
    fails_with=_WINDOW | {S.CANNOT_FIND_WND_CLASS, S.TLW_WITH_WSCHILD, S.INVALID_MENU_HANDLE, S.INVALID_PARAMETER,
                          S.NO_MORE_USER_HANDLES},
)  # fmt: skip
class CreateWindow(Call[int]):
    """Create a window on the calling thread's desktop; answers its handle.  Needs DESKTOP_CREATEWINDOW.

    `parent`: of a child; the owner of any other window; HWND_MESSAGE -3 for one that is only for messages; on another
    desktop: INVALID_WINDOW_HANDLE.  `menu`: a menu's handle, or the id of a child.  NO_MEMORY: the heap is full;
    NO_MORE_USER_HANDLES: the process has its 10,000, or the session its 65,536.
    """

    class_name: ClassName
    text: Text = ""
    style: Dword = 0
    extended_style: Dword = 0
    left: Dword = 0
    top: Dword = 0
    width: Dword = 0
    height: Dword = 0
    parent: WindowHandle = 0
    menu: Word64 = 0
    module: int = 0


@syscall(0x0121, fails_with=_WINDOW)
class DestroyWindow(Call[tuple[int, ...]]):
    """Destroy a window of the calling thread, its children and the windows it owns; answers them in that order."""

    window: WindowHandle


class WindowInformation(Reply, frozen=True):
    """Facts of one window.  Coordinates are pixels of the desktop."""

    handle: int
    class_name: str
    class_atom: int
    style: int
    extended_style: int
    left: int
    top: int
    right: int
    bottom: int
    parent: int
    owner: int
    menu: int
    """Handle of its menu; of a child its id."""
    process_id: int
    thread_id: int
    user_data: int
    desktop: str
    is_message_only: bool


@syscall(
    0x0122,
    fails_with=_WINDOW,
    fidelity=Partial("the desktop's own window and the parent of message-only ones have no handle: 0 stands for them"),
)
class QueryWindow(Call[WindowInformation]):
    """Read the facts of a window on the calling thread's desktop."""

    window: WindowHandle


@syscall(0x0123, fails_with=ATTACH_ERRORS)
class IsWindow(Call[bool]):
    """Tell whether a handle names a window of the session, on whatever desktop."""

    window: WindowHandle


@syscall(0x0124, fails_with=_WINDOW)
class SetWindowText(Call[None]):
    """Set the text of a window of the calling process; programs send WM_SETTEXT to those of others."""

    window: WindowHandle
    text: Text


@syscall(0x0125, fails_with=_WINDOW)
class GetWindowText(Call[str]):
    """Read a window's text as the desktop heap has it, without a message; on the caller's desktop only."""

    window: WindowHandle


@syscall(0x0126, fails_with=_WINDOW | {S.INVALID_INDEX})
class SetWindowLong(Call[int]):
    """Set a value of a window of the calling process; answers the one before.

    `index`: GWL_STYLE -16, GWL_EXSTYLE -20, GWL_ID -12 (of a child), GWL_USERDATA -21, or an offset into the extra
    bytes.  `is_pointer`: those are taken 8 at a time (SetWindowLongPtr); False: 4, and user data is cut to 32 bits.
    """

    window: WindowHandle
    index: int
    value: Word64
    is_pointer: bool = True


@syscall(0x0127, fails_with=_WINDOW | {S.INVALID_INDEX})
class GetWindowLong(Call[int]):
    """Read a value of a window; see SetWindowLong, and GWL_HWNDPARENT -8, GWL_HINSTANCE -6."""

    window: WindowHandle
    index: int
    is_pointer: bool = True


@syscall(0x0128, fails_with=_WINDOW)
class SetWindowPos(Call[None]):
    """Move, size, show or hide a window, or put it after another one.

    `after`: a sibling, HWND_TOP 0, HWND_BOTTOM 1, HWND_TOPMOST -1, HWND_NOTOPMOST -2.  `flags`: SWP_NOSIZE 1,
    SWP_NOMOVE 2, SWP_NOZORDER 4, SWP_SHOWWINDOW 0x40, SWP_HIDEWINDOW 0x80; others change nothing here.
    """

    window: WindowHandle
    after: WindowHandle = 0
    left: Dword = 0
    top: Dword = 0
    width: Dword = 0
    height: Dword = 0
    flags: int = 0


@syscall(0x0129, fails_with=_WINDOW)
class EnableWindow(Call[bool]):
    """Let a window take input or not; answers whether it was disabled."""

    window: WindowHandle
    enable: bool


@syscall(0x012A, fails_with=_WINDOW | {S.INVALID_PARAMETER})
class SetParent(Call[int]):
    """Give a window of the calling process another parent on its desktop (0: the desktop); answers the one before."""

    child: WindowHandle
    parent: WindowHandle


@syscall(0x012B, fails_with=_WINDOW | {S.INVALID_HANDLE, S.OBJECT_TYPE_MISMATCH, S.INVALID_PARAMETER})
class ListWindows(Call[tuple[int, ...]]):
    """List windows, front to back, at most 16,384 in an answer; the caller asks on with `after`.

    The top-level windows of the calling thread's desktop; with `desktop`, of that one (needs DESKTOP_READOBJECTS); with
    `parent`, its descendants (HWND_MESSAGE: the message-only windows); with `thread_id`, those of a thread.  In a job
    with JOB_OBJECT_UILIMIT_HANDLES: only those of the job.
    """

    desktop: int = 0
    parent: WindowHandle = 0
    thread_id: int = 0
    after: WindowHandle = 0


@syscall(0x012C, fails_with=_WINDOW | {S.CANNOT_FIND_WND_CLASS, S.INVALID_PARAMETER})
class FindWindow(Call[int]):
    """Find a window by class and text, both compared without regard to case; 0 when there is none.

    Among the children of `parent` (0: top-level windows; HWND_MESSAGE: message-only ones), behind `after`.
    """

    parent: WindowHandle = 0
    after: WindowHandle = 0
    class_name: ClassName | None = None
    text: Text | None = None


@syscall(0x012D, fails_with=_WINDOW | {S.INVALID_PARAMETER})
class GetRelatedWindow(Call[int]):
    """Return a window by its relation (GW_): FIRST 0, LAST 1, NEXT 2, PREVIOUS 3, OWNER 4, CHILD 5; 0 for none."""

    window: WindowHandle
    relation: int


class ThreadInput(Reply, frozen=True):
    """Which windows a thread's input goes to; 0 for none."""

    foreground: int
    """Of the desktop; 0 to threads of a desktop that does not have the input."""
    active: int
    focus: int


@syscall(0x012E, fails_with=ATTACH_ERRORS)
class GetThreadInput(Call[ThreadInput]):
    """Read the foreground window, and the calling thread's active window and focus."""


@syscall(0x012F, fails_with=_WINDOW)
class SetForegroundWindow(Call[bool]):
    """Bring a top-level window and its thread to the front; False when its desktop does not have the input."""

    window: WindowHandle


@syscall(0x0130, fails_with=_WINDOW)
class SetFocus(Call[int]):
    """Give a window of the calling thread the focus (0: none); answers which had it."""

    window: WindowHandle


@syscall(0x0131, fails_with=_WINDOW)
class SetActiveWindow(Call[int]):
    """Make a top-level window of the calling thread the active one; answers which was."""

    window: WindowHandle


@syscall(
    0x0132,
    fails_with={S.INVALID_HANDLE, S.OBJECT_TYPE_MISMATCH, S.ACCESS_DENIED, S.INVALID_PARAMETER},
    fidelity=Partial("there are no GDI objects; the quota of a process is NT's default, 10,000, and stays that"),
)
class GetGuiResources(Call[int]):
    """Count USER objects of a process (`kind` 1), or the most it ever had (4); GDI objects (0, 2) are not there: 0.

    Needs PROCESS_QUERY_INFORMATION.  `process` GR_GLOBAL -2: those of the whole session.
    """

    process: int
    kind: int


@syscall(0x0133, fails_with={S.ACCESS_DENIED, S.INVALID_PARAMETER, S.INVALID_THREAD_ID} | ATTACH_ERRORS)
class AttachThreadInput(Call[None]):
    """Let two threads share active window and focus, or no longer; both must be on the caller's desktop."""

    thread_id: int
    to_thread_id: int
    attach: bool
