"""Handlers of the job calls; the rules are in `processes.job_rules` (nt-semantics 2.7)."""

from msgspec.structs import replace

from ntsessions.abi import access
from ntsessions.abi.calls.job import (
    AssignProcess,
    AssociateJobPort,
    CreateJob,
    IsProcessInJob,
    JobInformation,
    JobLimits,
    OpenJob,
    QueryJob,
    SetJobLimits,
    TerminateJob,
)
from ntsessions.abi.errors import nt_error
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import OpenedHandle
from ntsessions.executive import effects, reports
from ntsessions.executive.executive import PENDING, Pending
from ntsessions.executive.handlers.registry import Executive, Thread, handles, takes
from ntsessions.executive.objects.naming import create_named, open_existing
from ntsessions.executive.processes import job_rules
from ntsessions.executive.processes.job import IoCompletion, Job
from ntsessions.executive.processes.process import Process

UI_RESTRICTIONS = 0x1FF
PRIORITY_CLASSES = frozenset({0x20, 0x40, 0x80, 0x100, 0x4000, 0x8000})
SCHEDULING_CLASSES = range(10)


@handles(CreateJob)
def create_job(executive: Executive, caller: Thread, call: CreateJob) -> OpenedHandle:
    """Create or open a job."""
    job = Job(executive.new_key(), caller.process.session)
    opened = create_named(executive, caller, call, job)
    if not opened.existed:
        executive.jobs[job.key] = job
    return opened


@handles(OpenJob)
def open_job(executive: Executive, caller: Thread, call: OpenJob) -> int:
    """Open a job."""
    return open_existing(executive, caller, call, Job)


@handles(AssignProcess)
def assign_process(executive: Executive, caller: Thread, call: AssignProcess) -> None:
    """Put a process into a job."""
    job = caller.reference(call.job, Job, access.JOB_OBJECT_ASSIGN_PROCESS)
    process = caller.reference(call.process, Process, access.PROCESS_SET_QUOTA | access.PROCESS_TERMINATE)
    job_rules.assign(executive, job, process)


@handles(TerminateJob)
def terminate_job(executive: Executive, caller: Thread, call: TerminateJob) -> None:
    """End every process of a job."""
    job_rules.terminate(executive, caller.reference(call.handle, Job, access.JOB_OBJECT_TERMINATE), call.exit_code)


@handles(IsProcessInJob)
def is_process_in_job(executive: Executive, caller: Thread, call: IsProcessInJob) -> bool:
    """Tell whether a process belongs, or until its end belonged, to a job."""
    process = caller.reference(call.process, Process, 0)
    if not call.job:
        return bool(process.jobs)
    return caller.reference(call.job, Job, access.JOB_OBJECT_QUERY) in process.jobs


# -- limits


@handles(SetJobLimits)
def set_job_limits(executive: Executive, caller: Thread, call: SetJobLimits) -> None:
    """Set a job's limits; those that Linux enforces go to the host."""
    job = caller.reference(call.handle, Job, access.JOB_OBJECT_SET_ATTRIBUTES)
    limits = job.limits
    if call.limits is not None:
        _check_limits(call.limits, job_rules.EXTENDED_LIMITS if call.extended else job_rules.BASIC_LIMITS)
        limits = replace(
            call.limits, ui_restrictions=limits.ui_restrictions, end_of_job_action=limits.end_of_job_action
        )
        if limits.flags & job_rules.LIMIT_PRESERVE_JOB_TIME:
            kept = job.limits.flags & job_rules.LIMIT_JOB_TIME
            limits = replace(limits, flags=limits.flags | kept, job_user_time_limit=job.limits.job_user_time_limit)
    if call.ui_restrictions is not None:
        _check_ui_restrictions(job, call.ui_restrictions)
        limits = replace(limits, ui_restrictions=call.ui_restrictions)
    if call.end_of_job_action is not None:
        _require(call.end_of_job_action in (0, 1), f"end of job action {call.end_of_job_action}")
        limits = replace(limits, end_of_job_action=call.end_of_job_action)
    before, job.limits = _memory_limit(job.limits), limits
    if before != _memory_limit(limits):
        executive.emit(effects.LimitJob(job.key, effects.GroupLimits(memory=_memory_limit(limits))))


def _memory_limit(limits: JobLimits) -> int | None:
    """Return the limit that the kernel enforces.  Active processes are counted here: Linux would count threads."""
    return limits.job_memory_limit if limits.flags & job_rules.LIMIT_JOB_MEMORY else None


