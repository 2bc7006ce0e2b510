"""The desktop object: windows, menus and hooks, on a heap of its own (nt-semantics 6.1, 6.9)."""

from typing import TYPE_CHECKING

from ntsessions.abi.object_types import DESKTOP
from ntsessions.executive.effects import ReleaseMemory
from ntsessions.executive.objects.handles import release_if_unused
from ntsessions.executive.objects.object import Object
from ntsessions.executive.windowing.heap import DesktopHeap

if TYPE_CHECKING:
    from ntsessions.executive.executive import Executive
    from ntsessions.executive.processes.thread import Thread
    from ntsessions.executive.windowing.hook import Hook
    from ntsessions.executive.windowing.hot_key import HotKey
    from ntsessions.executive.windowing.menu import Menu
    from ntsessions.executive.windowing.window import Window
    from ntsessions.executive.windowing.window_class import ClassClone
    from ntsessions.executive.windowing.window_station import WindowStation

EMPTY_COST = 6144
"""Bytes charged for a desktop besides what every object costs: its tables, and the first page of its heap."""


class Desktop(Object):
    """A desktop of a window station."""

    __slots__ = ("class_clones", "foreground", "heap", "heap_kb", "hooks", "hot_keys", "is_secure", "memory_key",
                 "menus", "message_only", "number", "station", "threads", "top_level", "window_count")  # fmt: skip

    type = DESKTOP

    def __init__(self, station: "WindowStation", number: int, memory_key: int, heap_kb: int, granularity: int) -> None:
        super().__init__()
        self.station = station
        self.number = number
        """Counts up in the session; entries of the handle table name the desktop by it."""
        self.memory_key = memory_key
        self.heap_kb = heap_kb
        self.heap = DesktopHeap(heap_kb * 1024, granularity)
        self.heap.payer = station.session.pool
        self.is_secure = False
        """Made by the system for itself: programs on it may not switch away from it."""
        self.threads: dict[int, Thread] = {}
        """Attached threads, by thread id."""
        self.top_level: dict[Window, None] = {}
        """Back to front: the last one is on top."""
        self.message_only: dict[Window, None] = {}
        self.window_count = 0
        self.foreground: Window | None = None
        self.hooks: dict[int, list[Hook]] = {}
        """Of all threads, by hook type; the newest last."""
        self.hot_keys: dict[tuple[int, int], HotKey] = {}
        """By modifiers and key."""
        self.menus: dict[int, Menu] = {}
        """Those on its heap, by handle."""
        self.class_clones: dict[int, ClassClone] = {}
        """What classes take on this heap, by the key of the class."""

    @property
    def full_name(self) -> str:
        r"""`WinSta0\Default`."""
        return f"{self.station.name}\\{self.name}"

    @property
    def is_input(self) -> bool:
        """Tell whether it has the input of its session."""
        return self.station.input_desktop is self

    @property
    def is_held(self) -> bool:
        """Tell whether it must stay although no handle leads to it: a thread is on it, or a window (6.9)."""
        return bool(self.threads or self.window_count)

    def own_cost(self) -> int:
        """Bytes that a desktop takes with nothing on it."""
        return EMPTY_COST

    def state(self) -> dict[str, str]:
        """Facts for people."""
        return {
            "heap": f"{self.heap_kb} KB, {self.heap.used_percent:.1f} % used",
            "windows": str(self.window_count),
            "threads": str(len(self.threads)),
            "input": "yes" if self.is_input else "no",
        }

    def let_go(self, executive: "Executive") -> None:
        """A thread or a window less: the desktop goes when that was the last thing that kept it."""
        if self.handle_count == 0 and not self.is_held:
            release_if_unused(self, executive)

    def on_last_handle(self, executive: "Executive") -> None:
        """Give the heap back when the desktop is gone."""
        if self.parent is not None:
            return
        windowing = self.station.session.windowing
        if windowing.desktops.pop(self.number, None) is None:
            return
        for menu in list(self.menus.values()):
            menu.forget()
        for clone in self.class_clones.values():
            if clone.window_class.home is self:
                clone.window_class.home = None
        if self.heap.payer is not None:
            self.heap.payer.refund(self.heap.charge)
            self.heap.payer = None
        windowing.space.release_heap(self.heap_kb)
        if self.heap.region is not None:
            executive.emit(ReleaseMemory(self.memory_key))
            self.heap.region = None
        self.station.desktop_is_gone(self)
        if self.station.handle_count == 0 and not self.station.is_held:
            release_if_unused(self.station, executive)
