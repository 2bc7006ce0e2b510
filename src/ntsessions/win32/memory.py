"""Memory of this process by address: what WPARAM and LPARAM lead to, and the functions of win32gui that look at it.

The kernel copies for us (a memory file takes bytes from an address, and gives them to one), so that an address that
leads nowhere is a ValueError and not the end of the program.  Text is UTF-16, as in every structure of Windows.
"""

import ctypes
import os
import struct
import warnings
from typing import Any, Final

__all__ = [
    "PyGetArraySignedLong", "PyGetBufferAddressAndLen", "PyGetMemory", "PyGetString", "PyMakeBuffer", "PySetMemory",
    "PySetString",
]  # fmt: skip

_PAGE: Final = 4096
_LONG: Final = struct.Struct("<i")
"""A C long of Windows."""
_libc = ctypes.CDLL(None)
_libc.write.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t)
_libc.pread.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_long)
_libc.write.restype = _libc.pread.restype = ctypes.c_ssize_t


class _Buffer(ctypes.Structure):
    """Py_buffer, of which only the address is read."""

    _fields_ = (
        ("buf", ctypes.c_void_p), ("obj", ctypes.py_object), ("len", ctypes.c_ssize_t), ("itemsize", ctypes.c_ssize_t),
        ("readonly", ctypes.c_int), ("ndim", ctypes.c_int), ("format", ctypes.c_void_p), ("shape", ctypes.c_void_p),
        ("strides", ctypes.c_void_p), ("suboffsets", ctypes.c_void_p), ("internal", ctypes.c_void_p),
    )  # fmt: skip


class Pinned:
    """The memory of an object, where it is as long as this lives.  Raises TypeError for an object that has none."""

    def __init__(self, item: Any, *, writable: bool = False) -> None:
        self._view = memoryview(item)
        if not self._view.c_contiguous:
            raise BufferError("ndarray is not C-contiguous")
        if writable and self._view.readonly:
            raise BufferError("Object is not writable.")
        self.size = self._view.nbytes
        buffer = _Buffer()
        ctypes.pythonapi.PyObject_GetBuffer(ctypes.py_object(self._view), ctypes.byref(buffer), 0)
        self.address = buffer.buf or 0
        ctypes.pythonapi.PyBuffer_Release(ctypes.byref(buffer))  # the view holds it


# -- copying


def read(address: int, size: int) -> bytes:
    """Return a copy of memory.  Raises ValueError where there is none."""
    file = os.memfd_create("memory", os.MFD_CLOEXEC)
    try:
        if address <= 0 or size < 0 or _libc.write(file, address, size) != size:
            raise ValueError("The value is not a valid address for reading")
        return os.pread(file, size, 0)
    finally:
        os.close(file)


def write(address: int, data: bytes) -> None:
    """Copy bytes into memory.  Raises ValueError where it cannot be written."""
    file = os.memfd_create("memory", os.MFD_CLOEXEC)
    try:
        os.write(file, data)
        if address <= 0 or _libc.pread(file, address, len(data), 0) != len(data):
            raise ValueError("The value is not a valid address for writing")
    finally:
        os.close(file)


def read_text(address: int) -> str:
    """Return the text at an address, up to its NUL.  Raises ValueError where there is none."""
    found = read_until(address, b"\0\0")
    return found.decode("utf-16-le", "surrogatepass")


def read_until(address: int, end: bytes) -> bytes:
    """Return memory up to *end*, a page at a time.  Raises ValueError when the memory ends first."""
    width, found, at = len(end), bytearray(), address
    while True:
        size = _PAGE - at % _PAGE
        try:
            page = read(at, size)
        except ValueError:
            raise ValueError("The value is not a valid null-terminated string") from None
        start = len(found) // width * width
        found += page
        index = found.find(end, start)
        while index > 0 and index % width:  # in the middle of a character
            index = found.find(end, index + 1)
        if index >= 0:
            return bytes(found[:index])
        at += size


# -- what win32gui shows of it


def PyGetMemory(addr: int, len: int, /) -> memoryview:
    """Return a view of memory, which cannot be written through it."""
    read(addr, len)
    view = memoryview((ctypes.c_ubyte * len).from_address(addr))
    return view.cast("B").toreadonly()


def PyMakeBuffer(len: int, addr: int = 0, /) -> Any:
    """Return new memory, or (as PyGetMemory) a view of what is there."""
    warnings.warn("PyMakeBuffer is deprecated; use PyGetMemory instead", DeprecationWarning, stacklevel=2)
    return PyGetMemory(addr, len) if addr else bytearray(len)


def PyGetString(addr: int, len: int = -1, /) -> str:
    """Return the text at an address: up to its NUL, or that many characters."""
    if not addr:
        raise ValueError("PyGetString: NULL is not valid pointer")
    if len < 0:
        return read_text(addr)
    return read(addr, 2 * len).decode("utf-16-le", "surrogatepass")


def PySetString(addr: int, String: str, maxLen: int = 0, /) -> None:
    """Copy a text and its NUL to an address, at most *maxLen* characters of it."""
    if not isinstance(String, str):
        raise TypeError("String must by string type")
    data = f"{String}\0".encode("utf-16-le", "surrogatepass")
    write(addr, data[: 2 * maxLen] if maxLen > 0 else data)


def PySetMemory(addr: int, String: Any, /) -> None:
    """Copy bytes to an address."""
    write(int(addr), bytes(memoryview(String)))


def PyGetArraySignedLong(array: Any, index: int, /) -> int:
    """Return a number of 32 bits from a buffer."""
    data = memoryview(array).cast("B")
    if not 0 <= index < data.nbytes // _LONG.size:
        raise ValueError("array index out of bounds")
    value: int = _LONG.unpack_from(data, index * _LONG.size)[0]
    return value


def PyGetBufferAddressAndLen(obj: Any, /) -> tuple[int, int]:
    """Return where the memory of an object is, and how many bytes it has."""
    pinned = Pinned(obj)
    return pinned.address, pinned.size
