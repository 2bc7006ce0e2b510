"""What daemon and launcher say to each other besides effects and reports.

Effects that concern processes and namespaces travel unchanged to the launcher, reports travel back unchanged; only
what the executive need not know is declared here.
"""

from msgspec import Struct

from ntsessions.executive.effects import (
    ClosePort,
    EndSession,
    KillJob,
    LimitJob,
    ListProcesses,
    MeasureJob,
    MeasureSession,
    MoveProcess,
    OpenPort,
    PrepareLogonGroup,
    PrepareSession,
    ReleaseJob,
    ResumeProcess,
    SignalProcess,
    StartProcess,
    WatchProcess,
)
from ntsessions.executive.reports import (
    JobEmptied,
    JobMeasured,
    PortFailed,
    PortOpened,
    ProcessesListed,
    ProcessExited,
    ProcessStarted,
    ProcessStartFailed,
    SessionEnded,
    SessionFailed,
)


class LauncherReady(Struct, frozen=True, tag=True):
    """The first record of the first launcher: the place is prepared."""

    groups: str
    """Name of the back end of process groups."""
    notes: tuple[str, ...]


class LauncherFailed(Struct, frozen=True, tag=True):
    """The place could not be prepared; the launcher has left."""

    errno: int
    reason: str


class SessionLauncherStarted(Struct, frozen=True, tag=True):
    """Without cgroups: a session, or logon group, has a launcher of its own; the line to it comes with this record."""

    session_key: int
    pid: int


class SessionReady(Struct, frozen=True, tag=True):
    """`SessionPrepared`, with what the daemon needs to tell the session's processes from others."""

    session_key: int
    notes: tuple[str, ...]
    ipc_namespace: int
    """Inode of the session's IPC namespace."""


class MembersListed(Struct, frozen=True, tag=True):
    """What is to be read for `MeasureSession`: the processes of the session."""

    session_key: int
    pids: tuple[int, ...]


class Noted(Struct, frozen=True, tag=True):
    """Something for the log: a limit that could not be set, a process that could not be killed."""

    text: str


Request = (
    PrepareSession
    | PrepareLogonGroup
    | EndSession
    | OpenPort
    | ClosePort
    | StartProcess
    | ResumeProcess
    | WatchProcess
    | SignalProcess
    | MoveProcess
    | LimitJob
    | KillJob
    | ReleaseJob
    | ListProcesses
    | MeasureJob
    | MeasureSession
)
Answer = (
    LauncherReady
    | LauncherFailed
    | SessionLauncherStarted
    | SessionReady
    | MembersListed
    | Noted
    | SessionFailed
    | SessionEnded
    | PortOpened
    | PortFailed
    | ProcessStarted
    | ProcessStartFailed
    | ProcessExited
    | JobEmptied
    | ProcessesListed
    | JobMeasured
)
Record = Request | Answer
