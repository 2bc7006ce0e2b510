"""What USER objects take on a desktop heap (nt-semantics 8.6).

Windows has never documented these sizes, and they differ between versions.  What there is to hold on to: ranges that
people read out of debugger dumps, and the rule of thumb that 512 KB carry about 2,500 windows, menus and hooks.  So
each number below is taken from its range, and the window's such that the rule of thumb comes out: with its block header
it takes 208 bytes on x86 (520,000 for 2,500), and 304 on x64, where 768 KB carry what 512 KB do on x86.
"""

from typing import Final, NamedTuple


class UserObjectSizes(NamedTuple):
    """Bytes of one object each, without the header that the heap puts before it."""

    window: int
    """A window without text and extra bytes."""
    window_character: int
    """Each character of its text: UTF-16."""
    class_: int
    """A class on a desktop, without extra bytes."""
    menu: int
    """A menu without items."""
    menu_item: int
    """An item without text."""
    hook: int
    thread_info: int
    """A thread that is attached to the desktop (CLIENTTHREADINFO)."""
    desktop_fixed: int
    """The desktop itself: its facts, the desktop window, and the parent of message-only windows."""


X86: Final = UserObjectSizes(
    window=200,  # calibrated; dumps say 200 to 300
    window_character=2,  # evidence
    class_=200,  # calibrated; 150 to 250
    menu=96,  # calibrated; about 100
    menu_item=96,  # calibrated; about 100
    hook=64,  # calibrated; 60 to 100
    thread_info=24,  # calibrated; 16 to 32.  That it is there is evidence
    desktop_fixed=2048,  # evidence: an idle desktop shows 0.4 % of 512 KB in the capture of dheapmon (8.8)
)
X64: Final = UserObjectSizes(  # x86 with pointers of twice the size: calibrated throughout, but for the characters
    window=288,  # its block is in the range of 300 to 400
    window_character=2,
    class_=288,
    menu=144,
    menu_item=144,
    hook=96,
    thread_info=32,
    desktop_fixed=3072,
)


def block_bytes(size: int, granularity: int) -> int:
    """Return what *size* bytes take on a heap: with a header of *granularity* bytes, in multiples of that (8.9)."""
    return (size + 2 * granularity - 1) & -granularity
