"""The clipboard of a window station: who has it open, who owns it, and what it holds (nt-semantics 6.11).

Invariants:
  1. One thread at a time has it open, and a thread has one clipboard open at most; it ends with the thread, and with
     the window it was opened for.
  2. A format is promised only while there is an owner: with that window the promises go.
  3. What is there was paid for by the session; a file that came as a descriptor is released when it leaves.
  4. Windows that are named here exist, and are of the window station.
"""

from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import Struct

from ntsessions.abi.calls.clipboard import (
    FORMATS_PER_CLIPBOARD,
    LISTENERS_PER_CLIPBOARD,
    WM_CHANGECBCHAIN,
    WM_CLIPBOARDUPDATE,
    WM_DESTROYCLIPBOARD,
    WM_DRAWCLIPBOARD,
    WM_RENDERFORMAT,
)
from ntsessions.abi.clipboard_formats import CF_LOCALE, TEXT_SOURCES, US_ENGLISH
from ntsessions.abi.errors import NtError, nt_error
from ntsessions.abi.status import NtStatus
from ntsessions.executive.effects import ReleaseMemory
from ntsessions.executive.windowing.bill import Bill
from ntsessions.executive.windowing.messages import notify, post_to, request

if TYPE_CHECKING:
    from ntsessions.executive.executive import Executive
    from ntsessions.executive.processes.process import Process
    from ntsessions.executive.processes.session import Session
    from ntsessions.executive.processes.thread import Thread
    from ntsessions.executive.windowing.sent_message import SentMessage
    from ntsessions.executive.windowing.window import Window

FORMAT_COST = 256
"""Bytes charged for a format besides its contents."""


class Content(Struct, frozen=True):
    """What there is of one format: bytes, a client's file, or a promise of its owner."""

    data: bytes | None = None
    memory_key: int = 0
    """Of the file; 0: it is none."""
    size: int = 0
    is_derived: bool = False
    """Nobody put it in: it is made of another format of the text."""

    @property
    def is_promised(self) -> bool:
        """Tell whether its owner is still to render it."""
        return self.data is None and not self.memory_key and not self.is_derived

    @property
    def cost(self) -> int:
        """Bytes that are charged for it."""
        if self.is_derived:
            return 0
        return FORMAT_COST + (self.size if self.data is None else len(self.data))


