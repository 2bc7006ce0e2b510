"""GetWindowLong and SetWindowLong: values of a window by number (nt-semantics 7.2)."""

from typing import TYPE_CHECKING, Final

from ntsessions.abi.errors import nt_error
from ntsessions.abi.status import NtStatus
from ntsessions.executive.windowing.placement import WS_EX_TOPMOST

if TYPE_CHECKING:
    from ntsessions.executive.windowing.window import Window

GWL_HINSTANCE, GWL_HWNDPARENT, GWL_ID, GWL_STYLE, GWL_EXSTYLE, GWL_USERDATA = -6, -8, -12, -16, -20, -21
_32_BITS: Final = 0xFFFFFFFF
_64_BITS: Final = (1 << 64) - 1


def _no_index(index: int) -> Exception:
    return nt_error(NtStatus.INVALID_INDEX, f"index {index}")


def get_value(window: "Window", index: int, *, is_pointer: bool) -> int:
    """Return a value; those of 32 bits unsigned.  Raises INVALID_INDEX."""
    if index == GWL_STYLE:
        return window.style
    if index == GWL_EXSTYLE:
        return window.extended_style
    if index == GWL_USERDATA:
        return window.user_data if is_pointer else window.user_data & _32_BITS
    if index == GWL_ID:
        return window.menu
    if index == GWL_HINSTANCE:
        return window.module
    if index == GWL_HWNDPARENT:
        above = window.parent or window.owner
        return 0 if above is None else above.handle
    first, last = _extra(window, index, is_pointer=is_pointer)
    return int.from_bytes(window.extra[first:last], "little")


def set_value(window: "Window", index: int, value: int, *, is_pointer: bool) -> int:
    """Set a value and return the one before.  Raises INVALID_INDEX."""
    before = get_value(window, index, is_pointer=is_pointer)
    if index == GWL_STYLE:
        window.style = value & _32_BITS
    elif index == GWL_EXSTYLE:  # SetWindowPos alone makes a window a topmost one
        window.extended_style = (value & ~WS_EX_TOPMOST | before & WS_EX_TOPMOST) & _32_BITS
    elif index == GWL_USERDATA:
        window.user_data = value if is_pointer else value & _32_BITS
    elif index == GWL_ID and window.is_child:
        window.menu = value
    elif index < 0:
        raise _no_index(index)
    else:
        first, last = _extra(window, index, is_pointer=is_pointer)
        extra = window.extra or bytes(window.window_class.window_extra)
        window.extra = extra[:first] + (value & _64_BITS).to_bytes(8, "little")[: last - first] + extra[last:]
    return before


def _extra(window: "Window", index: int, *, is_pointer: bool) -> tuple[int, int]:
    """Return where in the extra bytes a value begins and ends."""
    last = index + (8 if is_pointer else 4)
    if index < 0 or last > window.window_class.window_extra:
        raise _no_index(index)
    return index, last
