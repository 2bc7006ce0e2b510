"""The processes that one launcher has started or watches: from fork to the report of their end.

The launcher is their parent, so a pid cannot be used again before it is reaped here; signals by pid are therefore
exact.  Processes that others started are held by pidfd instead.
"""

import os
import signal
from collections.abc import Callable
from typing import NamedTuple

from ntsessions.executive.effects import StartProcess
from ntsessions.executive.reports import ProcessExited, ProcessStarted, ProcessStartFailed
from ntsessions.host import processes
from ntsessions.host.groups import GroupPath
from ntsessions.host.launcher_records import Answer
from ntsessions.host.port_space import PortSpace
from ntsessions.host.program_start import Failure, ProgramStarter, Starting, outcome
from ntsessions.host.watch_loop import WatchLoop


class _Running:
    """A program that was started here."""

    __slots__ = ("child", "early_signals", "gate", "group", "has_failed", "is_started", "process_key", "start_time")

    def __init__(self, process_key: int, group: GroupPath, child: Starting) -> None:
        self.process_key = process_key
        self.group = group
        self.child = child
        self.gate = child.gate
        self.start_time = processes.start_time(child.pid)
        self.is_started = False
        self.has_failed = False
        self.early_signals: list[int] = []
        """Sent before exec, when they would do nothing."""


class _Watched(NamedTuple):
    """A process that others started."""

    process_key: int
    pid: int
    end: int
    """pidfd"""


class LaunchedProcesses:
    """Live processes by key and pid."""

    def __init__(self, loop: WatchLoop, starter: ProgramStarter, tell: Callable[[Answer], None]) -> None:
        self._loop = loop
        self._starter = starter
        self._tell = tell
        self._running: dict[int, _Running] = {}
        self._watched: dict[int, _Watched] = {}
        self._pids: dict[int, int] = {}

    def start(self, request: StartProcess, port: PortSpace, group: GroupPath, stdio: tuple[int, ...]) -> bool:
        """Start a program; the report follows.  Returns whether there is a process at all."""
        try:
            child = self._starter.start(request, port, group, stdio)
        except OSError as error:
            self._tell(ProcessStartFailed(request.process_key, error.errno or 0, f"fork: {error.strerror}"))
            return False
        running = _Running(request.process_key, group, child)
        self._running[child.pid] = running
        self._pids[request.process_key] = child.pid
        self._loop.watch(child.progress, lambda: self._progressed(running))
        return True

    def resume(self, process_key: int) -> None:
        """Let a suspended process go on to exec."""
        running = self._running.get(self._pids.get(process_key, 0))
        if running is not None and running.gate is not None:
            os.write(running.gate, b"!")
            os.close(running.gate)
            running.gate = None

    def watch(self, process_key: int, pid: int) -> None:
        """Report the end of a process that was not started here."""
        try:
            end = os.pidfd_open(pid)
        except OSError:
            self._tell(ProcessExited(process_key))
            return
        self._pids[process_key] = pid
        watched = self._watched[process_key] = _Watched(process_key, pid, end)
        self._loop.watch(end, lambda: self._watched_ended(watched))

    def signal(self, process_key: int, number: int) -> None:
        """Send a signal to a process, if it still lives."""
        watched = self._watched.get(process_key)
        pid = self._pids.get(process_key)
        try:
            if watched is not None:
                signal.pidfd_send_signal(watched.end, number)
            elif pid is not None:
                running = self._running[pid]
                if running.is_started or number == signal.SIGKILL:
                    os.kill(pid, number)
                else:
                    running.early_signals.append(number)
        except (ProcessLookupError, PermissionError):
            return  # its end is reported already, or it has become another user's and is not ours to signal

    def pid_of(self, process_key: int) -> int | None:
        """Return the pid of a live process."""
        return self._pids.get(process_key)

    def moved(self, process_key: int, group: GroupPath) -> None:
        """Take note that a process is in another group now."""
        running = self._running.get(self._pids.get(process_key, 0))
        if running is not None:
            running.group = group

    def live_in(self, group: GroupPath) -> bool:
        """Return whether a process that was started into a group, or below it, has not been reported as ended.

        It may not have entered the group yet: the child does that itself.
        """
        return any(running.group[: len(group)] == group for running in self._running.values())

    def kill_starting(self, group: GroupPath) -> None:
        """Kill what was started into a group, or below it, and may not have entered it yet."""
        for pid, running in self._running.items():
            if running.group[: len(group)] == group and not running.is_started:
                os.kill(pid, signal.SIGKILL)

    def reap(self) -> set[GroupPath]:
        """Collect every child that has ended, adopted orphans too; return the groups of those that we started."""
        groups: set[GroupPath] = set()
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return groups
            if pid == 0:
                return groups
            running = self._running.pop(pid, None)
            if running is not None:
                self._ended(running, status)
                groups.add(running.group)
                continue
            for watched in tuple(self._watched.values()):
                if watched.pid == pid:
                    self._unwatch(watched)
                    self._tell(_exit_report(watched.process_key, status))

    def _progressed(self, running: _Running) -> None:
        said = outcome(running.child.progress)
        if said is None:
            return
        self._loop.forget(running.child.progress)
        if isinstance(said, Failure):
            running.has_failed = True
            self._tell(ProcessStartFailed(running.process_key, said.errno, said.reason))
        else:
            running.is_started = True
            self._tell(ProcessStarted(running.process_key, running.child.pid, running.start_time))
            for number in running.early_signals:
                os.kill(running.child.pid, number)

    def _ended(self, running: _Running, status: int) -> None:
        if not running.is_started and not running.has_failed:
            self._progressed(running)  # it is quicker than its own news
        # The pipe stays open until here: a resumed child that cannot execute still writes to it.
        os.close(running.child.progress)
        if running.gate is not None:
            os.close(running.gate)
        del self._pids[running.process_key]
        if not running.has_failed:
            self._tell(_exit_report(running.process_key, status))

    def _watched_ended(self, watched: _Watched) -> None:
        try:
            _, status = os.waitpid(watched.pid, os.WNOHANG)
        except ChildProcessError:
            status = None  # its parent has the status
        self._unwatch(watched)
        self._tell(ProcessExited(watched.process_key) if status is None else _exit_report(watched.process_key, status))

    def _unwatch(self, watched: _Watched) -> None:
        self._loop.forget(watched.end)
        os.close(watched.end)
        del self._watched[watched.process_key]
        del self._pids[watched.process_key]


def _exit_report(process_key: int, status: int) -> ProcessExited:
    if os.WIFSIGNALED(status):
        return ProcessExited(process_key, signal=os.WTERMSIG(status))
    return ProcessExited(process_key, exit_code=os.WEXITSTATUS(status))
