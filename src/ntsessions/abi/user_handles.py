"""USER handles and the two kinds of memory that windowing shares with programs, read-only (nt-semantics 7.1, 8.6).

A USER handle is the same number in every process of a session: index in the low 16 bits, a uniqueness count in the
upper ones, so that a handle of what is gone does not name what came after it.

The *shared heap* of a session begins with its handle table: one `ENTRY` per index.  A *desktop heap* holds what the
entries lead to; a window's record begins with `WINDOW_RECORD`.  Who reads a record takes `sequence` first and again
after: an odd number, or two different ones, mean that it was being written.  All numbers are little-endian.
"""

import struct
from enum import IntEnum
from typing import Final

FIRST_INDEX: Final = 1
INDEX_LIMIT: Final = 1 << 16
"""USER handles of a session, at most."""
INDEX_MASK: Final = INDEX_LIMIT - 1


class UserObjectType(IntEnum):
    """What a USER handle names; NT's numbers."""

    FREE = 0
    WINDOW = 1
    MENU = 2
    HOOK = 5


ENTRY: Final = struct.Struct("<HBBIII")
"""uniqueness, type, 0, number of the desktop, offset in its heap, process id of the owner."""

WINDOW_RECORD: Final = struct.Struct("<IIIIIIIIHHIIiiiiQ")
"""sequence, handle, style, extended style, parent, owner, process id, thread id, class atom, 0, offset of the text
(0: none), bytes of the text (UTF-16), left, top, right, bottom, user data."""
SEQUENCE: Final = struct.Struct("<I")
NO_OFFSET: Final = 0
"""No payload begins at 0: the header of the first block does."""
