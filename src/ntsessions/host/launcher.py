"""The launcher: a small process beside the daemon that makes sessions and is the parent of everything in them.

It is forked before the daemon loads anything large, so forking *it* is cheap, and it has one thread, which entering
namespaces needs.  As a child subreaper it adopts every orphan of its sessions and reaps it.  It blocks in one place
only, its loop, and wakes up for nothing but requests, exits and groups that empty.

Ends with the daemon: when the line closes, every session is ended and every group removed, so a daemon that is killed
leaves nothing running.  Without cgroups each session gets a launcher of its own, forked from the first: "descends from
that launcher" is then what membership means (`groups.process_tree`).
"""

import fcntl
import gc
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple, NoReturn

from ntsessions.executive import effects
from ntsessions.executive.reports import ProcessesListed, ProcessStartFailed, SessionFailed
from ntsessions.host import linux, processes
from ntsessions.host.channel import Channel, Message
from ntsessions.host.groups import ProcessGroups
from ntsessions.host.groups.cgroup_directory import kill_each
from ntsessions.host.groups.choose import GroupsUnavailable, choose_groups, tree_of_this_process
from ntsessions.host.groups.process_tree import ProcessTree
from ntsessions.host.instance_place import InstancePlace, instance_name, prepare_instance
from ntsessions.host.isolation import Isolation, Mode
from ntsessions.host.launched_jobs import LaunchedJobs
from ntsessions.host.launched_processes import LaunchedProcesses
from ntsessions.host.launched_sessions import LaunchedSessions
from ntsessions.host.launcher_records import (
    Answer,
    LauncherFailed,
    LauncherReady,
    Noted,
    SessionLauncherStarted,
)
from ntsessions.host.program_start import ProgramStarter, handle_every_signal
from ntsessions.host.watch_loop import WatchLoop


class Setting(NamedTuple):
    """What is the same for every launcher of an instance."""

    place: InstancePlace
    mode: Mode
    descriptor_limit: tuple[int, int]
    """What programs get; the launcher itself raises its own."""


class _Start(NamedTuple):
    """How the first launcher is started."""

    state_dir: str
    isolation: Isolation
    groups: str
    daemon: int
    is_replacement: bool


class StartedLauncher(NamedTuple):
    """The daemon's side of a launcher that was just forked."""

    pid: int
    channel: Channel


def start_launcher(state_dir: str, isolation: Isolation, groups: str = "") -> StartedLauncher:
    """Fork the launcher.  Call it right after `enter_own_namespaces`, before threads, loops and large imports.

    *groups* forces a mechanism of process groups (`v2`, `v1`, `none`); empty: the best that can be written.
    """
    return _fork_launcher(state_dir, isolation, groups, is_replacement=False)


def replace_launcher(state_dir: str, isolation: Isolation, groups: str) -> StartedLauncher:
    """Start another first launcher after the old one died; it kills what the old one left before it is ready.

    It is a fork of the whole daemon, so its own forks are slow; a new program would lose the daemon's capabilities,
    which for an ordinary user last only until exec.
    """
    return _fork_launcher(state_dir, isolation, groups, is_replacement=True)


def _fork_launcher(state_dir: str, isolation: Isolation, groups: str, *, is_replacement: bool) -> StartedLauncher:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    start = _Start(state_dir, isolation, groups, os.getpid(), is_replacement)
    pid = os.fork()
    if pid == 0:
        ours.close()
        _run_and_leave(lambda: _first_launcher(Channel(theirs, blocking=True), start))
    theirs.close()
    return StartedLauncher(pid, Channel(ours, blocking=False))


def _run_and_leave(body: Callable[[], None]) -> NoReturn:
    """Run the body of a forked process; never return into what the parent was doing."""
    status = 1
    try:
        body()
        status = 0
    except BaseException:  # noqa: BLE001 - the last frame of this process: say what happened and leave
        import traceback  # noqa: PLC0415 - what the launcher does not hold need not be copied by its forks

        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(status)


