"""PyIID: a GUID, as its 16 bytes and as text in braces."""

import re
import uuid
from typing import Any

from ntsessions.win32.errors import com_error

_TEXT = re.compile(r"\{[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}")
_SIZE = 16
_INVALID_CLASS_STRING = -2147221005


class PyIID(bytes):
    """A GUID.  It gives out its bytes, for the reason that `sid` gives."""

    __module__ = "pywintypes"

    def __str__(self) -> str:
        return f"{{{uuid.UUID(bytes_le=bytes(self))}}}".upper()

    def __repr__(self) -> str:
        return f"IID('{self}')"

    def __eq__(self, other: object) -> bool:
        return bytes.__eq__(self, other) if isinstance(other, PyIID) else NotImplemented

    def __ne__(self, other: object) -> bool:
        return not bytes.__eq__(self, other) if isinstance(other, PyIID) else NotImplemented

    __hash__ = bytes.__hash__


def IID(iidString: Any, is_bytes: bool = False, /) -> PyIID:
    """Return the GUID of a text in braces, or (with *is_bytes*) of a buffer; ProgIDs are not known."""
    if is_bytes:
        raw = bytes(memoryview(iidString))
        if len(raw) < _SIZE:
            raise ValueError(f"string too small - must be at least {_SIZE} bytes (got {len(raw)})")
        return PyIID(raw[:_SIZE])
    if isinstance(iidString, PyIID):
        return iidString
    if not isinstance(iidString, str):
        raise TypeError("Only strings and iids can be converted to a CLSID.")
    if _TEXT.fullmatch(iidString) is None:
        raise com_error(_INVALID_CLASS_STRING, "Invalid class string", None, None)
    return PyIID(uuid.UUID(iidString).bytes_le)


def CreateGuid() -> PyIID:
    """Return a new GUID."""
    return PyIID(uuid.uuid4().bytes_le)
