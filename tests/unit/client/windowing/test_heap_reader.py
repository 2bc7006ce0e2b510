"""Reading windows from heaps as `abi.user_handles` lays them out, well-behaved or not."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from ntsessions.abi.calls.heap import HeapGrant, MapDesktopHeap
from ntsessions.abi.calls.window import GetWindowText
from ntsessions.abi.errors import nt_error
from ntsessions.abi.status import NtStatus
from ntsessions.abi.user_handles import ENTRY, INDEX_MASK, SEQUENCE, WINDOW_RECORD, UserObjectType
from ntsessions.client.windowing.heap_mapping import text_of
from ntsessions.client.windowing.heap_reader import HeapReader, WindowRecord
from ntsessions.client.windowing.state import ThreadState
from ntsessions.client.windowing.steps import Exchange
from tests.unit.client.windowing.driving import Daemon

HANDLE = 0x50003
DESKTOP = 2
SIZE = 4096
AT, TEXT_AT = 64, 512
TEXT = "wörld \U0001f600"


class Heaps:
    """A handle table and a heap in memory files, written as the daemon writes them."""

    def __init__(self) -> None:
        self.table, self.heap = (os.memfd_create("test", os.MFD_CLOEXEC) for _ in range(2))
        for descriptor in (self.table, self.heap):
            os.ftruncate(descriptor, SIZE)
        self.entry()
        self.record()

    def entry(
        self, *, handle: int = HANDLE, kind: int = UserObjectType.WINDOW, desktop: int = DESKTOP, at: int = AT
    ) -> None:
        entry = ENTRY.pack(handle >> 16, kind, 0, desktop, at, 99)
        os.pwrite(self.table, entry, (HANDLE & INDEX_MASK) * ENTRY.size)

    def record(self, *, sequence: int = 8, handle: int = HANDLE, at: int = AT, text: str = TEXT) -> None:
        data = text.encode("utf-16-le")
        record = WINDOW_RECORD.pack(
            sequence, handle, 3, 4, 5, 6, 7, 8, 9, 0, TEXT_AT if text else 0, len(data), -1, -2, 3, 4, 1 << 63
        )
        os.pwrite(self.heap, record, at)
        os.pwrite(self.heap, data, TEXT_AT)

    def attach(self, reader: HeapReader) -> HeapReader:
        reader.attach((self.table, SIZE), (self.heap, SIZE), DESKTOP)
        return reader


@pytest.fixture
def heaps() -> Iterator[Heaps]:
    made = Heaps()
    yield made
    os.close(made.table)
    os.close(made.heap)


@pytest.fixture
def reader(heaps: Heaps) -> Iterator[HeapReader]:
    made = heaps.attach(HeapReader())
    yield made
    made.forget()


def test_a_window_is_read_as_it_was_written(heaps: Heaps, reader: HeapReader) -> None:
    assert reader.text(HANDLE) == TEXT
    assert reader.record(HANDLE) == WindowRecord(HANDLE, 3, 4, 5, 6, 7, 8, 9, -1, -2, 3, 4, 1 << 63)
    heaps.record(text="", sequence=10)
    assert reader.text(HANDLE) == ""


def test_changes_are_seen_at_once(heaps: Heaps, reader: HeapReader) -> None:
    assert reader.text(HANDLE) == TEXT
    heaps.record(text="another", sequence=10)
    assert [reader.text(HANDLE) for _ in range(2)] == ["another", "another"]
    heaps.entry(kind=UserObjectType.FREE)
    assert reader.text(HANDLE) is None, "a text that is known is that of a window which lives"


def test_texts_that_are_known_are_bounded(reader: HeapReader) -> None:
    reader._known.update(dict.fromkeys(range(1, 4097), (0, 0, 0, 0, "")))
    assert reader.text(HANDLE) == TEXT
    assert len(reader._known) == 1


@pytest.mark.parametrize(
    "entry",
    [{"handle": 0x60003}, {"kind": UserObjectType.MENU}, {"kind": UserObjectType.FREE}, {"desktop": DESKTOP + 1}],
    ids=str,
)
def test_what_the_table_does_not_lead_to_is_the_daemons_to_tell(
    heaps: Heaps, reader: HeapReader, entry: dict[str, int]
) -> None:
    """A handle of what is gone, of a menu, of a window on another desktop."""
    heaps.entry(**entry)
    assert reader.text(HANDLE) is None
    assert reader.record(HANDLE) is None


@pytest.mark.parametrize("handle", [3, 0, 0xFFFFFFFF, -1, 1 << 40])
def test_handles_that_are_none_are_the_daemons_to_refuse(reader: HeapReader, handle: int) -> None:
    assert reader.text(handle) is None
    assert reader.record(handle) is None


@pytest.mark.parametrize("sequence", [9, 0xFFFFFFFF])
def test_a_record_that_is_being_written_is_not_believed(heaps: Heaps, reader: HeapReader, sequence: int) -> None:
    heaps.record(sequence=sequence)
    assert reader.text(HANDLE) is None
    assert reader.record(HANDLE) is None


@pytest.mark.parametrize("at", [0, SIZE - 8, SIZE, 0xFFFFFFF0, 65])
def test_an_entry_that_leads_anywhere_leads_to_nothing(heaps: Heaps, reader: HeapReader, at: int) -> None:
    heaps.entry(at=at)
    if at == 65:  # what is not aligned is read as if it were, and named wrongly
        heaps.record(handle=0)
    assert reader.text(HANDLE) is None
    assert reader.record(HANDLE) is None


def test_a_record_that_begins_anew_while_it_is_read_is_read_again(heaps: Heaps, reader: HeapReader) -> None:
    class Changing:
        """The map of the heap, in which the text changes after its place was read."""

        def __init__(self, inner: Any) -> None:
            self.inner = inner
            self.is_changed = False

        def __getitem__(self, part: slice) -> bytes:
            if not self.is_changed:
                self.is_changed = True
                heaps.record(text="the new text", sequence=10)
            return self.inner[part]  # type: ignore[no-any-return]  # bytes of a map

    inner = reader._heap
    reader._heap = Changing(inner)  # type: ignore[assignment]  # it is sliced and nothing else
    assert reader.text(HANDLE) == "the new text"
    reader._heap = inner


def test_a_thread_on_another_desktop_has_no_heap_until_it_is_mapped(heaps: Heaps, reader: HeapReader) -> None:
    reader.forget()
    assert not reader.is_attached
    assert reader.text(HANDLE) is None
    assert reader.record(HANDLE) is None
    heaps.attach(reader)
    assert reader.text(HANDLE) == TEXT


def test_the_heaps_are_mapped_when_first_read_and_never_asked_for_again(heaps: Heaps) -> None:
    state = ThreadState()
    given = [
        (HeapGrant(SIZE, 0), [os.dup(heaps.table)]),
        (HeapGrant(SIZE, DESKTOP), [os.dup(heaps.heap)]),
    ]
    daemon = Daemon(*given)
    assert daemon.run(text_of(state, HANDLE)) == TEXT
    assert daemon.made == [Exchange(MapDesktopHeap(shared=True)), Exchange(MapDesktopHeap())]
    assert Daemon("elsewhere").run(text_of(state, 0x10001)) == "elsewhere"
    for _, (descriptor,) in given:
        with pytest.raises(OSError, match="Bad file"):
            os.fstat(descriptor)
    state.heap.forget()


def test_a_host_that_does_not_give_its_heaps_is_asked_for_the_text_instead() -> None:
    state = ThreadState()
    daemon = Daemon(nt_error(NtStatus.INSUFFICIENT_RESOURCES), "text")
    assert daemon.run(text_of(state, HANDLE)) == "text"
    assert daemon.made[-1] == GetWindowText(HANDLE)
    assert Daemon("again").run(text_of(state, HANDLE)) == "again"


def test_the_layout_is_that_of_the_abi() -> None:
    """The reader takes words by their number: it must notice when the structures change."""
    assert (ENTRY.format, WINDOW_RECORD.format, SEQUENCE.format) == ("<HBBIII", "<IIIIIIIIHHIIiiiiQ", "<I")
