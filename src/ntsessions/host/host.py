"""The host: performs the executive's effects on Linux and reports what came of them.

`perform` never blocks.  What concerns namespaces and processes goes to a launcher, what is slow to the worker thread,
the rest is done at once.  Reports arrive through `on_report` in the loop's thread, some of them before `perform`
returns: collect them, and feed the executive when it is idle.

If a launcher dies, its sessions are over: their processes are reported as ended without a status, then the sessions.
"""

import itertools
import logging
import os
import select
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from ntsessions.executive import effects, reports
from ntsessions.executive.effects import Effect
from ntsessions.executive.reports import Report
from ntsessions.host import processes
from ntsessions.host.accounts import Accounts
from ntsessions.host.channel import Channel, Message
from ntsessions.host.isolation import Isolation
from ntsessions.host.launcher_fork import StartedLauncher, replace_launcher
from ntsessions.host.launcher_link import LauncherLink, Loop
from ntsessions.host.launcher_records import (
    LauncherFailed,
    LauncherReady,
    MembersListed,
    Noted,
    SessionLauncherStarted,
    SessionReady,
)
from ntsessions.host.membership import Membership
from ntsessions.host.memory import SectionMemory
from ntsessions.host.memory_pressure import MemoryPressure
from ntsessions.host.memory_use import Measurements
from ntsessions.host.passwords import PasswordHashes, Secrets
from ntsessions.host.process_watch import ProcessWatch
from ntsessions.host.routes import Routes
from ntsessions.host.store import StateStore
from ntsessions.host.worker import Worker

ACCOUNTS_FILE = "accounts"
_log = logging.getLogger(__name__)


class HostFailed(RuntimeError):
    """This machine cannot run sessions for us; the text says why."""


@dataclass(frozen=True)
class ListeningPort:
    """A port that listens; the daemon accepts on it."""

    port_key: int
    session_key: int
    listener: socket.socket


