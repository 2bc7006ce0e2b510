"""What windowing keeps of a process and of a thread (NT's PROCESSINFO and THREADINFO)."""

from typing import TYPE_CHECKING

from ntsessions.executive.windowing.input_idle import InputIdle
from ntsessions.executive.windowing.message_queue import MessageQueue

if TYPE_CHECKING:
    from ntsessions.executive.processes.thread import Thread
    from ntsessions.executive.windowing.clipboard import Clipboard
    from ntsessions.executive.windowing.desktop import Desktop
    from ntsessions.executive.windowing.hook import Hook
    from ntsessions.executive.windowing.menu import Menu
    from ntsessions.executive.windowing.window import Window
    from ntsessions.executive.windowing.window_class import WindowClass
    from ntsessions.executive.windowing.window_station import WindowStation

ClassKey = tuple[int, int]
"""Atom and module; EVERY_MODULE stands for the module of a class that every module may use."""


class GuiProcess:
    """A process that is connected to a window station."""

    __slots__ = ("block", "classes", "desktop_handle", "idle", "menus", "startup_desktop", "station",
                 "station_handle", "station_rights", "user_objects", "user_objects_peak")  # fmt: skip

    def __init__(self, station: "WindowStation", station_handle: int, rights: int) -> None:
        self.station = station
        self.station_handle = station_handle
        self.station_rights = rights
        """Granted to the handle: what decides about clipboard, atoms and new desktops (6.3)."""
        self.startup_desktop: Desktop | None = None
        self.desktop_handle = 0
        """Of the startup desktop."""
        self.block: int | None = None
        """What the process takes on the heap of its startup desktop."""
        self.classes: dict[ClassKey, WindowClass] = {}
        self.menus: dict[int, Menu] = {}
        self.user_objects = 0
        self.user_objects_peak = 0
        self.idle = InputIdle()


class GuiThread:
    """A thread that is attached to a desktop."""

    __slots__ = ("active", "attached", "block", "clipboard", "desktop", "desktop_handle", "desktop_rights", "focus",
                 "hooks", "queue", "windows")  # fmt: skip

    def __init__(self, thread: "Thread", desktop: "Desktop", block: int, now: int) -> None:
        self.desktop = desktop
        self.desktop_handle = 0
        self.desktop_rights = 0
        """Of that handle, which is not closed while the thread is on the desktop."""
        self.block = block
        """Its thread information on the heap of the desktop."""
        self.queue = MessageQueue(thread, now)
        self.windows: dict[int, Window] = {}
        self.hooks: dict[int, Hook] = {}
        """Those it set, by handle."""
        self.active: Window | None = None
        self.focus: Window | None = None
        self.attached: dict[Thread, int] = {}
        """Threads that it shares active window and focus with (AttachThreadInput), and how often that was asked."""
        self.clipboard: Clipboard | None = None
        """The one that it has open."""

    def work_by(self, handle: int, rights: int) -> None:
        """Take a handle of the desktop for the one that the thread is there by."""
        self.desktop_handle, self.desktop_rights = handle, rights
