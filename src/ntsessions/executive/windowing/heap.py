"""The desktop heap: what the windows, menus, classes and hooks of one desktop live on (nt-semantics 8.6).

A heap is a region of fixed size, reserved as a whole and used up block by block.  A block is a header and a payload;
the lowest free block that is large enough gives, and what is freed joins its free neighbours at once.

Invariants:
  1. Blocks lie side by side from 0 to the end of the heap; a free block never touches another.
  2. Above `_top` there is one free block and nothing else.  It is in none of the tables, so that what the heap costs
     here grows with what was ever used of it, not with its size.
  3. `_tree` is a binary tree over the pages below: its leaves are the sizes of the largest free block that *begins* in
     each page, every other node is the larger of its two children.  The first block that fits is found, and a change is
     carried upward, in as many steps as the tree is high, however full the heap is.
  4. The payer pays for the pages below the top, rounded up to a power of two; the tables go twice as far at most.
  5. Once `attach`ed, the headers in the region say what the tables say.  Nothing is ever read from there.
"""

from bisect import insort
from collections.abc import Iterator
from struct import Struct
from typing import TYPE_CHECKING, Final, NamedTuple

from ntsessions.abi.errors import NtError, nt_error
from ntsessions.abi.status import NtStatus

if TYPE_CHECKING:
    from ntsessions.executive.objects.object import Pool

HEADER: Final = Struct("<II")
"""A block's header in the region: bytes of the block with its header; IN_USE or 0.  It takes as much room as the heap's
granularity: with 16, the other 8 bytes mean nothing."""
IN_USE: Final = 1
COST: Final = 2
"""Bytes charged for one of the heap: a text can take twice as much here, and so do records."""

_PAGE_SHIFT: Final = 12
PAGE: Final = 1 << _PAGE_SHIFT
_render = HEADER.pack_into


class Block(NamedTuple):
    """One block, header included."""

    offset: int
    size: int
    is_free: bool


def _pages(end: int) -> int:
    """Return the power of two of pages that all bytes below *end* lie in."""
    return 1 << (max(end - 1, 0) >> _PAGE_SHIFT).bit_length()


