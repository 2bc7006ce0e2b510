"""timer: callbacks by the clock, called while messages are pumped."""

from collections.abc import Callable
from typing import Any

from ntsessions.win32 import kernel32
from ntsessions.win32.errors import error
from ntsessions.win32.message_queue import own_queue

__all__ = ["error", "kill_timer", "set_timer"]

__version__ = b"0.2"


def set_timer(Elapse: int, TimerFunc: Callable[[int, int], Any], /) -> int:
    """Call *TimerFunc* with timer id and time every *Elapse* milliseconds; returns the id."""
    if not callable(TimerFunc):
        raise TypeError("argument must be a callable object")
    return own_queue().add_timer(kernel32.dword(Elapse), TimerFunc)


def kill_timer(IDEvent: int, /) -> bool:
    """Stop a timer.  Raises KeyError when there is none of this id."""
    if not own_queue().remove_timer(IDEvent):
        raise KeyError(IDEvent)
    return True
