"""WPARAM and LPARAM: what Python passes in them, and the memory that a few messages have behind them.

A message carries two numbers.  Where one of them is an address, it leads to memory of the sender; for messages of its
own the system copies that to another process.  Here the bytes travel with the message (`client.windowing`), and this
module takes them from the sender's memory and puts them into the receiver's: WM_SETTEXT, WM_GETTEXT, WM_COPYDATA.  Any
other number is passed on as it is, and an address in it means something in one process only, as on Windows.
"""

import ctypes
import struct
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from ntsessions.abi.calls.message import DATA_LIMIT, Message
from ntsessions.abi.calls.window import TEXT_LIMIT
from ntsessions.client.windowing.window_messages import WM_COPYDATA, WM_GETTEXT, WM_SETTEXT, Answer
from ntsessions.win32 import kernel32, memory

UNSIGNED: Final = (1 << 64) - 1
WITH_MEMORY: Final = frozenset({WM_SETTEXT, WM_GETTEXT, WM_COPYDATA})
"""Messages that lead to memory: they are sent and never posted."""
_COPYDATA: Final = struct.Struct("<QI4xQ")
"""COPYDATASTRUCT: dwData, cbData, lpData."""
_ERROR_NOT_ENOUGH_MEMORY: Final = 8
_UNIT: Final = 2
"""Bytes of a character of UTF-16."""


# -- numbers


def simple(value: Any) -> int:
    """Return 64 bits, signed: a number, or what has one; TypeError for anything else."""
    try:
        number = int(value)
    except (TypeError, ValueError):
        number = 1 << 64
    if isinstance(value, str | bytes) or not -(1 << 63) <= number < 1 << 64:
        raise TypeError(f"WPARAM is simple, so must be an int object (got {type(value).__name__})")
    return signed(number)


def signed(number: int) -> int:
    """Return 64 bits as LRESULT and LONG_PTR are shown."""
    number &= UNSIGNED
    return number - (1 << 64) if number >= 1 << 63 else number


class Parameter:
    """A WPARAM or LPARAM: a number, or the address of a text or buffer that stays there as long as this lives."""

    __slots__ = ("_memory", "number")

    def __init__(self, value: Any) -> None:
        self._memory: memory.Pinned | None = None
        if value is None:
            self.number = 0
            return
        if isinstance(value, int) and -(1 << 63) <= value < 1 << 64:
            self.number = value
            return
        if isinstance(value, str):
            value = f"{value}\0".encode("utf-16-le", "surrogatepass")
        try:
            self._memory = memory.Pinned(value)
            self.number = self._memory.address
        except (TypeError, BufferError):
            try:
                self.number = simple(value)
            except TypeError:
                got = type(value).__name__
                raise TypeError(f"WPARAM must be a unicode string, int, or buffer object (got {got})") from None


# -- going out


class Outgoing(NamedTuple):
    """A message as it is sent, and what makes of its answer the number that the sender sees."""

    wparam: int
    lparam: int
    data: bytes | None
    receive: Callable[[Answer], int]


def outgoing(number: int, wparam: int, lparam: int) -> Outgoing:
    """Take what a message leads to from memory.  Raises ValueError where there is none."""
    if number == WM_SETTEXT:
        text = memory.read_until(lparam, b"\0\0") if lparam else b""
        return Outgoing(wparam, 0, text, _result)
    if number == WM_GETTEXT:
        capacity = wparam & UNSIGNED
        return Outgoing(wparam, 0, None, lambda answer: _put_text(answer, lparam, capacity))
    if number == WM_COPYDATA and lparam:
        kind, size, address = _COPYDATA.unpack(memory.read(lparam, _COPYDATA.size))
        return Outgoing(wparam, kind, memory.read(address, size) if size else b"", _result)
    return Outgoing(wparam, lparam, None, _result)


def check_size(function: str, out: Outgoing) -> None:
    """Refuse more bytes than go to another thread, or into a window's text."""
    if out.data is not None and len(out.data) > DATA_LIMIT:
        kernel32.fail(function, _ERROR_NOT_ENOUGH_MEMORY)


def _result(answer: Answer) -> int:
    return signed(answer.result)


def _put_text(answer: Answer, address: int, capacity: int) -> int:
    """Put a text that was answered where the sender wants it, cut to its place, with a NUL."""
    if not capacity or not address:
        return 0
    text = (answer.data or b"")[: _UNIT * (capacity - 1)]
    memory.write(address, text + b"\0\0")
    return len(text) // _UNIT


# -- coming in


class Incoming:
    """A message as a window procedure is given it; what it leads to is there as long as this lives."""

    __slots__ = ("_buffer", "_memory", "lparam", "wparam")

    def __init__(self, message: Message) -> None:
        self.wparam = message.wparam & UNSIGNED
        self.lparam = message.lparam & UNSIGNED
        self._buffer: Any = None
        self._memory: Any = None
        if message.number == WM_SETTEXT:
            self._memory = memory.Pinned((message.data or b"") + b"\0\0")
            self.lparam = self._memory.address
        elif message.number == WM_GETTEXT:
            self.wparam = min(self.wparam, TEXT_LIMIT)  # more would not go with the answer
            self._buffer = (ctypes.c_char * (_UNIT * self.wparam + _UNIT))()
            self.lparam = ctypes.addressof(self._buffer)
        elif message.number == WM_COPYDATA and message.data is not None:
            self._buffer = memory.Pinned(message.data)
            described = _COPYDATA.pack(self.lparam, len(message.data), self._buffer.address)
            self._memory = memory.Pinned(described)
            self.lparam = self._memory.address

    def answer(self, message: Message, result: int) -> Answer:
        """Return the answer of a procedure, with the text that it has put there."""
        if message.number != WM_GETTEXT:
            return Answer(result)
        units = max(0, min(result, self.wparam))
        return Answer(units, self._buffer.raw[: _UNIT * units])
