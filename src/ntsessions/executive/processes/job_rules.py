"""What jobs do: who may be in which, what that limits, and how they end (nt-semantics 2.7).

Invariants:
  1. The jobs of a process are a chain: each is the parent of the next, and a process of a child job is in its parent.
  2. All processes of a job are in the job's session, and there in one home (`logon_group`).
  3. A job lives while there are handles to it, processes in it or jobs below it.
  4. The active process limit holds whenever a process enters; what a program forks unseen is the kernel's to count.

Messages to completion ports are best effort, as on NT: a port that is full, or whose payer has used up its pool, loses
them.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from ntsessions.abi.calls.job import CompletionPacket
from ntsessions.abi.calls.process import CREATE_BREAKAWAY_FROM_JOB
from ntsessions.abi.errors import nt_error
from ntsessions.abi.status import NtStatus
from ntsessions.executive.effects import KillJob, MoveProcess, ReleaseJob, SignalProcess

if TYPE_CHECKING:
    from ntsessions.executive.executive import Executive
    from ntsessions.executive.processes.job import Job
    from ntsessions.executive.processes.logon_group import Home
    from ntsessions.executive.processes.process import Process

LIMIT_WORKINGSET: Final = 0x1
LIMIT_JOB_TIME: Final = 0x4
LIMIT_ACTIVE_PROCESS: Final = 0x8
LIMIT_AFFINITY: Final = 0x10
LIMIT_PRIORITY_CLASS: Final = 0x20
LIMIT_PRESERVE_JOB_TIME: Final = 0x40
LIMIT_SCHEDULING_CLASS: Final = 0x80
LIMIT_PROCESS_MEMORY: Final = 0x100
LIMIT_JOB_MEMORY: Final = 0x200
LIMIT_BREAKAWAY_OK: Final = 0x800
LIMIT_SILENT_BREAKAWAY_OK: Final = 0x1000
LIMIT_KILL_ON_JOB_CLOSE: Final = 0x2000
BASIC_LIMITS: Final = 0xFF
EXTENDED_LIMITS: Final = 0xFFFF

UI_LIMIT_READ_CLIPBOARD: Final = 0x2
UI_LIMIT_WRITE_CLIPBOARD: Final = 0x4
UI_LIMIT_GLOBAL_ATOMS: Final = 0x20
UI_LIMIT_DESKTOP: Final = 0x40

MESSAGE_ACTIVE_PROCESS_LIMIT: Final = 3
MESSAGE_ACTIVE_PROCESS_ZERO: Final = 4
MESSAGE_NEW_PROCESS: Final = 6
MESSAGE_EXIT_PROCESS: Final = 7
MESSAGE_ABNORMAL_EXIT_PROCESS: Final = 8

ABNORMAL_EXITS: Final = frozenset(
    {
        0x80000001, 0x80000002, 0x80000003, 0x80000004,  # guard page, misalignment, breakpoint, single step
        0xC0000005, 0xC0000006, 0xC0000008, 0xC000001D,  # access, in-page error, invalid handle, illegal instruction
        0xC0000025, 0xC000008C, 0xC000008D, 0xC000008E,  # noncontinuable, array bounds, floating point ...
        0xC000008F, 0xC0000090, 0xC0000091, 0xC0000092,
        0xC0000093, 0xC0000094, 0xC0000095, 0xC0000096,  # ... integer division and overflow, privileged instruction
        0xC00000FD,  # stack overflow
    }
)  # fmt: skip
"""Exit codes that are exceptions nobody handled."""

ERROR_NOT_ENOUGH_QUOTA: Final = 1816
"""What a process exits with that was put into a full job."""
SIGKILL: Final = 9


# -- who may be where


def chain_of(job: "Job") -> list["Job"]:
    """Return a job with all that it is nested in, outermost first."""
    jobs = [job]
    while (above := jobs[-1].parent_job) is not None:
        jobs.append(above)
    return jobs[::-1]


def nested(executive: "Executive", current: list["Job"], job: "Job", home: "Home") -> list["Job"]:
    """Return the jobs that a process of *home* in the jobs *current* is in once *job* is added.

    Raises ACCESS_DENIED.  Nothing changes yet: `enter` makes the nesting real.
    """
    if job in current:
        return current
    if job.session is not home.session:
        raise nt_error(
            NtStatus.ACCESS_DENIED,
            f"the job is one of session {job.session.session_id}, the process of session {home.session.session_id}",
        )
    if job.home_key not in (0, home.key):  # Differs from NT: in session 0 of XP the two may share a job
        raise nt_error(NtStatus.ACCESS_DENIED, "a job holds services or programs of the user of session 0, not both")
    if not current:
        return chain_of(job)
    if not executive.profile.jobs_nest:
        raise nt_error(
            NtStatus.ACCESS_DENIED, f"the process is in a job, and jobs of {executive.profile.name} do not nest"
        )
    if job.limits.ui_restrictions or any(above.limits.ui_restrictions for above in current):
        raise nt_error(NtStatus.ACCESS_DENIED, "jobs with restrictions of the user interface do not nest")
    if job.parent_job is None and not job.processes and not job.child_jobs:
        return [*current, job]
    jobs = chain_of(job)
    if jobs[: len(current)] != current:
        raise nt_error(NtStatus.ACCESS_DENIED, "the job has processes or a parent outside the jobs of the process")
    return jobs


def check_room(executive: "Executive", jobs: Iterable["Job"]) -> None:
    """Raise QUOTA_EXCEEDED when one of *jobs* may not have another process, and tell its port."""
    for job in jobs:
        if job.is_full:
            post(executive, job, MESSAGE_ACTIVE_PROCESS_LIMIT, 0)
            raise nt_error(
                NtStatus.QUOTA_EXCEEDED, f"the job has {len(job.processes)} processes, its limit of active processes"
            )


def jobs_for_new_process(
    executive: "Executive", parent: "Process", asked: Iterable["Job"], flags: int, home: "Home"
) -> list["Job"]:
    """Return the jobs that a new process of *home* starts in, outermost first: those it inherits and those *asked* for.

    Where the parent's home is another one nothing is inherited.  Raises ACCESS_DENIED for a breakaway that is not
    allowed and for jobs that do not nest, QUOTA_EXCEEDED for a full job.
    """
    jobs = _inherited(parent, flags) if parent.home == home else []
    for job in asked:
        jobs = nested(executive, jobs, job, home)
    check_room(executive, jobs)
    return jobs


def jobs_lived_in(
    executive: "Executive", process: "Process", source: "Process | None", job_keys: tuple[int, ...] | None
) -> list["Job"]:
    """Return the jobs that a process which nobody asked us to start was born into, outermost first.

    `job_keys`: of the groups it lives in; None: nothing tells, and it is in those of *source*, its nearest known
    ancestor.
    """
    # Differs from NT: what a program forks stays in its jobs, also in those that let children break away (2.7); the
    # kernel keeps it in their groups.
    if job_keys is None:
        jobs = [] if source is None else list(source.jobs)
    else:
        innermost = next((executive.jobs[key] for key in reversed(job_keys) if key in executive.jobs), None)
        jobs = [] if innermost is None else chain_of(innermost)
    return jobs if all(job.home_key == process.home.key for job in jobs) else []


def _inherited(parent: "Process", flags: int) -> list["Job"]:
    """Return the jobs of *parent* that a child stays in; it leaves upward until the first that does not let it."""
    jobs = list(parent.jobs)
    asks = bool(flags & CREATE_BREAKAWAY_FROM_JOB)
    lets_go = LIMIT_BREAKAWAY_OK | LIMIT_SILENT_BREAKAWAY_OK if asks else LIMIT_SILENT_BREAKAWAY_OK
    if asks and jobs and not jobs[-1].limits.flags & lets_go:
        raise nt_error(NtStatus.ACCESS_DENIED, "the job does not allow breaking away")
    while jobs and jobs[-1].limits.flags & lets_go:
        jobs.pop()
    return jobs


def restricting(process: "Process", restriction: int) -> "Job | None":
    """Return the job of *process* with a restriction of the user interface, if any: one that has some never nests."""
    for job in process.jobs:
        if job.limits.ui_restrictions & restriction:
            return job
    return None


def require_unrestricted(process: "Process", restriction: int) -> None:
    """Raise ACCESS_DENIED when a job of *process* has a restriction of the user interface."""
    if process.jobs and restricting(process, restriction) is not None:
        raise nt_error(NtStatus.ACCESS_DENIED, "the job of the process does not allow it")


# -- members come and go


def assign(executive: "Executive", job: "Job", process: "Process") -> None:
    """Put a process that runs into a job, for good (AssignProcessToJobObject)."""
    if process.has_exited:
        raise nt_error(NtStatus.ACCESS_DENIED, f"process {process.process_id} has ended")
    if process.exit_code_asked is not None:
        raise nt_error(NtStatus.PROCESS_IS_TERMINATING, f"process {process.process_id} is being terminated")
    jobs = nested(executive, process.jobs, job, process.home)
    if jobs == process.jobs:
        return
    count_in(executive, jobs, process)
    executive.emit(MoveProcess(process.key, process.home.key, tuple(entered.key for entered in jobs)))


def count_in(executive: "Executive", jobs: Iterable["Job"], process: "Process") -> None:
    """Make a process that runs a member of *jobs*, outermost first.  One that is full ends it: QUOTA_EXCEEDED."""
    fresh = [job for job in jobs if job not in process.jobs]
    for full in (job for job in fresh if job.is_full):
        full.terminated_by_limit += 1
        process.exit_code_asked = ERROR_NOT_ENOUGH_QUOTA
        executive.emit(SignalProcess(process.key, SIGKILL))
        check_room(executive, [full])
    for job in fresh:
        enter(executive, job, process)


def admit_process(executive: "Executive", job: "Job", process: "Process") -> None:
    """Count a new process into a job, the outer ones of nested jobs first.  QUOTA_EXCEEDED when the job is full."""
    if job not in process.jobs:
        check_room(executive, [job])
        enter(executive, job, process)


def enter(executive: "Executive", job: "Job", process: "Process") -> None:
    """Make *process* a member of *job*, below the jobs it is in."""
    if job in process.jobs:
        return
    if process.jobs and job.parent_job is None and process.jobs[-1] is not job:
        job.parent_job = process.jobs[-1]
        job.parent_job.child_jobs += 1
    process.jobs.append(job)
    job.home_key = process.home.key
    job.processes[process.key] = process
    job.assigned.add(process.key)
    job.total_processes += 1
    if process.process_id:
        post(executive, job, MESSAGE_NEW_PROCESS, process.process_id)


def announce(executive: "Executive", process: "Process") -> None:
    """Tell the ports of a process's jobs of it: it entered them before it had a pid, and has one now."""
    for job in process.jobs:
        post(executive, job, MESSAGE_NEW_PROCESS, process.process_id)


