"""The clipboard: one per window station, shared by its desktops (nt-semantics 6.11).

All calls are about that of the process's window station, and need WINSTA_ACCESSCLIPBOARD on it.  Windows are those of
its desktops, and not of higher integrity than the caller's.  Numbers of formats are in `abi.clipboard_formats`.
"""

from typing import Annotated

from msgspec import Meta

from ntsessions.abi.call import Call, Partial, Reply, syscall
from ntsessions.abi.calls.window import WindowHandle
from ntsessions.abi.calls.window_station import ATTACH_ERRORS
from ntsessions.abi.status import NtStatus as S

INLINE_LIMIT = 1 << 16
"""Bytes that travel in the message; more goes by a descriptor of a file."""
CLIPBOARD_LIMIT = 64 << 20
"""Bytes of one format."""
FORMATS_PER_CLIPBOARD = 1024
LISTENERS_PER_CLIPBOARD = 1024

WM_RENDERFORMAT, WM_RENDERALLFORMATS, WM_DESTROYCLIPBOARD, WM_DRAWCLIPBOARD = 0x305, 0x306, 0x307, 0x308
WM_CHANGECBCHAIN, WM_CLIPBOARDUPDATE = 0x30D, 0x31D

FormatNumber = Annotated[int, Meta(ge=0, lt=1 << 32)]
_ACCESS = {S.ACCESS_DENIED} | ATTACH_ERRORS
_OPEN = {S.CLIPBOARD_NOT_OPEN} | _ACCESS
_WINDOW = {S.INVALID_WINDOW_HANDLE} | _ACCESS


@syscall(0x0168, fails_with=_WINDOW)
class OpenClipboard(Call[None]):
    """Open the clipboard for the calling thread and a window (0: none).

    ACCESS_DENIED: it is open for another window, or by another thread for none.  A thread may open it again for the
    same window, and so may another thread of its process, which then has it open.
    """

    window: WindowHandle = 0


@syscall(0x0169, fails_with=_OPEN)
class CloseClipboard(Call[None]):
    """Close it.  The other formats of the text that is there are added; who listens is told when anything changed."""


@syscall(0x016A, fails_with=_OPEN, fidelity=Partial("the old owner is told after the contents have gone, not before"))
class EmptyClipboard(Call[None]):
    """Throw its contents away; the window it was opened for becomes the owner.

    WM_DESTROYCLIPBOARD is sent to the one before.  With a job's JOB_OBJECT_UILIMIT_WRITECLIPBOARD: ACCESS_DENIED.
    """


@syscall(
    0x016B,
    takes_descriptors=True,
    fails_with=_OPEN | {S.INVALID_PARAMETER, S.INVALID_FILE_FOR_SECTION},
    fidelity=Partial("contents are bytes; what is a GDI handle on NT cannot be put there"),
)
class SetClipboardData(Call[None]):
    """Put data in; `data` None and no descriptor: the owner renders it when asked (WM_RENDERFORMAT).

    `size` with a descriptor that follows: that many bytes from the beginning of a regular file or memory file, which
    is not copied.  CLIPBOARD_NOT_OPEN also for format 0.  While the owner is asked to render, its process may put data
    in although another one has the clipboard open.

    Before a program destroys a window that owns the clipboard, and QueryClipboard tells of `promised` formats, it gives
    the window WM_RENDERALLFORMATS; what is only promised goes with the window.  What a session's clipboards hold counts
    against its pool (QUOTA_EXCEEDED) and its paged pool (NO_MEMORY).
    With a job's JOB_OBJECT_UILIMIT_WRITECLIPBOARD: ACCESS_DENIED.
    """

    format: FormatNumber
    data: Annotated[bytes, Meta(max_length=INLINE_LIMIT)] | None = None
    size: Annotated[int, Meta(ge=0, le=CLIPBOARD_LIMIT)] = 0


class ClipboardData(Reply, frozen=True):
    """What was found: bytes, or `size` bytes of the file whose descriptor follows."""

    is_there: bool
    data: bytes | None = None
    size: int = 0
    format: int = 0
    """What the bytes are: another format of text than the one asked for is converted by who asked
    (`abi.clipboard_formats.convert_text`)."""
    send: int = 0
    """Its owner was sent WM_RENDERFORMAT: AwaitSend waits for its answer with this, then the call is made again."""


@syscall(0x016C, gives_descriptors=True, fails_with=_OPEN | {S.INSUFFICIENT_RESOURCES})
class GetClipboardData(Call[ClipboardData]):
    """Take the data of a format.

    Where the owner is still to render it, the answer is only a number for AwaitSend: as with any message that is sent,
    who waits is given what others send it meanwhile, and a thread that owns the clipboard its own WM_RENDERFORMAT.
    Nothing is there when the owner has answered without putting it in.
    QUOTA_EXCEEDED: the owner cannot be sent any more.  INSUFFICIENT_RESOURCES: the file could not be kept.
    With a job's JOB_OBJECT_UILIMIT_READCLIPBOARD: ACCESS_DENIED.
    """

    format: FormatNumber


class ClipboardInformation(Reply, frozen=True):
    """The state of a clipboard; windows are 0 for none."""

    sequence: int
    """Counts changes."""
    owner: int
    opened_by: int
    viewer: int
    formats: tuple[int, ...]
    """In the order in which they were put in; those made of other ones last."""
    promised: tuple[int, ...] = ()
    """Those that the owner is still to render."""
    is_open: bool = False
    """The calling thread has it open."""


@syscall(0x016D, fails_with=ATTACH_ERRORS)
class QueryClipboard(Call[ClipboardInformation]):
    """Read the state of the clipboard; it need not be open.  Without WINSTA_ACCESSCLIPBOARD all is 0 and empty."""


@syscall(0x016E, fails_with=_WINDOW | {S.INVALID_PARAMETER})
class SetClipboardListener(Call[None]):
    """Post WM_CLIPBOARDUPDATE to a window when the contents have changed, or no longer.

    INVALID_PARAMETER: it listens already, or does not.  QUOTA_EXCEEDED: 1,024 windows do.
    """

    window: WindowHandle
    listen: bool


@syscall(0x016F, fails_with=_WINDOW)
class SetClipboardViewer(Call[int]):
    """Make a window the first of the chain of viewers (0: none); answers which was.

    It is sent WM_DRAWCLIPBOARD now, and whenever the contents have changed; it passes that on to the one before.
    """

    window: WindowHandle


@syscall(
    0x0170,
    fails_with=_WINDOW,
    fidelity=Partial("the message goes to the first viewer, and its answer is not waited for"),
)
class ChangeClipboardChain(Call[bool]):
    """Take a window out of the chain of viewers; `next` follows it there (0: none does).

    True: it was the first, and `next` is now.  Otherwise the first is sent WM_CHANGECBCHAIN, to pass on.
    """

    window: WindowHandle
    next: WindowHandle = 0
