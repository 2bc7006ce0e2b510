"""Window stations and desktops, as the asyncio client shows them."""

from types import TracebackType
from typing import TYPE_CHECKING

from ntsessions.abi.calls.desktop import CloseDesktop, GetThreadDesktop, QueryDesktops, SetThreadDesktop, SwitchDesktop
from ntsessions.abi.calls.window import ListWindows
from ntsessions.abi.calls.window_station import QueryUserObject, SetProcessWindowStation, UserObjectInformation
from ntsessions.client.aio_objects import NamedObject
from ntsessions.client.pages import whole_awaited
from ntsessions.client.windowing.aio_window import AsyncWindow

if TYPE_CHECKING:
    from ntsessions.client.windowing.aio_session import AsyncSessionWindowing


class _UserContainer(NamedObject):
    """What window stations and desktops have in common."""

    def __init__(self, client: "AsyncSessionWindowing", handle: int, *, existed: bool) -> None:
        super().__init__(client.connection, handle, existed=existed)
        self._client = client

    async def facts(self) -> UserObjectInformation:
        """Return name, type, flags, whom it was given to."""
        return await self._connection.call(QueryUserObject(self.handle))


class AsyncWindowStation(_UserContainer):
    """A window station.  Its handle stays open while it is the process's, whatever is done to close it."""

    async def use(self) -> None:
        """Make it the process's.  The threads stay on their desktops."""
        await self._connection.call(SetProcessWindowStation(self.handle))

    async def desktops(self) -> list[str]:
        """Return the names of its desktops."""
        return await whole_awaited(self._connection.call, lambda start: QueryDesktops(self.handle, start))


class AsyncDesktop(_UserContainer):
    """A desktop; `async with` takes the client back from it, and closes it."""

    _before = 0
    """Handle of the desktop that `use` found the client on."""

    async def use(self) -> None:
        """Put the client, which is one thread, on it.  Raises InUse while it has windows or hooks where it is."""
        before = await self._connection.call(GetThreadDesktop())
        await self._put(self.handle)
        self._before = self._before or before

    async def _put(self, handle: int) -> None:
        await self._connection.call(SetThreadDesktop(handle))
        self._client.state.heap.forget()

    async def switch(self) -> None:
        """Give it the input of the session, and let terminals show it."""
        await self._connection.call(SwitchDesktop(self.handle))

    async def windows(self) -> list[AsyncWindow]:
        """Return its top-level windows, front to back."""
        return await self._client.list_windows(ListWindows(desktop=self.handle))

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the handle, once the client is back where `use` found it.  Raises InUse when it cannot go back."""
        if self._handle:
            if self._before and await self._connection.call(GetThreadDesktop()) == self._handle:
                await self._put(self._before)
            await self._connection.call(CloseDesktop(self._handle))
            self._handle = 0