def member_exited(executive: "Executive", job: "Job", process: "Process") -> None:
    """A member has ended, or never came to run."""
    if job.processes.pop(process.key, None) is None:
        return
    if process.process_id:
        abnormal = process.exit_status in ABNORMAL_EXITS
        message = MESSAGE_ABNORMAL_EXIT_PROCESS if abnormal else MESSAGE_EXIT_PROCESS
        post(executive, job, message, process.process_id)
    else:
        job.total_processes -= 1
    if not job.processes:
        if process.process_id:
            post(executive, job, MESSAGE_ACTIVE_PROCESS_ZERO, 0)
        emptied(executive, job)


def emptied(executive: "Executive", job: "Job") -> None:
    """A job has no member left: if it was terminated it is signaled now, and if nobody holds it, it goes."""
    if job.is_terminating and not job.is_terminated:
        job.is_terminated = True
        executive.waits.signaled(job)
    forget_if_unused(executive, job)


def forget_if_unused(executive: "Executive", job: "Job") -> None:
    """Let go of a job that nobody can reach any more, and of those above it that were kept for it."""
    above: Job | None = job
    while above is not None and not (above.handle_count or above.parent or above.processes or above.child_jobs):
        if executive.jobs.pop(above.key, None) is None:
            return
        executive.emit(ReleaseJob(above.key))
        above.port = None
        if above.atoms is not None:
            above.atoms.discard()
        above = above.parent_job
        if above is not None:
            above.child_jobs -= 1


