"""Processes and threads.  A process is a real one; a connection to the daemon is a thread of it."""

from typing import Annotated

from msgspec import Meta

from ntsessions.abi.call import Call, Partial, Reply, syscall
from ntsessions.abi.status import NtStatus as S
from ntsessions.abi.types import AccessMask, Handle

_OPEN = {S.ACCESS_DENIED, S.INVALID_CID, S.PRIVILEGE_NOT_HELD, S.TOO_MANY_OPENED_FILES, S.BAD_IMPERSONATION_LEVEL}
_BY_HANDLE = {S.INVALID_HANDLE, S.OBJECT_TYPE_MISMATCH, S.ACCESS_DENIED}


class Connected(Reply, frozen=True):
    """Who the caller is, as the daemon knows it."""

    protocol: int
    process_id: int
    thread_id: int
    session_id: int
    user: str
    user_sid: str
    logon_session: int
    profile: str
    version: str


PROTOCOL = 1


@syscall(0x0080, fails_with={S.REVISION_MISMATCH})
class Connect(Call[Connected]):
    """Begin: the first call of every connection.  Another protocol version than the daemon's: REVISION_MISMATCH."""

    protocol: int = PROTOCOL


class CreatedProcess(Reply, frozen=True):
    """Handles and ids of a new process and its first thread."""

    process: int
    thread: int
    process_id: int
    thread_id: int


CREATE_SUSPENDED = 0x4
CREATE_NEW_CONSOLE = 0x10
CREATE_BREAKAWAY_FROM_JOB = 0x01000000


@syscall(
    0x0081,
    takes_descriptors=True,
    fails_with=_BY_HANDLE | {S.INVALID_PARAMETER, S.OBJECT_NAME_NOT_FOUND, S.PRIVILEGE_NOT_HELD, S.BAD_TOKEN_TYPE,
                             S.CTX_WINSTATION_NOT_FOUND, S.UNSUCCESSFUL, S.NO_MEMORY, S.TOO_MANY_OPENED_FILES,
                             S.INVALID_FILE_FOR_SECTION, S.INVALID_SECURITY_DESCR, S.INVALID_ACL, S.INVALID_SID,
                             S.INVALID_OWNER},
    fidelity=Partial("the first thread is a stand-in until the program connects; image and command line are a Linux "
                     "program and its arguments; in session 0, programs of the user who is logged on there and others "
                     "inherit no jobs from each other"),
)  # fmt: skip
class CreateProcess(Call[CreatedProcess]):
    r"""Start a program, with the caller's primary token or another.

    `token` 0 is the caller's own; another one needs TOKEN_QUERY, DUPLICATE and ASSIGN_PRIMARY, SeIncreaseQuota, and
    SeAssignPrimaryToken unless it is a restricted copy of the caller's.  The process belongs to the session of its
    token.  `inherit_handles` copies the inheritable handles to the same values, within one session only.
    `descriptor_count` descriptors follow (0 or 3: standard input, output, error).  `flags`: CREATE_SUSPENDED 4,
    CREATE_NEW_CONSOLE 0x10 (descriptor 0 becomes the controlling terminal), CREATE_BREAKAWAY_FROM_JOB 0x1000000.
    `jobs`: handles of jobs to start in, besides those inherited.  `desktop` is STARTUPINFO.lpDesktop:
    `WinSta0\Default`, `Default`, empty for the rules of 6.4; None hands the caller's own on.  A process that
    cannot be connected to its window station and desktop runs nothing and ends with 0xC0000142.  `output_log`: the
    service whose log takes standard output and error, where no descriptors follow (needs SeTcbPrivilege).
    """

    arguments: tuple[str, ...]
    environment: tuple[tuple[str, str], ...] = ()
    working_directory: str = ""
    token: Handle = 0
    inherit_handles: bool = False
    handle_list: tuple[Handle, ...] | None = None
    flags: int = 0
    descriptor_count: int = 0
    process_security: bytes | None = None
    thread_security: bytes | None = None
    inherit_process: bool = False
    inherit_thread: bool = False
    jobs: tuple[Handle, ...] = ()
    desktop: Annotated[str, Meta(max_length=1024)] | None = None
    inherit_desktop: bool = False
    """STARTF_DESKTOPINHERIT: a program of LocalSystem may be connected to WinSta0 without being told its name."""
    output_log: str = ""


