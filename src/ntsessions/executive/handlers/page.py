"""Lists that may be too long for one answer: who asks says how many entries it has, and asks on until none come."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Final, TypeVar

import msgspec

from ntsessions.abi.limits import ENTRIES_PER_QUERY

T = TypeVar("T")
R = TypeVar("R")

PAGE_BYTES: Final = 128 * 1024
"""Of entries; with the frame's own a frame holds it."""
_encode: Final = msgspec.msgpack.Encoder().encode

BEYOND_ALL = 1 << 40
"""No listing is as long; larger positions, which are the caller's, mean the same."""


def page(items: Iterable[T], start: int, tell: Callable[[T], R], limit: int = PAGE_BYTES) -> tuple[R, ...]:
    """Return what is told of the items from the *start*-th on, as many as fit into *limit* bytes, and one."""
    found: list[R] = []
    size = 0
    start = min(start, BEYOND_ALL)
    for item in islice(items, start, start + ENTRIES_PER_QUERY):
        told = tell(item)
        size += len(_encode(told))
        if found and size > limit:
            break
        found.append(told)
    return tuple(found)
