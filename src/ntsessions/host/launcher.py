"""The launcher: a small process beside the daemon that makes sessions and is the parent of everything in them.

How it comes to be is in `launcher_fork`.  It has one thread, which entering namespaces needs.  As a child subreaper it
adopts every orphan of its sessions and reaps it.  It blocks in one place only, its loop, and wakes up for nothing but
requests, exits and groups that empty.

Ends with the daemon: when the line closes, every session is ended and every group removed, so a daemon that is killed
leaves nothing running.  Without cgroups each session gets a launcher of its own, forked from the first: "descends from
that launcher" is then what membership means (`groups.process_tree`).  A logon group inside a session gets another one,
below the session's.
"""

import fcntl
import gc
import os
import signal
import socket
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ntsessions.executive import effects
from ntsessions.executive.reports import ProcessesListed, ProcessStartFailed, SessionEnded, SessionFailed
from ntsessions.host import linux, processes
from ntsessions.host.channel import Channel, Message
from ntsessions.host.fork_line import ForkLine
from ntsessions.host.forked import keep_only, run_and_leave
from ntsessions.host.groups import ProcessGroups
from ntsessions.host.groups.cgroup_directory import kill_each
from ntsessions.host.groups.choose import GroupsUnavailable, choose_groups, tree_of_this_process
from ntsessions.host.groups.process_tree import ProcessTree
from ntsessions.host.instance_place import InstancePlace, instance_name, prepare_instance
from ntsessions.host.isolation import Mode
from ntsessions.host.launched_jobs import LaunchedJobs
from ntsessions.host.launched_processes import LaunchedProcesses
from ntsessions.host.launched_sessions import LaunchedSessions
from ntsessions.host.launcher_records import (
    Answer,
    LauncherFailed,
    LauncherReady,
    MembersListed,
    Noted,
    SessionLauncherStarted,
)
from ntsessions.host.program_start import ProgramStarter
from ntsessions.host.service_logs import ServiceLogs
from ntsessions.host.session_bus import SessionBuses
from ntsessions.host.session_space import SessionSpace
from ntsessions.host.watch_loop import WatchLoop

if TYPE_CHECKING:
    from ntsessions.host.launcher_fork import LauncherStart


class Setting(NamedTuple):
    """What is the same for every launcher of an instance."""

    place: InstancePlace
    mode: Mode
    descriptor_limit: tuple[int, int]
    """What programs get; the launcher itself raises its own."""


def run_first_launcher(channel: Channel, start: "LauncherStart", descriptor_limit: tuple[int, int]) -> None:
    """Be the launcher to which the daemon talks, until the daemon is gone and nothing is left."""
    gc.collect()
    gc.freeze()  # a collection in a child would copy every page it visits
    gc.disable()
    try:
        os.makedirs(start.state_dir, mode=0o700, exist_ok=True)
        if not start.is_replacement:  # our own daemon is alive; without cgroups its other launchers hold the lock still
            _wait_for_predecessor(start.state_dir)
        place = prepare_instance(start.state_dir)
        own_pids = frozenset((os.getpid(), start.daemon))
        groups = choose_groups(instance_name(os.stat(place.state_dir)), start.groups, own_pids)
    except (OSError, GroupsUnavailable) as error:
        channel.send(LauncherFailed(getattr(error, "errno", None) or 0, str(error)))
        return
    forks = None if groups is None else _fork_line(start.isolation.mode)
    if start.isolation.mode is Mode.PERSONAL:
        linux.drop_capability_bounds()  # what we can do stays with us, and with no program
    setting = Setting(place, start.isolation.mode, descriptor_limit)
    name, notes = ("none", ProcessTree.notes) if groups is None else (groups.name, groups.notes)
    channel.send(LauncherReady(name, notes))
    if groups is None:
        ForkingLauncher(channel, setting).run()
    else:
        Launcher(channel, setting, groups, forks).run()
        groups.close()
    if forks is not None:
        forks.close()


def _fork_line(mode: Mode) -> ForkLine | None:
    try:
        return ForkLine(mode)
    except OSError:
        return None  # starts are slower then


