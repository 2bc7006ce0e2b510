"""What an asyncio client has of windowing: `session` with `await`.

async with connect() as session:
    window = await session.windows.create("Static", "hello")
    await session.windows.pump()
"""

from typing import Any, TypeVar
from weakref import ref

from ntsessions.abi.access import MAXIMUM_ALLOWED
from ntsessions.abi.calls.desktop import CreateDesktop, OpenDesktop, OpenInputDesktop, QueryDesktops
from ntsessions.abi.calls.window import WINDOWS_PER_ANSWER, ListWindows
from ntsessions.abi.calls.window_station import CreateWindowStation, LockWorkStation, OpenWindowStation
from ntsessions.abi.types import OpenedHandle
from ntsessions.client.aio_connection import AsyncConnection
from ntsessions.client.aio_making import Making
from ntsessions.client.object_calls import OPENIF, security_bytes
from ntsessions.client.pages import whole_awaited
from ntsessions.client.windowing.aio_clipboard import AsyncClipboard
from ntsessions.client.windowing.aio_desktops import AsyncDesktop, AsyncWindowStation
from ntsessions.client.windowing.aio_driver import AsyncDriver
from ntsessions.client.windowing.aio_window import AsyncWindow
from ntsessions.client.windowing.aio_windows import AsyncWindows
from ntsessions.client.windowing.state import OwnClass, ThreadState
from ntsessions.client.windowing.steps import Steps

R = TypeVar("R")


class AsyncSessionWindowing:
    """The part of an asyncio client that is about windowing."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection
        self.state = ThreadState()
        self.classes: dict[str | int, OwnClass] = {}
        """Those that this process has registered here, by name in lower case and by atom."""
        weak = ref(self)  # a client that is dropped goes at once: nothing below may hold it

        def window(handle: int) -> Any:
            client = weak()
            assert client is not None, "its operation runs"
            return AsyncWindow(client, handle)

        self._driver = AsyncDriver(connection, self.state, window)

    async def run(self, steps: Steps[R]) -> R:
        """Run an operation of the windowing machinery."""
        return await self._driver.run(steps)

    @property
    def windows(self) -> AsyncWindows:
        """The client's windows and messages."""
        return AsyncWindows(self)

    async def list_windows(self, call: ListWindows) -> list[AsyncWindow]:
        """Return the windows that a ListWindows finds, however many."""
        windows: list[AsyncWindow] = []
        while True:
            found = await self.connection.call(call)
            windows += [AsyncWindow(self, handle) for handle in found]
            if len(found) < WINDOWS_PER_ANSWER:
                return windows
            call = ListWindows(call.desktop, call.parent, call.thread_id, found[-1])

    # -- window stations and desktops

    def window_station(
        self, name: str | None = None, *, access: int = 0x37F, security: str | None = None
    ) -> Making[AsyncWindowStation]:
        """Create a window station, or open the one of this name; without a name that of the logon session."""
        call = CreateWindowStation(name, attributes=OPENIF, desired_access=access, security=security_bytes(security))

        async def make() -> AsyncWindowStation:
            opened = await self.connection.call(call, undo=self._close_opened)
            return AsyncWindowStation(self, opened.handle, existed=opened.existed)

        return Making(make)

    def open_window_station(self, name: str, access: int = MAXIMUM_ALLOWED) -> Making[AsyncWindowStation]:
        """Open a window station of the session, with all rights that the caller may have."""

        async def make() -> AsyncWindowStation:
            call = OpenWindowStation(name, desired_access=access)
            return AsyncWindowStation(self, await self.connection.call(call, undo=self._close), existed=True)

        return Making(make)

    def desktop(
        self, name: str, *, heap_kb: int = 0, access: int = 0x1FF, security: str | None = None
    ) -> Making[AsyncDesktop]:
        """Create a desktop on the process's window station, or open the one of this name."""
        call = CreateDesktop(
            name, attributes=OPENIF, desired_access=access, heap_kb=heap_kb, security=security_bytes(security)
        )

        async def make() -> AsyncDesktop:
            opened = await self.connection.call(call, undo=self._close_opened)
            return AsyncDesktop(self, opened.handle, existed=opened.existed)

        return Making(make)

    def open_desktop(self, name: str, access: int = MAXIMUM_ALLOWED) -> Making[AsyncDesktop]:
        """Open a desktop of the process's window station, with all rights that the caller may have."""
        return self._desktop_opened(OpenDesktop(name, desired_access=access))

    def input_desktop(self, access: int = MAXIMUM_ALLOWED) -> Making[AsyncDesktop]:
        """Open the desktop that has the session's input."""
        return self._desktop_opened(OpenInputDesktop(desired_access=access))

    def _desktop_opened(self, call: OpenDesktop | OpenInputDesktop) -> Making[AsyncDesktop]:
        async def make() -> AsyncDesktop:
            return AsyncDesktop(self, await self.connection.call(call, undo=self._close), existed=True)

        return Making(make)

    async def _close(self, handle: int) -> None:
        self.connection.post_close(handle)

    async def _close_opened(self, opened: OpenedHandle) -> None:
        self.connection.post_close(opened.handle)

    async def desktops(self) -> list[str]:
        """Return the names of the desktops of the process's window station."""
        return await whole_awaited(self.connection.call, lambda start: QueryDesktops(start=start))

    async def lock(self) -> None:
        """Lock the session; its programs go on."""
        await self.connection.call(LockWorkStation())

    def clipboard(self, window: AsyncWindow | None = None) -> AsyncClipboard:
        """Return the clipboard; enter it with `async with` to read and write, for *window* to be its owner."""
        return AsyncClipboard(self, 0 if window is None else window.handle)
