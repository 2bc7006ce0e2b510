"""The desktop heap against a list of blocks that is searched from the beginning."""

from random import Random
from struct import unpack_from
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ntsessions.abi.status import NtStatus
from ntsessions.abi.user_objects import block_bytes
from ntsessions.executive.objects.object import Pool
from ntsessions.executive.snapshot import restore, save
from ntsessions.executive.windowing.heap import COST, HEADER, IN_USE, PAGE, Block, DesktopHeap
from tests.harness import World

SIZES = st.one_of(st.integers(0, 64), st.integers(0, 600), st.integers(0, 3 * PAGE))
GARBAGE = 0xA5


class NaiveHeap:
    """Blocks in the order of their addresses; everything is found by looking at all of them."""

    def __init__(self, size: int, granularity: int) -> None:
        self.granularity = granularity
        self.blocks = [Block(0, size, is_free=True)]
        self.peak = 0

    def allocate(self, size: int) -> int | None:
        need = block_bytes(size, self.granularity)
        for index, (offset, found, is_free) in enumerate(self.blocks):
            if is_free and found >= need:
                self.blocks[index : index + 1] = [Block(offset, need, is_free=False)]
                if found > need:
                    self.blocks.insert(index + 1, Block(offset + need, found - need, is_free=True))
                self.peak = max(self.peak, self.used)
                return offset + self.granularity
        return None

    def free(self, payload: int) -> None:
        blocks: list[Block] = []
        for block in self.blocks:
            is_free = block.is_free or block.offset == payload - self.granularity
            if is_free and blocks and blocks[-1].is_free:
                blocks[-1] = blocks[-1]._replace(size=blocks[-1].size + block.size)
            else:
                blocks.append(block._replace(is_free=is_free))
        self.blocks = blocks

    @property
    def used(self) -> int:
        return sum(block.size for block in self.blocks if not block.is_free)

    @property
    def free_sizes(self) -> list[int]:
        return [block.size for block in self.blocks if block.is_free]


def headers(region: memoryview, size: int) -> list[Block]:
    """Walk the headers as a program would that knows nothing else."""
    found, offset = [], 0
    while offset < size:
        length, state = HEADER.unpack_from(region, offset)
        assert length
        assert state in (0, IN_USE)
        found.append(Block(offset, length, state == 0))
        offset += length
    assert offset == size
    return found


