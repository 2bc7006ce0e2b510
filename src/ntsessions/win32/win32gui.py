"""win32gui: the message loop, and nothing with windows yet."""

from typing import Any

from ntsessions.win32 import errors, kernel32, surface
from ntsessions.win32.message_queue import WM_QUIT, Message, own_queue, queue_of

error = errors.error

ERROR_INVALID_THREAD_ID = 1444


def PumpWaitingMessages(firstMessage: int = 0, lastMessage: int = 0, /) -> int:
    """Handle the messages that are there.  Returns 0, or for WM_QUIT its exit code (1 for a code of 0)."""
    queue = own_queue()
    while (message := queue.take()) is not None:
        if message.number == WM_QUIT:
            return message.wparam or 1
        queue.dispatch(message)
    return 0


def PumpMessages() -> int:
    """Handle messages until WM_QUIT; returns its exit code."""
    queue = own_queue()
    while True:
        message = queue.take()
        if message is None:
            queue.wait()
        elif message.number == WM_QUIT:
            return int(message.wparam)
        else:
            queue.dispatch(message)


def PostQuitMessage(exitcode: int = 0, /) -> None:
    """End the calling thread's message loop."""
    own_queue().post(Message(WM_QUIT, kernel32.long(exitcode)))


def PostThreadMessage(threadId: int, message: int, wparam: Any = 0, lparam: Any = 0, /) -> None:
    """Post a message to a thread of this process that has a queue."""
    queue = queue_of(kernel32.dword(threadId))
    if queue is None:
        kernel32.fail("PostThreadMessage", ERROR_INVALID_THREAD_ID)
    queue.post(Message(kernel32.dword(message), wparam or 0, lparam or 0))


__all__: list[str] = []
__all__ += [name for name in dir() if surface.shows(globals(), name)]
__getattr__ = surface.getter("win32gui")
