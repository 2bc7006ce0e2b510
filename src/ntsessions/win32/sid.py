"""PySID: a security identifier as pywin32 handles it, a block of bytes that is filled in step by step.

It is a `bytearray` because Python 3.11 lets a class give out its memory in no other way, and programs read
`bytes(sid)` and `memoryview(sid)`.
"""

from collections.abc import Sequence
from typing import Any

from ntsessions.abi.errors import NtError
from ntsessions.abi.sids import Sid, parse_sid, sid_from_bytes, sid_to_bytes
from ntsessions.win32 import kernel32

_HEADER = 8
_MOST_AT_ONCE = 8
_MOST = 15
_REVISION = 1


class PySID(bytearray):
    """A SID; compare it with ==, print it as `PySID:S-1-5-18`."""

    __module__ = "pywintypes"

    def Initialize(self, idAuthority: Sequence[int], numSubauthorities: int, /) -> None:
        """Begin again with an authority of six bytes, and room for subauthorities, which are 0."""
        count = kernel32.boolean(numSubauthorities) and int(numSubauthorities)
        if count > _MOST:
            kernel32.fail("InitializeSid", kernel32.ERROR_INVALID_PARAMETER)
        self[:] = bytes((_REVISION, count)) + _authority(idAuthority) + bytes(4 * count)

    def IsValid(self) -> bool:
        """Tell whether this is a SID."""
        return self[0] == _REVISION and self[1] <= _MOST and len(self) == _HEADER + 4 * self[1]

    def SetSubAuthority(self, index: int, val: int, /) -> None:
        """Set one subauthority."""
        position = self._position(index)
        self[position : position + 4] = kernel32.dword(val).to_bytes(4, "little")

    def GetSubAuthority(self, index: int, /) -> int:
        """Return one subauthority, as a signed number."""
        position = self._position(index)
        return kernel32.signed(int.from_bytes(self[position : position + 4], "little"))

    def GetSubAuthorityCount(self) -> int:
        """Return how many subauthorities there are."""
        return self[1]

    def GetLength(self) -> int:
        """Return the size in bytes."""
        return _HEADER + 4 * self[1]

    def GetSidIdentifierAuthority(self) -> tuple[int, ...]:
        """Return the six bytes of the authority."""
        if not self.IsValid():
            raise ValueError("GetSidIdentifierAuthority: Invalid SID in object")
        return tuple(self[2:_HEADER])

    def _position(self, index: int) -> int:
        if not 0 <= index < self[1]:
            raise ValueError("The index is out of range")
        return _HEADER + 4 * index

    def __eq__(self, other: object) -> bool:
        return bytes(self) == bytes(other) if isinstance(other, PySID) else NotImplemented

    def __ne__(self, other: object) -> bool:
        return bytes(self) != bytes(other) if isinstance(other, PySID) else NotImplemented

    __hash__ = None  # as pywin32's

    def __str__(self) -> str:
        if not self.IsValid():
            return "PySID: Invalid SID"
        authority = int.from_bytes(self[2:_HEADER], "big")
        head = f"0x{authority:012x}" if authority >= 1 << 32 else str(authority)
        numbers = [int.from_bytes(self[at : at + 4], "little") for at in range(_HEADER, len(self), 4)]
        return "-".join(["PySID:S-1", head, *map(str, numbers)])

    def __repr__(self) -> str:
        return f"<PySID object at 0x{id(self):X}>"


def new_sid(*args: Any) -> PySID:
    """SID(size=32), SID(bytes) or SID(authority, subauthorities)."""
    if len(args) == 2:
        authority, subauthorities = args
        if not isinstance(subauthorities, Sequence):
            raise TypeError("sub authorities must be a sequence of integers.")
        if len(subauthorities) > _MOST_AT_ONCE:
            raise TypeError("sub authorities sequence size must be <= 8")
        sid = PySID()
        sid.Initialize(authority, len(subauthorities))
        for index, value in enumerate(subauthorities):
            sid.SetSubAuthority(index, value)
        return sid
    if len(args) > 2:
        raise TypeError(f"SID() takes at most 2 arguments ({len(args)} given)")
    source = args[0] if args else 32
    if isinstance(source, int):
        return PySID(_HEADER)
    raw = bytes(source.encode() if isinstance(source, str) else source)
    if len(raw) < _HEADER or len(raw) < _HEADER + 4 * raw[1]:
        raise ValueError("the buffer is too small for a SID")
    return PySID(raw[: _HEADER + 4 * raw[1]])


def _authority(values: Sequence[int]) -> bytes:
    raw = bytes(values)
    if len(raw) != _HEADER - 2:
        raise TypeError(f"an authority has 6 bytes, not {len(raw)}")
    return raw


# -- between PySID and the system's text form


def sid_object(sid: Sid | str) -> PySID:
    """Return the object for a SID of the system."""
    return PySID(sid_to_bytes(Sid(sid)))


def sid_object_or_none(sid: Sid | str | None) -> PySID | None:
    """Return the object for a SID of the system, None for none."""
    return sid_object(sid) if sid else None


def sid_of(value: Any, function: str) -> Sid:
    """Return the system's form of a PySID; TypeError for anything else, ERROR_INVALID_SID for an unfinished one."""
    if not isinstance(value, PySID):
        raise TypeError("The object is not a PySID object")
    try:
        return sid_from_bytes(bytes(value))[0]
    except NtError as failure:
        kernel32.fail(function, failure.win32)


def sid_or_none(value: Any, function: str) -> Sid | None:
    """Return the system's form of a PySID or None."""
    return None if value is None else sid_of(value, function)


def parse(value: str, function: str) -> PySID:
    """Return the object for a SID's text; ERROR_INVALID_SID when it is none."""
    try:
        return sid_object(parse_sid(value))
    except NtError as failure:
        kernel32.fail(function, failure.win32)
