"""Which launcher serves which session, port, process and job.

With cgroups one launcher serves everything.  Without, each session has its own, which is not there yet when the first
requests for the session are made: those wait here, in order.
"""

import os
from collections.abc import Sequence
from typing import NamedTuple

from ntsessions.executive.effects import LimitJob
from ntsessions.host.launcher_link import LauncherLink
from ntsessions.host.launcher_records import Request


class _Waiting(NamedTuple):
    request: Request
    descriptors: tuple[int, ...]


class Routes:
    """Links by key."""

    def __init__(self, first: LauncherLink, *, one_for_all: bool) -> None:
        self.first = first
        self.one_for_all = one_for_all
        self._links: dict[int, LauncherLink] = {}
        self._waiting: dict[int, list[_Waiting]] = {}
        self._sessions_of_ports: dict[int, int] = {}
        self._sessions_of_processes: dict[int, int] = {}
        self._sessions_of_jobs: dict[int, int] = {}
        self._limits: dict[int, LimitJob] = {}

    def begin_session(self, session_key: int) -> None:
        """Take note of a session; without cgroups its launcher follows by `has_launcher`."""
        if self.one_for_all:
            self._links[session_key] = self.first
        else:
            self._waiting[session_key] = []

    def has_launcher(self, session_key: int, link: LauncherLink) -> None:
        """A session's own launcher is there."""
        self._links[session_key] = link
        for waiting in self._waiting.pop(session_key, []):
            link.send(waiting.request, waiting.descriptors)
            for one in waiting.descriptors:
                os.close(one)

    def end_session(self, session_key: int) -> LauncherLink | None:
        """Forget a session; returns the link that served only it."""
        link = self._links.pop(session_key, None)
        for waiting in self._waiting.pop(session_key, []):
            for one in waiting.descriptors:
                os.close(one)
        for table in (self._sessions_of_ports, self._sessions_of_processes, self._sessions_of_jobs):
            for key in [key for key, served in table.items() if served == session_key]:
                del table[key]
        return None if link is self.first else link

    def sessions_on(self, link: LauncherLink) -> tuple[int, ...]:
        """Return the sessions that a launcher serves (the first one: also those still without their own)."""
        served = [key for key, serving in self._links.items() if serving is link]
        return tuple(served) if link is not self.first else (*served, *self._waiting)

    def links(self) -> tuple[LauncherLink, ...]:
        """Return the launchers of single sessions."""
        return tuple({id(link): link for link in self._links.values() if link is not self.first}.values())

    def replace_first(self, link: LauncherLink) -> None:
        """The first launcher has been replaced; its sessions have been forgotten."""
        self.first = link

    def processes_of(self, session_key: int) -> tuple[int, ...]:
        """Return the keys of a session's processes that have not been reported as ended."""
        return tuple(key for key, served in self._sessions_of_processes.items() if served == session_key)

    def has_session(self, session_key: int) -> bool:
        """Return whether the session has begun and not ended."""
        return session_key in self._links or session_key in self._waiting

    def send(self, session_key: int, request: Request, descriptors: Sequence[int] = ()) -> bool:
        """Send a request about a session; returns False when there is no such session."""
        if (link := self._links.get(session_key)) is not None:
            link.send(request, descriptors)
        elif (waiting := self._waiting.get(session_key)) is not None:
            waiting.append(_Waiting(request, tuple(os.dup(one) for one in descriptors)))
        else:
            return False
        return True

    # -- what belongs to which session

    def begin_port(self, port_key: int, session_key: int) -> None:
        """Take note of a port."""
        self._sessions_of_ports[port_key] = session_key

    def session_of_port(self, port_key: int) -> int | None:
        """Return the session of a port."""
        return self._sessions_of_ports.get(port_key)

    def begin_process(self, process_key: int, session_key: int) -> None:
        """Take note of a process."""
        self._sessions_of_processes[process_key] = session_key

    def end_process(self, process_key: int) -> None:
        """A process has ended or never was."""
        self._sessions_of_processes.pop(process_key, None)

    def session_of_process(self, process_key: int) -> int | None:
        """Return the session of a process."""
        return self._sessions_of_processes.get(process_key)

    def begin_jobs(self, job_keys: tuple[int, ...], session_key: int) -> None:
        """A process enters jobs: from now on they are served with its session; limits that were set go ahead of it."""
        for job_key in job_keys:
            if self._sessions_of_jobs.setdefault(job_key, session_key) == session_key:
                limit = self._limits.pop(job_key, None)
                if limit is not None:
                    self.send(session_key, limit)

    def limit_job(self, request: LimitJob) -> None:
        """Set a job's limits, now or when its first process enters it."""
        session_key = self._sessions_of_jobs.get(request.job_key)
        if session_key is None:
            self._limits[request.job_key] = request
        else:
            self.send(session_key, request)

    def session_of_job(self, job_key: int) -> int | None:
        """Return the session that a job's processes are in, or None while it never had one."""
        return self._sessions_of_jobs.get(job_key)

    def end_job(self, job_key: int) -> None:
        """A job is gone."""
        self._sessions_of_jobs.pop(job_key, None)
        self._limits.pop(job_key, None)
