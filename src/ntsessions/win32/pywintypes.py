"""pywintypes: the types that pywin32's modules share."""

from typing import Any

from ntsessions.win32 import kernel32, surface
from ntsessions.win32.acl import PyACL
from ntsessions.win32.acl import new_acl as ACL
from ntsessions.win32.errors import com_error, error
from ntsessions.win32.guid import IID, CreateGuid, PyIID
from ntsessions.win32.handles import PyHANDLE
from ntsessions.win32.security_descriptor import PySECURITY_ATTRIBUTES, PySECURITY_DESCRIPTOR
from ntsessions.win32.security_descriptor import new_security_descriptor as SECURITY_DESCRIPTOR
from ntsessions.win32.sid import PySID
from ntsessions.win32.sid import new_sid as SID
from ntsessions.win32.times import DosDateTimeToTime, Time, TimeStamp
from ntsessions.win32.times import datetime as TimeType

__all__ = [
    "ACL", "FALSE", "HANDLE", "IID", "OVERLAPPED", "SECURITY_ATTRIBUTES", "SECURITY_DESCRIPTOR", "SID", "TRUE",
    "ACLType", "CreateGuid", "DosDateTimeToTime", "HANDLEType", "IIDType", "OVERLAPPEDType",
    "SECURITY_ATTRIBUTESType", "SECURITY_DESCRIPTORType", "SIDType", "Time", "TimeStamp", "TimeType", "UnicodeFromRaw",
    "com_error", "error",
]  # fmt: skip

TRUE, FALSE = True, False


class PyOVERLAPPED:
    """What an overlapped call of Windows is told; here for programs that only pass it around."""

    __module__ = "pywintypes"
    __slots__ = ("Internal", "InternalHigh", "Offset", "OffsetHigh", "dword", "hEvent", "object")

    def __init__(self) -> None:
        self.Internal = self.InternalHigh = self.Offset = self.OffsetHigh = self.dword = 0
        self.hEvent: Any = 0
        self.object: Any = None


HANDLEType = PyHANDLE
SIDType = PySID
IIDType = PyIID
ACLType = PyACL
SECURITY_DESCRIPTORType = PySECURITY_DESCRIPTOR
SECURITY_ATTRIBUTESType = PySECURITY_ATTRIBUTES
OVERLAPPEDType = PyOVERLAPPED


def HANDLE(handle: Any = None, /) -> PyHANDLE:
    """Return an object for a handle, which it will close."""
    return PyHANDLE(kernel32.pointer(handle))


def SECURITY_ATTRIBUTES() -> PySECURITY_ATTRIBUTES:
    """Return attributes with a descriptor that says nothing, and an inherited handle."""
    return PySECURITY_ATTRIBUTES()


def OVERLAPPED() -> PyOVERLAPPED:
    """Return an empty one."""
    return PyOVERLAPPED()


def UnicodeFromRaw(str: Any, /) -> str:
    """Return the text that UTF-16 bytes hold."""
    raw = bytes(str)
    return raw[: len(raw) & ~1].decode("utf-16-le", "surrogatepass")


__getattr__ = surface.getter("pywintypes")
