"""The messages that the client itself knows: their numbers, and how what goes with them travels as bytes.

On NT, LPARAM of these leads to memory, which the system copies when the receiver is another process.  Here it is the
`data` of the message: text as UTF-16 without a NUL, and for WM_COPYDATA the bytes, with their number in LPARAM and the
sending window in WPARAM.
"""

from typing import Final, NamedTuple, TypeVar

from ntsessions.abi.calls.clipboard import WM_RENDERALLFORMATS, WM_RENDERFORMAT
from ntsessions.abi.calls.message import DATA_LIMIT, WM_DESTROY, WM_NCDESTROY, WM_QUIT, WM_TIMER
from ntsessions.abi.errors import nt_error
from ntsessions.abi.status import NtStatus

WM_CREATE: Final = 0x0001
WM_SETTEXT: Final = 0x000C
WM_GETTEXT: Final = 0x000D
WM_GETTEXTLENGTH: Final = 0x000E
WM_CLOSE: Final = 0x0010
WM_SYSCOMMAND: Final = 0x0112
SC_CLOSE: Final = 0xF060
WM_QUERYENDSESSION: Final = 0x0011
WM_QUERYOPEN: Final = 0x0013
WM_COPYDATA: Final = 0x004A
WM_NCCREATE: Final = 0x0081
WM_USER: Final = 0x0400
WM_APP: Final = 0x8000

__all__ = [
    "HANDLE_MASK",
    "NOTHING",
    "SC_CLOSE",
    "UINT",
    "WM_APP",
    "WM_CLOSE",
    "WM_COPYDATA",
    "WM_CREATE",
    "WM_DESTROY",
    "WM_GETTEXT",
    "WM_GETTEXTLENGTH",
    "WM_NCCREATE",
    "WM_NCDESTROY",
    "WM_QUERYENDSESSION",
    "WM_QUERYOPEN",
    "WM_QUIT",
    "WM_RENDERALLFORMATS",
    "WM_RENDERFORMAT",
    "WM_SETTEXT",
    "WM_SYSCOMMAND",
    "WM_TIMER",
    "WM_USER",
    "Answer",
    "answer_of",
    "decode_text",
    "encode_text",
    "text_length",
    "within",
]

T = TypeVar("T", str, bytes)

HANDLE_MASK: Final = 0xFFFFFFFF
UINT: Final = 0xFFFFFFFF
_UTF16: Final = "utf-16-le"
_WORDS: Final = range(-(1 << 63), 1 << 64)


class Answer(NamedTuple):
    """What a window procedure answers: a number, and for a few messages data."""

    result: int
    data: bytes | None = None


NOTHING: Final = Answer(0)


def encode_text(text: str) -> bytes:
    """Return text as it goes with a message."""
    return text.encode(_UTF16)


def decode_text(data: bytes | None) -> str:
    """Return the text that went with a message; a program may send any bytes."""
    return "" if data is None else data.decode(_UTF16, "replace")


def text_length(text: str) -> int:
    """Return the length that Windows programs see: units of UTF-16."""
    return len(text) if text.isascii() else len(text.encode(_UTF16)) // 2


def within(value: T, limit: int) -> T:
    """Return text or bytes that may travel; the daemon takes longer ones for an attack, and ends the connection."""
    if len(value) > limit:
        raise nt_error(NtStatus.INVALID_PARAMETER, f"{len(value)} characters or bytes; at most {limit} are possible")
    return value


def answer_of(value: object) -> Answer | None:
    """Return what a procedure answered; None: it leaves the message to the default procedure.

    A text is answered as its length and UTF-16, bytes as their count and themselves.
    """
    if value is None:
        return None
    if isinstance(value, Answer):
        return value
    if isinstance(value, int):
        if value not in _WORDS:
            raise OverflowError(f"a window procedure answers 64 bits, not {value:#x}")
        return Answer(int(value))
    if isinstance(value, str):
        return Answer(text_length(value), within(encode_text(value), DATA_LIMIT))
    if isinstance(value, bytes):
        return Answer(len(value), within(value, DATA_LIMIT))
    raise TypeError(f"a window procedure answers a number, text, bytes or None, not {type(value).__name__}")
