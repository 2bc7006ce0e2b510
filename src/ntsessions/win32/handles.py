"""PyHANDLE: a handle that is closed when nothing refers to it any more."""

import os
from typing import Any, TypedDict

from ntsessions.abi.call import Call
from ntsessions.abi.calls.object import Close
from ntsessions.abi.types import NAMED_OBJECTS, ObjectAttributes, OpenedHandle
from ntsessions.win32 import descriptors, kernel32

_OPENIF = int(ObjectAttributes.OPENIF)
_INHERIT = int(ObjectAttributes.INHERIT)


class PyHANDLE:
    """A handle of the calling process.  Most functions take it or its number."""

    __module__ = "pywintypes"
    __slots__ = ("_process_id", "_value")

    def __init__(self, value: int = 0) -> None:
        self._value = value
        self._process_id = os.getpid()

    @property
    def handle(self) -> int:
        """The handle's number; 0 once it is closed or detached."""
        return self._value

    def Close(self) -> None:
        """Close the handle; harmless when it is closed already."""
        value, self._value = self._value, 0
        if value:
            close_handle(value)

    close = Close

    def Detach(self) -> int:
        """Give up the handle without closing it, and return its number."""
        value, self._value = self._value, 0
        return value

    def __int__(self) -> int:
        return self._value

    def __bool__(self) -> bool:
        return self._value != 0

    def __eq__(self, other: object) -> bool:
        if isinstance(other, PyHANDLE):
            return self._value == other._value
        if isinstance(other, int):
            return self._value == kernel32.pointer(other)
        return NotImplemented

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"<{type(self).__name__}:{self._value}>"

    def __del__(self) -> None:
        value = getattr(self, "_value", 0)
        if value and kernel32.is_own_process(self._process_id):
            if descriptors.is_descriptor(value):
                descriptors.close(value)
            else:
                kernel32.drop(kernel32.handle(value))


def close_handle(value: int) -> None:
    """Close a handle by its number, as CloseHandle does."""
    if descriptors.is_descriptor(value):
        descriptors.close(value)
    else:
        kernel32.invoke("CloseHandle", Close(kernel32.handle(value)))


# -- making and opening objects


class Placing(TypedDict):
    """Arguments that every create call has."""

    root: int
    attributes: int


def create_attributes(inherit: bool) -> Placing:
    """Return the arguments of a create call that kernel32 always gives: the session's own names, opened if there."""
    return {"root": NAMED_OBJECTS, "attributes": _OPENIF | (_INHERIT if inherit else 0)}


def created(function: str, call: Call[OpenedHandle], descriptors_: tuple[int, ...] = ()) -> PyHANDLE:
    """Make an object; the last error becomes 0, or ERROR_ALREADY_EXISTS when it was there and was opened."""
    opened = kernel32.invoke(function, call, descriptors_)
    kernel32.set_last_error(kernel32.ERROR_ALREADY_EXISTS if opened.existed else 0)
    return PyHANDLE(opened.handle)


def opened(function: str, kind: Any, access: Any, inherit: Any, name: Any) -> PyHANDLE:
    """Open an object of a kind by its name; *kind* is the call."""
    attributes = _INHERIT if kernel32.boolean(inherit) else 0
    call = kind(kernel32.text(name), NAMED_OBJECTS, attributes, kernel32.dword(access))
    return PyHANDLE(kernel32.invoke(function, call))
