"""Jobs: processes held together, with limits, accounting and one end."""

from ntsessions.abi.call import Call, Partial, Reply, syscall
from ntsessions.abi.calls.object import CREATE_ERRORS, OPEN_ERRORS
from ntsessions.abi.limits import INFINITE
from ntsessions.abi.status import NtStatus as S
from ntsessions.abi.types import AccessMask, Handle, OpenedHandle, Timeout

_BY_HANDLE = {S.INVALID_HANDLE, S.OBJECT_TYPE_MISMATCH, S.ACCESS_DENIED}


@syscall(0x0090, fails_with=CREATE_ERRORS)
class CreateJob(Call[OpenedHandle]):
    """Create a job, or open the one of this name (with OPENIF).  It takes the session of its creator."""

    name: str | None = None
    root: Handle = 0
    attributes: int = 0
    desired_access: AccessMask = 0x1F001F
    security: bytes | None = None


@syscall(0x0091, fails_with=OPEN_ERRORS)
class OpenJob(Call[int]):
    """Open a job by name."""

    name: str
    root: Handle = 0
    attributes: int = 0
    desired_access: AccessMask = 0x1F001F


@syscall(
    0x0092,
    fails_with=_BY_HANDLE | {S.PROCESS_IS_TERMINATING},
    fidelity=Partial("in session 0, a job holds programs of the user who is logged on there, or others, never both"),
)
class AssignProcess(Call[None]):
    """Put a process into a job, for good.

    Needs JOB_OBJECT_ASSIGN_PROCESS, and PROCESS_SET_QUOTA and PROCESS_TERMINATE.  Refused (ACCESS_DENIED) for a process
    that has ended, of another session, or whose jobs do not nest with this one (profiles before Windows 8: any job).
    The same job twice succeeds.
    """

    job: Handle
    process: Handle


@syscall(0x0093, fails_with=_BY_HANDLE)
class TerminateJob(Call[None]):
    """End every process of a job and its child jobs.  The job becomes signaled.  Needs JOB_OBJECT_TERMINATE."""

    handle: Handle
    exit_code: int = 1


@syscall(
    0x0094,
    fails_with=_BY_HANDLE,
    fidelity=Partial(
        "where no cgroup can be written, a process that first connects, or is opened, after all its parents have ended "
        "is taken to be in no job; a job without handles is forgotten with the last member that had connected"
    ),
)
class IsProcessInJob(Call[bool]):
    """Tell whether a process belongs to a job (0: to any), also after it exited.  Needs JOB_OBJECT_QUERY."""

    process: Handle
    job: Handle = 0


class JobLimits(Reply, frozen=True):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION: `flags` are JOB_OBJECT_LIMIT_ values, times in 100 ns, memory in bytes."""

    flags: int = 0
    process_user_time_limit: int = 0
    job_user_time_limit: int = 0
    minimum_working_set_size: int = 0
    maximum_working_set_size: int = 0
    active_process_limit: int = 0
    affinity: int = 0
    priority_class: int = 0
    scheduling_class: int = 5
    process_memory_limit: int = 0
    job_memory_limit: int = 0
    ui_restrictions: int = 0
    end_of_job_action: int = 0


_LIMITS_FIDELITY = Partial(
    "active processes, job memory, kill on close and breakaway are enforced; what a program forks never breaks away, "
    "and is an active process from when it connects: beyond the limit it is ended then; process and job time limits, "
    "working set, affinity and priority are stored and told, not enforced; peak memory per process is not measured; "
    "of the restrictions of the user interface those of system parameters, display settings and of ending Windows find "
    "nothing to restrict, and none lets a single handle through (UserHandleGrantAccess)"
)


@syscall(0x0095, fails_with=_BY_HANDLE | {S.INVALID_PARAMETER}, fidelity=_LIMITS_FIDELITY)
class SetJobLimits(Call[None]):
    """Set a job's limits.  Needs JOB_OBJECT_SET_ATTRIBUTES.

    `extended`: flags above 0xFF are legal (JobObjectExtendedLimitInformation); without it they are INVALID_PARAMETER.
    `ui_restrictions` and `end_of_job_action` None: unchanged.
    """

    handle: Handle
    limits: JobLimits | None = None
    extended: bool = True
    ui_restrictions: int | None = None
    end_of_job_action: int | None = None


class JobInformation(Reply, frozen=True):
    """Limits and accounting of a job; times in 100 ns, memory in bytes.  `process_ids`: the active ones."""

    limits: JobLimits
    total_processes: int
    active_processes: int
    terminated_processes: int
    process_ids: tuple[int, ...]
    total_user_time: int
    total_kernel_time: int
    peak_job_memory: int


@syscall(0x0096, fails_with=_BY_HANDLE, fidelity=_LIMITS_FIDELITY)
class QueryJob(Call[JobInformation]):
    """Read a job's limits, accounting and processes.  `handle` 0: the caller's innermost job.

    Needs JOB_OBJECT_QUERY.
    """

    handle: Handle = 0


@syscall(0x0097, fails_with=_BY_HANDLE | {S.INVALID_PARAMETER})
class AssociateJobPort(Call[None]):
    """Send a job's messages to an IoCompletion object.  Members present are reported at once.

    A second port is INVALID_PARAMETER; 0 removes the port.  Needs JOB_OBJECT_SET_ATTRIBUTES.
    """

    job: Handle
    port: Handle
    key: int = 0


@syscall(0x0098, fails_with=CREATE_ERRORS, fidelity=Partial("carries job messages and posted packets; no file I/O"))
class CreateIoCompletion(Call[OpenedHandle]):
    """Create a queue of completion packets."""

    name: str | None = None
    root: Handle = 0
    attributes: int = 0
    desired_access: AccessMask = 0x1F0003
    security: bytes | None = None


class CompletionPacket(Reply, frozen=True):
    """One packet: for a job, `value` is the message id and `information` the process id."""

    key: int
    information: int
    value: int


@syscall(0x0099, fails_with=_BY_HANDLE)
class SetIoCompletion(Call[None]):
    """Post a packet.  Needs IO_COMPLETION_MODIFY_STATE."""

    handle: Handle
    key: int
    information: int
    value: int


@syscall(0x009A, fails_with=_BY_HANDLE)
class RemoveIoCompletion(Call[CompletionPacket | None]):
    """Take the oldest packet, waiting for one up to `timeout`; None when the time ran out.

    Needs IO_COMPLETION_MODIFY_STATE.
    """

    handle: Handle
    timeout: Timeout = INFINITE
