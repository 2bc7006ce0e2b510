"""The jobs of the sessions that one launcher serves: NT's jobs as nested process groups."""

from collections.abc import Callable
from functools import partial

from ntsessions.executive.effects import GroupLimits
from ntsessions.executive.reports import JobEmptied, JobMeasured
from ntsessions.host.emptiness import EmptinessWatch
from ntsessions.host.groups import GroupPath, GroupUsage, ProcessGroups
from ntsessions.host.launched_processes import LaunchedProcesses
from ntsessions.host.launcher_records import Answer, Noted
from ntsessions.host.watch_loop import WatchLoop


class _Job:
    def __init__(self, group: GroupPath) -> None:
        self.group = group
        self.watch: EmptinessWatch | None = None
        self.is_populated = False
        self.is_released = False
        self.limits: GroupLimits | None = None


class LaunchedJobs:
    """Groups of jobs by key.  A job has no group until a process enters it; its limits wait until then."""

    def __init__(
        self,
        loop: WatchLoop,
        groups: ProcessGroups,
        tell: Callable[[Answer], None],
        processes: LaunchedProcesses,
    ) -> None:
        self._processes = processes
        self._loop = loop
        self._groups = groups
        self._tell = tell
        self._jobs: dict[int, _Job] = {}
        self._limits: dict[int, GroupLimits] = {}

    def group_for(self, session: GroupPath, job_keys: tuple[int, ...]) -> GroupPath:
        """Return the group of the innermost job, making what is missing."""
        group = session
        for job_key in job_keys:
            group = (*group, f"job-{job_key}")
            job = self._jobs.get(job_key)
            if job is not None and job.group != group:
                if self._is_empty(job):
                    self._leave_place(job_key, job)
                    job = None
                else:
                    group = job.group  # what lives in it stays where it is
            if job is None:
                self._make(job_key, group)
        return group

    def _make(self, job_key: int, group: GroupPath) -> None:
        self._groups.create(group)
        job = self._jobs[job_key] = _Job(group)
        job.watch = EmptinessWatch(self._loop, self._groups, group, partial(self._changed, job_key))
        if (limits := self._limits.pop(job_key, None)) is not None:
            self._limit(job, limits)

    def _leave_place(self, job_key: int, job: _Job) -> None:
        """Let an empty job that is nested elsewhere from now on begin anew there."""
        if job.limits is not None:
            self._limits.setdefault(job_key, job.limits)
        self._drop(job_key, job)
        self._groups.remove(job.group)

    def entered(self, job_keys: tuple[int, ...]) -> None:
        """Take note that a process is in these jobs, or about to be."""
        for job_key in job_keys:
            job = self._jobs[job_key]
            job.is_populated = True
            if job.watch is not None:
                job.watch.look_again()

    def children_ended(self, groups: set[GroupPath]) -> None:
        """Look again at the jobs that reaped children were in."""
        for job_key, job in tuple(self._jobs.items()):
            if any(group[: len(job.group)] == job.group for group in groups):
                self._changed(job_key)
                if job.watch is not None and not job.watch.look_again() and job_key in self._jobs:
                    self._changed(job_key)

    def limit(self, job_key: int, limits: GroupLimits) -> None:
        """Set the limits of a job, now or when it gets a group."""
        job = self._jobs.get(job_key)
        if job is None:
            self._limits[job_key] = limits
        else:
            self._limit(job, limits)

    def kill(self, job_key: int) -> None:
        """Kill every process of a job."""
        job = self._jobs.get(job_key)
        if job is not None:
            self._processes.kill_starting(job.group)
            refused = self._groups.kill(job.group)
            if refused:
                self._tell(Noted(f"processes of a job could not be killed: {refused}"))

    def release(self, job_key: int) -> None:
        """Remove a job's group, now or when its last process ends."""
        self._limits.pop(job_key, None)
        job = self._jobs.get(job_key)
        if job is not None:
            job.is_released = True
            self._remove_if_done(job_key, job)

    def measure(self, ticket: int, job_key: int) -> None:
        """Report what a job has used."""
        job = self._jobs.get(job_key)
        usage = GroupUsage() if job is None else self._groups.usage(job.group)
        pids = () if job is None else self._groups.pids(job.group)
        self._tell(JobMeasured(ticket, usage.user_time, usage.kernel_time, usage.peak_memory, pids))

    def forget_session(self, session: GroupPath) -> None:
        """Let go of the jobs of a session that has ended; their groups go with the session's."""
        for job_key, job in tuple(self._jobs.items()):
            if job.group[: len(session)] == session:
                if job.is_populated:
                    self._tell(JobEmptied(job_key))
                self._drop(job_key, job)

    def _limit(self, job: _Job, limits: GroupLimits) -> None:
        job.limits = limits
        try:
            notes = self._groups.limit(job.group, limits)
        except OSError as error:
            notes = (f"a limit of {job.group[-1]} was refused: {error.strerror}",)
        for note in notes:
            self._tell(Noted(note))

    def _changed(self, job_key: int) -> None:
        job = self._jobs[job_key]
        if not self._is_empty(job):
            job.is_populated = True
        elif job.is_populated:
            job.is_populated = False
            self._tell(JobEmptied(job_key))
        if job.is_released:
            self._remove_if_done(job_key, job)

    def _is_empty(self, job: _Job) -> bool:
        return self._groups.is_empty(job.group) and not self._processes.live_in(job.group)

    def _remove_if_done(self, job_key: int, job: _Job) -> None:
        nested = any(other.group[:-1] == job.group for other in self._jobs.values())
        if nested or not self._is_empty(job):
            return
        self._drop(job_key, job)
        self._groups.remove(job.group)
        for outer_key, outer in tuple(self._jobs.items()):
            if outer.is_released and outer.group == job.group[:-1]:
                self._remove_if_done(outer_key, outer)

    def _drop(self, job_key: int, job: _Job) -> None:
        del self._jobs[job_key]
        if job.watch is not None:
            job.watch.close()