@syscall(
    0x0082,
    fails_with=_OPEN,
    fidelity=Partial("a process outside every session of this host cannot be opened, whoever asks"),
)
class OpenProcess(Call[int]):
    """Open a process of any session by its process id (the Linux pid)."""

    process_id: int
    desired_access: AccessMask = 0x1FFFFF
    inherit: bool = False


@syscall(0x0083, fails_with=_BY_HANDLE | {S.PROCESS_IS_TERMINATING})
class TerminateProcess(Call[None]):
    """End a process at once; its exit code will be `exit_code`.  Needs PROCESS_TERMINATE.

    A process that has exited keeps its exit code: PROCESS_IS_TERMINATING.
    """

    handle: Handle
    exit_code: int = 1


@syscall(0x0084, fails_with=_BY_HANDLE, fidelity=Partial("ours: NT has no Unix signals"))
class SignalProcess(Call[None]):
    """Send a Unix signal to a process (1 to 64).  Needs PROCESS_TERMINATE."""

    handle: Handle
    signal: int


STILL_ACTIVE = 259


class ProcessInformation(Reply, frozen=True):
    """Facts of one process; `exit_status` is STILL_ACTIVE (259) while it runs."""

    process_id: int
    parent_id: int
    session_id: int
    exit_status: int
    command: str
    user: str
    handle_count: int
    thread_count: int
    create_time: int
    exit_time: int
    desktop: str = ""
    """`WinSta0\\Default`: where it started; empty when it is connected to none."""
    ended_because: str = ""
    """Why the system ended it; empty when it did not."""


@syscall(0x0085, fails_with=_BY_HANDLE)
class QueryProcess(Call[ProcessInformation]):
    """Read a process's ids, session, exit status and counts.  Needs PROCESS_QUERY_LIMITED_INFORMATION."""

    handle: Handle


@syscall(0x0086, fails_with=_OPEN)
class OpenThread(Call[int]):
    """Open a thread by its thread id."""

    thread_id: int
    desired_access: AccessMask = 0x1FFFFF
    inherit: bool = False


class ThreadInformation(Reply, frozen=True):
    """Facts of one thread."""

    thread_id: int
    process_id: int
    exit_status: int
    is_impersonating: bool


@syscall(0x0087, fails_with=_BY_HANDLE)
class QueryThread(Call[ThreadInformation]):
    """Read a thread's ids and state.  Needs THREAD_QUERY_LIMITED_INFORMATION."""

    handle: Handle


@syscall(0x0088, fails_with=_BY_HANDLE)
class ResumeProcess(Call[None]):
    """Let a process go that was created suspended.

    Takes the process (needs PROCESS_SUSPEND_RESUME) or its first thread (needs THREAD_SUSPEND_RESUME).
    """

    handle: Handle


class SessionProcess(Reply, frozen=True):
    """One live process of a session, with both kinds of session beside each other."""

    process_id: int
    session_id: int
    user: str
    logon_session: int
    command: str
    memory: int
    parent_id: int
    unix_session: int
    process_group: int
    terminal: str
    handle_count: int
    """Handles it holds; -1 for a process that never called us."""


@syscall(0x0089, fails_with={S.CTX_WINSTATION_NOT_FOUND, S.ACCESS_DENIED})
class QuerySessionProcesses(Call[tuple[SessionProcess, ...]]):
    """List every process that lives in a session, also those that never called us.

    Another session than the caller's needs WINSTATION_QUERY on it.
    """

    session_id: int


@syscall(0x008A, fails_with={S.INVALID_CID})
class ProcessIdToSessionId(Call[int]):
    """Tell the session of a process id.  Needs no right."""

    process_id: int
