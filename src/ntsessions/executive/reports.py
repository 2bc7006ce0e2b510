"""What the world did, in the past tense: the only way facts enter the executive besides calls and the time.

Everything here is recorded in the log of inputs; replaying the log replays the host.
"""

from msgspec import Struct

from ntsessions.executive.effects import UnixIdentity


class Report(Struct, frozen=True, tag=True):
    """Something the world did."""


class HostStarted(Report, frozen=True):
    """The daemon runs.  The first report; nothing can be called before."""

    process_id: int
    start_time: int
    identity: UnixIdentity
    """Whom the system's own processes run as."""
    is_personal: bool
    process_groups: str
    version: str
    uid_base: int
    notes: tuple[str, ...] = ()
    home_base: str = "/"
    """Directory of the managed accounts' homes."""
    shell: str = "/bin/sh"
    """What managed accounts have as their shell."""
    accounts: bytes = b""
    """The managed accounts as they were last stored."""


# -- sessions and ports


class SessionPrepared(Report, frozen=True):
    """The namespaces of a session are there.  `notes`: what this machine could not give (said to people)."""

    session_key: int
    notes: tuple[str, ...] = ()


class SessionFailed(Report, frozen=True):
    """The session could not be prepared; nothing of it is left."""

    session_key: int
    reason: str


class SessionEnded(Report, frozen=True):
    """Nothing of the session, or of the logon group, is left.

    `survivors`: processes that could not be killed (should be none).
    """

    session_key: int
    survivors: tuple[int, ...] = ()


class PortOpened(Report, frozen=True):
    """The port listens."""

    port_key: int


class PortFailed(Report, frozen=True):
    """The port could not be made."""

    port_key: int
    reason: str


# -- connections


class ThreadConnected(Report, frozen=True):
    """A program connected through a port: a thread has begun.  `start_time` tells a reused pid from the old one."""

    thread_key: int
    port_key: int
    pid: int
    uid: int
    start_time: int
    ancestors: tuple[tuple[int, int], ...] = ()
    """(pid, start_time) of the parent, its parent and so on, as read when it connected."""
    job_keys: tuple[int, ...] | None = None
    """The jobs whose process groups it lives in, outermost first; None: no group tells, its ancestors must."""
    command: str = ""


class ThreadDisconnected(Report, frozen=True):
    """A connection ended: the thread has ended."""

    thread_key: int


# -- processes


class ProcessStarted(Report, frozen=True):
    """The program runs."""

    process_key: int
    pid: int
    start_time: int


class ProcessStartFailed(Report, frozen=True):
    """The program could not be started; `errno` says why."""

    process_key: int
    errno: int
    reason: str


class ProcessExited(Report, frozen=True):
    """A process ended.  Exactly one of the two is set; both None: the status could not be had."""

    process_key: int
    exit_code: int | None = None
    signal: int | None = None


class JobEmptied(Report, frozen=True):
    """The last process of a job's group ended (sent where the kernel tells)."""

    job_key: int


# -- answers to questions


class ProcessFacts(Struct, frozen=True):
    """One live process as Linux sees it."""

    pid: int
    start_time: int
    parent_pid: int
    uid: int
    unix_session: int
    process_group: int
    terminal: str
    """Device of the controlling terminal (`pts/3`), or empty."""
    command: str
    memory: int
    """Resident bytes."""


class MemoryRanShort(Report, frozen=True):
    """Just now, programs of this machine had to wait for memory.  Told again as long as that lasts."""


class ProcessesListed(Report, frozen=True):
    """Answer to `ListProcesses`."""

    ticket: int
    processes: tuple[ProcessFacts, ...]


class SessionMeasured(Report, frozen=True):
    """Answer to `MeasureSession`, in bytes; see `SessionMemory` for what is counted where."""

    ticket: int
    processes: int = 0
    shared: int = 0
    private: int = 0
    proportional: int = 0
    unreadable: int = 0
    """Processes that could not be looked into."""


class JobMeasured(Report, frozen=True):
    """Answer to `MeasureJob`; times in 100 ns units, memory in bytes."""

    ticket: int
    user_time: int
    kernel_time: int
    peak_memory: int
    active_pids: tuple[int, ...]


class ProcessIdentified(Report, frozen=True):
    """Answer to `IdentifyProcess`; `session_key` None: the process lives in no session of ours (or not at all)."""

    ticket: int
    session_key: int | None
    facts: ProcessFacts | None
    ancestors: tuple[tuple[int, int], ...] = ()
    job_keys: tuple[int, ...] | None = None
    """These two as in `ThreadConnected`."""


class AccountLookedUp(Report, frozen=True):
    """Answer to `LookUpAccount`; `identity` None: there is no such account."""

    ticket: int
    identity: UnixIdentity | None


class AccountsStored(Report, frozen=True):
    """Answer to `StoreAccounts`; `error` says why they could not be stored, empty when they were."""

    ticket: int
    error: str = ""


class PasswordHashed(Report, frozen=True):
    """Answer to `HashPassword`."""

    ticket: int
    password_hash: str


class PasswordVerified(Report, frozen=True):
    """Answer to `VerifyPassword`."""

    ticket: int
    is_right: bool
