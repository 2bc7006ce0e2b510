"""The functions of win32service that concern services: what the calls of services carry, and no more yet."""

import sys
from contextlib import suppress
from typing import Any

from ntsessions.abi.calls import service as _service
from ntsessions.abi.errors import NtError
from ntsessions.win32 import kernel32
from ntsessions.win32.handles import PyHANDLE
from ntsessions.win32.service_constants import (
    SERVICE_ACCEPT_STOP,
    SERVICE_ACTIVE,
    SERVICE_CONTROL_STOP,
    SERVICE_INACTIVE,
    SERVICE_RUNNING,
    SERVICE_STATE_ALL,
    SERVICE_STOPPED,
    SERVICE_WIN32,
)
from ntsessions.win32.win32api import GetComputerNameEx

__all__ = [
    "CloseServiceHandle", "ControlService", "EnumServicesStatus", "OpenSCManager", "OpenService", "QueryServiceStatus",
    "StartService",
]  # fmt: skip

_RPC_S_SERVER_UNAVAILABLE = 1722
_SERVICE_TYPE_ALL = 0x3FF

_Handle = PyHANDLE | int | None
_Status = tuple[int, int, int, int, int, int, int]


class PySC_HANDLE(PyHANDLE):
    """A handle of the service control manager; it is closed with CloseServiceHandle."""

    __module__ = "pywintypes"
    __slots__ = ()

    def Close(self) -> None:
        """Close the handle; harmless when it is closed already."""
        value = self.Detach()
        if value:
            _close(value)

    close = Close

    def __del__(self) -> None:
        value = getattr(self, "_value", 0)
        if value and kernel32.is_own_process(self._process_id) and not sys.is_finalizing():
            with suppress(NtError, OSError):  # closed by its number; the daemon is gone, and the handle with it
                kernel32.system(_service.CloseServiceHandle(kernel32.handle(value)))


def _close(value: int) -> None:
    kernel32.invoke("CloseServiceHandle", _service.CloseServiceHandle(kernel32.handle(value)))


# -- the manager


def OpenSCManager(machineName: str | None, dbName: str | None, desiredAccess: int, /) -> PySC_HANDLE:
    """Connect to the service control manager of this machine and open its database."""
    machine, name = kernel32.text_or_none(machineName), kernel32.text_or_none(dbName)
    call = _service.OpenServiceDatabase(name, kernel32.dword(desiredAccess))
    if machine and not _is_this_machine(machine):
        kernel32.fail("OpenSCManager", _RPC_S_SERVER_UNAVAILABLE)
    handle = PySC_HANDLE(kernel32.invoke("OpenSCManager", call))
    kernel32.set_last_error(0)
    return handle


def _is_this_machine(name: str) -> bool:
    own = {GetComputerNameEx(kind) for kind in range(4)} - {""} | {"localhost"}
    return name.removeprefix("\\\\").casefold() in {one.casefold() for one in own}


def CloseServiceHandle(scHandle: _Handle, /) -> None:
    """Close a handle to a service or to the manager's database."""
    if isinstance(scHandle, PySC_HANDLE):
        scHandle.Close()
    elif isinstance(scHandle, PyHANDLE):
        raise TypeError("PyHANDLE passed to CloseServiceHandle must be a PySC_HANDLE")
    else:
        _close(kernel32.pointer(scHandle))


def EnumServicesStatus(
    hSCManager: _Handle, ServiceType: int = SERVICE_WIN32, ServiceState: int = SERVICE_STATE_ALL, /
) -> tuple[tuple[str, str, _Status], ...]:
    """List services: name, display name (which is the name) and status."""
    kinds, states = kernel32.dword(ServiceType), kernel32.dword(ServiceState)
    found = kernel32.invoke("EnumServicesStatus", _service.QueryServices(_given(hSCManager)))
    if not kinds or kinds & ~_SERVICE_TYPE_ALL or not 0 < states <= SERVICE_STATE_ALL:
        kernel32.fail("EnumServicesStatus", kernel32.ERROR_INVALID_PARAMETER)
    return tuple(
        (one.name, one.name, _status(one))
        for one in found
        if one.service_type & kinds and states & (SERVICE_INACTIVE if one.state == SERVICE_STOPPED else SERVICE_ACTIVE)
    )


# -- services


def OpenService(scHandle: _Handle, name: str, desiredAccess: int, /) -> PySC_HANDLE:
    """Open a service."""
    call = _service.OpenService(kernel32.handle(scHandle), kernel32.text(name), kernel32.dword(desiredAccess))
    return PySC_HANDLE(kernel32.invoke("OpenService", call))


def QueryServiceStatus(hService: _Handle, /) -> _Status:
    """Return a service's status."""
    return _status(kernel32.invoke("QueryServiceStatus", _service.QueryService(kernel32.handle(hService))))


def StartService(hService: _Handle, args: Any, /) -> None:
    """Start a service; returns when its program runs."""
    if args:
        raise NotImplementedError("win32service.StartService with arguments is not supported yet")
    kernel32.invoke("StartService", _service.StartService(service=_given(hService)))


def ControlService(scHandle: _Handle, code: int, /) -> _Status:
    """Stop a service; returns its status when it has stopped."""
    if kernel32.dword(code) != SERVICE_CONTROL_STOP:
        raise NotImplementedError(f"win32service.ControlService with control {code} is not supported yet")
    return _status(kernel32.invoke("ControlService", _service.StopService(service=_given(scHandle))))


def _given(handle: _Handle) -> int:
    """Return a handle for a call that may be made without one: 0 is a bad one here."""
    return kernel32.handle(handle) or kernel32.NO_SUCH_HANDLE


def _status(one: _service.ServiceInformation) -> _Status:
    """Return SERVICE_STATUS: a service that runs accepts to be stopped, and no other control."""
    accepted = SERVICE_ACCEPT_STOP if one.state == SERVICE_RUNNING else 0
    return one.service_type, one.state, accepted, kernel32.signed(one.exit_code), 0, 0, 0
