"""The clipboard, as the asyncio client shows it.

async with session.clipboard() as clipboard:
    await clipboard.set_text("hello")
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

from ntsessions.abi.calls.atom import USER_TABLE, AddAtom
from ntsessions.abi.calls.clipboard import (
    ClipboardInformation,
    CloseClipboard,
    EmptyClipboard,
    OpenClipboard,
    QueryClipboard,
)
from ntsessions.abi.clipboard_formats import CF_UNICODETEXT
from ntsessions.client.windowing.clipboard import Format
from ntsessions.client.windowing.clipboard_data import promise, put_data
from ntsessions.client.windowing.clipboard_reading import get_data
from ntsessions.client.windowing.window_messages import decode_text

if TYPE_CHECKING:
    from ntsessions.client.windowing.aio_session import AsyncSessionWindowing


class AsyncClipboard:
    """The clipboard of the process's window station; for NT the client that has it open is one thread."""

    __slots__ = ("_client", "_window")

    def __init__(self, client: "AsyncSessionWindowing", window: int) -> None:
        self._client = client
        self._window = window

    async def __aenter__(self) -> Self:
        """Open it.  Raises AccessDenied while somebody else has it open."""
        await self._client.connection.call(OpenClipboard(self._window))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.connection.call(CloseClipboard())

    async def information(self) -> ClipboardInformation:
        """Return owner, formats, count of changes; it need not be open."""
        return await self._client.connection.call(QueryClipboard())

    async def text(self) -> str | None:
        """Return the text in it, None when there is none."""
        data = await self.get(CF_UNICODETEXT)
        return None if data is None else decode_text(data).partition("\0")[0]

    async def set_text(self, text: str) -> None:
        """Throw all else away and put text in."""
        await self.empty()
        await self.set(CF_UNICODETEXT, text)

    async def get(self, wanted: Format) -> bytes | None:
        """Return the data of a format, None when there is none; its owner may have to render it first."""
        return await self._client.run(get_data(self._client.state, await self._number(wanted)))

    async def set(self, number: Format, data: bytes | str) -> None:
        """Put data in, beside the other formats that are there."""
        await self._client.run(put_data(await self._number(number), data))

    async def promise(self, number: Format, render: Callable[[], Any]) -> None:
        """Put a format in whose data *render* makes, perhaps as a coroutine, when somebody asks for it."""
        await self._client.run(promise(self._client.state, await self._number(number), render))

    async def empty(self) -> None:
        """Throw everything away; the window that it was opened for becomes the owner."""
        self._client.state.promises.clear()
        await self._client.connection.call(EmptyClipboard())

    async def _number(self, wanted: Format) -> int:
        if isinstance(wanted, int):
            return wanted
        return await self._client.connection.call(AddAtom(wanted, USER_TABLE))
