"""What a client has of windowing: window stations, desktops, windows, the clipboard, global atoms (nt-semantics 6, 7).

    with connect() as session:
        window = session.windows.create("Static", "hello")
        session.windows.find(text="hello").text

Each thread has windows of its own, and runs their procedures when it asks for messages or waits for an answer.
"""

from collections.abc import Iterator
from typing import Any
from weakref import ref

from ntsessions.abi.access import MAXIMUM_ALLOWED
from ntsessions.abi.calls.desktop import CreateDesktop, GetThreadDesktop, OpenDesktop, OpenInputDesktop, QueryDesktops
from ntsessions.abi.calls.window import WINDOWS_PER_ANSWER, ListWindows
from ntsessions.abi.calls.window_station import (
    CreateWindowStation,
    GetProcessWindowStation,
    LockWorkStation,
    OpenWindowStation,
)
from ntsessions.client.named_objects import Caller
from ntsessions.client.object_calls import OPENIF, security_bytes
from ntsessions.client.pages import whole
from ntsessions.client.windowing.atoms import Atoms
from ntsessions.client.windowing.clipboard import Clipboard
from ntsessions.client.windowing.desktops import Desktop, WindowStation
from ntsessions.client.windowing.state import OwnClass
from ntsessions.client.windowing.thread import ThreadWindowing, per_thread
from ntsessions.client.windowing.window import Window
from ntsessions.client.windowing.windows import Windows


class SessionWindowing(Caller):
    """The part of a client that is about windowing."""

    def __init__(self) -> None:
        self._per_thread = per_thread()
        self.classes: dict[str | int, OwnClass] = {}
        """Those that this process has registered here, by name in lower case and by atom."""
        weak = ref(self)  # a client that is dropped ends its connections at once: nothing below may hold it

        def window(handle: int) -> Any:
            client = weak()
            assert client is not None, "its operation runs"
            return Window(client, handle)

        self._window = window

    def windowing_thread(self) -> ThreadWindowing:
        """Return the windowing of the calling thread, for what is built upon it."""
        windowing = self._per_thread.windowing
        if windowing is None:
            windowing = self._per_thread.windowing = ThreadWindowing(self.connection, self._window)
        return windowing

    def forget_windowing(self) -> None:
        """The calling thread's connection ends, and with it its windows."""
        self._per_thread.windowing = None

    @property
    def windows(self) -> Windows:
        """Windows and messages of the calling thread."""
        return Windows(self)

    def list_windows(self, call: ListWindows) -> Iterator[int]:
        """Yield the windows that a ListWindows finds, however many."""
        while True:
            found = self.call(call)
            yield from found
            if len(found) < WINDOWS_PER_ANSWER:
                return
            call = ListWindows(call.desktop, call.parent, call.thread_id, found[-1])

    # -- window stations and desktops

    def window_station(
        self, name: str | None = None, *, access: int = 0x37F, security: str | None = None
    ) -> WindowStation:
        """Create a window station, or open the one of this name; without a name that of the logon session."""
        call = CreateWindowStation(name, attributes=OPENIF, desired_access=access, security=security_bytes(security))
        opened = self.call(call)
        return WindowStation(self, opened.handle, existed=opened.existed)

    def open_window_station(self, name: str, access: int = MAXIMUM_ALLOWED) -> WindowStation:
        """Open a window station of the session, with all rights that the caller may have."""
        return WindowStation(self, self.call(OpenWindowStation(name, desired_access=access)))

    def process_window_station(self) -> WindowStation:
        """Return the process's window station."""
        return WindowStation(self, self.call(GetProcessWindowStation()), is_lent=True)

    def desktop(self, name: str, *, heap_kb: int = 0, access: int = 0x1FF, security: str | None = None) -> Desktop:
        """Create a desktop on the process's window station, or open the one of this name."""
        call = CreateDesktop(
            name, attributes=OPENIF, desired_access=access, heap_kb=heap_kb, security=security_bytes(security)
        )
        opened = self.call(call)
        return Desktop(self, opened.handle, existed=opened.existed)

    def open_desktop(self, name: str, access: int = MAXIMUM_ALLOWED) -> Desktop:
        """Open a desktop of the process's window station, with all rights that the caller may have."""
        return Desktop(self, self.call(OpenDesktop(name, desired_access=access)))

    def thread_desktop(self) -> Desktop:
        """Return the desktop that the calling thread is on."""
        return Desktop(self, self.call(GetThreadDesktop()), is_lent=True)

    def input_desktop(self, access: int = MAXIMUM_ALLOWED) -> Desktop:
        """Open the desktop that has the session's input."""
        return Desktop(self, self.call(OpenInputDesktop(desired_access=access)))

    def desktops(self) -> list[str]:
        """Name the desktops of the process's window station."""
        return whole(self.call, lambda start: QueryDesktops(start=start))

    def lock(self) -> None:
        """Lock the session; its programs go on."""
        self.call(LockWorkStation())

    # -- what the windows of a session share

    def clipboard(self, window: Window | None = None) -> Clipboard:
        """Return the clipboard; enter it with `with` to read and write, on behalf of *window* to be its owner."""
        return Clipboard(self, 0 if window is None else window.handle)

    @property
    def atoms(self) -> Atoms:
        """The global atoms."""
        return Atoms(self)
