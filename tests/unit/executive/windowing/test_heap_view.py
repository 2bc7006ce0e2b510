"""Window records in a mapped heap: what programs read without asking (nt-semantics 7.1, 8.6)."""

import struct

import pytest

from ntsessions.abi.calls.window import (
    DestroyWindow,
    EnableWindow,
    SetParent,
    SetWindowLong,
    SetWindowPos,
    SetWindowText,
)
from ntsessions.abi.user_handles import SEQUENCE, WINDOW_RECORD
from ntsessions.executive.windowing import heap_view
from ntsessions.executive.windowing.window import Window
from tests.harness import Program, World
from tests.unit.executive.windowing.desk import MESSAGE_ONLY, child, desktop_of, window


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def alice(world: World) -> Program:
    return world.program()


@pytest.fixture
def region(alice: Program) -> memoryview:
    """The mapped heap of alice's desktop."""
    window(alice)
    heap = desktop_of(alice).heap
    memory = memoryview(bytearray(heap.size))
    heap.attach(memory)
    return memory


def found(program: Program, handle: int) -> Window:
    item = program.process.session.windowing.handles.find(handle, Window)
    assert item is not None
    return item


def record(program: Program, region: memoryview, handle: int) -> tuple[int, ...]:
    return WINDOW_RECORD.unpack_from(region, found(program, handle).offset)


def text(program: Program, region: memoryview, handle: int) -> str:
    row = record(program, region, handle)
    return bytes(region[row[10] : row[10] + row[11]]).decode("utf-16-le")


def test_a_record_says_what_the_window_is(alice: Program, region: memoryview) -> None:
    top = window(alice)
    owned = window(
        alice, "Edit", "Größe", style=0x80000000, extended_style=1, left=-5, top=6, width=7, height=8, parent=top
    )
    atom = found(alice, owned).window_class.atom
    row = record(alice, region, owned)
    assert row[0] % 2 == 0
    assert row[1:10] == (owned, 0x80000000, 1, 0, top, alice.pid, alice.thread_object.thread_id, atom, 0)
    assert row[12:] == (-5, 6, 2, 14, 0)
    assert text(alice, region, owned) == "Größe"
    assert record(alice, region, child(alice, top))[4:6] == (top, 0)
    assert record(alice, region, top)[10:12] == (0, 0)


def test_every_change_is_shown_with_another_sequence_number(alice: Program, region: memoryview) -> None:
    parent, handle = window(alice), window(alice)
    inner = child(alice, handle)
    sequences = [record(alice, region, handle)[0]]
    for call in (SetWindowText(handle, "new"), SetWindowLong(handle, -21, -1), SetWindowLong(handle, -16, 0),
                 SetWindowPos(handle, left=50, width=10, flags=0x40), EnableWindow(handle, False),
                 SetParent(handle, parent)):  # fmt: skip
        alice.call(call)
        sequences.append(record(alice, region, handle)[0])
    assert all(sequence % 2 == 0 for sequence in sequences)
    assert len(set(sequences)) == len(sequences)
    row = record(alice, region, handle)
    assert (row[2], row[4], row[12], row[-1]) == (0x18000000, parent, 50, (1 << 64) - 1)
    assert text(alice, region, handle) == "new"
    assert record(alice, region, inner)[12] == 50


def test_a_window_that_went_leaves_no_record(alice: Program, region: memoryview) -> None:
    handle = window(alice)
    offset = found(alice, handle).offset
    before = SEQUENCE.unpack_from(region, offset)[0]
    alice.call(DestroyWindow(handle))
    row = WINDOW_RECORD.unpack_from(region, offset)
    assert row[0] > before
    assert row[0] % 2 == 0
    assert not any(row[1:])
    again = window(alice)
    assert found(alice, again).offset == offset
    assert record(alice, region, again)[0] > row[0], "a slow reader sees that this is another one"


def test_the_sequence_number_wraps(alice: Program, region: memoryview) -> None:
    handle = window(alice)
    struct.pack_into("<I", region, found(alice, handle).offset, 0xFFFFFFFE)
    alice.call(SetWindowText(handle, ""))
    assert record(alice, region, handle)[0] == 0


def test_a_heap_that_gets_mapped_shows_what_is_there(alice: Program) -> None:
    top = window(alice, text="top")
    handles = [top, child(alice, top), window(alice, parent=MESSAGE_ONLY)]
    desktop = desktop_of(alice)
    memory = memoryview(bytearray(desktop.heap.size))
    desktop.heap.attach(memory)
    heap_view.show_all(desktop)
    assert [record(alice, memory, handle)[1] for handle in handles] == handles
    assert text(alice, memory, top) == "top"