# -- ends


def terminate(executive: "Executive", job: "Job", exit_code: int) -> None:
    """End every process of a job and of its child jobs, leaf jobs first; they exit with *exit_code*."""
    depths = {job: 0}
    for process in job.processes.values():
        if process.exit_code_asked is None:
            process.exit_code_asked = exit_code & 0xFFFFFFFF
        below = process.jobs[process.jobs.index(job) :]
        depths.update({inner: depth for depth, inner in enumerate(below)})
    for doomed in sorted(depths, key=lambda inner: (-depths[inner], inner.key)):
        doomed.is_terminating = True
        executive.emit(KillJob(doomed.key))
    if not job.processes:
        emptied(executive, job)


def closed(executive: "Executive", job: "Job") -> None:
    """Its last handle was closed: the members end if its limits say so, otherwise they run on."""
    if job.limits.flags & LIMIT_KILL_ON_JOB_CLOSE and (job.processes or job.total_processes):
        terminate(executive, job, 0)
    forget_if_unused(executive, job)


# -- messages


def post(executive: "Executive", job: "Job", message: int, process_id: int) -> None:
    """Send a message to the completion port of *job*, if it has one.

    A process is a member of all jobs of its chain, so that each of their ports hears of it.
    """
    if job.port is not None and job.port.post(CompletionPacket(job.port_key, process_id, message)):
        executive.waits.signaled(job.port)
