"""The security of a named kernel object, whatever its type: the name is tried with each type's open call."""

from typing import Any

from ntsessions.abi.calls.event import OpenEvent
from ntsessions.abi.calls.job import OpenJob
from ntsessions.abi.calls.mutant import OpenMutant
from ntsessions.abi.calls.section import OpenSection
from ntsessions.abi.calls.semaphore import OpenSemaphore
from ntsessions.abi.calls.timer import OpenTimer
from ntsessions.abi.errors import NtError, TypeMismatch
from ntsessions.abi.types import NAMED_OBJECTS
from ntsessions.win32 import kernel32
from ntsessions.win32.handles import PyHANDLE

_KINDS: tuple[Any, ...] = (OpenEvent, OpenMutant, OpenSemaphore, OpenTimer, OpenSection, OpenJob)


def open_named(function: str, name: str, access: int) -> PyHANDLE:
    """Open an event, mutex, semaphore, timer, section or job by its name."""
    for kind in _KINDS:
        try:
            return PyHANDLE(kernel32.system(kind(name, NAMED_OBJECTS, 0, access)))
        except TypeMismatch:
            continue
        except NtError as failure:
            kernel32.fail(function, failure.win32)
    return kernel32.fail(function, kernel32.ERROR_INVALID_HANDLE)
