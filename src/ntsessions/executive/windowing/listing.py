"""Finding windows: lists, searches and relations, always within one desktop (nt-semantics 7.2)."""

from typing import TYPE_CHECKING, Final

from ntsessions.abi.calls.window import WINDOWS_PER_ANSWER
from ntsessions.abi.errors import nt_error
from ntsessions.abi.status import NtStatus
from ntsessions.executive.windowing.window import descendants, front_to_back, siblings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ntsessions.executive.windowing.desktop import Desktop
    from ntsessions.executive.windowing.gui import GuiThread
    from ntsessions.executive.windowing.window import Window

GW_FIRST, GW_LAST, GW_NEXT, GW_PREVIOUS, GW_OWNER, GW_CHILD = range(6)
_32_BITS: Final = 0xFFFFFFFF


def of_desktop(desktop: "Desktop") -> list[int]:
    """Return the handles of a desktop's top-level windows, front to back."""
    return [window.handle for window in reversed(desktop.top_level)]


def inside(windows: "Iterable[Window]") -> list[int]:
    """Return the handles of windows and of all that is in them."""
    return [window.handle for window in descendants(windows)]


def of_thread(gui: "GuiThread") -> list[int]:
    """Return the handles of a thread's top-level windows, front to back."""
    thread = gui.queue.thread
    return [window.handle for window in reversed(gui.desktop.top_level) if window.thread is thread]


def page(handles: list[int], after: int) -> tuple[int, ...]:
    """Return as many as go into one answer, those behind *after* where it is given.

    Raises INVALID_WINDOW_HANDLE when that one is not there, or not any more.
    """
    if after:
        try:
            handles = handles[handles.index(after & _32_BITS) + 1 :]
        except ValueError:
            raise nt_error(NtStatus.INVALID_WINDOW_HANDLE, f"{after & _32_BITS:#x} is not in the list") from None
    return tuple(handles[:WINDOWS_PER_ANSWER])


def search(windows: "Iterable[Window]", after: "Window | None", atom: int | None, text: str | None) -> int:
    """Return the handle of the first window behind *after* of that class and with that text; 0 for none."""
    candidates = iter(windows)
    if after is not None and not any(window is after for window in candidates):
        raise nt_error(NtStatus.INVALID_WINDOW_HANDLE, f"{after.handle:#x} is not a child of that parent")
    # Not `upcase`: it goes letter by letter, and a heap has room for millions of them.  Of equal length they agree, but
    # for a few letters without a capital of their own.
    wanted = None if text is None else text.upper()
    length = 0 if text is None else len(text)
    for window in candidates:
        if atom is not None and window.window_class.atom != atom:
            continue
        if wanted is None or (len(window.text) == length and window.text.upper() == wanted):
            return window.handle
    return 0


def related(window: "Window", relation: int) -> "Window | None":
    """Return the window in a relation (GW_) to another.  Raises INVALID_PARAMETER for what is no relation."""
    if relation == GW_OWNER:
        return window.owner
    if relation == GW_CHILD:
        return next(iter(front_to_back(window.desktop, window)), None)
    row = siblings(window)
    if relation == GW_FIRST:
        return next(iter(row))
    if relation in (GW_LAST, GW_NEXT, GW_PREVIOUS):
        order = list(row)
        if relation == GW_LAST:
            return order[-1]
        index = order.index(window) + (1 if relation == GW_NEXT else -1)
        return order[index] if 0 <= index < len(order) else None
    raise nt_error(NtStatus.INVALID_PARAMETER, f"relation {relation}")
