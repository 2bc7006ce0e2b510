"""What kernel32 does between a program and the system: connections, the thread's last error, values into numbers.

Each thread of the process has a connection of its own, and so is a thread for NT.  The last error is set by what fails
and by what creates; most of what succeeds leaves it alone, as on Windows.
"""

import operator
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, NoReturn, TypeVar

from ntsessions.abi.call import Call
from ntsessions.abi.errors import NtError
from ntsessions.abi.limits import INFINITE as NT_INFINITE
from ntsessions.client.address import find_socket
from ntsessions.client.connection import Connection, ThreadConnections
from ntsessions.win32.errors import error
from ntsessions.win32.messages import message_for

R = TypeVar("R")
O = TypeVar("O")  # noqa: E741 - what comes otherwise

ERROR_FILE_NOT_FOUND = 2
ERROR_ACCESS_DENIED = 5
ERROR_INVALID_HANDLE = 6
ERROR_NOT_SUPPORTED = 50
ERROR_INVALID_PARAMETER = 87
ERROR_ALREADY_EXISTS = 183
INFINITE = 0xFFFFFFFF
TICKS_PER_MILLISECOND = 10_000
NO_SUCH_HANDLE = 0xFFFFFFFC
"""Stands for every number that no handle table can hold."""


class _ThreadState(threading.local):
    last_error = 0
    is_calling = False


class _ProcessState:
    """What the process has once: its connections, and the handles that were dropped where no call could be made."""

    connections: ThreadConnections | None = None
    dropped: list[int] = []  # noqa: RUF012 - one for the process


_thread = _ThreadState()
_process = _ProcessState()


# -- the last error


def get_last_error() -> int:
    """Return the calling thread's last error."""
    return _thread.last_error


def set_last_error(code: int) -> None:
    """Set the calling thread's last error."""
    _thread.last_error = code


def fail(function: str, code: int | None = None) -> NoReturn:
    """Raise what pywin32 raises for *function*: with *code*, which becomes the last error, or with the last error."""
    if code is None:
        code = _thread.last_error
    else:
        _thread.last_error = code
    raise error(signed(code), function, message_for(code))


# -- calls


def connect_to(state_dir: str | None) -> None:
    """Choose the host by its state directory (None: by where this process is), before the first call."""
    _process.connections = ThreadConnections(find_socket(state_dir))


def connection() -> Connection:
    """Return the calling thread's connection.  Raises NoDaemon."""
    if _process.connections is None:
        connect_to(None)
    connections = _process.connections
    assert connections is not None
    thread = connections.get()
    while _process.dropped:
        thread.post_close(_process.dropped.pop())
    return thread


def system(call: Call[R], descriptors: tuple[int, ...] = ()) -> R:
    """Make a call; raises NtError."""
    if _thread.is_calling:
        return _system_apart(call, descriptors)
    thread = connection()
    _thread.is_calling = True
    try:
        return thread.call(call, descriptors)
    finally:
        _thread.is_calling = False


def _system_apart(call: Call[R], descriptors: tuple[int, ...]) -> R:
    """Make a call from inside another one of the same thread: from a signal's handler, from `__del__`.

    It goes over a connection of its own, and so is another thread's, as a handler of Windows is.
    """
    apart = connection_apart()
    try:
        return apart.call(call, descriptors)
    finally:
        apart.close()


def system_with_descriptors(call: Call[R], descriptors: tuple[int, ...] = ()) -> tuple[R, list[int]]:
    """Make a call that gives descriptors, which are the caller's; raises NtError."""
    thread = connection()
    _thread.is_calling = True
    try:
        return thread.call_with_descriptors(call, descriptors)
    finally:
        _thread.is_calling = False


def is_calling() -> bool:
    """Tell whether a call of this thread is under way: who asks is a signal's handler, or `__del__`."""
    return _thread.is_calling


def connection_apart() -> Connection:
    """Return another connection, for who makes calls from inside one: another thread, which ends with it."""
    assert _process.connections is not None
    return Connection(_process.connections.path)


def invoke(function: str, call: Call[R], descriptors: tuple[int, ...] = (), errors: dict[int, int] | None = None) -> R:
    """Make a call in the name of *function*; raises `error`.  *errors* replaces Win32 errors by others."""
    try:
        return system(call, descriptors)
    except NtError as failure:
        raise failed(function, failure, errors) from None


