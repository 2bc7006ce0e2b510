"""Small types that many calls share."""

from enum import IntEnum, IntFlag
from typing import Annotated, NewType

from msgspec import Meta

from ntsessions.abi.call import Reply
from ntsessions.abi.limits import INFINITE

Handle = Annotated[int, Meta(ge=-64, lt=1 << 32)]
"""A value from the caller's handle table: a multiple of 4 (the low two bits are ignored), or a pseudo handle."""

AccessMask = Annotated[int, Meta(ge=0, lt=1 << 32)]

Ticks = NewType("Ticks", int)
"""A time in units of 100 ns: since 1601 (UTC) where absolute, since an arbitrary start where it is the host's own."""

TICKS_PER_SECOND = 10_000_000
NEVER = Ticks(1 << 62)

Timeout = Annotated[int, Meta(ge=INFINITE, lt=1 << 62)]
"""How long to wait, in units of 100 ns; INFINITE (-1) for as long as it takes; 0 tests and returns."""

CURRENT_PROCESS = -1
CURRENT_THREAD = -2
CURRENT_PROCESS_TOKEN = -4
CURRENT_THREAD_TOKEN = -5
CURRENT_EFFECTIVE_TOKEN = -6
NAMED_OBJECTS = -16
"""As a root directory: the BaseNamedObjects of the caller's session, which kernel32 opens at its first use on NT."""

WINDOW_STATIONS = -17
"""As a root directory: the WindowStations directory of the caller's session."""


class ObjectAttributes(IntFlag):
    """OBJ_ flags of a create or open."""

    NONE = 0
    PROTECT_CLOSE = 0x1
    INHERIT = 0x2
    PERMANENT = 0x10
    EXCLUSIVE = 0x20
    CASE_INSENSITIVE = 0x40
    OPENIF = 0x80
    OPENLINK = 0x100


class EventType(IntEnum):
    """How an event resets."""

    NOTIFICATION = 0
    SYNCHRONIZATION = 1


class TimerType(IntEnum):
    """How a timer resets."""

    NOTIFICATION = 0
    SYNCHRONIZATION = 1


class OpenedHandle(Reply, frozen=True):
    """A new handle; `existed`: the object was there already and was opened (OBJECT_NAME_EXISTS)."""

    handle: int
    existed: bool = False


class ApcRecord(Reply, frozen=True):
    """A procedure call to run in the waiting thread.  `timer_time`: when the timer expired; 0 for queued calls."""

    routine: int
    argument: int
    timer_time: int = 0


class WaitResult(Reply, frozen=True):
    """How a wait ended: WAIT_0 + index, ABANDONED_WAIT_0 + index, USER_APC or TIMEOUT."""

    status: int
    apcs: tuple[ApcRecord, ...] = ()
