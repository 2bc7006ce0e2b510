"""Whether a window costs the same on a full desktop heap as on an empty one, and how many a heap holds."""

from collections import deque
from collections.abc import Iterator
from itertools import cycle, islice
from random import Random

from measure import compare, pinned, placements
from report import Measured

from ntsessions.executive.windowing.heap import DesktopHeap
from ntsessions.profiles.table import WINDOWS11, XP

_NEARLY_EMPTY, _NEARLY_FULL = 10, 95
_AT_ONCE = 500
"""Objects that are there at the same time, of those that come and go."""
_PER_ROUND = 1000
_LEAST_WINDOWS = 2500
_SIZES = WINDOWS11.user_object_sizes
_MIXED = [
    *(_SIZES.window,) * 4, _SIZES.menu, _SIZES.menu_item, _SIZES.hook, _SIZES.thread_info,
    *(_SIZES.window_character * length for length in (5, 12, 20, 60)),
]  # fmt: skip


def measure() -> Iterator[Measured]:
    """Compare two heaps of 20 MB, both with holes all over, then fill two small ones."""
    placement = placements()[0]
    with pinned(placement.ours):
        full, empty = _Churn(_NEARLY_FULL, _MIXED), _Churn(_NEARLY_EMPTY, _MIXED)
        yield _row("allocate + free", placement.name, full, empty, 1.2)
        # Of one size, because a full heap on which sizes change at random soon has no hole that is large enough.
        full, empty = _Churn(_NEARLY_FULL, [_SIZES.window]), _Churn(_NEARLY_EMPTY, [_SIZES.window])
        full.pick_anywhere()
        empty.pick_anywhere()
        yield _row("allocate + free anywhere", placement.name, full, empty, None)
    for profile in (XP, WINDOWS11):
        size_kb = profile.shared_section.noninteractive_kb
        heap = DesktopHeap(size_kb * 1024, profile.heap_granularity)
        heap.allocate(profile.user_object_sizes.desktop_fixed)
        count = len(_fill(heap, [profile.user_object_sizes.window], 100))
        yield Measured(
            f"windows without text on {size_kb} KB ({profile.name})", "", count, _LEAST_WINDOWS, unit="", at_least=True
        )


def _row(what: str, placement: str, full: "_Churn", empty: "_Churn", target: float | None) -> Measured:
    found = compare(full.work, empty.work, rounds=100)
    return Measured(
        f"{what}, {_NEARLY_FULL} % full / {_NEARLY_EMPTY} %", placement, found.ratio, target,
        found.ours / _PER_ROUND, found.baseline / _PER_ROUND,
    )  # fmt: skip


class _Churn:
    """A heap on which objects come and go; those that have been there longest go first."""

    def __init__(self, percent: int, sizes: list[int]) -> None:
        chance = Random(percent)  # noqa: S311 - the same objects in every run
        self._heap = DesktopHeap(WINDOWS11.shared_section.interactive_kb * 1024, WINDOWS11.heap_granularity)
        self._sizes = cycle([chance.choice(sizes) for _ in range(997)])
        self._payloads = _fill(self._heap, self._sizes, 1.3 * percent)
        chance.shuffle(self._payloads)
        while self._heap.used_percent > percent:
            self._heap.free(self._payloads.pop())
        self._there = deque(self._payloads[:_AT_ONCE])

    def pick_anywhere(self) -> None:
        """Let objects go wherever they lie: few are in the processor's cache then."""
        self._there = deque(self._payloads)

    def work(self) -> None:
        """Let some go and as many come."""
        allocate, free, there = self._heap.allocate, self._heap.free, self._there
        for size in islice(self._sizes, _PER_ROUND):
            free(there.popleft())
            there.append(allocate(size))


def _fill(heap: DesktopHeap, sizes: "Iterator[int] | list[int]", percent: float) -> list[int]:
    """Allocate until the heap is so full, or has no room."""
    payloads: list[int] = []
    for size in sizes if isinstance(sizes, cycle) else cycle(sizes):
        if heap.used_percent >= percent:
            break
        try:
            payloads.append(heap.allocate(size))
        except MemoryError:
            break
    return payloads