class DesktopHeap:
    """The allocator of one heap of *size* bytes; blocks are multiples of *granularity*, and so are their headers."""

    __slots__ = ("_before", "_free", "_granularity", "_low", "_pages", "_paid", "_slack", "_top", "_tree", "_used",
                 "payer", "peak", "region", "size", "used")  # fmt: skip

    def __init__(self, size: int, granularity: int) -> None:
        assert size % granularity == 0, "the end of the heap is the end of a block"
        self.size = size
        self.used = 0
        """Bytes of blocks in use, headers included."""
        self.peak = 0
        self.region: memoryview | None = None
        """Where programs see the heap; None until one maps it, and never saved."""
        self.payer: Pool | None = None
        """Who pays for what stands on it: `charge`."""
        self._paid = PAGE
        """Up to here it is paid for: pages, a power of two of them, the top not above."""
        self._low = -1
        """When the top sinks to here, less is to be paid for."""
        self._granularity = granularity
        self._slack = 2 * granularity - 1
        """A header, and what rounds up."""
        self._top = 0
        self._used: dict[int, int] = {}
        """Sizes of the blocks in use, by payload."""
        self._free: dict[int, int] = {}
        """Sizes of the free blocks below the top."""
        self._before: dict[int, int] = {}
        """Where the free block begins that ends here."""
        self._pages: list[list[int]] = [[]]
        """Where free blocks begin, page by page, in order."""
        self._tree = [size, 0]
        """Node n has the children 2n and 2n + 1; node 0 stands above the root and ends every climb."""

    # -- facts

    @property
    def free_blocks(self) -> int:
        """How many pieces the free memory is in."""
        return len(self._free) + (self._top < self.size)

    @property
    def largest_free(self) -> int:
        """Bytes of the largest free block, header included."""
        return max(self._tree[1], self.size - self._top)

    @property
    def charge(self) -> int:
        """Bytes that its payer pays: for all pages below the top and a few above, but for the first one."""
        return self._cost(self._paid)

    def _cost(self, end: int) -> int:
        return COST * max(0, min(end, self.size) - PAGE)

    @property
    def used_percent(self) -> float:
        """What dheapmon shows."""
        return 100 * self.used / self.size

    @property
    def fragmentation(self) -> float:
        """How much of what is free cannot be had in one piece, in percent."""
        free = self.size - self.used
        return 100 * (1 - self.largest_free / free) if free else 0.0

    def layout(self) -> Iterator[Block]:
        """Yield the blocks from the first to the last, for who wants to see how it looks inside."""
        start = 0
        while start < self._top:
            size = self._free.get(start)
            is_free = size is not None
            if size is None:
                size = self._used[start + self._granularity]
            yield Block(start, size, is_free)
            start += size
        if start < self.size:
            yield Block(start, self.size - start, is_free=True)

    def attach(self, region: memoryview) -> None:
        """From now on show the headers in *region*, which has at least the size of the heap and stays open."""
        assert region.nbytes >= self.size
        for start, size, is_free in self.layout():
            _render(region, start, size, 0 if is_free else IN_USE)
        self.region = region

    # -- what every window, menu and hook goes through

    def allocate(self, size: int) -> int:
        """Return the offset of a payload of *size* bytes.

        Raises NO_MEMORY when no free block is large enough, or when nobody pays for one.
        """
        assert size >= 0
        granularity = self._granularity
        need = (size + self._slack) & -granularity  # abi.user_objects.block_bytes
        if self._tree[1] >= need:
            start = self._take(need)
        else:
            start = self._top
            end = start + need
            if end > self.size:
                raise nt_error(
                    NtStatus.NO_MEMORY,
                    f"no free block of {need} bytes in a desktop heap of {self.size >> 10} KB, "
                    f"{self.used_percent:.1f} % used",
                )
            if end > self._paid:
                self._pay(end)
            self._top = end
        payload = start + granularity
        self._used[payload] = need
        self.used = used = self.used + need
        if used > self.peak:  # noqa: PLR1730 - for every window; max() takes three times as long
            self.peak = used
        if self.region is not None:
            _render(self.region, start, need, IN_USE)
            self._render_free(start + need)
        return payload

    def free(self, payload: int) -> None:
        """Give back what `allocate` returned.  Raises KeyError for anything else, and changes nothing."""
        size = self._used.pop(payload)
        self.used -= size
        start = payload - self._granularity
        end = start + size
        before = self._before.pop(start, None)
        if end == self._top:
            if before is not None:
                self._leave_page(before, self._free.pop(before))
                start = before
            self._top = start
            if start <= self._low:
                self._get_back(start)
        else:
            self._give(start, end, before)
            if before is not None:
                start = before
        if self.region is not None:
            self._render_free(start)

    def _take(self, need: int) -> int:
        """Cut *need* bytes off the lowest free block below the top that has them; return where they begin."""
        tree, free = self._tree, self._free
        leaves = len(self._pages)
        node = 1
        while node < leaves:
            node += node
            if tree[node] < need:
                node += 1
        starts = self._pages[node - leaves]
        index = 0
        while free[start := starts[index]] < need:
            index += 1
        size = free.pop(start)
        if size == need:
            del starts[index], self._before[start + size]
        else:
            rest = start + need
            free[rest] = size - need
            self._before[start + size] = rest
            page = rest >> _PAGE_SHIFT
            if page == node - leaves:
                starts[index] = rest
            else:
                del starts[index]
                self._pages[page].insert(0, rest)  # no free block of that page can begin below it
                self._raise(page + leaves, size - need)
        if size == tree[node]:
            self._lower(node, size, starts)
        return start

    def _give(self, start: int, end: int, before: int | None) -> None:
        """Make free what lies between, below the top, and join it to what is free on either side."""
        free = self._free
        is_entered = before is not None
        if before is not None:
            start = before
        page = start >> _PAGE_SHIFT
        starts = self._pages[page]
        after = free.pop(end, None)
        if after is not None:
            if end >> _PAGE_SHIFT != page:
                self._leave_page(end, after)
            elif is_entered:
                starts.remove(end)
            else:
                starts[starts.index(end)] = start
                is_entered = True
            end += after
        if not is_entered:
            insort(starts, start)
        free[start] = size = end - start
        self._before[end] = start
        self._raise(page + len(self._pages), size)

    # -- tables

    def _leave_page(self, start: int, size: int) -> None:
        """Strike a free block that is part of another one now off the list of its page."""
        page = start >> _PAGE_SHIFT
        starts = self._pages[page]
        starts.remove(start)
        node = page + len(self._pages)
        if size == self._tree[node]:
            self._lower(node, size, starts)

    def _raise(self, node: int, size: int) -> None:
        """Let the tree know of a free block of *size* in the page of a leaf."""
        tree = self._tree
        while tree[node] < size:
            tree[node] = size
            node >>= 1

    def _lower(self, node: int, was: int, starts: list[int]) -> None:
        """Find the largest free block of a page again: the one that was, of size *was*, is gone."""
        free = self._free
        size = 0
        for start in starts:
            if free[start] > size:
                size = free[start]
                if size == was:
                    return
        tree = self._tree
        while node and tree[node] != size:  # equal: nothing changes further up
            tree[node] = size
            if tree[node ^ 1] > size:  # noqa: PLR1730 - as above, and up to thirteen times
                size = tree[node ^ 1]
            node >>= 1

    def _grow(self, end: int) -> None:
        """Widen the tree to all pages below *end*."""
        old, leaves = self._tree, len(self._pages)
        wider = _pages(end) // leaves
        new = [0] * (2 * leaves * wider)
        width = leaves
        while width:  # level by level: what was n levels above the leaves still is
            new[width * wider : width * wider + width] = old[width : 2 * width]
            width >>= 1
        node = wider >> 1
        while node:
            new[node] = old[1]
            node >>= 1
        new[0] = old[0]
        self._tree = new
        self._pages += ([] for _ in range(leaves * wider - leaves))

    def _shrink(self, end: int) -> None:
        """Narrow the tree to the pages below *end*: there is no free block above the top."""
        old, narrower = self._tree, _pages(end)
        times = len(self._pages) // narrower
        new = [0] * (2 * narrower)
        width = narrower
        while width:  # as above, the other way
            new[width : 2 * width] = old[width * times : width * times + width]
            width >>= 1
        new[0] = old[0]
        self._tree = new
        del self._pages[narrower:]

    # -- what it costs

    def _pay(self, end: int) -> None:
        """Pay for the pages below *end*, or raise NO_MEMORY."""
        paid = _pages(end) << _PAGE_SHIFT
        if self.payer is not None:
            try:
                self.payer.charge(self._cost(paid) - self._cost(self._paid))
            except NtError as error:
                raise nt_error(NtStatus.NO_MEMORY, error.detail) from None
        self._paid, self._low = paid, paid >> 1
        if end > len(self._pages) << _PAGE_SHIFT:
            self._grow(end)

    def _get_back(self, top: int) -> None:
        """Take back what was paid above the top.  The tree follows later: it must not go back and forth."""
        paid = _pages(top) << _PAGE_SHIFT
        if self.payer is not None:
            self.payer.refund(self._cost(self._paid) - self._cost(paid))
        self._paid, self._low = paid, paid >> 1 if paid > PAGE else -1
        if paid << 2 <= len(self._pages) << _PAGE_SHIFT:
            self._shrink(top)

    def _render_free(self, start: int) -> None:
        """Show the header of the free block that begins at *start*, if one does."""
        size = self.size - start if start == self._top else self._free.get(start, 0)
        if size:
            assert self.region is not None
            _render(self.region, start, size, 0)
