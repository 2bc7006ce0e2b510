"""A window, as the asyncio client shows it: `window` with `await`."""

from typing import TYPE_CHECKING, Self

from ntsessions.abi.calls.message import PostMessage
from ntsessions.abi.calls.window import (
    IsWindow,
    ListWindows,
    QueryWindow,
    SetForegroundWindow,
    SetWindowPos,
    WindowInformation,
)
from ntsessions.client.object_calls import WaitTimeout, ticks
from ntsessions.client.windowing import messages, procedures
from ntsessions.client.windowing.heap_mapping import class_name_of, facts_of, text_of
from ntsessions.client.windowing.heap_reader import WindowRecord
from ntsessions.client.windowing.window import HIDE, NO_ORDER, SHOW
from ntsessions.client.windowing.window_messages import HANDLE_MASK, UINT, WM_SETTEXT, encode_text

if TYPE_CHECKING:
    from ntsessions.client.windowing.aio_session import AsyncSessionWindowing


class AsyncWindow:
    """A window of the session; it may be another program's.  Two of the same handle are equal."""

    __slots__ = ("_client", "handle")

    def __init__(self, client: "AsyncSessionWindowing", handle: int) -> None:
        self._client = client
        self.handle = handle & HANDLE_MASK

    async def text(self) -> str:
        """Return its text, without asking its procedure."""
        return await self._client.run(text_of(self._client.state, self.handle))

    async def set_text(self, text: str) -> None:
        """Send it WM_SETTEXT."""
        await self.send(WM_SETTEXT, data=encode_text(text))

    async def class_name(self) -> str:
        """Return the name of its class."""
        return await self._client.run(class_name_of(self._client.state, self.handle))

    async def facts(self) -> WindowRecord | WindowInformation:
        """Return style, place, process, thread and so on, at one instant."""
        return await self._client.run(facts_of(self._client.state, self.handle))

    async def information(self) -> WindowInformation:
        """Return all that the host knows of it."""
        return await self._client.connection.call(QueryWindow(self.handle))

    async def parent(self) -> "AsyncWindow | None":
        """Return the window that it is in."""
        return self._other((await self.facts()).parent)

    async def set_parent(self, parent: "AsyncWindow | None") -> None:
        """Move it into another window; None: the desktop."""
        handle = 0 if parent is None else parent.handle
        await self._client.run(procedures.set_parent(self._client.state, self.handle, handle))

    async def owner(self) -> "AsyncWindow | None":
        """Return the window with which it goes."""
        return self._other((await self.facts()).owner)

    async def children(self) -> "list[AsyncWindow]":
        """Return the windows in it, and in these, front to back."""
        return await self._client.list_windows(ListWindows(parent=self.handle))

    async def exists(self) -> bool:
        """Tell whether there is such a window in the session, on whatever desktop."""
        return await self._client.connection.call(IsWindow(self.handle))

    def _other(self, handle: int) -> "AsyncWindow | None":
        return AsyncWindow(self._client, handle) if handle else None

    async def post(self, number: int, wparam: int = 0, lparam: int = 0) -> None:
        """Put a message into the queue of its thread."""
        await self._client.connection.call(PostMessage(self.handle, number & UINT, wparam, lparam))

    def post_soon(self, number: int, wparam: int = 0, lparam: int = 0) -> None:
        """Put a message on its way; nobody tells if it could not be delivered."""
        self._client.connection.post(PostMessage(self.handle, number & UINT, wparam, lparam))

    async def send(
        self, number: int, wparam: int = 0, lparam: int = 0, *,
        data: bytes | None = None, timeout: float | None = None, flags: int = 0,  # noqa: ASYNC109 - NT's own timeout
    ) -> int:  # fmt: skip
        """Send a message and return its procedure's answer; other tasks go on meanwhile.

        Raises WaitTimeout after *timeout* seconds.  *flags* are those of SendMessageTimeout (SMTO_).
        """
        state = self._client.state
        sending = messages.send(state, self.handle, number & UINT, wparam, lparam, data, ticks(timeout), flags)
        answer = await self._client.run(sending)
        if answer is None:
            raise WaitTimeout(f"window {self.handle:#x} did not answer message {number:#x} in time")
        return answer.result

    async def place(self, left: int, top: int, width: int, height: int) -> None:
        """Place it."""
        await self._client.connection.call(SetWindowPos(self.handle, 0, left, top, width, height, NO_ORDER))

    async def show(self) -> None:
        """Show it."""
        await self._client.connection.call(SetWindowPos(self.handle, flags=SHOW))

    async def hide(self) -> None:
        """Hide it."""
        await self._client.connection.call(SetWindowPos(self.handle, flags=HIDE))

    async def to_front(self) -> bool:
        """Bring it and its thread to the front; False when its desktop does not have the input."""
        return await self._client.connection.call(SetForegroundWindow(self.handle))

    async def destroy(self) -> None:
        """Destroy it, what is in it, and what it owns.  Only the client that made it may."""
        await self._client.run(procedures.destroy(self._client.state, self.handle))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.handle in self._client.state.windows:  # it may have destroyed itself
            await self.destroy()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AsyncWindow) and other.handle == self.handle

    def __hash__(self) -> int:
        return self.handle

    def __repr__(self) -> str:
        return f"<AsyncWindow {self.handle:#x}>"
