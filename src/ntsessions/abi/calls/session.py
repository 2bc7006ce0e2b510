"""Sessions: listing them, logging on and off, and being told of changes."""

from enum import IntEnum

from ntsessions.abi.call import Call, Partial, Reply, syscall
from ntsessions.abi.limits import INFINITE
from ntsessions.abi.status import NtStatus as S
from ntsessions.abi.types import Timeout


class ConnectState(IntEnum):
    """WTS_CONNECTSTATE_CLASS."""

    ACTIVE = 0
    CONNECTED = 1
    CONNECT_QUERY = 2
    SHADOW = 3
    DISCONNECTED = 4
    IDLE = 5
    LISTEN = 6
    RESET = 7
    DOWN = 8
    INIT = 9


SESSION_LOCK, SESSION_UNLOCK = 7, 8
"""WTS_SESSION_LOCK and its opposite, as notifications have them."""


class SessionInformation(Reply, frozen=True):
    """One session.  `name` is what Terminal Services calls it: Services, Console, or empty when disconnected."""

    session_id: int
    name: str
    user: str
    state: int
    logon_sessions: tuple[int, ...]
    process_count: int
    """Processes that called us or that we started; `QuerySessionProcesses` finds the others too."""
    object_count: int
    pool_used: int
    """Bytes of names, objects and handles held in the executive."""
    pool_limit: int
    create_time: int
    logon_time: int
    notes: tuple[str, ...] = ()
    """What this machine could not give the session."""


@syscall(0x00B0)
class QuerySessions(Call[tuple[SessionInformation, ...]]):
    """List the sessions: all for administrators and the system; others see their own, and bare facts of the rest."""


@syscall(0x00B1, fails_with={S.CTX_WINSTATION_NOT_FOUND, S.ACCESS_DENIED})
class QuerySession(Call[SessionInformation]):
    """Read one session; -1 is the caller's.  Needs WINSTATION_QUERY on another one."""

    session_id: int


class SessionMemory(Reply, frozen=True):
    """What Linux really uses for the processes of one session, in bytes.

    Every page that a process maps is either private, mapped by nobody else (what it wrote, or copied on write), or
    shared.  `proportional` divides each shared page by all that map it, so that the sum over all processes of a machine
    is what they take together.
    """

    processes: int
    """Those that were measured."""
    shared: int
    """Counted in every process that maps it: a library of three programs counts three times."""
    private: int
    proportional: int
    """Without shared huge pages: Linux does not tell by how many they are mapped."""
    unreadable: int = 0
    """Processes that Linux does not let this host look into; nothing of theirs is counted."""


class LoggedOn(Reply, frozen=True):
    """Where the user now is."""

    session_id: int
    logon_session: int
    user: str
    reconnected: bool
    """True: the user had a session, and this is it."""
    notes: tuple[str, ...] = ()


@syscall(
    0x00B2,
    secrets={"password"},
    fails_with={S.LOGON_FAILURE, S.NO_SUCH_USER, S.ACCOUNT_DISABLED, S.ACCOUNT_LOCKED_OUT,
                S.PRIVILEGE_NOT_HELD, S.TOO_MANY_SESSIONS, S.CTX_LOGON_DISABLED, S.CTX_WINSTATION_BUSY,
                S.INSUFFICIENT_RESOURCES},
    fidelity=Partial("on NT a terminal asks; here a call does, and the session starts without one, Disconnected"),
)  # fmt: skip
class Logon(Call[LoggedOn]):
    """Log a user on interactively, into a session of their own.

    Without a password it takes SeTcbPrivilege.  A user who has a session gets that one again, as with
    `fSingleSessionPerUser`, unless `new_session`.  Answers when programs can be started there.
    """

    user_name: str
    password: str | None = None
    new_session: bool = False
    private_tmp: bool = False


@syscall(
    0x00B3,
    fails_with={S.CTX_WINSTATION_NOT_FOUND, S.ACCESS_DENIED, S.CTX_WINSTATION_BUSY, S.BAD_IMPERSONATION_LEVEL},
    fidelity=Partial(
        "as with EWX_FORCE: programs are not asked first, they have no windows to be asked through yet; what "
        "the user of session 0 left in its shared memory, queues and display sockets stays there, as the session does"
    ),
)
class Logoff(Call[tuple[int, ...]]):
    """End a session with every process in it, and answer when nothing of it is left.

    Needs WINSTATION_LOGOFF: one's own session, or RESET on another's.  Session 0 stays, and so do its services and
    whoever else runs programs there: of its user (under xp and server2003) every process ends that is of the same logon
    session, or of one made from it there, and then another user may come.  Nobody logged on there: ACCESS_DENIED.
    Answers the ids of processes that could not be killed (always empty unless Linux itself refuses).
    """

    session_id: int


class RunTarget(Reply, frozen=True):
    """A primary token to start programs with in a session."""

    token: int
    session_id: int
    user: str


@syscall(
    0x00B4,
    fails_with={S.PRIVILEGE_NOT_HELD, S.CTX_WINSTATION_NOT_FOUND, S.NO_TOKEN, S.TOO_MANY_OPENED_FILES},
    fidelity=Partial("session 0 answers the system's token, which is how programs are run there; on NT it is NO_TOKEN"),
)
class QueryUserToken(Call[RunTarget]):
    """Get the primary token of a session's user (WTSQueryUserToken).

    Needs SeTcbPrivilege, except for the caller's own session.  Nobody logged on: NO_TOKEN.  The filtered half of a
    split token.  Session 0 without a user answers the system's token to the system.
    """

    session_id: int


class SystemEvent(IntEnum):
    """WTSWaitSystemEvent's mask."""

    CREATE = 0x1
    DELETE = 0x2
    RENAME = 0x4
    CONNECT = 0x8
    DISCONNECT = 0x10
    LOGON = 0x20
    LOGOFF = 0x40
    STATECHANGE = 0x80
    ALL = 0x7FFFFFFF


class SessionNotification(Reply, frozen=True):
    """What happened to a session: a code of WM_WTSSESSION_CHANGE (5 logon, 6 logoff, 0xA create, 0xB terminate ...)."""

    code: int
    session_id: int
    time: int
    sequence: int
    """Ask for what came after this one with `since`."""


@syscall(0x00B5)
class WaitSessionNotification(Call[tuple[SessionNotification, ...]]):
    """Wait for something to happen to sessions after `since` (a sequence number; -1: from now on).

    Empty when the time ran out.  Callers who may not query other sessions hear of their own.
    """

    since: int = -1
    timeout: Timeout = INFINITE


@syscall(
    0x00B6,
    fails_with={S.CTX_WINSTATION_NOT_FOUND, S.ACCESS_DENIED},
    fidelity=Partial("ours: pages as Linux counts them; NT has performance counters for each session"),
)
class QuerySessionMemory(Call[SessionMemory]):
    """Measure what the processes of a session use now; -1 is the caller's session.

    Needs WINSTATION_QUERY on another one.  Takes some milliseconds per large process.
    """

    session_id: int
