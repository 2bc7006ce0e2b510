"""What makes an object of the asyncio client: to be awaited, or entered."""

from collections.abc import Awaitable, Callable, Generator
from types import TracebackType
from typing import Generic, TypeVar

from ntsessions.client.aio_objects import NamedObject

O = TypeVar("O", bound="NamedObject")  # noqa: E741 - an object of any kind


class Making(Generic[O]):
    """An object that is being made: `await` it, or enter it with `async with`, which closes it at the end."""

    def __init__(self, make: Callable[[], Awaitable[O]]) -> None:
        self._make = make
        self._made: O | None = None

    def __await__(self) -> Generator[object, None, O]:
        return self._make().__await__()

    async def __aenter__(self) -> O:
        self._made = await self._make()
        await self._made.__aenter__()
        return self._made

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        made, self._made = self._made, None
        assert made is not None
        try:
            await made.__aexit__(kind, error, trace)
        finally:
            made.close()
