"""What the executive asks of the world, in the imperative.

The executive has no hands.  Whatever must happen outside of it leaves as one of these records, in order, through
`take_effects()`; what came of it enters as a record of `reports.py`.  Keys (`process_key`, `session_key`, `port_key`,
`job_key`, `memory_key`, `ticket`) are the executive's own: they are counted up and never used twice, unlike process
and session ids.
"""

from msgspec import Struct

from ntsessions.abi.status import NtStatus


class Effect(Struct, frozen=True, tag=True):
    """Something the world is to do."""


class UnixIdentity(Struct, frozen=True):
    """Who a process is for Linux."""

    user_name: str
    uid: int
    gid: int
    groups: tuple[int, ...]
    home: str
    shell: str
    is_managed: bool
    """True: the account is ours and has no line in /etc/passwd."""


class DescriptorGrant(Struct, frozen=True):
    """A descriptor that goes with a reply: of this memory, for reading or for writing too."""

    memory_key: int
    size: int
    writable: bool
    is_file: bool = False
    """The memory is a client's file: it is there, or it could not be kept and there is none."""


class ReceivedDescriptor(Struct, frozen=True):
    """Facts of a descriptor that came with a call, as the host found them; `key` names all of the call's together."""

    key: int
    is_regular_file: bool
    readable: bool
    writable: bool
    size: int


class GroupLimits(Struct, frozen=True):
    """Limits of a session or a job that the kernel enforces; None: no limit."""

    processes: int | None = None
    memory: int | None = None
    """Bytes, of all processes together."""
    cpu_percent: int | None = None
    """Of one processor: 200 is two processors."""


# -- sessions and ports


class PrepareSession(Effect, frozen=True):
    """Make the namespaces, directories and process group of a session.  Answered by `SessionPrepared`."""

    session_key: int
    session_id: int
    private_tmp: bool
    limits: GroupLimits


class PrepareLogonGroup(Effect, frozen=True):
    """Make a process group inside a session's, for the programs of a user who will leave while the session goes on.

    Wherever an effect or a report names a session by its key, the key of a logon group names what lives in that.  One
    that cannot be made, or is lost, is told by `SessionEnded`.
    """

    group_key: int
    session_key: int


class EndSession(Effect, frozen=True):
    """Kill every process of a session or logon group and remove what was prepared.  Answered by `SessionEnded`."""

    session_key: int


class OpenPort(Effect, frozen=True):
    """Make a port: a socket in a session, whose callers all have one primary token.

    Processes started through the port see its socket at the fixed path; that is how they and all their descendants
    are known.  Answered by `PortOpened`.
    """

    port_key: int
    session_key: int
    identity: UnixIdentity


class ClosePort(Effect, frozen=True):
    """No process will be started through this port again; callers that are connected stay."""

    port_key: int


# -- processes


class StartProcess(Effect, frozen=True):
    """Start a program in the session of a port.  Answered by `ProcessStarted` or `ProcessStartFailed`."""

    process_key: int
    port_key: int
    job_keys: tuple[int, ...]
    """The jobs that the process starts in, outermost first."""
    arguments: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]
    """Added to the environment of the logon (HOME, USER, PATH ...); later wins."""
    working_directory: str
    """Tried first; then the home directory, then `/`."""
    descriptors: int | None
    """Key of the descriptors that came with the call (standard input, output, error); None: /dev/null."""
    new_terminal: bool
    """True: the process becomes leader of a Unix session whose controlling terminal is its standard input."""
    suspended: bool = False
    output_log: str = ""
    """Where no descriptors came: the service log whose end takes standard output and error; empty: /dev/null."""


class ResumeProcess(Effect, frozen=True):
    """Let a process run that was started suspended."""

    process_key: int


class WatchProcess(Effect, frozen=True):
    """Tell when this process ends; it was not started by us.  Answered by `ProcessExited`, at once if it is gone."""

    process_key: int
    pid: int


class SignalProcess(Effect, frozen=True):
    """Send a Unix signal to one process (9 terminates it)."""

    process_key: int
    signal: int


# -- jobs (the Linux side: process groups)


class MoveProcess(Effect, frozen=True):
    """Put a process into the innermost of these jobs, outermost first, creating what is missing."""

    process_key: int
    session_key: int
    job_keys: tuple[int, ...]


class LimitJob(Effect, frozen=True):
    """Set the limits of a job."""

    job_key: int
    limits: GroupLimits


class KillJob(Effect, frozen=True):
    """Kill every process of a job and of the jobs nested in it, descendants that the executive never saw included."""

    job_key: int


class ReleaseJob(Effect, frozen=True):
    """The job is gone; remove its group once it is empty."""

    job_key: int


# -- questions to the world (answered by a report with the same ticket)


class ListProcesses(Effect, frozen=True):
    """List the processes that live in a session, descendants that the executive never saw included."""

    ticket: int
    session_key: int


class MeasureSession(Effect, frozen=True):
    """Read what memory the processes of a session use.  Answered by `SessionMeasured`."""

    ticket: int
    session_key: int


class MeasureJob(Effect, frozen=True):
    """Read what a job has used."""

    ticket: int
    job_key: int


class IdentifyProcess(Effect, frozen=True):
    """Find out which session a process lives in.  Answered by `ProcessIdentified`."""

    ticket: int
    pid: int


class LookUpAccount(Effect, frozen=True):
    """Look a system account up by name."""

    ticket: int
    user_name: str


class HashPassword(Effect, frozen=True):
    """Hash a new password.  `secret` names it; the text itself never enters the executive."""

    ticket: int
    secret: int


class VerifyPassword(Effect, frozen=True):
    """Check a password against a hash; an empty hash takes as long and fails."""

    ticket: int
    secret: int
    password_hash: str


class StoreAccounts(Effect, frozen=True):
    """Keep the table of managed accounts across restarts.  Replaces what was stored.  Answered by `AccountsStored`."""

    accounts: bytes
    ticket: int = 0


# -- memory


class AdoptMemory(Effect, frozen=True):
    """A section is a file: keep the descriptor that came with the call, under the section's key.

    The file is made `size` bytes long where it is shorter; that happens only to one that may be written.
    """

    memory_key: int
    descriptor_key: int
    size: int


class ReleaseMemory(Effect, frozen=True):
    """No handle and no name leads to this section any more.  Views that are mapped stay."""

    memory_key: int


# -- answers to callers


class CompleteCall(Effect, frozen=True):
    """A call that was pending has ended: send the caller its answer."""

    thread_key: int
    request: int
    status: NtStatus
    reply: object = None
    detail: str = ""


class AdmitThread(Effect, frozen=True):
    """The caller is known now; its calls may be read."""

    thread_key: int


class Disconnect(Effect, frozen=True):
    """End a caller's connection: its process was told to end or broke a rule."""

    thread_key: int
    reason: str = ""
    """Which rule, for the log; empty when its process has ended."""


class ShutDown(Effect, frozen=True):
    """Everything has ended; the daemon may leave."""
