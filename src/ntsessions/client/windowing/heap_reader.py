"""Reading windows from the mapped heaps, without a round trip (`abi.user_handles`).

The handle table of the session and the heap of the thread's desktop are mapped for reading.  Their writer is another
process and waits for nobody: a record is taken only if its sequence is even and the same before and after, and if the
handle table still leads to it.  What is not found here, a window of another desktop for one, the caller asks the daemon
for.

Both are read as words of 32 bits, which is several times as fast as unpacking structures, and what makes it worth it.
"""

import mmap
import sys
from codecs import utf_16_le_decode
from typing import Final, NamedTuple

from ntsessions.abi.user_handles import ENTRY, INDEX_MASK, WINDOW_RECORD, UserObjectType

_ATTEMPTS: Final = 100
"""A record is written in microseconds; one that stays odd for so long has lost its writer."""
_KNOWN: Final = 4096
"""Texts that are kept."""
_WINDOW: Final = int(UserObjectType.WINDOW) << 16
_WORD: Final = 4
_ENTRY_WORDS: Final = ENTRY.size // _WORD
_NUMBER, _OFFSET = 1, 2
"""Of an entry: its words.  The first is uniqueness and type."""
_HANDLE, _TEXT, _TEXT_SIZE = 1, 9, 10
"""Of a record: its words.  The first is the sequence."""
_NOTHING: Final = memoryview(b"").cast("I")
_record = WINDOW_RECORD.unpack_from


class WindowRecord(NamedTuple):
    """What a record says, without its text."""

    handle: int
    style: int
    extended_style: int
    parent: int
    owner: int
    process_id: int
    thread_id: int
    class_atom: int
    left: int
    top: int
    right: int
    bottom: int
    user_data: int


class HeapReader:
    """The heaps of one thread; `attach` maps them."""

    __slots__ = ("_entries", "_heap", "_known", "_number", "_table", "_words", "is_refused")

    def __init__(self) -> None:
        self._table: mmap.mmap | None = None
        self._heap: mmap.mmap | None = None
        self._entries = self._words = _NOTHING
        """Table and heap as words."""
        self._known: dict[int, tuple[int, int, int, int, str]] = {}
        """Texts that were read, each with where its entry is and the first word of that, where its record is and the
        sequence of that: it holds for as long as these are the same."""
        self._number = 0
        self.is_refused = sys.byteorder != "little"
        """They are not to be had; the calls answer as well."""

    @property
    def is_attached(self) -> bool:
        """Tell whether the heaps are mapped."""
        return self._heap is not None

    def attach(self, table: tuple[int, int], heap: tuple[int, int], number: int) -> None:
        """Map the handle table and the heap of desktop *number*, each a descriptor and a size.

        The descriptors stay the caller's.
        """
        self.forget()
        self._table = mmap.mmap(table[0], table[1], mmap.MAP_SHARED, mmap.PROT_READ)
        self._heap = mmap.mmap(heap[0], heap[1], mmap.MAP_SHARED, mmap.PROT_READ)
        self._entries = memoryview(self._table).cast("I")
        self._words = memoryview(self._heap).cast("I")
        self._number = number

    def forget(self) -> None:
        """The thread is on another desktop: unmap what there is."""
        self._entries = self._words = _NOTHING  # a map is not closed while something shows it
        for mapped in (self._table, self._heap):
            if mapped is not None:
                mapped.close()
        self._table = self._heap = None
        self._known.clear()
        self.is_refused = sys.byteorder != "little"

    def text(self, handle: int) -> str | None:
        """Return the text of a window; None: ask the daemon.  Only a whole handle is found, of 32 bits."""
        heap = self._heap
        if heap is None:
            return None
        entries, words = self._entries, self._words
        known = self._known.get(handle)
        if known is not None:
            place, named, record, sequence, text = known
            if entries[place] == named and words[record] == sequence:
                return text
        place = (handle & INDEX_MASK) * _ENTRY_WORDS
        named = handle >> 16 | _WINDOW
        attempts = _ATTEMPTS
        while attempts:
            attempts -= 1
            try:
                if entries[place] != named or entries[place + _NUMBER] != self._number:
                    return None
                record = entries[place + _OFFSET] // _WORD
                sequence = words[record]
                at, size = words[record + _TEXT], words[record + _TEXT_SIZE]
                text = utf_16_le_decode(heap[at : at + size], "replace")[0] if size else ""
                if (
                    words[record] == sequence
                    and not sequence & 1
                    and words[record + _HANDLE] == handle
                    and entries[place] == named
                ):
                    if len(self._known) >= _KNOWN:
                        self._known.clear()
                    self._known[handle] = place, named, record, sequence, text
                    return text
            except IndexError:  # an entry that was half written leads anywhere
                continue
        return None

    def record(self, handle: int) -> WindowRecord | None:
        """Return the facts of a window; None: ask the daemon.  As `text`."""
        heap = self._heap
        if heap is None:
            return None
        entries, words = self._entries, self._words
        place = (handle & INDEX_MASK) * _ENTRY_WORDS
        named = handle >> 16 | _WINDOW
        for _ in range(_ATTEMPTS):
            try:
                if entries[place] != named or entries[place + _NUMBER] != self._number:
                    return None
                offset = entries[place + _OFFSET]
                if offset + WINDOW_RECORD.size > len(heap):
                    continue
                sequence, *facts = _record(heap, offset)
                if (
                    words[offset // _WORD] == sequence
                    and not sequence & 1
                    and facts[0] == handle
                    and entries[place] == named
                ):
                    del facts[8:11]  # 0, and where the text is
                    return WindowRecord(*facts)
            except IndexError:  # as above
                continue
        return None