class Clipboard:
    """One clipboard."""

    __slots__ = ("_bill", "contents", "has_changed", "listeners", "opener", "owner", "renderings", "sequence", "viewer",
                 "window")  # fmt: skip

    def __init__(self) -> None:
        self._bill = Bill()
        self.contents: dict[int, Content] = {}
        """By format, in the order in which they came."""
        self.sequence = 0
        """Counts changes."""
        self.has_changed = False
        """Since it was opened: who listens is told when it is closed."""
        self.opener: Thread | None = None
        """Who has it open."""
        self.window: Window | None = None
        """What it was opened for."""
        self.owner: Window | None = None
        """What it was opened for when it was last emptied."""
        self.renderings: dict[int, SentMessage] = {}
        """What the owner was asked for by who has it open, by format."""
        self.viewer: Window | None = None
        """The first one of the chain."""
        self.listeners: dict[Window, None] = {}

    # -- open and closed

    def open(self, thread: "Thread", window: "Window | None") -> None:
        """Let *thread* have it open for *window*.  Raises ACCESS_DENIED when somebody else has."""
        gui = thread.gui
        assert gui is not None, "who opens a clipboard is attached"
        opener = self.opener
        if opener is not None and opener is not thread:
            if window is None or window is not self.window or opener.process is not thread.process:
                raise nt_error(NtStatus.ACCESS_DENIED, f"{opener.label} has it open")
            assert opener.gui is not None, "it was closed when its opener ended"
            opener.gui.clipboard = None
            self._forget_renderings()
        elif opener is thread and window is not self.window:
            raise nt_error(NtStatus.ACCESS_DENIED, "the thread has it open for another window")
        if gui.clipboard not in (None, self):
            # Differs from NT: there, nothing keeps a thread from having those of two window stations open.
            raise nt_error(NtStatus.ACCESS_DENIED, "the thread has the clipboard of another window station open")
        gui.clipboard = self
        self.opener, self.window = thread, window

    def require_open(self, thread: "Thread") -> None:
        """Raise CLIPBOARD_NOT_OPEN unless *thread* has it open."""
        if self.opener is not thread:
            raise nt_error(NtStatus.CLIPBOARD_NOT_OPEN, "OpenClipboard comes first")

    def close(self) -> bool:
        """Let nobody have it open; answers whether anything has changed since it was opened."""
        if self.opener is not None and self.opener.gui is not None:
            self.opener.gui.clipboard = None
        self.opener = self.window = None
        self._forget_renderings()
        has_changed, self.has_changed = self.has_changed, False
        if has_changed:
            self._derive()
        return has_changed

    def _forget_renderings(self) -> None:
        for asked in self.renderings.values():
            if asked.wait is None or not asked.wait.is_pending:
                asked.abandon()  # else the call that waits is answered like any other
        self.renderings.clear()

    # -- contents

    def empty(self, executive: "Executive") -> None:
        """Throw everything away; the window that it is open for owns it now."""
        self._forget_renderings()
        self._throw_away(executive)
        self.owner = self.window
        self._count_change()

    def put(
        self, executive: "Executive", session: "Session", number: int, content: Content, *, is_rendered: bool
    ) -> None:
        """Hold *content* as the format *number*.  Raises QUOTA_EXCEEDED and NO_MEMORY, and then nothing has changed.

        What the owner renders when asked is no change: it was there, as far as anybody could tell.
        """
        old = self.contents.get(number)
        if old is None and len(self.contents) >= FORMATS_PER_CLIPBOARD:
            raise nt_error(NtStatus.QUOTA_EXCEEDED, f"{FORMATS_PER_CLIPBOARD} formats are there")
        if not self._bill.total:
            self._bill = Bill(session.pool, session.windowing.space.paged_pool)
        more = content.cost - (0 if old is None else old.cost)
        if more > 0:
            self._bill.charge(more)
        else:
            self._bill.refund(-more)
        if old is not None and old.memory_key:
            executive.emit(ReleaseMemory(old.memory_key))
        self.contents[number] = content
        if not is_rendered:
            self._count_change()

    def source_of(self, number: int) -> int | None:
        """Return the format whose bytes answer for the format *number*; None when nothing is there."""
        content = self.contents.get(number)
        if content is None or not content.is_derived or content.data is not None:
            return None if content is None else number
        for source in TEXT_SOURCES[number]:
            if source in self.contents and not self.contents[source].is_derived:
                return source
        return None

    @property
    def promised(self) -> tuple[int, ...]:
        """The formats that the owner is still to render."""
        return tuple(number for number, content in self.contents.items() if content.is_promised)

    def is_rendered_by(self, process: "Process") -> bool:
        """Tell whether *process* owns it and is being asked to render something."""
        if self.owner is None or self.owner.process is not process:
            return False
        return any(not asked.is_answered for asked in self.renderings.values())

    def forget_answered(self, number: int) -> bool:
        """Tell whether the owner has answered what it was asked for a format, and forget that it was."""
        asked = self.renderings.get(number)
        if asked is None or not asked.is_answered:
            return False
        asked.abandon()
        del self.renderings[number]
        return True

    def owner_went(self) -> bool:
        """Forget the owner and what it had only promised; answers whether that was anything."""
        self.owner = None
        gone = self.promised
        for number in gone:
            self._bill.refund(self.contents.pop(number).cost)
        for number in [number for number in self.contents if self.source_of(number) is None]:
            del self.contents[number]
        if gone:
            self._count_change()
        return bool(gone)

    def discard(self, executive: "Executive") -> None:
        """Give everything back: its window station is gone."""
        self.close()
        self._throw_away(executive)
        self.owner = self.viewer = None
        self.listeners.clear()

    def _throw_away(self, executive: "Executive") -> None:
        for content in self.contents.values():
            if content.memory_key:
                executive.emit(ReleaseMemory(content.memory_key))
        self.contents.clear()
        self._bill.settle()

    def _count_change(self) -> None:
        self.sequence += 1
        self.has_changed = True

    def _derive(self) -> None:
        """Add the formats of text that can be made of what is there, and the language that they are in."""
        if not any(number in self.contents for number in TEXT_SOURCES):
            return
        made = {CF_LOCALE: Content(US_ENGLISH, is_derived=True)}
        made.update(dict.fromkeys(TEXT_SOURCES, Content(is_derived=True)))
        for number, content in made.items():
            if self.contents.setdefault(number, content) is content:
                self.sequence += 1


# -- what windows are sent