class Host:
    """Everything of Linux that the daemon needs.  One per process."""

    def __init__(
        self,
        loop: Loop,
        launcher: StartedLauncher,
        isolation: Isolation,
        state_dir: str,
        on_report: Callable[[Report], None],
    ) -> None:
        ready = _wait_until_ready(launcher.channel)
        self.isolation = isolation
        self.groups = ready.groups
        self.notes = ready.notes
        self.ports: dict[int, ListeningPort] = {}
        self.memory = SectionMemory()
        self.secrets = Secrets()
        self.store = StateStore(state_dir)
        self.accounts = Accounts(isolation, state_dir)
        self._loop = loop
        self._tell = on_report
        self._state_dir = state_dir
        self._forced_groups = ready.groups if ready.groups == "none" else ready.groups[:2]
        self._is_replaced = False
        self._orphaned: tuple[int, ...] = ()
        self._hashes = PasswordHashes()
        self._worker = Worker(loop)
        self._watch = ProcessWatch(loop, self._process_ended)
        self._pressure = self._watch_memory()
        self._membership = Membership(state_dir)
        self._ending: set[int] = set()
        self._held: dict[int, tuple[int, ...]] = {}
        self._held_keys = itertools.count(1)
        first = self._link(launcher.pid, launcher.channel)
        self._routes = Routes(first, one_for_all=ready.groups != "none")
        self._measurements = Measurements(loop, self._routes.send, on_report)

    def _watch_memory(self) -> MemoryPressure | None:
        try:
            return MemoryPressure(self._loop, lambda: self._tell(reports.MemoryRanShort()))
        except OSError as error:
            _log.warning("programs are not told that memory runs short: %s", error)
            return None

    # -- what calls bring along

    def hold_descriptors(self, descriptors: Sequence[int]) -> int:
        """Keep descriptors that came with a call until a `StartProcess` names them; owned by the host from here."""
        key = next(self._held_keys)
        self._held[key] = tuple(descriptors)
        return key

    def drop_descriptors(self, key: int) -> None:
        """Close held descriptors that nobody used."""
        for one in self._held.pop(key, ()):
            os.close(one)

    def _adopt_memory(self, effect: effects.AdoptMemory) -> None:
        """Keep a section's file.  One that cannot be kept is noticed when a view of it is asked for."""
        descriptors = self._held.pop(effect.descriptor_key, ())
        for spare in descriptors[1:]:
            os.close(spare)
        try:
            if descriptors:
                self.memory.adopt(effect.memory_key, descriptors[0], effect.size)
        except (OSError, ValueError) as error:
            _log.warning("a section's file cannot be used: %s", error)

    def session_of(self, pid: int) -> int | None:
        """Return the key of the session that a live process is in."""
        return self._membership.session_of(pid)

    def jobs_of(self, pid: int) -> tuple[int, ...] | None:
        """Return the keys of the jobs that a live process is in, outermost first; None when no group tells."""
        return self._membership.jobs_of(pid)

    def close(self) -> None:
        """End every session and wait until nothing of them is left."""
        for port_key in tuple(self.ports):
            self._close_listener(port_key)
        for link in self._routes.links():
            link.close()
        if not self._routes.first.is_gone:
            self._routes.first.close()
            os.waitpid(self._routes.first.pid, 0)
        for key in tuple(self._held):
            self.drop_descriptors(key)
        self._watch.close()
        if self._pressure is not None:
            self._pressure.close()
        self._worker.close()
        self._measurements.close()
        self.memory.close()

    # -- effects

    def perform(self, effect: Effect) -> None:
        """Do what the executive asks.  `CompleteCall`, `Disconnect` and `ShutDown` are the daemon's."""
        match effect:
            case effects.StartProcess():
                self._start_process(effect)
            case effects.ResumeProcess(process_key) | effects.SignalProcess(process_key):
                self._to_process(process_key, effect)
            case effects.WatchProcess():
                self._watch_process(effect)
            case effects.PrepareSession(session_key):
                self._prepare_session(session_key, effect)
            case effects.PrepareLogonGroup():
                self._prepare_logon_group(effect)
            case effects.EndSession(session_key):
                self._end_session(session_key, effect)
            case effects.OpenPort(port_key, session_key):
                self._routes.begin_port(port_key, session_key)
                if not self._routes.send(session_key, effect):
                    self._tell(reports.PortFailed(port_key, "there is no such session"))
            case effects.ClosePort(port_key):
                self._close_port(port_key, effect)
            case effects.MoveProcess(_, session_key, job_keys):
                self._routes.begin_jobs(job_keys, session_key)
                self._routes.send(session_key, effect)
            case effects.LimitJob():
                self._routes.limit_job(effect)
            case effects.KillJob(job_key) | effects.ReleaseJob(job_key):
                self._to_job(job_key, effect)
            case effects.MeasureJob(ticket, job_key):
                session = self._routes.session_of_job(job_key)
                if session is None or not self._routes.send(session, effect):
                    self._tell(reports.JobMeasured(ticket, 0, 0, 0, ()))
            case effects.ListProcesses(ticket, session_key):
                if not self._routes.send(session_key, effect):
                    self._tell(reports.ProcessesListed(ticket, ()))
            case effects.MeasureSession():
                self._measurements.begin(effect)
            case effects.IdentifyProcess(ticket, pid):
                self._identify_process(ticket, pid)
            case effects.AdoptMemory():
                self._adopt_memory(effect)
            case effects.ReleaseMemory(memory_key):
                self.memory.release(memory_key)
            case _:
                self._perform_in_worker(effect)

    def _perform_in_worker(self, effect: Effect) -> None:
        match effect:
            case effects.LookUpAccount(ticket, user_name):
                self._worker.submit(
                    partial(self.accounts.look_up, user_name),
                    lambda identity: self._tell(reports.AccountLookedUp(ticket, identity)),
                    None,
                )
            case effects.HashPassword(ticket, secret):
                self._worker.submit(
                    partial(self._hashes.hash, self.secrets.take(secret)),
                    lambda text: self._tell(reports.PasswordHashed(ticket, text)),
                    "",  # no password matches an empty hash
                )
            case effects.VerifyPassword(ticket, secret, password_hash):
                self._worker.submit(
                    partial(self._hashes.is_right, self.secrets.take(secret), password_hash),
                    lambda is_right: self._tell(reports.PasswordVerified(ticket, is_right)),
                    instead=False,
                )
            case effects.StoreAccounts(accounts, ticket):
                self._worker.submit(
                    partial(self._store_accounts, accounts),
                    lambda error: self._tell(reports.AccountsStored(ticket, error)),
                    "the host is too busy",
                )
            case _:
                raise TypeError(f"not an effect of the host: {type(effect).__name__}")

    def _store_accounts(self, accounts: bytes) -> str:
        try:
            self.store.write(ACCOUNTS_FILE, accounts)
        except OSError as error:
            return str(error)
        return ""

    def _prepare_session(self, session_key: int, effect: effects.PrepareSession) -> None:
        if self._routes.first.is_gone:
            self._tell(reports.SessionFailed(session_key, "the launcher has died; restart the daemon"))
            return
        self._routes.begin_session(session_key)
        self._routes.first.send(effect)

    def _prepare_logon_group(self, effect: effects.PrepareLogonGroup) -> None:
        self._routes.begin_session(effect.group_key)
        if not self._routes.send(effect.session_key, effect):
            self._routes.end_session(effect.group_key)
            self._tell(reports.SessionEnded(effect.group_key))

    def _end_session(self, session_key: int, effect: effects.EndSession) -> None:
        """Ask once: a session ends once, and says so once."""
        if not self._routes.has_session(session_key):
            self._tell(reports.SessionEnded(session_key))
        elif session_key not in self._ending:
            self._ending.add(session_key)
            self._routes.send(session_key, effect)

    def _start_process(self, effect: effects.StartProcess) -> None:
        stdio = () if effect.descriptors is None else self._held.pop(effect.descriptors, ())
        session_key = self._routes.session_of_port(effect.port_key)
        if session_key is None:
            self._tell(reports.ProcessStartFailed(effect.process_key, 3, "the port is closed"))
        else:
            self._routes.begin_process(effect.process_key, session_key)
            self._routes.begin_jobs(effect.job_keys, session_key)
            self._routes.send(session_key, effect, stdio)
        for one in stdio:
            os.close(one)

    def _to_process(self, process_key: int, effect: effects.ResumeProcess | effects.SignalProcess) -> None:
        session_key = self._routes.session_of_process(process_key)
        if session_key is not None:
            self._routes.send(session_key, effect)
        elif isinstance(effect, effects.SignalProcess):
            self._watch.signal(process_key, effect.signal)

    def _watch_process(self, effect: effects.WatchProcess) -> None:
        session_key = self._membership.session_of(effect.pid)
        if session_key is None or not self._routes.has_session(session_key):
            self._watch.begin(effect.process_key, effect.pid)
            return
        self._routes.begin_process(effect.process_key, session_key)
        self._routes.send(session_key, effect)

    def _identify_process(self, ticket: int, pid: int) -> None:
        facts = processes.facts(pid)
        home = None if facts is None else self._membership.session_of(pid)
        ancestors = () if home is None else processes.ancestors(pid)
        self._tell(reports.ProcessIdentified(ticket, home, facts, ancestors, self._membership.jobs_of(pid)))

    def _close_port(self, port_key: int, effect: effects.ClosePort) -> None:
        self._close_listener(port_key)
        session_key = self._routes.session_of_port(port_key)
        if session_key is not None:
            self._routes.send(session_key, effect)

    def _to_job(self, job_key: int, effect: effects.KillJob | effects.ReleaseJob) -> None:
        session_key = self._routes.session_of_job(job_key)
        if session_key is not None:
            self._routes.send(session_key, effect)
        if isinstance(effect, effects.ReleaseJob):
            self._routes.end_job(job_key)

    # -- what launchers say

    def _link(self, pid: int, channel: Channel) -> LauncherLink:
        return LauncherLink(self._loop, pid, channel, self._launcher_said, self._launcher_died)

    def _launcher_said(self, _: LauncherLink, message: Message) -> None:
        match message.record:
            case SessionLauncherStarted(session_key, pid):
                line = socket.socket(fileno=message.descriptors[0])
                self._membership.has_launcher(session_key, pid)
                self._routes.has_launcher(session_key, self._link(pid, Channel(line, blocking=False)))
            case SessionReady(session_key, notes, ipc_namespace):
                self._membership.has_namespace(session_key, ipc_namespace)
                self._tell(reports.SessionPrepared(session_key, notes))
            case reports.PortOpened(port_key) as report:
                listener = socket.socket(fileno=message.descriptors[0])
                session_key = self._routes.session_of_port(port_key) or 0
                self.ports[port_key] = ListeningPort(port_key, session_key, listener)
                self._tell(report)
            case reports.SessionEnded(session_key) | reports.SessionFailed(session_key) as report:
                self._forget_session(session_key)
                self._tell(report)
            case reports.ProcessExited() | reports.ProcessStartFailed() as report:
                self._process_ended(report)
            case MembersListed(session_key, pids):
                self._measurements.listed(session_key, pids)
            case LauncherReady():
                self._launcher_replaced()
            case LauncherFailed(_, reason):
                _log.error("the launcher could not be replaced: %s", reason)
            case Noted(text):
                _log.warning("%s", text)
            case Report() as report:
                self._tell(report)

    def _process_ended(self, report: reports.ProcessExited | reports.ProcessStartFailed) -> None:
        self._routes.end_process(report.process_key)
        self._tell(report)

    def _forget_session(self, session_key: int) -> None:
        for port in tuple(self.ports.values()):
            if port.session_key == session_key:
                self._close_listener(port.port_key)
        self._ending.discard(session_key)
        self._membership.forget(session_key)
        self._measurements.forget(session_key)
        own = self._routes.end_session(session_key)
        if own is not None:
            own.close()

    def _launcher_died(self, link: LauncherLink) -> None:
        """Its processes are as good as ended; its sessions have ended once somebody has made sure of that."""
        sessions = self._routes.sessions_on(link)
        _log.error("launcher %d died with %d sessions", link.pid, len(sessions))
        for session_key in sessions:
            for process_key in self._routes.processes_of(session_key):
                self._tell(reports.ProcessExited(process_key))
            self._forget_session(session_key)
        if link is not self._routes.first:
            self._lost_sessions(sessions)
            return
        os.waitpid(link.pid, 0)
        self._orphaned += sessions
        if self._is_replaced:
            self._lost_sessions(self._orphaned)  # a second death in a row: this machine does not let us run
            return
        self._is_replaced = True
        started = replace_launcher(self._state_dir, self.isolation, self._forced_groups)
        self._routes.replace_first(self._link(started.pid, started.channel))

    def _launcher_replaced(self) -> None:
        self._is_replaced = False
        self._lost_sessions(self._orphaned)
        self._orphaned = ()

    def _lost_sessions(self, sessions: tuple[int, ...]) -> None:
        for session_key in sessions:
            self._tell(reports.SessionEnded(session_key))

    def _close_listener(self, port_key: int) -> None:
        port = self.ports.pop(port_key, None)
        if port is not None:
            self._loop.remove_reader(port.listener.fileno())
            port.listener.close()


def _wait_until_ready(channel: Channel) -> LauncherReady:
    """Wait for the first launcher's first record; the only wait, before there is anything to serve."""
    waiting = select.poll()
    waiting.register(channel.socket.fileno(), select.POLLIN)
    waiting.poll()
    message = channel.receive()
    match None if message is None else message.record:
        case LauncherReady() as ready:
            return ready
        case LauncherFailed(_, reason):
            raise HostFailed(f"sessions cannot be prepared here: {reason}")
        case _:
            raise HostFailed("the launcher ended before it was ready")
