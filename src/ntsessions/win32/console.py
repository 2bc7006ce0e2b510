"""Console control events: Ctrl+C and its relatives, which are signals here."""

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

from ntsessions.win32 import kernel32

CTRL_C_EVENT, CTRL_BREAK_EVENT, CTRL_CLOSE_EVENT = range(3)
_EVENTS = {signal.SIGINT: CTRL_C_EVENT, signal.SIGQUIT: CTRL_BREAK_EVENT, signal.SIGTERM: CTRL_CLOSE_EVENT}
_SIGNALS = {event: number for number, event in _EVENTS.items()}
_handlers: list[Callable[[int], Any]] = []
_before: dict[int, Any] = {}
_passed_on: list[int] = []
"""Signals that no handler took, on their way to what handled them before."""


def SetConsoleCtrlHandler(CtrlHandler: Callable[[int], Any] | None, bAdd: bool = True, /) -> None:
    """Call a function with CTRL_C_EVENT and the like; the last one added comes first, and a true result ends it.

    None ignores Ctrl+C, or (with *bAdd* false) stops ignoring it.
    """
    if CtrlHandler is None:
        _install({signal.SIGINT: signal.SIG_IGN if bAdd else _before.get(signal.SIGINT, signal.default_int_handler)})
        return
    if not callable(CtrlHandler):
        raise TypeError(f"First argument must be callable (got {type(CtrlHandler).__name__})")
    if not bAdd:
        if CtrlHandler not in _handlers:
            raise ValueError("The object has not been registered")
        _handlers.remove(CtrlHandler)
        if not _handlers:
            _install(_before)
        return
    _handlers.append(CtrlHandler)
    if len(_handlers) == 1:
        _before.update({number: signal.getsignal(number) for number in _EVENTS})
        _install(dict.fromkeys(_EVENTS, _on_signal))


def _install(actions: Any) -> None:
    if threading.current_thread() is not threading.main_thread():
        kernel32.fail("SetConsoleCtrlHandler", kernel32.ERROR_ACCESS_DENIED)  # Python's rule, not Windows'
    for number, action in actions.items():
        signal.signal(number, action)


def _on_signal(number: int, frame: FrameType | None) -> None:
    if _passed_on:
        _pass_on(number, frame)
    else:
        threading.Thread(target=_handle, args=(number,), name="console control handler").start()


def _handle(number: int) -> None:
    """Call the handlers, on a thread of their own as Windows does; what none of them takes is Python's to handle."""
    event = _EVENTS[signal.Signals(number)]
    if not any(handler(event) for handler in reversed(_handlers)):
        _passed_on.append(number)
        signal.raise_signal(number)


def _pass_on(number: int, frame: FrameType | None) -> None:
    _passed_on.clear()
    before = _before.get(number)
    if callable(before):
        before(number, frame)
    elif before == signal.SIG_DFL:
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)


def GenerateConsoleCtrlEvent(controlEvent: int, processGroupId: int, /) -> None:
    """Send Ctrl+C (0) or Ctrl+Break (1) to a process group; 0 is the caller's own."""
    number = _SIGNALS.get(controlEvent)
    if number is None or controlEvent == CTRL_CLOSE_EVENT:
        kernel32.fail("GenerateConsoleCtrlEvent", kernel32.ERROR_INVALID_PARAMETER)
    try:
        os.killpg(processGroupId or os.getpgrp(), number)
    except OSError:
        kernel32.fail("GenerateConsoleCtrlEvent", kernel32.ERROR_INVALID_PARAMETER)
