"""win32clipboard: the clipboard of the process's window station (nt-semantics 6.11).

Text goes in as `str` (UTF-16) or `bytes` (as they are), each with a NUL where the format is one of text; it comes out
as `str` for CF_UNICODETEXT and as `bytes` for CF_TEXT and CF_OEMTEXT, up to the NUL.  Every other format is bytes.
"""

import operator
import struct
from collections.abc import Sequence
from typing import Any, Final, NoReturn

from ntsessions.abi.calls import clipboard as _clipboard
from ntsessions.abi.calls.atom import FIRST_ATOM, LAST_ATOM, USER_TABLE, AddAtom, QueryAtom
from ntsessions.abi.errors import NtError
from ntsessions.client.windowing.clipboard_data import put_data
from ntsessions.client.windowing.clipboard_reading import get_data
from ntsessions.win32 import errors, kernel32, surface, user32
from ntsessions.win32.handles import PyHANDLE

error = errors.error

CF_TEXT, CF_BITMAP, CF_METAFILEPICT, CF_SYLK, CF_DIF, CF_TIFF, CF_OEMTEXT, CF_DIB, CF_PALETTE = range(1, 10)
CF_PENDATA, CF_RIFF, CF_WAVE, CF_UNICODETEXT, CF_ENHMETAFILE, CF_HDROP, CF_LOCALE, CF_DIBV5, CF_MAX = range(10, 19)
CF_OWNERDISPLAY, CF_DSPTEXT, CF_DSPBITMAP, CF_DSPMETAFILEPICT, CF_DSPENHMETAFILE = 0x80, 0x81, 0x82, 0x83, 0x8E

_TEXTS: Final = frozenset({CF_TEXT, CF_UNICODETEXT, CF_OEMTEXT})
_DRAWN: Final = frozenset({
    CF_BITMAP, CF_METAFILEPICT, CF_PALETTE, CF_ENHMETAFILE, CF_DSPBITMAP, CF_DSPMETAFILEPICT, CF_DSPENHMETAFILE,
})  # fmt: skip
"""Formats whose data are handles of GDI objects."""
_DROPFILES: Final = struct.Struct("<IiiII")
"""Offset of the names, a point, whether that is outside of the client area, whether the names are UTF-16."""
_ANSI: Final = "cp1252"
_FIRST_HANDLE: Final = 0x40000000
_ERROR_NOT_ENOUGH_MEMORY, _ERROR_CLIPBOARD_NOT_OPEN = 8, 1418

_Window = PyHANDLE | int | None


# -- open and closed


def OpenClipboard(hWnd: _Window = None, /) -> None:
    """Open the clipboard for the calling thread, and for a window to be its owner."""
    kernel32.invoke("OpenClipboard", _clipboard.OpenClipboard(user32.hwnd(hWnd)))


def CloseClipboard() -> None:
    """Close the clipboard."""
    kernel32.invoke("CloseClipboard", _clipboard.CloseClipboard())


def EmptyClipboard() -> None:
    """Throw the contents of the clipboard away; the window it was opened for becomes the owner."""
    kernel32.invoke("EmptyClipboard", _clipboard.EmptyClipboard())


# -- putting in


def SetClipboardData(format: int, hMem: Any, /) -> int:
    """Put data in: text, a buffer, or what a handle of another format leads to; returns a handle.

    0 or None: the owner renders it when it is sent WM_RENDERFORMAT.  As with pywin32, that then ends in an `error`,
    because Windows returns no handle.
    """
    number = kernel32.dword(format)
    if number in _DRAWN:
        _refuse("SetClipboardData", number)
    if isinstance(hMem, str):
        data = hMem.encode("utf-16-le", "surrogatepass") + (b"\0\0" if number in _TEXTS else b"")
    elif hMem is None or isinstance(hMem, int | PyHANDLE):
        handle = kernel32.pointer(hMem)
        if not handle:
            _promise(number)
        data = _memory("SetClipboardData", handle)
    else:
        data = bytes(memoryview(hMem))
        if isinstance(hMem, bytes) and number in _TEXTS:
            data += b"\0"
    return _put("SetClipboardData", number, data)