def _wait_for_predecessor(state_dir: str) -> None:
    """Wait until the launcher of a daemon that was killed has ended its sessions; ours keeps the lock till its end."""
    lock = os.open(os.path.join(state_dir, "launcher.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)


class _Loop:
    """What every launcher does: requests in, exits reaped, and an end when the daemon is gone."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.loop = WatchLoop()
        self._wake_read, self._wake_write = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        self.loop.watch(self._wake_read, self._children_ended)
        self.loop.watch(channel.socket.fileno(), self._request)

    def run(self) -> None:
        """Serve until the daemon is gone and nothing is left."""
        self.reap()
        self.loop.run()

    def tell(self, answer: Answer, descriptors: Sequence[int] = ()) -> None:
        """Send the daemon a record."""
        self.channel.send(answer, descriptors)

    def serve(self, message: Message) -> None:
        raise NotImplementedError

    def reap(self) -> None:
        raise NotImplementedError

    def daemon_gone(self) -> None:
        raise NotImplementedError

    def fork_launcher(self, key: int, become: Callable[[socket.socket], None]) -> int:
        """Fork a launcher for one session or logon group, and give the daemon the line to it; returns its pid."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with ours, theirs:
            pid = os.fork()
            if pid == 0:
                ours.close()
                run_and_leave(lambda: become(theirs))
            self.tell(SessionLauncherStarted(key, pid), (ours.fileno(),))
        return pid

    def let_go(self) -> None:
        """Close what a fork must not share with its parent."""
        signal.set_wakeup_fd(-1)
        self.loop.close()
        os.close(self._wake_read)
        os.close(self._wake_write)
        self.channel.close()

    def _children_ended(self) -> None:
        os.read(self._wake_read, 4096)
        self.reap()

    def _request(self) -> None:
        message = self.channel.receive()
        if message is None:
            self.loop.forget(self.channel.socket.fileno())
            self.daemon_gone()
            return
        try:
            self.serve(message)
        except OSError as error:  # one request that this machine refuses must not end every session
            self.tell(Noted(f"{type(message.record).__name__}: {error.filename or ''} {error.strerror}"))
        finally:
            for one in message.descriptors:
                os.close(one)


class Launcher(_Loop):
    """A launcher that starts processes: the only one with cgroups, one per session or logon group without."""

    def __init__(
        self,
        channel: Channel,
        setting: Setting,
        groups: ProcessGroups,
        forks: ForkLine | None = None,
        *,
        is_for_one: bool = False,
    ) -> None:
        super().__init__(channel)
        self._setting = setting
        self._groups = groups
        self._inner: set[int] = set()
        """Launchers of logon groups, below this one."""
        self._is_for_one = is_for_one
        self._daemon_is_gone = False
        starter = ProgramStarter(setting.mode, groups, setting.descriptor_limit, forks)
        self._processes = LaunchedProcesses(self.loop, starter, self._process_said)
        self._jobs = LaunchedJobs(self.loop, groups, self.tell, self._processes)
        self._sessions = LaunchedSessions(
            setting.place, setting.mode, self.loop, groups, self.tell, self._processes, self._session_ended
        )
        self._buses = SessionBuses(self.loop, self._sessions, self._processes)
        self._logs = ServiceLogs(self.loop, setting.place.service_logs, self.tell)

    def serve(self, message: Message) -> None:
        match message.record:
            case effects.StartProcess() as request:
                with self._logs.stdio(request.output_log, message.descriptors) as stdio:
                    self._start(request, stdio)
            case effects.ResumeProcess(process_key):
                self._processes.resume(process_key)
            case effects.SignalProcess(process_key, number):
                self._processes.signal(process_key, number)
            case effects.WatchProcess(process_key, pid):
                self._processes.watch(process_key, pid)
            case effects.PrepareSession() as request:
                self._sessions.prepare(request)
            case effects.PrepareLogonGroup() as request:
                self._prepare_logon_group(request)
            case effects.OpenPort(port_key) as request:
                self._sessions.open_port(request)
                if (note := self._buses.port_opened(port_key)) is not None:
                    self.tell(note)
            case effects.ClosePort(port_key):
                self._sessions.close_port(port_key)
            case effects.EndSession(session_key):
                self._buses.session_ends(session_key)
                self._sessions.end(session_key)
            case effects.MoveProcess() as request:
                self._move(request)
            case effects.LimitJob(job_key, limits):
                self._jobs.limit(job_key, limits)
            case effects.KillJob(job_key):
                self._jobs.kill(job_key)
            case effects.ReleaseJob(job_key):
                self._jobs.release(job_key)
            case effects.MeasureJob(ticket, job_key):
                self._jobs.measure(ticket, job_key)
            case effects.ListProcesses(ticket, session_key):
                self.tell(ProcessesListed(ticket, processes.facts_of(self._pids_of(session_key))))
            case effects.MeasureSession(_, session_key):
                self.tell(MembersListed(session_key, self._pids_of(session_key)))

    def reap(self) -> None:
        self._reap_inner()
        groups = self._processes.reap()
        if groups:
            self._jobs.children_ended(groups)
        self._sessions.children_ended()

    def daemon_gone(self) -> None:
        self._daemon_is_gone = True
        self._buses.close()
        self._sessions.end_all()
        self._leave_if_done()

    def _prepare_logon_group(self, request: effects.PrepareLogonGroup) -> None:
        """Where descent is what tells, a group is what descends from a launcher of its own."""
        if not self._is_for_one:
            self._sessions.prepare_group(request)
            return
        space = self._sessions.space_of(request.session_key)
        if space is None:
            self.tell(SessionEnded(request.group_key))
            return
        try:
            pid = self.fork_launcher(request.group_key, lambda line: self._become_inner(line, request.group_key, space))
        except OSError as error:
            self.tell(Noted(f"no launcher for a logon: {error.strerror}"))
            self.tell(SessionEnded(request.group_key))
        else:
            self._inner.add(pid)

    def _become_inner(self, line: socket.socket, group_key: int, space: SessionSpace) -> None:
        self.let_go()
        keep_only(line.fileno(), *space.descriptors)
        linux.set_process_name("nts-logon")
        linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
        launcher = Launcher(Channel(line, blocking=True), self._setting, tree_of_this_process(), is_for_one=True)
        launcher._sessions.adopt(group_key, (f"logon-{group_key}",), space)
        launcher.run()

    def _reap_inner(self) -> None:
        """Collect launchers that have left; one that was killed leaves processes of which nobody knows whose they are.

        So this one leaves too, and the first launcher kills what was below both.
        """
        for pid in tuple(self._inner):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                self._inner.discard(pid)
                if status and not self._sessions.are_ending:
                    raise RuntimeError("the launcher of a logon was killed")

    def _start(self, request: effects.StartProcess, stdio: tuple[int, ...]) -> None:
        port = self._sessions.ports.get(request.port_key)
        session = None if port is None else self._sessions.group_of(port.session_key)
        if port is None or session is None or self._sessions.is_ending(port.session_key):
            self.tell(ProcessStartFailed(request.process_key, 3, "the port is closed"))
            return
        try:
            group = self._jobs.group_for(session, request.job_keys)
        except OSError as error:
            self.tell(ProcessStartFailed(request.process_key, error.errno or 0, f"job: {error.strerror}"))
            return
        if self._processes.start(request, port, group, stdio):
            self._jobs.entered(request.job_keys)

    def _move(self, request: effects.MoveProcess) -> None:
        session = self._sessions.group_of(request.session_key)
        pid = self._processes.pid_of(request.process_key)
        if session is None or pid is None:
            return  # ended meanwhile; its exit is reported by itself
        group = self._jobs.group_for(session, request.job_keys)
        try:
            self._groups.attach(group, pid)
        except ProcessLookupError:
            return
        self._processes.moved(request.process_key, group)
        self._jobs.entered(request.job_keys)

    def _process_said(self, answer: Answer) -> None:
        for one in self._buses.take(answer):
            self.tell(one)

    def _pids_of(self, session_key: int) -> tuple[int, ...]:
        group = self._sessions.group_of(session_key)
        return () if group is None else tuple(pid for pid in self._groups.pids(group) if pid not in self._inner)

    def _session_ended(self, group: tuple[str, ...]) -> None:
        self._jobs.forget_session(group)
        self._leave_if_done(sessions_left=len(self._sessions))

    def _leave_if_done(self, sessions_left: int | None = None) -> None:
        left = len(self._sessions) if sessions_left is None else sessions_left
        if left == 0 and (self._daemon_is_gone or self._is_for_one):
            self.loop.stop()


class ForkingLauncher(_Loop):
    """The first launcher where no cgroup can be written: forks one launcher per session and starts nothing itself."""

    def __init__(self, channel: Channel, setting: Setting) -> None:
        super().__init__(channel)
        self._setting = setting
        self._launchers: set[int] = set()
        self._daemon_is_gone = False

    def serve(self, message: Message) -> None:
        request = message.record
        if not isinstance(request, effects.PrepareSession):
            return  # everything else about a session goes to its own launcher
        key = request.session_key
        try:
            self._launchers.add(self.fork_launcher(key, lambda line: self._become_session_launcher(line, message)))
        except OSError as error:
            self.tell(SessionFailed(key, f"fork: {error.strerror}"))

    def reap(self) -> None:
        while True:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if pid == 0:
                break
            self._launchers.discard(pid)
        self._kill_strays()
        if self._daemon_is_gone and not self._launchers:
            self.loop.stop()

    def daemon_gone(self) -> None:
        self._daemon_is_gone = True  # each session's launcher sees the same on its own line
        self.reap()

    def _kill_strays(self) -> None:
        """Kill the processes of launchers that died by force: they, then their children, become our children."""
        kill_each(tuple(pid for pid in processes.children(os.getpid()) if pid not in self._launchers))

    def _become_session_launcher(self, line: socket.socket, message: Message) -> None:
        self.let_go()
        linux.set_process_name("nts-session")
        linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
        launcher = Launcher(Channel(line, blocking=True), self._setting, tree_of_this_process(), is_for_one=True)
        launcher.serve(message)
        launcher.run()
