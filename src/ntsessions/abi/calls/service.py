"""Services: programs of session 0 that run without anybody logged on."""

from enum import IntEnum

from ntsessions.abi.call import Call, Partial, Reply, syscall
from ntsessions.abi.status import NtStatus as S


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


_FIDELITY = Partial("services come from the configuration; a service runs when its process does; no controls, no "
                    "dependencies, no recovery yet")  # fmt: skip


@syscall(0x00D0, fidelity=_FIDELITY)
class QueryServices(Call[tuple[ServiceInformation, ...]]):
    """List the services of this host."""


_CONTROL = {S.ACCESS_DENIED, S.SERVICE_DOES_NOT_EXIST, S.UNSUCCESSFUL}


@syscall(0x00D1, fails_with=_CONTROL | {S.SERVICE_ALREADY_RUNNING}, fidelity=_FIDELITY)
class StartService(Call[ServiceInformation]):
    """Start a service and answer when its program runs.  For administrators and the system."""

    name: str


@syscall(0x00D2, fails_with=_CONTROL | {S.SERVICE_NOT_ACTIVE}, fidelity=_FIDELITY)
class StopService(Call[ServiceInformation]):
    """Stop a service: SIGTERM, then after its time to stop the end of all its processes.  Answers when it has stopped.

    For administrators and the system.
    """

    name: str