def _check_limits(limits: JobLimits, legal: int) -> None:
    flags = limits.flags
    _require(not flags & ~legal, f"limit flags {flags & ~legal:#x} are not legal here")
    both_times = job_rules.LIMIT_JOB_TIME | job_rules.LIMIT_PRESERVE_JOB_TIME
    _require(flags & both_times != both_times, "a job time limit is either set or preserved")
    smallest, largest = limits.minimum_working_set_size, limits.maximum_working_set_size
    rules = (
        (job_rules.LIMIT_WORKINGSET, 0 < smallest <= largest, "working set sizes"),
        (job_rules.LIMIT_ACTIVE_PROCESS, limits.active_process_limit > 0, "limit of active processes"),
        (job_rules.LIMIT_AFFINITY, limits.affinity > 0, "affinity"),
        (job_rules.LIMIT_PRIORITY_CLASS, limits.priority_class in PRIORITY_CLASSES, "priority class"),
        (job_rules.LIMIT_SCHEDULING_CLASS, limits.scheduling_class in SCHEDULING_CLASSES, "scheduling class"),
        (job_rules.LIMIT_PROCESS_MEMORY, limits.process_memory_limit > 0, "memory limit of a process"),
        (job_rules.LIMIT_JOB_MEMORY, limits.job_memory_limit > 0, "memory limit of the job"),
    )
    for flag, is_legal, what in rules:
        _require(is_legal or not flags & flag, f"the {what} is out of range")


def _check_ui_restrictions(job: Job, restrictions: int) -> None:
    _require(not restrictions & ~UI_RESTRICTIONS, f"restrictions {restrictions:#x}")
    if restrictions and (job.parent_job is not None or job.child_jobs):
        raise nt_error(NtStatus.ACCESS_DENIED, "a nested job cannot restrict the user interface")


def _require(condition: object, what: str) -> None:
    if not condition:
        raise nt_error(NtStatus.INVALID_PARAMETER, what)


# -- accounting


@handles(QueryJob)
def query_job(executive: Executive, caller: Thread, call: QueryJob) -> JobInformation | Pending:
    """Read a job; what its processes used is asked of the host, once it has had any."""
    if call.handle:
        job = caller.reference(call.handle, Job, access.JOB_OBJECT_QUERY)
    elif caller.process.jobs:
        job = caller.process.jobs[-1]
    else:
        raise nt_error(NtStatus.ACCESS_DENIED, "the caller is in no job")
    if not job.total_processes:
        return describe(job, reports.JobMeasured(0, 0, 0, 0, ()))
    executive.emit(effects.MeasureJob(executive.ask(caller, job), job.key))
    return PENDING


@takes(reports.JobMeasured)
def job_measured(executive: Executive, report: reports.JobMeasured) -> None:
    """Answer who asked."""
    asked = executive.questions.pop(report.ticket, None)
    if asked is not None:
        thread_key, request, job = asked
        assert isinstance(job, Job), "only QueryJob asks"
        executive.answer(thread_key, request, describe(job, report))


def describe(job: Job, measured: reports.JobMeasured) -> JobInformation:
    """Return what is told of a job: the members that are known, and those that only Linux knows."""
    known = [process.process_id for process in job.processes.values() if process.process_id]
    active = tuple(sorted({*known, *measured.active_pids}))
    return JobInformation(
        limits=job.limits,
        total_processes=max(job.total_processes, len(active)),
        active_processes=len(active),
        terminated_processes=job.terminated_by_limit,
        process_ids=active,
        total_user_time=measured.user_time,
        total_kernel_time=measured.kernel_time,
        peak_job_memory=measured.peak_memory,
    )


@takes(reports.JobEmptied)
def job_emptied(executive: Executive, report: reports.JobEmptied) -> None:
    """Nothing runs in a job's group any more; members that are known report their own end."""
    job = executive.jobs.get(report.job_key)
    if job is not None and not job.processes:
        job_rules.emptied(executive, job)


# -- messages


@handles(AssociateJobPort)
def associate_job_port(executive: Executive, caller: Thread, call: AssociateJobPort) -> None:
    """Send a job's messages to a completion port, beginning with the members that are there."""
    job = caller.reference(call.job, Job, access.JOB_OBJECT_SET_ATTRIBUTES)
    if not call.port:
        _require(executive.profile.jobs_nest, "a port cannot be taken from a job again")  # Windows 8 and later can
        job.port = None
        return
    port = caller.reference(call.port, IoCompletion, access.IO_COMPLETION_MODIFY_STATE)
    _require(job.port is None, "the job has a completion port")
    job.port, job.port_key = port, call.key
    for process in job.processes.values():
        if process.process_id:
            job_rules.post(executive, job, job_rules.MESSAGE_NEW_PROCESS, process.process_id)
