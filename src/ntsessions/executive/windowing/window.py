"""The window, and the tree that windows form (nt-semantics 7.2).

Invariants:
  1. A window with a parent stands in `parent.children`; any other in `top_level` or `message_only` of its desktop.
  2. Parent, owner, children and owned windows are on one desktop.
  3. A window's thread is attached to the window's desktop, and has it in `gui.windows`.

Nothing here recurses: programs may nest windows as deep as the heap lets them.
"""

from typing import TYPE_CHECKING

from ntsessions.abi.calls.window import WS_CHILD, WS_POPUP
from ntsessions.abi.user_handles import UserObjectType
from ntsessions.executive.windowing.user_handles import UserObject

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ntsessions.executive.processes.thread import Thread
    from ntsessions.executive.windowing.desktop import Desktop
    from ntsessions.executive.windowing.window_class import WindowClass

_KIND = WS_CHILD | WS_POPUP


class Window(UserObject):
    """A window."""

    __slots__ = ("children", "extended_style", "extra", "height", "left", "menu", "module", "owned", "owner", "parent",
                 "style", "text", "text_offset", "thread", "top", "user_data", "width", "window_class")  # fmt: skip

    user_type = UserObjectType.WINDOW

    def __init__(
        self, thread: "Thread", desktop: "Desktop", window_class: "WindowClass", style: int, extended_style: int
    ) -> None:
        self.process = thread.process
        self.desktop = desktop
        self.handle = 0
        self.offset = 0
        self.thread = thread
        self.window_class = window_class
        self.style = style
        self.extended_style = extended_style
        self.parent: Window | None = None
        self.owner: Window | None = None
        self.children: dict[Window, None] | None = None
        """Front to back: a new child is put behind its siblings, and Tab goes through a dialog in this order."""
        self.owned: dict[Window, None] | None = None
        self.left = self.top = self.width = self.height = 0
        """Pixels of the desktop, for children too."""
        self.text = ""
        self.text_offset = 0
        """Of the text's block in the heap; 0 while there is none."""
        self.menu = 0
        """Handle of its menu; of a child its id."""
        self.module = 0
        self.user_data = 0
        self.extra = b""
        """The extra bytes; empty until one is written."""

    @property
    def is_child(self) -> bool:
        """Tell whether its style makes it a child, which has an id and no menu."""
        return self.style & _KIND == WS_CHILD

    @property
    def root(self) -> "Window":
        """The top-level or message-only window that it is in, or is."""
        window = self
        while window.parent is not None:
            window = window.parent
        return window

    @property
    def is_message_only(self) -> bool:
        """Tell whether it is, or is in, a window that is only for messages."""
        return self.root in self.desktop.message_only

    def is_in(self, other: "Window") -> bool:
        """Tell whether *other* is this window or one that it is in."""
        window: Window | None = self
        while window is not None:
            if window is other:
                return True
            window = window.parent
        return False


def front_to_back(desktop: "Desktop", parent: "Window | None") -> "Iterable[Window]":
    """Return the children of a window, or the top-level windows, the front one first."""
    if parent is None:
        return reversed(desktop.top_level)
    return parent.children or ()


def siblings(window: Window) -> "Iterable[Window]":
    """Return the windows beside a window, itself included, the front one first."""
    parent = window.parent
    if parent is not None:
        assert parent.children is not None
        return parent.children
    desktop = window.desktop
    return reversed(desktop.top_level if window in desktop.top_level else desktop.message_only)


def descendants(roots: "Iterable[Window]") -> "Iterator[Window]":
    """Yield windows and all that is in them, each before what is in it."""
    for root in roots:
        stack = [root]
        while stack:
            window = stack.pop()
            yield window
            if window.children:
                stack.extend(reversed(window.children))


def family(roots: list[Window]) -> dict[Window, None]:
    """Return the windows that go when *roots* go: they, what is in them, and what these own, with theirs.

    Each comes before what goes because of it, and once: SetParent can put a window into one that it owns.
    """
    found: dict[Window, None] = {}
    for root in roots:  # which grows while it is walked
        stack = [root]
        while stack:
            item = stack.pop()
            if item in found:
                continue
            found[item] = None
            if item.children:
                stack.extend(reversed(item.children))
            if item.owned:
                roots.extend(item.owned)
    return found
