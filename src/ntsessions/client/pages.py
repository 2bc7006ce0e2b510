"""Lists that come in pages: asked on until nothing more comes."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from ntsessions.abi.call import Call

R = TypeVar("R")

Ask = Callable[[int], Call[tuple[R, ...]]]
"""Makes the call for the entries after so many."""


def whole(call: Callable[[Call[tuple[R, ...]]], tuple[R, ...]], ask: Ask[R]) -> list[R]:
    """Return all entries of a list."""
    found: list[R] = []
    while page := call(ask(len(found))):
        found += page
    return found


async def whole_awaited(call: Callable[[Call[tuple[R, ...]]], Awaitable[tuple[R, ...]]], ask: Ask[R]) -> list[R]:
    """Return all entries of a list, from an asyncio client."""
    found: list[R] = []
    while page := await call(ask(len(found))):
        found += page
    return found
