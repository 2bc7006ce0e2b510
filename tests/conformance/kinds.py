"""The types of objects that can have names, for the tests that hold for all of them; and what many tests need."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from ntsessions.abi.call import Call
from ntsessions.abi.calls.event import CreateEvent, OpenEvent
from ntsessions.abi.calls.job import CreateIoCompletion, CreateJob, OpenJob
from ntsessions.abi.calls.mutant import CreateMutant, OpenMutant
from ntsessions.abi.calls.object import (
    CreateDirectory,
    CreateSymbolicLink,
    OpenDirectory,
    OpenSymbolicLink,
    QueryObject,
)
from ntsessions.abi.calls.section import CreateSection, OpenSection
from ntsessions.abi.calls.semaphore import CreateSemaphore, OpenSemaphore
from ntsessions.abi.calls.timer import CreateTimer, OpenTimer
from ntsessions.abi.calls.wait import WaitForObject
from ntsessions.abi.limits import INFINITE
from ntsessions.abi.sddl import parse_sddl
from ntsessions.abi.security_binary import descriptor_to_bytes
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import NAMED_OBJECTS
from tests.conformance.worlds import Program, ticks

SYNCHRONIZE, READ_CONTROL, DELETE = 0x100000, 0x20000, 0x10000
WAIT_TIMEOUT, WAIT_ABANDONED, USER_APC = int(NtStatus.TIMEOUT), int(NtStatus.ABANDONED_WAIT_0), int(NtStatus.USER_APC)
CURRENT_PROCESS, CURRENT_THREAD, PROCESS_TOKEN = -1, -2, -4


class Kind(NamedTuple):
    name: str
    create: type[Call[Any]]
    open: type[Call[Any]] | None
    more: Mapping[str, Any] = MappingProxyType({})

    def __str__(self) -> str:
        return self.name


KINDS = (
    Kind("Event", CreateEvent, OpenEvent),
    Kind("Mutant", CreateMutant, OpenMutant),
    Kind("Semaphore", CreateSemaphore, OpenSemaphore),
    Kind("Timer", CreateTimer, OpenTimer),
    Kind("Section", CreateSection, OpenSection, {"maximum_size": 4096}),
    Kind("Job", CreateJob, OpenJob),
    Kind("Directory", CreateDirectory, OpenDirectory),
    Kind("SymbolicLink", CreateSymbolicLink, OpenSymbolicLink, {"target": r"\nowhere"}),
    Kind("IoCompletion", CreateIoCompletion, None),
)
BY_NAME = {kind.name: kind for kind in KINDS}


def make(program: Program, kind: Kind | str, name: str | None = None, /, **fields: Any) -> int:
    """Create an object below the program's BaseNamedObjects, and return its handle."""
    kind = BY_NAME[kind] if isinstance(kind, str) else kind
    call = kind.create(name=name, **({**kind.more, "root": NAMED_OBJECTS} | fields))
    handle: int = program.call(call).handle
    return handle


def open_it(program: Program, kind: Kind | str, name: str, /, **fields: Any) -> int:
    kind = BY_NAME[kind] if isinstance(kind, str) else kind
    assert kind.open is not None
    handle: int = program.call(kind.open(name=name, **({"root": NAMED_OBJECTS} | fields)))
    return handle


def path_of(program: Program, handle: int) -> str:
    return program.call(QueryObject(handle)).name


def wait(program: Program, handle: int, seconds: float = 0) -> int:
    """Wait for one object and return how that ended."""
    timeout = INFINITE if seconds < 0 else ticks(seconds)
    return program.call(WaitForObject(handle, timeout)).status


def sddl(text: str) -> bytes:
    return descriptor_to_bytes(parse_sddl(text))


FOR_EVERYONE = sddl("D:(A;;GA;;;WD)")
