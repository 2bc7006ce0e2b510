"""Window procedures in Python: functions, or maps of functions by message, of a class or of one window.

A procedure has a number, which stands for its address: GetWindowLong(GWL_WNDPROC) returns it, CallWindowProc takes it.
What a procedure raises is printed, or given to the logger of `set_logger`, and answered as 0.
"""

import itertools
import sys
import traceback
from collections.abc import Callable
from typing import Any, Final
from weakref import WeakValueDictionary

from ntsessions.abi.calls.message import SENT, Message
from ntsessions.abi.calls.window import QueryWindow
from ntsessions.client.windowing.procedures import default
from ntsessions.client.windowing.state import OwnWindow, ThreadState
from ntsessions.client.windowing.steps import CallProcedure, Steps
from ntsessions.client.windowing.window_messages import NOTHING, WM_SETTEXT, Answer, answer_of
from ntsessions.win32 import kernel32, user32
from ntsessions.win32.errors import error
from ntsessions.win32.message_data import Incoming, Parameter, check_size, outgoing, signed, simple

__all__ = ["CallWindowProc", "DefWindowProc"]

Target = Callable[..., Any] | dict[int, Callable[..., Any]]
"""A window procedure as pywin32 takes it."""
DEFAULT: Final = 0x70000000
"""Number of the procedure of windows whose class is not of this program."""
GWL_WNDPROC: Final = -4

_numbers = itertools.count(DEFAULT + 0x10, 0x10)
_by_number: "WeakValueDictionary[int, Procedure]" = WeakValueDictionary()
"""A procedure is held by its class, by the windows that have it, and by those that came after it."""


class _Reports:
    logger: Any = None


def set_logger(logger: Any, /) -> None:
    """Let errors of window procedures be logged with `logger.error`; None: they are printed."""
    _Reports.logger = logger


def report(prefix: str) -> None:
    """Tell of the exception that is being handled."""
    kind, raised, place = sys.exc_info()
    place = place.tb_next if place is not None and place.tb_next is not None else place  # without our frame
    if _Reports.logger is not None:
        try:
            _Reports.logger.error(prefix, exc_info=(kind, raised, place))
        except Exception:  # noqa: BLE001 - then both are printed
            traceback.print_exc()
        else:
            return
    print(prefix, file=sys.stderr)  # noqa: T201 - as pywin32
    traceback.print_exception(kind, raised, place)


class Procedure:
    """A window procedure with a number; `before` gets what a map does not name."""

    def __init__(self, target: Target | None, before: "Procedure | None" = None) -> None:
        self.target = target
        self.before = before
        self.number = next(_numbers)
        _by_number[self.number] = self

    def __call__(self, window: int, message: Message) -> Answer | None:
        """Answer a message; None leaves it to the default procedure."""
        target = self.target
        function = target.get(message.number) if isinstance(target, dict) else target
        if function is not None:
            return _call(function, window, message)
        return None if self.before is None else self.before(window, message)


def check(target: Any) -> Target:
    """Return what can be a window procedure; TypeError for anything else."""
    if isinstance(target, dict) or callable(target):
        found: Target = target
        return found
    raise TypeError("object must be callable or a dictionary")


def _call(function: Callable[..., Any], window: int, message: Message) -> Answer:
    incoming = Incoming(message)
    try:
        result = function(window, message.number, incoming.wparam, incoming.lparam)
    except Exception:  # noqa: BLE001 - who sent the message must not be hurt by it
        report("Python WNDPROC handler failed")
        return NOTHING
    try:
        number = simple(result)
    except TypeError:
        report("WNDPROC return value cannot be converted to LRESULT")
        number = 0
    return incoming.answer(message, number)


# -- of one window


def own_window(handle: int) -> OwnWindow | None:
    """Return a window of the calling thread; for any other None, and the last error says why."""
    window = user32.thread().state.windows.get(handle)
    if window is None and kernel32.attempt(QueryWindow(handle), None) is not None:
        kernel32.set_last_error(kernel32.ERROR_ACCESS_DENIED)
    return window


def procedure_number(window: OwnWindow) -> int:
    """Return the number of a window's procedure."""
    return window.procedure.number if isinstance(window.procedure, Procedure) else DEFAULT


def replace(handle: int, target: Any) -> int:
    """Give a window of the calling thread another procedure; returns the number of the one before, 0 when refused."""
    checked = check(target)
    window = own_window(handle)
    if window is None:
        return 0
    before = procedure_number(window)
    window.procedure = Procedure(checked, _by_number.get(before))
    return before


# -- calling


def CallWindowProc(wndproc: Any, hwnd: Any, msg: int, wparam: Any, lparam: Any, /) -> int:
    """Let a procedure, by the number that SetWindowLong returned, have a message."""
    number = kernel32.pointer(wndproc)
    procedure = _by_number.get(number)
    if procedure is None and number != DEFAULT:
        kernel32.fail("CallWindowProc", kernel32.ERROR_INVALID_PARAMETER)
    return _pass("CallWindowProc", procedure, hwnd, msg, wparam, lparam)


def DefWindowProc(hwnd: Any, message: int, wparam: Any, lparam: Any, /) -> int:
    """Do with a message what Windows does with those that a procedure leaves."""
    return _pass("DefWindowProc", None, hwnd, message, wparam, lparam)


def _pass(function: str, procedure: Procedure | None, hwnd: Any, number: Any, wparam: Any, lparam: Any) -> int:
    handle, number = user32.hwnd(hwnd), kernel32.dword(number)
    first, second = Parameter(wparam), Parameter(lparam)  # what they lead to lives until the answer
    out = outgoing(number, first.number, second.number)
    if number == WM_SETTEXT:
        check_size(function, out)
    message = Message(SENT, handle, number, out.wparam, out.lparam, 0, out.data)
    windowing = user32.thread()
    try:
        answer = user32.run(function, windowing, _answer(windowing.state, procedure, handle, message))
    except error:  # an LRESULT does not tell of failures
        return 0
    return signed(out.receive(answer))


def _answer(state: ThreadState, procedure: Procedure | None, handle: int, message: Message) -> Steps[Answer]:
    if procedure is not None:
        answer = answer_of((yield CallProcedure(procedure, handle, message)))
        if answer is not None:
            return answer
    return (yield from default(state, handle, message))
