"""What a thread of a program keeps of its own windowing: procedures, callbacks, what was interrupted."""

from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

from ntsessions.abi.calls.message import Message
from ntsessions.abi.calls.window import WS_CHILD, WS_POPUP
from ntsessions.client.windowing.heap_reader import HeapReader
from ntsessions.client.windowing.steps import Procedure

_KIND = WS_CHILD | WS_POPUP


class OwnWindow:
    """A window of the thread."""

    # The defaults are the class's: most windows have no others, and are made faster so.
    procedure: Procedure | None = None
    """None: the default procedure alone."""
    is_child = False
    parent = 0
    """Handle of the window that it is in (a child), or that owns it; 0 for none."""
    children: dict[int, None] | None = None
    """The thread's windows in it, in the order in which they were made."""
    owned: dict[int, None] | None = None
    """The thread's windows that it owns."""
    is_dying = False


class OwnClass(NamedTuple):
    """A class that the process has registered through this library."""

    atom: int
    procedure: Procedure | None


class ThreadState:
    """One thread: for NT, one connection."""

    def __init__(self) -> None:
        self.windows: dict[int, OwnWindow] = {}
        """By handle; every window that the thread made through this library and that lives."""
        self.timers: dict[tuple[int, int], Callable[..., Any]] = {}
        """Callbacks by window (0: none) and timer id."""
        self.hooks: dict[int, Callable[..., Any]] = {}
        """Callbacks by the handle of the hook."""
        self.promises: dict[int, Callable[[], Any]] = {}
        """What renders the formats that this thread promised to the clipboard."""
        self.has_promised = False
        """A window of the thread may have to render all of them before it goes."""
        self.kept: deque[Message] = deque()
        """Messages that came for a call which was interrupted."""
        self.heap = HeapReader()
        self.class_names: dict[int, str] = {}
        """By atom; entries of the user table never change."""

    def add(self, handle: int, procedure: Procedure | None, style: int, parent: int) -> OwnWindow:
        """A window was made."""
        window = self.windows[handle] = OwnWindow()
        if procedure is not None:
            window.procedure = procedure
        if parent > 0:
            window.is_child = style & _KIND == WS_CHILD
            self.put(handle, window, parent)
        return window

    def put(self, handle: int, window: OwnWindow, parent: int) -> None:
        """Put a window into its parent, or to its owner: the outermost window that the one named is in."""
        other = self.windows.get(parent)
        while not window.is_child and other is not None and other.is_child and other.parent:
            parent = other.parent
            other = self.windows.get(parent)
        window.parent = parent
        if other is None:  # another thread's
            return
        if window.is_child:
            if other.children is None:
                other.children = {}
            other.children[handle] = None
        else:
            if other.owned is None:
                other.owned = {}
            other.owned[handle] = None

    def take_out(self, handle: int, window: OwnWindow) -> None:
        """Take a window out of its parent, or from its owner."""
        other = self.windows.get(window.parent)
        window.parent = 0
        for group in () if other is None else (other.children, other.owned):
            if group is not None:
                group.pop(handle, None)

    def tree(self, root: int) -> list[int]:
        """Return *root* and the thread's windows in it, each before what is in it."""
        found, left = [], [root]
        while left:
            handle = left.pop()
            found.append(handle)
            window = self.windows.get(handle)
            if window is not None and window.children:
                left.extend(reversed(window.children))
        return found

    def forget(self, handle: int) -> None:
        """A window has gone."""
        window = self.windows.pop(handle, None)
        if window is not None and window.parent:
            self.take_out(handle, window)
        if self.timers:
            for key in [key for key in self.timers if key[0] == handle]:
                del self.timers[key]
