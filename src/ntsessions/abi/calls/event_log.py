"""The event log: NT's System log, where the system leaves word of what failed while nobody was looking."""

from enum import IntEnum

from ntsessions.abi.call import Call, Partial, Reply, syscall
from ntsessions.abi.limits import INFINITE
from ntsessions.abi.types import Timeout


class EventLevel(IntEnum):
    """EVENTLOG_ERROR_TYPE and kin."""

    ERROR = 1
    WARNING = 2
    INFORMATION = 4


class EventRecord(Reply, frozen=True):
    """One record of the event log."""

    sequence: int
    """Counts up from 1; ask for what came after this record with `after`."""
    time: int
    """UTC, 100 ns since 1601."""
    level: int
    """1 error, 2 warning, 4 information."""
    source: str
    """Who wrote it: `Win32k`."""
    event_id: int
    session_id: int
    text: str
    repeated: int = 0
    """How many more of the same came within 10 s of this one and were left out."""


_FIDELITY = Partial(
    "one log, in memory: it begins with the host, and of more than 4096 records the oldest of the session that has "
    "most goes; NT keeps it in a file, and lets whoever is logged on interactively read records of all sessions"
)


@syscall(0x0180, fidelity=_FIDELITY)
class QueryEventLog(Call[tuple[EventRecord, ...]]):
    """Read the next records after `after` (a sequence number; 0: from the oldest on), oldest first.

    Administrators and the system read all; others those of the session they are in.  An answer holds as many as fit;
    ask on after the last one until it is empty.
    """

    after: int = 0


@syscall(0x0181, fidelity=_FIDELITY)
class WaitEventLog(Call[tuple[EventRecord, ...]]):
    """Wait for records after `after` (-1: after the newest of now) that the caller may read; answers as QueryEventLog.

    Empty when the time ran out.  A record that is there already and only counts one more ends no wait.
    """

    after: int = -1
    timeout: Timeout = INFINITE
