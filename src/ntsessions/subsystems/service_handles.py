"""Handles of the service control manager: to its database and to services (nt-semantics 9.1, 9.2).

On NT they are what an RPC server keeps for its clients (context handles) and no handles of the kernel: CloseHandle does
not know them, they are neither inherited nor duplicated, and the server closes them when the client's process is gone.
So they stand in a table of their own in the process, and their values begin where no handle of the kernel can be.
"""

from typing import Final

from ntsessions.abi import sids
from ntsessions.abi.access import (
    READ_CONTROL,
    SC_MANAGER_ALL_ACCESS,
    SC_MANAGER_CONNECT,
    SC_MANAGER_ENUMERATE_SERVICE,
    SC_MANAGER_MODIFY_BOOT_CONFIG,
    SC_MANAGER_QUERY_LOCK_STATUS,
    SERVICE_ALL_ACCESS,
    SERVICE_ENUMERATE_DEPENDENTS,
    SERVICE_INTERROGATE,
    SERVICE_PAUSE_CONTINUE,
    SERVICE_QUERY_CONFIG,
    SERVICE_QUERY_STATUS,
    SERVICE_START,
    SERVICE_STOP,
    SERVICE_USER_DEFINED_CONTROL,
)
from ntsessions.abi.errors import nt_error
from ntsessions.abi.limits import SERVICE_HANDLES_PER_PROCESS
from ntsessions.abi.object_types import SERVICE, SERVICE_DATABASE
from ntsessions.abi.security import allow, descriptor
from ntsessions.abi.status import NtStatus
from ntsessions.executive.objects.handles import HandleTable, O, Wanted
from ntsessions.executive.objects.object import Object
from ntsessions.executive.processes.thread import Thread
from ntsessions.executive.security.access_check import access_check

FIRST_SERVICE_HANDLE: Final = 0x1000_0000
"""Beyond every handle of the kernel that a process can have (`limits.HANDLES_PER_PROCESS`)."""

_LOOK_AT_DATABASE = READ_CONTROL | SC_MANAGER_CONNECT | SC_MANAGER_ENUMERATE_SERVICE | SC_MANAGER_QUERY_LOCK_STATUS
_DATABASE_SECURITY = descriptor(
    (
        allow(sids.AUTHENTICATED_USERS, SC_MANAGER_CONNECT),
        allow(sids.INTERACTIVE, _LOOK_AT_DATABASE),
        allow(sids.SERVICE, _LOOK_AT_DATABASE),
        allow(sids.LOCAL_SYSTEM, _LOOK_AT_DATABASE | SC_MANAGER_MODIFY_BOOT_CONFIG),
        allow(sids.ADMINISTRATORS, SC_MANAGER_ALL_ACCESS),
    ),
    owner=sids.LOCAL_SYSTEM,
    group=sids.LOCAL_SYSTEM,
)

_LOOK_AT_SERVICE = (
    READ_CONTROL
    | SERVICE_QUERY_CONFIG
    | SERVICE_QUERY_STATUS
    | SERVICE_ENUMERATE_DEPENDENTS
    | SERVICE_INTERROGATE
    | SERVICE_USER_DEFINED_CONTROL
)
_SERVICE_SECURITY = descriptor(
    (
        allow(sids.AUTHENTICATED_USERS, _LOOK_AT_SERVICE),
        allow(sids.LOCAL_SYSTEM, _LOOK_AT_SERVICE | SERVICE_START | SERVICE_STOP | SERVICE_PAUSE_CONTINUE),
        allow(sids.ADMINISTRATORS, SERVICE_ALL_ACCESS),
    ),
    owner=sids.LOCAL_SYSTEM,
    group=sids.LOCAL_SYSTEM,
)


class ServiceDatabase(Object):
    """The database of services that a handle of OpenServiceDatabase leads to."""

    __slots__ = ()

    type = SERVICE_DATABASE

    def __init__(self) -> None:
        super().__init__()
        self.descriptor = _DATABASE_SECURITY


class ServiceObject(Object):
    """A service as a handle leads to it."""

    __slots__ = ("service_name",)

    type = SERVICE

    def __init__(self, service_name: str) -> None:
        super().__init__()
        self.service_name = service_name
        """In lower case, under which the service control manager finds it."""
        self.descriptor = _SERVICE_SECURITY


def open_handle(caller: Thread, item: Object, desired: int) -> int:
    """Check the access and make a handle of the service control manager."""
    assert item.descriptor is not None, "both kinds have one"
    granted = access_check(item.descriptor, caller.token, desired, item.type)
    process = caller.process
    if process.context_handles is None:
        process.context_handles = HandleTable(process.session.pool, SERVICE_HANDLES_PER_PROCESS, FIRST_SERVICE_HANDLE)
    return process.context_handles.add(item, granted)


def handles_of(caller: Thread, handle: int) -> HandleTable:
    """Return the table in which *handle* is to be looked for."""
    if caller.process.context_handles is None:
        raise nt_error(NtStatus.INVALID_HANDLE, f"{handle:#x} is no handle of the service control manager")
    return caller.process.context_handles


def referenced(caller: Thread, handle: int, wanted: Wanted[O], right: int) -> O:
    """Return what a handle leads to that was opened with *right*."""
    return handles_of(caller, handle).reference(handle, wanted, right)
