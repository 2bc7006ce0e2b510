"""The functions and handle objects of win32service that concern window stations and desktops (nt-semantics 6)."""

import operator
import sys
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar, Final

from ntsessions.abi.calls import desktop as _desktop
from ntsessions.abi.calls import window_station as _station
from ntsessions.abi.calls.window import ListWindows
from ntsessions.abi.errors import NtError
from ntsessions.abi.types import WINDOW_STATIONS, ObjectAttributes
from ntsessions.client.pages import whole
from ntsessions.win32 import kernel32, user32
from ntsessions.win32.handles import PyHANDLE
from ntsessions.win32.security_descriptor import PySECURITY_ATTRIBUTES, security_of
from ntsessions.win32.sid import PySID, parse

__all__ = [
    "DF_ALLOWOTHERACCOUNTHOOK", "UOI_FLAGS", "UOI_NAME", "UOI_TYPE", "UOI_USER_SID", "WSF_VISIBLE", "CreateDesktop",
    "CreateWindowStation", "EnumWindowStations", "GetProcessWindowStation", "GetThreadDesktop",
    "GetUserObjectInformation", "HDESKType", "HWINSTAType", "OpenDesktop", "OpenInputDesktop", "OpenWindowStation",
    "SetUserObjectInformation",
]  # fmt: skip

UOI_FLAGS, UOI_NAME, UOI_TYPE, UOI_USER_SID = 1, 2, 3, 4
WSF_VISIBLE = DF_ALLOWOTHERACCOUNTHOOK = 1
_UOI_HEAPSIZE, _UOI_IO = 5, 6

_INHERIT: Final = int(ObjectAttributes.INHERIT)
_OPENIF: Final = int(ObjectAttributes.OPENIF)

_Attributes = PySECURITY_ATTRIBUTES | None
_Handle = PyHANDLE | int | None


class _UserHandle(PyHANDLE):
    """A handle of a window station or desktop.  One that is closed keeps its number, as pywin32's does."""

    __module__ = "pywintypes"
    __slots__ = ("_is_closed",)

    def __init__(self, handle: Any) -> None:
        super().__init__(kernel32.pointer(handle))
        self._is_closed = False

    _closing: ClassVar[type[_station.CloseWindowStation | _desktop.CloseDesktop]]

    def _close(self) -> None:
        kernel32.invoke(self._closing.__name__, self._closing(kernel32.handle(self)))
        self._is_closed = True

    def Close(self) -> None:
        """Close the handle; harmless when it is closed already."""
        if self and not self._is_closed:
            self._close()

    close = Close

    def __del__(self) -> None:
        value = getattr(self, "_value", 0)
        if value and not self._is_closed and kernel32.is_own_process(self._process_id) and not sys.is_finalizing():
            with suppress(NtError, OSError):  # one that is in use, or of the other kind, stays
                kernel32.system(self._closing(kernel32.handle(value)))


class PyHWINSTA(_UserHandle):
    """A handle of a window station."""

    __module__ = "pywintypes"
    __slots__ = ()
    _closing = _station.CloseWindowStation

    def EnumDesktops(self) -> list[str]:
        """Return the names of its desktops."""
        handle = kernel32.handle(self)
        return whole(partial(kernel32.invoke, "EnumDesktops"), lambda start: _desktop.QueryDesktops(handle, start))

    def SetProcessWindowStation(self) -> None:
        """Make it the process's; the threads stay on their desktops."""
        kernel32.invoke("SetProcessWindowStation", _station.SetProcessWindowStation(kernel32.handle(self)))

    def CloseWindowStation(self) -> None:
        """Close the handle; refused for that of the process."""
        self._close()


class PyHDESK(_UserHandle):
    """A handle of a desktop."""

    __module__ = "pywintypes"
    __slots__ = ()
    _closing = _desktop.CloseDesktop

    def SetThreadDesktop(self) -> None:
        """Put the calling thread on it; refused while the thread has windows where it is."""
        kernel32.invoke("SetThreadDesktop", _desktop.SetThreadDesktop(kernel32.handle(self)))
        user32.thread().state.heap.forget()

    def EnumDesktopWindows(self) -> "list[PyHWND]":
        """Return its top-level windows."""
        call = ListWindows(kernel32.handle(self))
        return [PyHWND(handle) for handle in user32.list_windows("EnumDesktopWindows", call)]

    def SwitchDesktop(self) -> None:
        """Give it the input of its session."""
        kernel32.invoke("SwitchDesktop", _desktop.SwitchDesktop(kernel32.handle(self)))

    def CloseDesktop(self) -> None:
        """Close the handle; refused while a thread of the process is on the desktop."""
        self._close()


class PyHWND(PyHANDLE):
    """The number of a window, in the form of a handle, which it is not: nothing is closed."""

    __module__ = "pywintypes"
    __slots__ = ()

    def Close(self) -> None:
        """Forget the number."""
        self._value = 0

    close = Close

    def __del__(self) -> None:
        pass


HWINSTAType, HDESKType = PyHWINSTA, PyHDESK


# -- window stations