def failed(function: str, failure: NtError, errors: dict[int, int] | None = None) -> error:
    """Return what pywin32 raises for a call that failed in the name of *function*; it is the last error from now on."""
    _thread.last_error = code = (errors or {}).get(failure.win32, failure.win32)
    raised = error(signed(code), function, message_for(code))
    raised.add_note(f"ntsessions: {failure}")
    return raised


def attempt(call: Call[R], otherwise: O) -> R | O:
    """Make a call for a function of which pywin32 raises nothing: a failure is the last error, and *otherwise*."""
    try:
        return system(call)
    except NtError as failure:
        _thread.last_error = failure.win32
        return otherwise


class GuardedConnection:
    """The calling thread's connection, as windowing uses it: while a call is under way, `system` goes elsewhere."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.post = connection.post
        self.call = system
        self.call_with_descriptors = system_with_descriptors

    def call_or_keep(self, call: Call[R], keep: Callable[[R], object]) -> R:
        """Make a call whose reply must not get lost: where an interrupt comes first, *keep* is given it."""
        _thread.is_calling = True
        try:
            return self._connection.call_or_keep(call, keep)
        finally:
            _thread.is_calling = False


def drop(handle: int) -> None:
    """Close a handle that nothing refers to any more, without waiting and without an error."""
    connections = _process.connections
    thread = connections.peek() if connections is not None else None
    if thread is None:
        _process.dropped.append(handle)
    else:
        with suppress(OSError):  # the daemon is gone, and the handle with it
            thread.post_close(handle)


# -- values of Python into those of Windows


def boolean(value: Any) -> bool:
    """Return a BOOL; TypeError for what is no number."""
    return operator.index(value) != 0


def dword(value: Any) -> int:
    """Return the low 32 bits, unsigned, as pywin32 reads a DWORD."""
    return operator.index(value) & 0xFFFFFFFF


def signed(value: int) -> int:
    """Return the low 32 bits as pywin32 returns a DWORD through a C long."""
    value &= 0xFFFFFFFF
    return value - (1 << 32) if value >= 1 << 31 else value


def long(value: Any) -> int:
    """Return a LONG; OverflowError for what does not fit."""
    number = operator.index(value)
    if not -(1 << 31) <= number < 1 << 31:
        raise OverflowError("Python int too large to convert to C long")
    return number


def large_integer(value: Any) -> int:
    """Return a LARGE_INTEGER."""
    number = operator.index(value)
    if not -(1 << 63) <= number < 1 << 64:
        raise OverflowError("int too big to convert")
    return number - (1 << 64) if number >= 1 << 63 else number


def text(value: Any) -> str:
    """Return a string; TypeError for anything else."""
    if value is None:
        raise TypeError("None is not a valid string in this context")
    if not isinstance(value, str):
        raise TypeError(f"Objects of type '{type(value).__name__}' can not be converted to Unicode.")
    return value


def text_or_none(value: Any) -> str | None:
    """Return a string or None; TypeError for anything else."""
    return None if value is None else text(value)


def pointer(value: Any) -> int:
    """Return a handle's number, signed as pywin32 shows it: of a PyHANDLE, of a number, 0 for None."""
    if value is None:
        return 0
    try:
        number = int(value)
    except (TypeError, ValueError):
        number = 1 << 64
    if not -(1 << 63) <= number < 1 << 64:
        raise TypeError("The object is not a PyHANDLE object")
    return number - (1 << 64) if number >= 1 << 63 else number


def handle(value: Any) -> int:
    """Return a handle for a call."""
    number = pointer(value)
    return number if -64 <= number < 1 << 32 else NO_SUCH_HANDLE


def handle_list(values: Any) -> tuple[int, ...]:
    """Return the handles of a sequence."""
    if not isinstance(values, Sequence):
        raise TypeError("Handles must be a list of integers")
    try:
        return tuple([handle(value) for value in values])
    except TypeError:
        raise TypeError("Handles must be a list of integers") from None


def timeout(milliseconds: Any) -> int:
    """Return a timeout for a call."""
    value = dword(milliseconds)
    return NT_INFINITE if value == INFINITE else value * TICKS_PER_MILLISECOND


def is_own_process(process_id: int) -> bool:
    """Tell whether something that *process_id* made is this process's own, and not the memory of a forked parent."""
    return process_id == os.getpid()