def close(executive: "Executive", clipboard: Clipboard) -> None:
    """Close it, and tell who wants to know if anything has changed."""
    if clipboard.close():
        _tell(executive, clipboard)


def empty(executive: "Executive", clipboard: Clipboard) -> None:
    """Throw the contents away; the old owner hears of it.

    Differs from NT: there it is asked before they go, and its answer is waited for.
    """
    owner = clipboard.owner
    clipboard.empty(executive)
    if owner is not None:
        _notify(executive, owner, WM_DESTROYCLIPBOARD)


def ask_owner(executive: "Executive", clipboard: Clipboard, number: int) -> int | None:
    """Return what AwaitSend waits for the owner's rendering of a format by; None when it has answered without it.

    Raises QUOTA_EXCEEDED when it cannot be asked.
    """
    opener, owner = clipboard.opener, clipboard.owner
    assert opener is not None, "only who has it open asks"
    assert opener.gui is not None, "it was closed when its opener ended"
    assert owner is not None, "what is promised has an owner"
    if clipboard.forget_answered(number):
        return None
    asked = clipboard.renderings.get(number)
    if asked is None or asked.sender is None:  # never, or the call that waited was cancelled
        asked = request(executive, opener.gui.queue, owner, WM_RENDERFORMAT, number)
        clipboard.renderings[number] = asked
    return asked.key


def listen(clipboard: Clipboard, window: "Window") -> None:
    """Let a window hear of changes.  Raises INVALID_PARAMETER when it does already, QUOTA_EXCEEDED."""
    listeners = clipboard.listeners
    if window in listeners:
        raise nt_error(NtStatus.INVALID_PARAMETER, f"window {window.handle:#x} listens already")
    if len(listeners) >= LISTENERS_PER_CLIPBOARD:
        raise nt_error(NtStatus.QUOTA_EXCEEDED, f"{LISTENERS_PER_CLIPBOARD} windows listen")
    listeners[window] = None


def set_viewer(executive: "Executive", clipboard: Clipboard, window: "Window | None") -> "Window | None":
    """Put a window before the chain of viewers, or end the chain; returns which was the first."""
    before, clipboard.viewer = clipboard.viewer, window
    if window is not None:
        _notify(executive, window, WM_DRAWCLIPBOARD)
    return before


def leave_chain(executive: "Executive", clipboard: Clipboard, window: "Window", following: "Window | None") -> bool:
    """Take a window out of the chain; True when it was the first, else the first is told, which may know it."""
    viewer = clipboard.viewer
    if viewer is window:
        clipboard.viewer = following
        return True
    if viewer is not None:
        # Differs from NT: there its answer is waited for, and is the answer of the call.
        _notify(executive, viewer, WM_CHANGECBCHAIN, window.handle, 0 if following is None else following.handle)
    return False


def _tell(executive: "Executive", clipboard: Clipboard) -> None:
    for window in clipboard.listeners:
        post_to(executive, window, WM_CLIPBOARDUPDATE)
    if clipboard.viewer is not None:
        _notify(executive, clipboard.viewer, WM_DRAWCLIPBOARD)


def _notify(executive: "Executive", window: "Window", number: int, wparam: int = 0, lparam: int = 0) -> None:
    """Send a message; one that its queue has no room for is lost."""
    with suppress(NtError):
        notify(executive, window, number, wparam, lparam)


# -- ends


def thread_ended(executive: "Executive", thread: "Thread") -> None:
    """Close the clipboard that a thread has open."""
    if thread.gui is not None and thread.gui.clipboard is not None:
        close(executive, thread.gui.clipboard)


def user_left(executive: "Executive", clipboard: Clipboard) -> None:
    """Nobody works on the window station any more: what was left on its clipboard is not for who comes next."""
    close(executive, clipboard)
    if clipboard.contents:
        empty(executive, clipboard)
        close(executive, clipboard)


def window_destroyed(executive: "Executive", window: "Window") -> None:
    """A window is about to go: it owns nothing, listens to nothing, and has nothing open.

    What it had promised goes with it: its program could have rendered that before (WM_RENDERALLFORMATS).
    """
    clipboard = window.desktop.station.clipboard
    clipboard.listeners.pop(window, None)
    if clipboard.viewer is window:
        clipboard.viewer = None
    if clipboard.window is window:
        if clipboard.owner is window:
            clipboard.owner_went()
        close(executive, clipboard)
    elif clipboard.owner is window and clipboard.owner_went() and clipboard.opener is None:
        close(executive, clipboard)
