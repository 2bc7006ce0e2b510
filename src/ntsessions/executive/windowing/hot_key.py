"""Hot keys of a desktop (nt-semantics 7.6): each combination is somebody's, and goes with the window or the thread."""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from ntsessions.executive.processes.thread import Thread
    from ntsessions.executive.windowing.desktop import Desktop

HOT_KEY_COST: Final = 192
"""Bytes that the session's pool is charged for one."""


class HotKey:
    """Who has a combination."""

    __slots__ = ("identifier", "thread", "window")

    def __init__(self, thread: "Thread", window: int, identifier: int) -> None:
        self.thread = thread
        self.window = window
        """Handle; 0: it is the thread's."""
        self.identifier = identifier


def give(desktop: "Desktop", combination: tuple[int, int], hot_key: HotKey) -> None:
    """Let somebody have a combination that nobody has.  Raises QUOTA_EXCEEDED."""
    hot_key.thread.process.session.pool.charge(HOT_KEY_COST)
    desktop.hot_keys[combination] = hot_key


def take_back(desktop: "Desktop", is_gone: "Callable[[HotKey], bool]") -> bool:
    """Take the hot keys of a desktop back that a test chooses; tells whether there were any."""
    gone = [combination for combination, hot_key in desktop.hot_keys.items() if is_gone(hot_key)]
    for combination in gone:
        desktop.hot_keys.pop(combination).thread.process.session.pool.refund(HOT_KEY_COST)
    return bool(gone)


def thread_left(desktop: "Desktop", thread: "Thread") -> None:
    """A thread has ended, or goes to another desktop."""
    if desktop.hot_keys:
        take_back(desktop, lambda hot_key: hot_key.thread is thread)