def SetClipboardText(text: str | bytes, format: int = CF_TEXT, /) -> int:
    """Put text in, as CF_TEXT or CF_UNICODETEXT; returns a handle."""
    if format == CF_TEXT:
        if not isinstance(text, str | bytes):
            raise TypeError(f"a bytes-like object is required, not '{type(text).__name__}'")
        data = (text.encode(_ANSI, "replace") if isinstance(text, str) else text) + b"\0"
    elif format == CF_UNICODETEXT:
        data = kernel32.text(text).encode("utf-16-le", "surrogatepass") + b"\0\0"
    else:
        raise ValueError(f"Format arg must be one of CF_TEXT (1) or CF_UNICODETEXT (13) - got {format}")
    return _put("SetClipboardText", operator.index(format), data)


def _put(function: str, number: int, data: bytes) -> int:
    if len(data) > _clipboard.CLIPBOARD_LIMIT:
        kernel32.fail(function, _ERROR_NOT_ENOUGH_MEMORY)
    user32.run(function, user32.thread(), put_data(number, data))
    return _handle(number)


def _promise(number: int) -> NoReturn:
    kernel32.invoke("SetClipboardData", _clipboard.SetClipboardData(number))
    user32.thread().state.has_promised = True
    kernel32.fail("SetClipboardData")


def _refuse(function: str, number: int) -> NoReturn:
    raise NotImplementedError(f"{function} of format {number}, which is something drawn, is not provided by ntsessions")


# -- taking out


def GetClipboardData(format: int = CF_UNICODETEXT, /) -> Any:
    """Return the data of a format: text as above, for CF_HDROP a tuple of names, bytes for all others."""
    number = kernel32.dword(format)
    if not IsClipboardFormatAvailable(number):
        raise TypeError("Specified clipboard format is not available")
    if number in _DRAWN:
        _refuse("GetClipboardData", number)
    data = _get("GetClipboardData", number)
    if number == CF_UNICODETEXT:
        return _wide(data)
    if number in _TEXTS:
        return data.partition(b"\0")[0]
    return _dropped(data) if number == CF_HDROP else data


def GetClipboardDataHandle(format: int = CF_TEXT, /) -> int:
    """Return a handle of the data of a format, for GetGlobalMemory while the clipboard is open."""
    number = kernel32.dword(format)
    if not IsClipboardFormatAvailable(number):
        raise TypeError(f"The clipboard format {number} is not available")
    _get("GetClipboardData", number)
    return _handle(number)


def GetGlobalMemory(hglobal: Any, /) -> bytes:
    """Return what a handle of the clipboard leads to, with the NUL of a text."""
    return _memory("GlobalSize", kernel32.pointer(hglobal))


def _get(function: str, number: int) -> bytes:
    windowing = user32.thread()
    data = user32.run(function, windowing, get_data(windowing.state, number))
    if data is None:
        kernel32.fail(function)
    return data


def _handle(number: int) -> int:
    return _FIRST_HANDLE | number << 4


def _memory(function: str, handle: int) -> bytes:
    """Return the data that a handle leads to, while it does: the clipboard is open and has them."""
    number = (handle - _FIRST_HANDLE) >> 4
    if not 0 < number <= LAST_ATOM or handle != _handle(number):
        kernel32.fail(function, kernel32.ERROR_INVALID_HANDLE)
    windowing = user32.thread()
    try:
        data = windowing.run(get_data(windowing.state, number))
    except NtError:
        data = None
    if data is None:
        kernel32.fail(function, kernel32.ERROR_INVALID_HANDLE)
    return data


def _wide(data: bytes) -> str:
    text = data[: len(data) & ~1].decode("utf-16-le", "surrogatepass")
    return text.partition("\0")[0]


