"""Services: programs of session 0 that run without anybody logged on."""

from enum import IntEnum

from ntsessions.abi.call import Call, Partial, Reply, syscall
from ntsessions.abi.status import NtStatus as S
from ntsessions.abi.types import AccessMask, Handle


class ServiceState(IntEnum):
    """SERVICE_STATUS.dwCurrentState."""

    STOPPED = 1
    START_PENDING = 2
    STOP_PENDING = 3
    RUNNING = 4


class ServiceInformation(Reply, frozen=True):
    """One service.  `exit_code` is the last Win32 exit code: 1077 when it was never started."""

    name: str
    state: int
    process_id: int
    account: str
    start: str
    """`boot` or `demand`."""
    command: tuple[str, ...]
    exit_code: int
    reason: str
    """Why it is not running, for people; empty when it is."""
    service_type: int = 0x10
    """SERVICE_WIN32_OWN_PROCESS 0x10; with SERVICE_INTERACTIVE_PROCESS 0x100 for one that is to have WinSta0."""


_FIDELITY = Partial("services come from the configuration; a service runs when its process does; no controls, no "
                    "dependencies, no recovery yet")  # fmt: skip


_BY_HANDLE = {S.INVALID_HANDLE, S.OBJECT_TYPE_MISMATCH, S.ACCESS_DENIED}
_OPEN = {S.ACCESS_DENIED, S.PRIVILEGE_NOT_HELD, S.BAD_IMPERSONATION_LEVEL, S.TOO_MANY_OPENED_FILES}


@syscall(0x00D0, fails_with=_BY_HANDLE, fidelity=_FIDELITY)
class QueryServices(Call[tuple[ServiceInformation, ...]]):
    """List the services of this host.

    `database`: a handle with SC_MANAGER_ENUMERATE_SERVICE; 0 for who asks without one, which anybody may.
    """

    database: Handle = 0


_CONTROL = _BY_HANDLE | {S.SERVICE_DOES_NOT_EXIST, S.UNSUCCESSFUL}


@syscall(0x00D1, fails_with=_CONTROL | {S.SERVICE_ALREADY_RUNNING}, fidelity=_FIDELITY)
class StartService(Call[ServiceInformation]):
    """Start a service and answer when its program runs.

    By its name, for administrators and the system; or by a handle with SERVICE_START, and then the name counts for
    nothing.
    """

    name: str = ""
    service: Handle = 0


@syscall(0x00D2, fails_with=_CONTROL | {S.SERVICE_NOT_ACTIVE}, fidelity=_FIDELITY)
class StopService(Call[ServiceInformation]):
    """Stop a service: SIGTERM, then after its time to stop the end of all its processes.  Answers when it has stopped.

    By its name, for administrators and the system; or by a handle with SERVICE_STOP, and then the name counts for
    nothing.
    """

    name: str = ""
    service: Handle = 0


@syscall(0x00D3, fails_with=_OPEN | {S.OBJECT_NAME_INVALID, S.DATABASE_DOES_NOT_EXIST})
class OpenServiceDatabase(Call[int]):
    """Connect to the service control manager (NT's OpenSCManager) and open its database.

    SC_MANAGER_CONNECT is asked for besides `desired_access`, which may therefore be 0.  `database`: None or
    `ServicesActive`, in any case; `ServicesFailed` is not there; any other name is invalid.  The handle is the service
    control manager's, not the kernel's: CloseServiceHandle closes it, it is neither inherited nor duplicated, and it
    goes with its process.
    """

    database: str | None = None
    desired_access: AccessMask = 0


@syscall(0x00D4, fails_with=_OPEN | _BY_HANDLE | {S.SERVICE_DOES_NOT_EXIST})
class OpenService(Call[int]):
    """Open a service by its name, in any case.  `database`: any handle of OpenServiceDatabase."""

    database: Handle
    name: str
    desired_access: AccessMask


@syscall(0x00D5, fails_with={S.INVALID_HANDLE})
class CloseServiceHandle(Call[None]):
    """Close a handle of the service control manager."""

    handle: Handle


@syscall(0x00D6, fails_with=_BY_HANDLE, fidelity=_FIDELITY)
class QueryService(Call[ServiceInformation]):
    """Read one service.  Needs SERVICE_QUERY_STATUS."""

    service: Handle
