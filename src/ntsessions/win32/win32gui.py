"""win32gui: windows, classes, messages and menus.  What draws, or needs a pointer or a keyboard, is not there yet."""

from typing import Any

from ntsessions.win32 import errors, kernel32, memory, message_functions, surface, user32, win32api, window_procedures
from ntsessions.win32.cursors import *  # noqa: F403 - all that it lists
from ntsessions.win32.dialog_items import *  # noqa: F403 - as above
from ntsessions.win32.gui_constants import *  # noqa: F403 - numbers only
from ntsessions.win32.memory import *  # noqa: F403 - all that it lists
from ntsessions.win32.menus import *  # noqa: F403 - as above
from ntsessions.win32.message_functions import *  # noqa: F403 - as above
from ntsessions.win32.window_classes import *  # noqa: F403 - as above
from ntsessions.win32.window_place import *  # noqa: F403 - as above
from ntsessions.win32.window_procedures import *  # noqa: F403 - as above
from ntsessions.win32.windows import *  # noqa: F403 - as above

error = errors.error
set_logger = window_procedures.set_logger
GetModuleHandle = win32api.GetModuleHandle
HIWORD, LOWORD = win32api.HIWORD, win32api.LOWORD

dllhandle = 0x10000000
"""The module itself, for who registers a class in its name."""


def PostThreadMessage(threadId: int, message: int, wparam: Any, lparam: Any, /) -> None:
    """Put a message into the queue of a thread on the desktop of the caller's."""
    message_functions.post_thread_message(threadId, message, wparam, lparam)


def PostQuitMessage(rc: int, /) -> None:
    """End the calling thread's message loop."""
    message_functions.post_quit_message(rc)


def RegisterWindowMessage(name: str, /) -> int:
    """Return the number of the message that has this name in the whole session, 0 when it can have none."""
    return kernel32.attempt(message_functions.register_message(name), 0)


def GetThreadDesktop(threadId: int, /) -> int:
    """Return the handle of a thread's desktop; not to be closed."""
    return user32.thread_desktop("GetThreadDesktop", threadId)


def lpstr(address: int, /) -> bytes:
    """Return the bytes at an address, up to a NUL."""
    return memory.read_until(kernel32.pointer(address), b"\0")


__all__: list[str] = ["set_logger"]
__all__ += [name for name in dir() if surface.shows(globals(), name)]
__getattr__ = surface.getter("win32gui")
