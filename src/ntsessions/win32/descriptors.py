"""Linux file descriptors where Windows has file handles: the standard ones, and copies of them.

A descriptor's handle is a number above every handle table, so that the two cannot be mistaken for each other.
"""

import os

from ntsessions.win32 import kernel32

_FIRST = 0xF0000000
_LAST = _FIRST + 4 * 0xFFFF

STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE = -10, -11, -12
_STANDARD = {STD_INPUT_HANDLE: 0, STD_OUTPUT_HANDLE: 1, STD_ERROR_HANDLE: 2}
_chosen: dict[int, int] = {}


def is_descriptor(handle: int) -> bool:
    """Tell whether the handle is a file descriptor's."""
    return _FIRST <= handle <= _LAST


def handle_of(descriptor: int) -> int:
    """Return the handle of a file descriptor."""
    return _FIRST + 4 * descriptor


def descriptor_of(handle: int) -> int | None:
    """Return the file descriptor behind a handle, None when it is none."""
    return (handle - _FIRST) // 4 if is_descriptor(handle) else None


def standard(which: int) -> int | None:
    """Return the handle for STD_INPUT_HANDLE, STD_OUTPUT_HANDLE or STD_ERROR_HANDLE; None for another number."""
    which = kernel32.signed(which)
    if which not in _STANDARD:
        return None
    return _chosen.get(which, handle_of(_STANDARD[which]))


def choose_standard(which: int, handle: int) -> bool:
    """Set a standard handle; False when there is no such."""
    which = kernel32.signed(which)
    if which not in _STANDARD:
        return False
    _chosen[which] = handle
    return True


def close(handle: int) -> None:
    """Close a file descriptor; the three standard ones stay open, for Python's own streams have them."""
    descriptor = descriptor_of(handle)
    if descriptor is None or descriptor <= 2:
        return
    try:
        os.close(descriptor)
    except OSError:
        kernel32.fail("CloseHandle", kernel32.ERROR_INVALID_HANDLE)


def duplicate(handle: int, *, inherit: bool) -> int:
    """Return the handle of a copy."""
    descriptor = descriptor_of(handle)
    try:
        copy = os.dup(-1 if descriptor is None else descriptor)
    except OSError:
        kernel32.fail("DuplicateHandle", kernel32.ERROR_INVALID_HANDLE)
    os.set_inheritable(copy, inherit)
    return handle_of(copy)
