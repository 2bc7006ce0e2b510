"""timer: callbacks by the clock, called while messages are pumped."""

from collections.abc import Callable
from typing import Any

from ntsessions.abi.calls.message import Message
from ntsessions.client.windowing import messages
from ntsessions.win32 import kernel32, user32
from ntsessions.win32.errors import error

__all__ = ["error", "kill_timer", "set_timer"]

__version__ = b"0.2"


def set_timer(Elapse: int, TimerFunc: Callable[[int, int], Any], /) -> int:
    """Call *TimerFunc* with timer id and time every *Elapse* milliseconds; returns the id."""
    if not callable(TimerFunc):
        raise TypeError("argument must be a callable object")

    def call_back(message: Message) -> None:
        TimerFunc(message.wparam, message.time)

    windowing = user32.thread()
    steps = messages.set_timer(windowing.state, 0, 0, kernel32.dword(Elapse), call_back)
    return user32.run("SetTimer", windowing, steps)


def kill_timer(IDEvent: int, /) -> bool:
    """Stop a timer.  Raises KeyError when there is none of this id."""
    windowing = user32.thread()
    if (0, IDEvent) not in windowing.state.timers:
        raise KeyError(IDEvent)
    return user32.run("KillTimer", windowing, messages.kill_timer(windowing.state, 0, IDEvent))
