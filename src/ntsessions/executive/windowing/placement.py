"""Where windows stand: on the desktop, in front of each other, and in each other (nt-semantics 7.2).

Invariants: topmost top-level windows stand in front of all others; coordinates stay within 32 bits.
"""

from itertools import takewhile
from typing import TYPE_CHECKING, Final

from ntsessions.abi.calls.window import CW_USEDEFAULT
from ntsessions.executive.windowing.heap_view import LARGEST_COORDINATE, show
from ntsessions.executive.windowing.window import descendants, siblings

if TYPE_CHECKING:
    from ntsessions.executive.windowing.window import Window

WS_EX_TOPMOST: Final = 0x8
HWND_TOP, HWND_BOTTOM, HWND_TOPMOST, HWND_NOTOPMOST = 0, 1, 0xFFFFFFFF, 0xFFFFFFFE
SMALLEST_COORDINATE: Final = -0x80000000
DEFAULT_WIDTH, DEFAULT_HEIGHT = 640, 480
"""For CW_USEDEFAULT, which NT answers with a part of the screen."""


def signed(value: int) -> int:
    """Return 32 bits as a signed number, whichever way they were written."""
    return (value + 0x80000000 & 0xFFFFFFFF) - 0x80000000


def _within(value: int) -> int:
    return max(SMALLEST_COORDINATE, min(value, LARGEST_COORDINATE))


def set_rectangle(window: "Window", left: int, top: int, width: int, height: int) -> None:
    """Give a new window its place: relative to its parent."""
    left, top, width, height = signed(left), signed(top), signed(width), signed(height)
    if left == CW_USEDEFAULT:
        left = top = 0
    if width == CW_USEDEFAULT:
        width, height = DEFAULT_WIDTH, DEFAULT_HEIGHT
    parent = window.parent
    if parent is not None:
        left, top = left + parent.left, top + parent.top
    _put(window, left, top, width, height)


def _put(window: "Window", left: int, top: int, width: int, height: int) -> None:
    window.left = left = _within(left)
    window.top = top = _within(top)
    window.width = max(0, min(width, LARGEST_COORDINATE - max(left, 0)))
    window.height = max(0, min(height, LARGEST_COORDINATE - max(top, 0)))


def move(window: "Window", left: int, top: int, width: int, height: int) -> None:
    """Put a window to a place of the desktop, with all that is in it."""
    right, down = _within(left) - window.left, _within(top) - window.top
    _put(window, left, top, width, height)
    if window.children and (right or down):
        for inner in descendants(window.children):
            _put(inner, inner.left + right, inner.top + down, inner.width, inner.height)
            show(inner)


def _is_topmost(window: "Window") -> bool:
    return bool(window.extended_style & WS_EX_TOPMOST)


def link(window: "Window", *, is_message_only: bool) -> None:
    """Let a window stand in its tree: a child behind its siblings, any other in front of its own kind."""
    parent = window.parent
    if parent is not None:
        if parent.children is None:
            parent.children = {}
        parent.children[window] = None
        return
    desktop = window.desktop
    order = desktop.message_only if is_message_only else desktop.top_level
    front = next(reversed(order), None)
    order[window] = None
    if front is not None and front.extended_style & WS_EX_TOPMOST and not window.extended_style & WS_EX_TOPMOST:
        _let_by(order)


def _let_by(order: "dict[Window, None]") -> None:
    """Put the topmost windows in front of the last one, which is none, in their order."""
    backward = reversed(order)
    next(backward)
    topmost = [*takewhile(_is_topmost, backward)]
    for window in reversed(topmost):
        del order[window]
        order[window] = None


def unlink(window: "Window") -> None:
    """Take a window out of its tree."""
    parent = window.parent
    if parent is not None:
        assert parent.children is not None
        del parent.children[window]
        if not parent.children:
            parent.children = None
        return
    desktop = window.desktop
    desktop.top_level.pop(window, None)
    desktop.message_only.pop(window, None)


def place(window: "Window", after: "int | Window") -> None:
    """Let a window stand in front of or behind all of its siblings, or behind one of them (SetWindowPos)."""
    others = [other for other in siblings(window) if other is not window]
    if window.parent is not None:
        index = _index(others, after, 0)
        assert window.parent.children is not None
        _reorder(window.parent.children, [*others[:index], window, *others[index:]])
        return
    if after == HWND_TOPMOST:
        window.extended_style |= WS_EX_TOPMOST
    elif after in (HWND_NOTOPMOST, HWND_BOTTOM) or (not isinstance(after, int) and not _is_topmost(after)):
        window.extended_style &= ~WS_EX_TOPMOST
    topmost = sum(map(_is_topmost, others))
    index = _index(others, after, 0 if _is_topmost(window) else topmost)
    index = min(index, topmost) if _is_topmost(window) else max(index, topmost)
    desktop = window.desktop
    order = desktop.top_level if window in desktop.top_level else desktop.message_only
    _reorder(order, [*others[:index], window, *others[index:]][::-1])


def _index(others: "list[Window]", after: "int | Window", front: int) -> int:
    if not isinstance(after, int):
        return others.index(after) + 1
    return len(others) if after == HWND_BOTTOM else front


def _reorder(order: "dict[Window, None]", windows: "list[Window]") -> None:
    order.clear()
    order.update(dict.fromkeys(windows))