class Machine(RuleBasedStateMachine):
    """Both heaps, side by side."""

    @initialize(granularity=st.sampled_from([8, 16]), units=st.integers(1, 40) | st.integers(1, 6000))
    def make(self, granularity: int, units: int) -> None:
        self.granularity = granularity
        self.heap = DesktopHeap(units * granularity, granularity)
        self.heap.payer = Pool(1 << 40)
        self.naive = NaiveHeap(units * granularity, granularity)
        self.payloads: list[int] = []
        self.sizes: dict[int, int] = {}

    def _allocate(self, size: int) -> bool:
        expected = self.naive.allocate(size)
        if expected is None:
            with pytest.raises(MemoryError) as error:
                self.heap.allocate(size)
            assert error.value.status is NtStatus.NO_MEMORY  # type: ignore[attr-defined]  # an NtError, too
            return False
        payload = self.heap.allocate(size)
        assert payload == expected, "the lowest block that is large enough gives"
        self.payloads.append(payload)
        self.sizes[payload] = size
        if self.heap.region is not None:
            self.heap.region[payload : payload + size] = bytes([GARBAGE]) * size
        return True

    def _free(self, index: int) -> None:
        payload = self.payloads.pop(index % len(self.payloads))
        if self.heap.region is not None:
            written = bytes([GARBAGE]) * self.sizes[payload]
            assert self.heap.region[payload : payload + len(written)] == written, "nobody else wrote there"
        del self.sizes[payload]
        self.heap.free(payload)
        self.naive.free(payload)

    @rule(size=SIZES)
    def allocate(self, size: int) -> None:
        self._allocate(size)

    @rule(sizes=st.lists(SIZES, min_size=1, max_size=4), count=st.integers(1, 60))
    def allocate_many(self, sizes: list[int], count: int) -> None:
        for number in range(count):
            if not self._allocate(sizes[number % len(sizes)]):
                break

    @rule(index=st.integers(0, 10_000))
    def free(self, index: int) -> None:
        if self.payloads:
            self._free(index)

    @rule(start=st.integers(0, 10_000), stride=st.integers(1, 5), count=st.integers(1, 60))
    def free_many(self, start: int, stride: int, count: int) -> None:
        for number in range(count):
            if not self.payloads:
                break
            self._free(start + number * stride)

    @rule(seed=st.integers(0, 1 << 16), sizes=st.lists(SIZES, min_size=1, max_size=6), count=st.integers(50, 300))
    def live_a_while(self, seed: int, sizes: list[int], count: int) -> None:
        """A heap fills up while things come and go: much of what is free lies between what is not."""
        chance = Random(seed)
        for _ in range(count):
            leaving = 1 if chance.random() < 0.3 else 0
            if not self._allocate(chance.choice(sizes)):
                leaving = chance.randrange(1, 12)
            for _ in range(min(leaving, len(self.payloads))):
                self._free(chance.randrange(len(self.payloads)))

    @rule(payload=st.integers(-16, 200_000))
    def free_what_is_not_there(self, payload: int) -> None:
        if payload not in self.sizes:
            with pytest.raises(KeyError):
                self.heap.free(payload)

    @rule()
    def attach(self) -> None:
        region = memoryview(bytearray([GARBAGE]) * self.heap.size)
        self.heap.attach(region)

    @rule()
    def save_and_restore(self) -> None:
        world = World()
        world.executive.questions[1] = (1, 1, self.heap)
        data = save(world.executive)
        restored: Any = restore(data)
        assert save(restored) == data
        self.heap = restored.questions[1][2]
        assert self.heap.region is None

    @invariant()
    def both_are_the_same(self) -> None:
        if not hasattr(self, "heap"):
            return
        heap, free_sizes = self.heap, self.naive.free_sizes
        assert list(heap.layout()) == self.naive.blocks
        assert heap.used == self.naive.used
        assert heap.peak == self.naive.peak
        assert heap.free_blocks == len(free_sizes)
        assert heap.largest_free == max(free_sizes, default=0)
        assert heap.used_percent == pytest.approx(100 * heap.used / heap.size)
        if free_sizes:
            assert heap.fragmentation == pytest.approx(100 * (1 - max(free_sizes) / sum(free_sizes)))
        else:
            assert heap.fragmentation == 0
        if heap.region is not None:
            assert headers(heap.region, heap.size) == self.naive.blocks
        top = max((end for _, end, is_free in self._ends() if not is_free), default=0)
        least = COST * max(0, top - PAGE)
        assert heap.payer is not None
        assert least <= heap.payer.used == heap.charge <= 2 * least + COST * PAGE
        assert len(heap._pages) * PAGE <= max(4 * top, 2 * PAGE)

    def _ends(self) -> list[tuple[int, int, bool]]:
        return [(start, start + size, is_free) for start, size, is_free in self.naive.blocks]

    @invariant()
    def payloads_are_aligned_and_do_not_overlap(self) -> None:
        if not hasattr(self, "heap"):
            return
        end = 0
        for payload in sorted(self.payloads):
            assert payload % self.granularity == 0
            assert payload - self.granularity >= end
            end = payload + self.sizes[payload]
        assert end <= self.heap.size

    def teardown(self) -> None:
        """All space comes back, whatever the order."""
        if not hasattr(self, "heap"):
            return
        while self.payloads:
            self._free(len(self.payloads) // 2)
            if not len(self.payloads) % 50:
                self.both_are_the_same()
        assert list(self.heap.layout()) == [Block(0, self.heap.size, is_free=True)]
        assert self.heap.used == 0
        assert self.heap.payer is not None
        assert self.heap.payer.used == 0


Machine.TestCase.settings = settings(max_examples=100, stateful_step_count=20)
TestDesktopHeap = Machine.TestCase


@settings(max_examples=100)
@given(st.integers(0, 1 << 20), st.sampled_from([8, 16]))
def test_a_block_is_as_small_as_it_can_be(size: int, granularity: int) -> None:
    """What a plan counts with is what the heap takes."""
    taken = block_bytes(size, granularity)
    assert taken % granularity == 0
    assert size + granularity <= taken < size + 2 * granularity
    heap = DesktopHeap(1 << 21, granularity)
    heap.allocate(size)
    assert heap.used == taken


def test_the_header_is_two_words_of_32_bits() -> None:
    """Whoever maps the heap relies on it."""
    region = memoryview(bytearray(64))
    heap = DesktopHeap(64, 16)
    heap.attach(region)
    assert unpack_from("<II", region) == (64, 0)
    heap.allocate(1)
    assert unpack_from("<II", region) == (32, 1)
    assert unpack_from("<II", region, 32) == (32, 0)