def _first_launcher(channel: Channel, start: _Start) -> None:
    limit = _become_launcher(channel, "nts-launcher")
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
    setting = Setting(place, start.isolation.mode, limit)
    name, notes = ("none", ProcessTree.notes) if groups is None else (groups.name, groups.notes)
    channel.send(LauncherReady(name, notes))
    if groups is None:
        ForkingLauncher(channel, setting).run()
    else:
        Launcher(channel, setting, groups).run()
        groups.close()


def _become_launcher(channel: Channel, name: str) -> tuple[int, int]:
    """Shed what the fork inherited; return the limit on descriptors that programs get."""
    os.setsid()  # a Ctrl-C in the daemon's terminal is not for us: we end when the daemon has
    handle_every_signal()
    null = os.open("/dev/null", os.O_RDWR)
    os.dup2(null, 0)
    kept = channel.socket.fileno()
    os.closerange(3, kept)
    os.closerange(kept + 1, _open_descriptors() + 1)
    os.chdir("/")
    os.umask(0)
    linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
    linux.set_process_name(name)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    gc.collect()
    gc.freeze()  # a collection in a child would copy every page it visits
    gc.disable()
    return soft, hard


def _wait_for_predecessor(state_dir: str) -> None:
    """Wait until the launcher of a daemon that was killed has ended its sessions; ours keeps the lock till its end."""
    lock = os.open(os.path.join(state_dir, "launcher.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)


def _open_descriptors() -> int:
    return max(int(name) for name in os.listdir("/proc/self/fd"))


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
    """A launcher that starts processes: the only one with cgroups, one per session without."""

    def __init__(self, channel: Channel, setting: Setting, groups: ProcessGroups, *, is_for_one: bool = False) -> None:
        super().__init__(channel)
        self._groups = groups
        self._is_for_one = is_for_one
        self._daemon_is_gone = False
        starter = ProgramStarter(setting.mode, groups, setting.descriptor_limit)
        self._processes = LaunchedProcesses(self.loop, starter, self.tell)
        self._jobs = LaunchedJobs(self.loop, groups, self.tell, self._processes.live_in)
        self._sessions = LaunchedSessions(
            setting.place, setting.mode, self.loop, groups, self.tell, self._processes, self._session_ended
        )

    def serve(self, message: Message) -> None:
        match message.record:
            case effects.StartProcess() as request:
                self._start(request, message.descriptors)
            case effects.ResumeProcess(process_key):
                self._processes.resume(process_key)
            case effects.SignalProcess(process_key, number):
                self._processes.signal(process_key, number)
            case effects.WatchProcess(process_key, pid):
                self._processes.watch(process_key, pid)
            case effects.PrepareSession() as request:
                self._sessions.prepare(request)
            case effects.OpenPort() as request:
                self._sessions.open_port(request)
            case effects.ClosePort(port_key):
                self._sessions.close_port(port_key)
            case effects.EndSession(session_key):
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
                group = self._sessions.group_of(session_key)
                pids = () if group is None else self._groups.pids(group)
                self.tell(ProcessesListed(ticket, processes.facts_of(pids)))

    def reap(self) -> None:
        groups = self._processes.reap()
        if groups:
            self._jobs.children_ended(groups)
        self._sessions.children_ended()

    def daemon_gone(self) -> None:
        self._daemon_is_gone = True
        self._sessions.end_all()
        self._leave_if_done()

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
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            pid = os.fork()
        except OSError as error:
            self.tell(SessionFailed(request.session_key, f"fork: {error.strerror}"))
            return
        if pid == 0:
            ours.close()
            _run_and_leave(lambda: self._become_session_launcher(theirs, message))
        self._launchers.add(pid)
        theirs.close()
        self.tell(SessionLauncherStarted(request.session_key, pid), (ours.fileno(),))
        ours.close()

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