def _dropped(data: bytes) -> tuple[str, ...]:
    """Return the names in a DROPFILES."""
    if len(data) < _DROPFILES.size:
        return ()
    first, _, _, _, is_wide = _DROPFILES.unpack_from(data)
    names = data[first:]
    text = names[: len(names) & ~1].decode("utf-16-le", "replace") if is_wide else names.decode(_ANSI, "replace")
    return tuple(text.partition("\0\0")[0].split("\0")) if text.rstrip("\0") else ()


# -- what is there


def _state() -> _clipboard.ClipboardInformation:
    return kernel32.attempt(_clipboard.QueryClipboard(), _clipboard.ClipboardInformation(0, 0, 0, 0, ()))


def EnumClipboardFormats(format: int = 0, /) -> int:
    """Return the format that comes after another one (0: the first), 0 when there is none; the clipboard is open."""
    number, state = kernel32.dword(format), _state()
    if not state.is_open:
        kernel32.fail("EnumClipboardFormats", _ERROR_CLIPBOARD_NOT_OPEN)
    kernel32.set_last_error(0)
    formats = state.formats
    if number not in formats:
        return formats[0] if formats and not number else 0
    index = formats.index(number) + 1
    return formats[index] if index < len(formats) else 0


def CountClipboardFormats() -> int:
    """Return how many formats there are; as with pywin32, none is an `error` with whatever the last error is."""
    return len(_state().formats) or kernel32.fail("CountClipboardFormats")


def IsClipboardFormatAvailable(format: int, /) -> int:
    """Tell whether there are data of a format; the clipboard need not be open."""
    return int(kernel32.dword(format) in _state().formats)


def GetPriorityClipboardFormat(formats: Sequence[int], /) -> int:
    """Return the first of these formats that is there; -1 when only others are, 0 when nothing is."""
    wanted = [kernel32.dword(number) for number in formats]
    there = _state().formats
    if not there:
        return 0
    return next((number for number in wanted if number in there), -1)


def RegisterClipboardFormat(name: str, /) -> int:
    """Return the number of the format that has this name in the whole session."""
    return kernel32.invoke("RegisterClipboardFormat", AddAtom(kernel32.text(name), USER_TABLE))


def GetClipboardFormatName(format: int, /) -> str:
    """Return the name of a registered format."""
    number = kernel32.dword(format)
    if not FIRST_ATOM <= number <= LAST_ATOM:
        kernel32.fail("GetClipboardFormatName", kernel32.ERROR_INVALID_PARAMETER)
    return kernel32.invoke("GetClipboardFormatName", QueryAtom(number, USER_TABLE)).name


def GetClipboardSequenceNumber() -> int:
    """Return how often the clipboard has changed."""
    return kernel32.signed(_state().sequence)


# -- windows


def GetClipboardOwner() -> int:
    """Return the window that owns the clipboard; as with pywin32, none is an `error`."""
    return _state().owner or kernel32.fail("GetClipboardOwner")


def GetOpenClipboardWindow() -> int:
    """Return the window that the clipboard is open for; none is an `error`."""
    return _state().opened_by or kernel32.fail("GetOpenClipboardWindow")


def GetClipboardViewer() -> int:
    """Return the first window of the chain of viewers; none is an `error`."""
    return _state().viewer or kernel32.fail("GetClipboardViewer")


def SetClipboardViewer(hWndNewViewer: _Window, /) -> int | None:
    """Make a window the first of the chain of viewers; returns which was, None for none."""
    call = _clipboard.SetClipboardViewer(user32.hwnd(hWndNewViewer))
    return kernel32.invoke("SetClipboardViewer", call) or None


def ChangeClipboardChain(hWndRemove: _Window, hWndNewNext: _Window, /) -> int:
    """Take a window out of the chain of viewers."""
    call = _clipboard.ChangeClipboardChain(user32.hwnd(hWndRemove), user32.hwnd(hWndNewNext))
    return int(kernel32.attempt(call, False))


__all__: list[str] = []
__all__ += [name for name in dir() if surface.shows(globals(), name)]
__getattr__ = surface.getter("win32clipboard")