def GetProcessWindowStation() -> PyHWINSTA:
    """Return the process's window station."""
    return PyHWINSTA(kernel32.invoke("GetProcessWindowStation", _station.GetProcessWindowStation()))


def CreateWindowStation(
    WindowStation: str | None, Flags: int, DesiredAccess: int, SecurityAttributes: _Attributes, /
) -> PyHWINSTA:
    """Create a window station, or open the one of this name; None: that of the logon session."""
    security, inherit = security_of(SecurityAttributes)
    call = _station.CreateWindowStation(
        kernel32.text_or_none(WindowStation), WINDOW_STATIONS, _OPENIF | (_INHERIT if inherit else 0),
        kernel32.dword(DesiredAccess), kernel32.dword(Flags), security,
    )  # fmt: skip
    return PyHWINSTA(kernel32.invoke("CreateWindowStation", call).handle)


def OpenWindowStation(szWinSta: str, Inherit: int, DesiredAccess: int, /) -> PyHWINSTA:
    """Open a window station of the session."""
    name, attributes = kernel32.text(szWinSta), _INHERIT if kernel32.boolean(Inherit) else 0
    call = _station.OpenWindowStation(name, WINDOW_STATIONS, attributes, kernel32.dword(DesiredAccess))
    return PyHWINSTA(kernel32.invoke("OpenWindowStation", call))


def EnumWindowStations() -> list[str]:
    """Return the names of the session's window stations."""
    call = partial(kernel32.invoke, "EnumWindowStations")
    return [one.name for one in whole(call, lambda start: _station.QueryWindowStations(start=start))]


# -- desktops


def GetThreadDesktop(ThreadId: int, /) -> PyHDESK:
    """Return the desktop that a thread is on."""
    return PyHDESK(user32.thread_desktop("GetThreadDesktop", ThreadId))


def CreateDesktop(Desktop: str, Flags: int, DesiredAccess: int, SecurityAttributes: _Attributes, /) -> PyHDESK:
    """Create a desktop on the process's window station, or open the one of this name."""
    security, inherit = security_of(SecurityAttributes)
    call = _desktop.CreateDesktop(
        kernel32.text(Desktop), 0, kernel32.dword(Flags), _OPENIF | (_INHERIT if inherit else 0),
        kernel32.dword(DesiredAccess), security=security,
    )  # fmt: skip
    return PyHDESK(kernel32.invoke("CreateDesktop", call).handle)


def OpenDesktop(szDesktop: str, Flags: int, Inherit: int, DesiredAccess: int, /) -> PyHDESK:
    """Open a desktop of the process's window station."""
    name, attributes = kernel32.text(szDesktop), _INHERIT if kernel32.boolean(Inherit) else 0
    call = _desktop.OpenDesktop(name, 0, kernel32.dword(Flags), attributes, kernel32.dword(DesiredAccess))
    return PyHDESK(kernel32.invoke("OpenDesktop", call))


def OpenInputDesktop(Flags: int, Inherit: int, DesiredAccess: int, /) -> PyHDESK:
    """Open the desktop that has the session's input."""
    attributes = _INHERIT if kernel32.boolean(Inherit) else 0
    call = _desktop.OpenInputDesktop(kernel32.dword(Flags), attributes, kernel32.dword(DesiredAccess))
    return PyHDESK(kernel32.invoke("OpenInputDesktop", call))


# -- facts of either


def GetUserObjectInformation(Handle: _Handle, type: int, /) -> str | dict[str, Any] | PySID | None:
    """Return a fact of a window station or desktop: UOI_FLAGS, UOI_NAME, UOI_TYPE or UOI_USER_SID."""
    kind = operator.index(type)
    facts = kernel32.invoke("GetUserObjectInformation", _station.QueryUserObject(kernel32.handle(Handle)))
    if kind == UOI_FLAGS:
        return {"Inherit": facts.inherit, "Reserved": False, "Flags": facts.flags}
    if kind in {UOI_NAME, UOI_TYPE}:
        return facts.name if kind == UOI_NAME else facts.type
    if kind == UOI_USER_SID:
        return parse(facts.user_sid, "GetUserObjectInformation") if facts.user_sid else None
    if kind in {_UOI_HEAPSIZE, _UOI_IO}:  # which Windows has and pywin32 does not show
        raise NotImplementedError("Type of information is not supported yet")
    return kernel32.fail("GetUserObjectInformation", kernel32.ERROR_INVALID_PARAMETER)


def SetUserObjectInformation(Handle: _Handle, info: Any, type: int = UOI_FLAGS, /) -> None:
    """Set whether a handle is inherited, and the flags of its object."""
    handle = kernel32.handle(Handle)
    if operator.index(type) != UOI_FLAGS:
        raise TypeError("Only UOI_FLAGS currently supported")
    if not isinstance(info, dict) or set(info) != {"Inherit", "Reserved", "Flags"}:
        raise TypeError("Object must be a dictionary containing {'Inherit':bool, 'Reserved':bool, 'Flags':int}")
    inherit, flags = kernel32.boolean(info["Inherit"]), kernel32.dword(info["Flags"])
    kernel32.invoke("SetUserObjectInformation", _station.SetUserObjectFlags(handle, inherit, flags))
