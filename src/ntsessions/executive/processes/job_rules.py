"""Rules of jobs (nt-semantics 2.7): who is in which, what they may do, and what they are told."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ntsessions.executive.executive import Executive
    from ntsessions.executive.processes.job import Job
    from ntsessions.executive.processes.process import Process


def jobs_for_new_process(executive: "Executive", parent: "Process | None", asked: "Sequence[Job]", flags: int,
                         ) -> "list[Job]":  # fmt: skip
    """Return the jobs that a new process is in from the start, outermost first."""
    return [*(parent.jobs if parent is not None else ()), *asked]


def admit_process(executive: "Executive", job: "Job", process: "Process") -> None:
    """Count *process* in."""
    process.jobs.append(job)
    job.processes[process.key] = process
    job.assigned.add(process.key)
    job.total_processes += 1
