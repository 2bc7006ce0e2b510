"""Windows as programs see them in a mapped heap (abi.user_handles): the one place that writes their records.

A record's sequence number is odd while it is written, and grows with every change.  It goes on from what stands there
already, whatever that was; nothing else is ever read from the region, and only we can write to it.
"""

from typing import TYPE_CHECKING, Final

from ntsessions.abi.user_handles import NO_OFFSET, SEQUENCE, WINDOW_RECORD
from ntsessions.executive.windowing.window import descendants

if TYPE_CHECKING:
    from ntsessions.executive.windowing.desktop import Desktop
    from ntsessions.executive.windowing.window import Window

LARGEST_COORDINATE: Final = 0x7FFFFFFF
_32_BITS: Final = 0xFFFFFFFF
_64_BITS: Final = (1 << 64) - 1


def encode_text(text: str) -> bytes:
    """Return a text as it stands in a heap: UTF-16, without an end."""
    return text.encode("utf-16-le", "surrogatepass")


def show_all(desktop: "Desktop") -> None:
    """A heap is mapped from now on: write the records of all windows on it."""
    for window in descendants([*desktop.top_level, *desktop.message_only]):
        show_text(window)
        show(window)


def show_text(window: "Window") -> None:
    """Write a window's text into its block, which no record leads to yet."""
    region = window.desktop.heap.region
    if region is not None and window.text_offset:
        data = encode_text(window.text)
        region[window.text_offset : window.text_offset + len(data)] = data


def show(window: "Window") -> None:
    """Write what a window is now."""
    region = window.desktop.heap.region
    if region is None:
        return
    parent, owner = window.parent, window.owner
    left, top = window.left, window.top
    offset = window.offset
    sequence = SEQUENCE.unpack_from(region, offset)[0] | 1
    SEQUENCE.pack_into(region, offset, sequence)
    WINDOW_RECORD.pack_into(
        region, offset,
        sequence,
        window.handle,
        window.style,
        window.extended_style,
        0 if parent is None else parent.handle,
        0 if owner is None else owner.handle,
        window.process.process_id,
        window.thread.thread_id,
        window.window_class.atom,
        0,
        window.text_offset or NO_OFFSET,
        len(encode_text(window.text)) if window.text_offset else 0,
        left,
        top,
        left + window.width,
        top + window.height,
        window.user_data & _64_BITS,
    )  # fmt: skip
    SEQUENCE.pack_into(region, offset, (sequence + 1) & _32_BITS)


def hide(window: "Window") -> None:
    """A window goes from a mapped heap: its record names nothing any more, for who still reads it."""
    region = window.desktop.heap.region
    assert region is not None, "only of a mapped heap"
    offset = window.offset
    sequence = SEQUENCE.unpack_from(region, offset)[0] | 1
    SEQUENCE.pack_into(region, offset, sequence)
    region[offset + SEQUENCE.size : offset + WINDOW_RECORD.size] = bytes(WINDOW_RECORD.size - SEQUENCE.size)
    SEQUENCE.pack_into(region, offset, (sequence + 1) & _32_BITS)
