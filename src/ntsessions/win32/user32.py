"""What user32 does between a program and the system: the windowing of the calling thread, and handles of windows."""

import threading
from typing import Any, Final, TypeVar, cast

from ntsessions.abi.calls.desktop import GetThreadDesktop
from ntsessions.abi.calls.window import HWND_MESSAGE, WINDOWS_PER_ANSWER, ListWindows
from ntsessions.abi.errors import NtError
from ntsessions.client.connection import Connection
from ntsessions.client.windowing.steps import Steps
from ntsessions.client.windowing.thread import ThreadWindowing
from ntsessions.win32 import kernel32

R = TypeVar("R")

PROGRAM: Final = 0x400000
"""What GetModuleHandle(None) returns: the program itself."""
DESKTOP_WINDOW: Final = 0x10000
"""What GetDesktopWindow returns.  The system keeps no such window; its index, 0, is nobody's."""
_MESSAGE_PARENT: Final = HWND_MESSAGE & 0xFFFFFFFF


class _PerThread(threading.local):
    """The windowing of one thread; it goes with the thread, or with its connection."""

    connection: Connection | None = None
    windowing: ThreadWindowing | None = None


_own = _PerThread()


def thread() -> ThreadWindowing:
    """Return the windowing of the calling thread.

    Inside a call of the thread (a signal's handler) it is that of a thread of its own, as a handler of Windows has.
    """
    if kernel32.is_calling():
        return ThreadWindowing(kernel32.connection_apart(), int)
    connection = kernel32.connection()
    windowing = _own.windowing
    if windowing is None or _own.connection is not connection:
        guarded = cast("Connection", kernel32.GuardedConnection(connection))  # all of it that windowing calls
        windowing = _own.windowing = ThreadWindowing(guarded, int)
        _own.connection = connection
    return windowing


def run(function: str, windowing: ThreadWindowing, steps: Steps[R]) -> R:
    """Do something in the name of *function*; raises `error`."""
    try:
        return windowing.run(steps)
    except NtError as failure:
        raise kernel32.failed(function, failure) from None


# -- handles


def hwnd(value: Any) -> int:
    """Return a window's handle for a call: of a number, a PyHANDLE, or None for 0; it has 32 bits."""
    return kernel32.pointer(value) & 0xFFFFFFFF


def parent(value: Any) -> int:
    """Return the handle of a window that others are in: 0 for the desktop, HWND_MESSAGE for what is in no window."""
    handle = hwnd(value)
    if handle == _MESSAGE_PARENT:
        return HWND_MESSAGE
    return 0 if handle == DESKTOP_WINDOW else handle


def module(value: Any) -> int:
    """Return an instance handle for a call, where 0 is the program."""
    number = kernel32.pointer(value)
    return 0 if number == PROGRAM else number


def no_argument(value: Any) -> None:
    """Check an argument that has no meaning yet."""
    if value is not None:
        raise TypeError("This param must be None")


def resource_or_name(value: Any) -> str | int:
    """Return a name, or a number of 16 bits in its place."""
    if isinstance(value, str):
        return value
    try:
        number = int(value)
    except (TypeError, ValueError):
        number = -1
    if not 0 <= number <= 0xFFFF:
        raise TypeError("Resource id/name must be unicode or int in the range 0-65536")
    return number


def list_windows(function: str, call: ListWindows) -> list[int]:
    """Return all windows that a ListWindows finds, however many."""
    found: list[int] = []
    while True:
        page = kernel32.invoke(function, call)
        found += page
        if len(page) < WINDOWS_PER_ANSWER:
            return found
        call = ListWindows(call.desktop, call.parent, call.thread_id, page[-1])


def thread_desktop(function: str, thread_id: Any) -> int:
    """Return the handle of a thread's desktop."""
    identifier = kernel32.dword(thread_id)
    if not identifier:
        kernel32.fail(function, kernel32.ERROR_INVALID_PARAMETER)
    return kernel32.invoke(function, GetThreadDesktop(identifier))
