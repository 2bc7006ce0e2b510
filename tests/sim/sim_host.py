"""A host without Linux: effects are performed by the roll of a seeded die, on a clock that jumps.

It stands where the daemon, Linux and everybody's programs stand.  What happens next is the next event in virtual time;
things that are possible at the same moment happen in an order that the seed decides.  Some go wrong, as the seed says.

It checks what the real host relies on: effects name keys that live, and each call has one answer of a status that it
declares and that the wire can carry.
"""

import hashlib
import heapq
import re
from collections.abc import Callable
from functools import cache
from random import Random
from typing import Any

from msgspec.structs import asdict

from ntsessions.abi.call import BY_TYPE, Call
from ntsessions.abi.errors import NtError
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import TICKS_PER_SECOND
from ntsessions.executive import effects, reports
from ntsessions.executive.executive import Outcome, Pending
from ntsessions.profiles.table import PROFILES
from ntsessions.subsystems.service_control import ServiceConfiguration
from ntsessions.subsystems.system import System
from ntsessions.wire.frame import decode_reply, decode_request, encode_failure, encode_reply, encode_request
from tests.sim.random_calls import Knowledge

MACHINE = "S-1-5-21-1-2-3"
BOOT_UTC = 133_000_000_000_000_000
CONTROL_PORT = 0
MILLISECOND = 10_000
DAEMON_PID = 900
START_ERRORS = [1, 2, 3, 8, 11, 12, 13, 20]
RIGHT_PASSWORD = 1
FINDABLE = {"carol": 1003}
"""Accounts of the machine."""

Input = tuple[Any, ...]


@cache
def _method(effect_type: type[effects.Effect]) -> str:
    return "perform" + re.sub("([A-Z])", r"_\1", effect_type.__name__).lower()


class Fault(Exception):
    """The system asked for what no host can do."""


class SimSession:
    def __init__(self, key: int) -> None:
        self.key = key
        self.is_prepared = False
        self.is_ending = False
        self.is_gone = False
        self.processes: dict[int, SimProcess] = {}


class SimProcess:
    """A process that we started; it exists from the effect on, and runs from the start on."""

    def __init__(self, key: int, session: SimSession, port: int) -> None:
        self.key = key
        self.session = session
        self.port = port
        self.pid = 0
        self.start_time = 0
        self.is_alive = True
        self.is_told = False
        self.ignores_sigterm = False


class Client:
    """A connection: a thread of a program."""

    def __init__(self, key: int, port: int, pid: int, start_time: int) -> None:
        self.key = key
        self.port = port
        self.pid = pid
        self.start_time = start_time
        self.is_admitted = False
        self.is_open = True
        self.request = 0
        self.known = Knowledge()
        self.outcomes: dict[int, Outcome] = {}


class SimHost:
    """A machine, its programs and the system on it."""

    def __init__(self, seed: int, profile: str = "windows11", services: tuple[ServiceConfiguration, ...] = (),
                 fault_rate: float = 0.08, accounts: bytes = b"") -> None:  # fmt: skip
        self.random = Random(seed)
        self.profile = profile
        self.services = services
        self.fault_rate = fault_rate
        self.system = System(PROFILES[profile], MACHINE, services)
        self.executive = self.system.executive
        self.now = 0
        self.inputs: list[Input] = []
        self.digest = hashlib.sha256()
        self.is_down = False
        self._events: list[tuple[int, float, int, Callable[[], None]]] = []
        self._event_number = 0
        self._pid = 1000
        self._start_time = 1
        self._client_key = 0
        self.sessions: dict[int, SimSession] = {}
        self.ports: dict[int, SimSession] = {}
        self.processes: dict[int, SimProcess] = {}
        self.watched: dict[int, int] = {}
        """Process key -> pid of programs that we did not start."""
        self.foreign: dict[int, tuple[int, int]] = {}
        """pid -> (start time, port) of programs that others started."""
        self.jobs: dict[int, set[int]] = {}
        self.forked_members: dict[int, set[int]] = {}
        """Job -> pids of programs that members have forked."""
        self.released_jobs: set[int] = set()
        self.memory: set[int] = set()
        self.clients: dict[int, Client] = {}
        self.pending: dict[tuple[int, int], Call[Any]] = {}
        self.stored = accounts
        self.used_ids: dict[int, int] = {}
        self._boot()

    # -- what the machine does by itself

    def _boot(self) -> None:
        self._enter("advance", 0, BOOT_UTC)
        identity = effects.UnixIdentity("root", 0, 0, (), "/root", "/bin/sh", is_managed=False)
        self.report(
            reports.HostStarted(
                process_id=DAEMON_PID, start_time=1, identity=identity, is_personal=False, process_groups="none",
                version="sim", uid_base=200_000, accounts=self.stored,
            )
        )  # fmt: skip

    def later(self, happens: Callable[[], None], milliseconds: float | None = None) -> None:
        """Let something happen after a while, the order of what happens at once being anybody's guess."""
        delay = self.random.choice([0, 0, 1, 3, 20]) if milliseconds is None else milliseconds
        self._event_number += 1
        at = self.now + int(delay * MILLISECOND)
        heapq.heappush(self._events, (at, self.random.random(), self._event_number, happens))

    def goes_wrong(self, chance: float = 1.0) -> bool:
        return self.random.random() < self.fault_rate * chance

    def step(self) -> bool:
        """Let the next thing happen; False when nothing will."""
        steady, absolute = self.executive.next_deadline()
        due = [] if steady is None else [steady]
        if absolute is not None:
            due.append(absolute - BOOT_UTC)
        if self._events:
            due.append(self._events[0][0])
        if not due or self.is_down:
            return False
        if min(due) > self.now + 3600 * TICKS_PER_SECOND:
            return False  # an absurd deadline; nobody lives to see it
        self.advance_to(max(self.now, min(due)))
        if self._events and self._events[0][0] <= self.now:
            heapq.heappop(self._events)[3]()
        return True

    def advance_to(self, now: int) -> None:
        self.now = now
        self._enter("advance", now, BOOT_UTC + now)

    def run(self, steps: int = 100_000) -> None:
        """Let everything happen that was begun."""
        while steps and self.step():
            steps -= 1
        assert steps, "the host never comes to rest"

    # -- inputs

    def _enter(self, *given: Any) -> Outcome | Pending | None:
        self.inputs.append(given)
        self._trace(given)
        outcome = enter(self.system, given)
        self._settle()
        return outcome

    def report(self, report: reports.Report) -> None:
        self._enter("report", report)

    def _settle(self) -> None:
        while asked := self.system.take_effects():
            for effect in asked:
                self._trace(effect)
                getattr(self, _method(type(effect)))(effect)

    def _trace(self, item: object) -> None:
        self.digest.update(repr(item).encode())

    # -- clients

    def operator(self) -> Client:
        """Connect as an operator, with a process of its own."""
        client = self.connect(CONTROL_PORT, *self._new_pid(), "operator")
        self.run_until(lambda: client.is_admitted)
        return client

    def _new_pid(self) -> tuple[int, int]:
        self._pid += 1
        self._start_time += 1
        return self._pid, self._start_time

    def connect(self, port: int, pid: int, start_time: int, command: str = "program", **told: Any) -> Client:
        self._client_key += 1
        client = self.clients[self._client_key] = Client(self._client_key, port, pid, start_time)
        self.report(reports.ThreadConnected(client.key, port, pid, 1000, start_time, command=command, **told))
        return client

    def disconnect(self, client: Client) -> None:
        if client.is_open:
            client.is_open = client.is_admitted = False
            self.report(reports.ThreadDisconnected(client.key))
            del self.clients[client.key]
            for waiting in [key for key in self.pending if key[0] == client.key]:
                del self.pending[waiting]

    def begin(self, client: Client, call: Call[Any]) -> int:
        """Make a call, through the wire's own encoding; returns the number of the request."""
        client.request += 1
        request = client.request
        client.known.requests.append(request)
        spec, number, arrived, _ = decode_request(memoryview(encode_request(call, request)))
        assert arrived == call
        self.pending[client.key, number] = call
        outcome = self._enter("dispatch", client.key, number, arrived)
        if isinstance(outcome, Outcome) and client.is_open:
            self._answered(client, number, outcome)
        assert spec.call_type is type(call)
        return request

    def call(self, client: Client, call: Call[Any]) -> Any:
        """Make a call and let the world turn until it is answered; raises what it fails with."""
        request = self.begin(client, call)
        self.run_until(lambda: request in client.outcomes)
        outcome = client.outcomes[request]
        frame = (
            encode_failure(request, NtStatus(outcome.status), outcome.detail)
            if outcome.status
            else encode_reply(request, outcome.reply)
        )
        return decode_reply(memoryview(frame), BY_TYPE[type(call)])

    def status(self, client: Client, call: Call[Any]) -> int:
        try:
            self.call(client, call)
        except NtError as error:
            return int(error.status)
        return 0

    def run_until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            assert self.step(), "it never happens"

    def _answered(self, client: Client, request: int, outcome: Outcome) -> None:
        call = self.pending.pop((client.key, request), None)
        assert call is not None, f"request {request} of client {client.key} was answered twice, or never asked"
        spec = BY_TYPE[type(call)]
        if outcome.status:
            assert outcome.status in spec.fails_with, (
                f"{spec.name} does not declare {outcome.status!r}: {outcome.detail}"
            )
            assert "undeclared" not in outcome.detail, f"{call}: {outcome.detail}"
        else:
            frame = memoryview(encode_reply(request, outcome.reply))
            try:
                reply = decode_reply(frame, spec)
            except NtError:
                reply = None  # too large for a frame
            self._learn(client, reply)
        client.outcomes[request] = outcome

    @staticmethod
    def _learn(client: Client, reply: Any) -> None:
        fields = asdict(reply) if hasattr(reply, "__struct_fields__") else {"handle": reply}
        for name, value in fields.items():
            if (
                type(value) is int
                and name in ("handle", "process", "thread", "token", "full_token")
                and 0 < value < 1 << 20
            ):
                client.known.handles.append(value)
            if type(value) is int and name in ("process_id", "thread_id"):
                client.known.ids.append(value)

    # -- answers

    def perform_complete_call(self, effect: effects.CompleteCall) -> None:
        client = self.clients.get(effect.thread_key)
        assert client is not None, "somebody is answered who left long ago"
        self._answered(client, effect.request, Outcome(effect.status, effect.reply, effect.detail))

    def perform_admit_thread(self, effect: effects.AdmitThread) -> None:
        client = self.clients.get(effect.thread_key)
        assert client is not None, "somebody is admitted who left long ago"
        client.is_admitted = True

    def perform_disconnect(self, effect: effects.Disconnect) -> None:
        client = self.clients.get(effect.thread_key)
        if client is not None:
            client.is_admitted = False
            self.later(lambda: self.disconnect(client), 0)

    def perform_shut_down(self, effect: effects.ShutDown) -> None:
        self.is_down = True

    # -- sessions and ports

    def _session(self, key: int) -> SimSession:
        session = self.sessions.get(key)
        if session is None:
            raise Fault(f"there never was a session {key}")
        return session

    def perform_prepare_session(self, effect: effects.PrepareSession) -> None:
        live = {session.session_id for session in self.executive.sessions.values() if session.key != effect.session_key}
        assert effect.session_id not in live, "the id of a session that lives was given out again"
        assert effect.session_key not in self.sessions, "a key was used twice"
        session = self.sessions[effect.session_key] = SimSession(effect.session_key)
        fails = effect.session_id != 0 and self.goes_wrong()

        def prepared() -> None:
            if session.is_gone:
                return
            if fails:
                session.is_gone = True
                self.report(reports.SessionFailed(session.key, "no namespace is left"))
            else:
                session.is_prepared = True
                self.report(reports.SessionPrepared(session.key))

        self.later(prepared)

    def perform_prepare_logon_group(self, effect: effects.PrepareLogonGroup) -> None:
        assert effect.group_key not in self.sessions, "a key was used twice"
        group = self.sessions[effect.group_key] = SimSession(effect.group_key)
        group.is_prepared = True
        if self._session(effect.session_key).is_gone or self.goes_wrong():
            group.is_gone = True
            self.report_later(reports.SessionEnded(group.key))

    def perform_end_session(self, effect: effects.EndSession) -> None:
        session = self._session(effect.session_key)
        if session.is_gone or session.is_ending:
            self.later(lambda: self.report(reports.SessionEnded(session.key)) if session.is_gone else None)
            return
        session.is_ending = True
        self.later(lambda: self._end_session(session))

    def _end_session(self, session: SimSession) -> None:
        """Kill one process after the other, then tell that nothing is left."""
        if session.is_gone:
            return
        for process in session.processes.values():
            if process.is_alive and (process.is_told or self.random.random() < 0.8):
                self._die(process, signal=9)
                self.later(lambda: self._end_session(session), 0)
                return
            if process.is_alive:  # told to start, not yet started: it never will
                process.is_alive = False
                self.report(reports.ProcessStartFailed(process.key, 3, "the session is ending"))
                self.later(lambda: self._end_session(session), 0)
                return
        self._forget(session)
        self.report(reports.SessionEnded(session.key))

    def _forget(self, session: SimSession) -> None:
        session.is_gone = True
        for key in [key for key, where in self.ports.items() if where is session]:
            del self.ports[key]

    def launcher_dies(self, session: SimSession) -> None:
        """Fault: a session is over, and nobody can tell how its processes ended, or answer what was asked."""
        if session.is_gone:
            return
        self._forget(session)
        for process in session.processes.values():
            if process.is_alive:
                process.is_alive = False
                self.report(reports.ProcessExited(process.key))
                self._programs_end(process.pid)
        self.report(reports.SessionEnded(session.key))

    def perform_open_port(self, effect: effects.OpenPort) -> None:
        session = self._session(effect.session_key)
        if session.is_gone or self.goes_wrong(0.5):
            self.later(lambda: self.report(reports.PortFailed(effect.port_key, "no socket is left")))
            return
        self.ports[effect.port_key] = session

        def opened() -> None:
            if not session.is_gone:
                self.report(reports.PortOpened(effect.port_key))

        self.later(opened)

    def perform_close_port(self, effect: effects.ClosePort) -> None:
        self.ports.pop(effect.port_key, None)

    # -- processes

    def perform_start_process(self, effect: effects.StartProcess) -> None:
        assert effect.process_key not in self.processes, "a key was used twice"
        session = self.ports.get(effect.port_key)
        for key in effect.job_keys:
            self._live_job(key).add(effect.process_key)
        if session is None or session.is_ending or self.goes_wrong(2):
            number = self.random.choice(START_ERRORS)
            self.later(
                lambda: self.report(reports.ProcessStartFailed(effect.process_key, number, "it would not start"))
            )
            return
        process = SimProcess(effect.process_key, session, effect.port_key)
        self.processes[process.key] = session.processes[process.key] = process
        process.ignores_sigterm = self.random.random() < 0.3
        pid, start_time = self._new_pid()

        def started() -> None:
            if not process.is_alive:
                return
            process.is_told = True
            process.pid, process.start_time = pid, start_time
            self.report(reports.ProcessStarted(process.key, pid, start_time))
            if self.goes_wrong(2):
                self._die(process, code=1)
            elif self.random.random() < 0.6:
                self.later(lambda: self._connects(process))

        if self.random.random() < 0.3:  # faster than the news of its start
            self.later(lambda: self._connects_early(process, pid, start_time), 0)
        self.later(started)

    def _connects(self, process: SimProcess) -> None:
        if process.is_alive and process.port in self.ports:
            self.connect(process.port, process.pid, process.start_time)

    def _connects_early(self, process: SimProcess, pid: int, start_time: int) -> None:
        if process.is_alive and not process.is_told and process.port in self.ports:
            client = self.connect(process.port, pid, start_time)
            if self.goes_wrong():
                self.disconnect(client)

    def _die(self, process: SimProcess, *, code: int | None = None, signal: int | None = None) -> None:
        if not process.is_alive:
            return
        if not process.is_told:
            process.is_alive = False
            self.report(reports.ProcessStartFailed(process.key, 3, "it was killed as it started"))
            return
        process.is_alive = False
        exited = reports.ProcessExited(process.key, code, signal)
        if self.random.random() < 0.5:  # either end may be noticed first
            self.report(exited)
            self._programs_end(process.pid)
        else:
            self._programs_end(process.pid)
            self.report(exited)

    def _programs_end(self, pid: int) -> None:
        for client in [client for client in self.clients.values() if client.pid == pid]:
            self.disconnect(client)

    def fork(self, client: Client, *, same_pid: bool = False) -> None:
        """A program that nobody asked us for connects through the same port: a child, or after a pid was reused."""
        if client.port not in self.ports:
            return
        pid, start_time = self._new_pid()
        if same_pid:
            pid = client.pid
            for process in self.processes.values():
                if process.pid == pid and process.is_alive:
                    return  # Linux gives out no pid that is in use
            self._foreign_dies(pid)
        self.foreign[pid] = (start_time, client.port)
        self.connect(client.port, pid, start_time, **self._origin(client, pid))

    def _origin(self, parent: Client, pid: int) -> dict[str, Any]:
        """Return what is told of a fork: its parent, or the groups that it lives in, or neither."""
        known = self.executive.processes_by_id.get(parent.pid)
        if known is None or known.start_time != parent.start_time or self.random.random() < 0.3:
            return {}
        for job in known.jobs:
            if job.key not in self.released_jobs:
                self.forked_members.setdefault(job.key, set()).add(pid)
        if self.random.random() < 0.5:
            return {"job_keys": tuple(job.key for job in known.jobs)}
        return {"ancestors": ((parent.pid, parent.start_time),)}

    def _foreign_dies(self, pid: int) -> None:
        """One of those ends; who watches it is told a moment later."""
        self.foreign.pop(pid, None)
        self._programs_end(pid)
        for key in [key for key, watched in self.watched.items() if watched == pid]:
            del self.watched[key]
            self.later(lambda key=key: self.report(reports.ProcessExited(key)))  # type: ignore[misc]  # a bound default

    def program_dies(self, client: Client) -> None:
        """The whole process of a client ends."""
        for process in self.processes.values():
            if process.pid == client.pid and process.is_alive:
                self._die(process, code=self.random.choice([0, 3]))
                return
        self._foreign_dies(client.pid)

    def perform_watch_process(self, effect: effects.WatchProcess) -> None:
        if effect.pid in self.foreign or any(client.pid == effect.pid for client in self.clients.values()):
            self.watched[effect.process_key] = effect.pid
        else:
            self.later(lambda: self.report(reports.ProcessExited(effect.process_key)))

    def perform_signal_process(self, effect: effects.SignalProcess) -> None:
        process = self.processes.get(effect.process_key)
        if process is not None:
            if effect.signal == 9 or (effect.signal == 15 and not process.ignores_sigterm):
                self.later(lambda: self._die(process, signal=effect.signal))
        elif effect.process_key in self.watched and effect.signal == 9:
            pid = self.watched[effect.process_key]
            self.later(lambda: self._foreign_dies(pid))

    def perform_resume_process(self, effect: effects.ResumeProcess) -> None:
        pass

    # -- jobs

    def _live_job(self, key: int) -> set[int]:
        assert key not in self.released_jobs, "a job that was let go is named again"
        return self.jobs.setdefault(key, set())

    def perform_move_process(self, effect: effects.MoveProcess) -> None:
        for key in effect.job_keys:
            self._live_job(key).add(effect.process_key)

    def perform_limit_job(self, effect: effects.LimitJob) -> None:
        self._live_job(effect.job_key)

    def perform_kill_job(self, effect: effects.KillJob) -> None:
        for key in sorted(self._live_job(effect.job_key)):
            process = self.processes.get(key)
            if process is not None:
                self.later(lambda process=process: self._die(process, signal=9))  # type: ignore[misc]  # as above
            elif key in self.watched:
                self.later(lambda pid=self.watched[key]: self._foreign_dies(pid))  # type: ignore[misc]  # as above
        for pid in sorted(self.forked_members.pop(effect.job_key, ())):
            self.later(lambda pid=pid: self._foreign_dies(pid))  # type: ignore[misc]  # as above
        self.later(lambda: self.report(reports.JobEmptied(effect.job_key)), 30)

    def perform_release_job(self, effect: effects.ReleaseJob) -> None:
        self._live_job(effect.job_key)
        self.released_jobs.add(effect.job_key)

    # -- questions

    def perform_list_processes(self, effect: effects.ListProcesses) -> None:
        session = self._session(effect.session_key)

        def listed() -> None:
            if session.is_gone:
                return  # its launcher died with the question; the executive must not wait for it
            found = tuple(
                reports.ProcessFacts(one.pid, one.start_time, 1, 0, 0, 0, "", "program", 4096)
                for one in session.processes.values()
                if one.is_alive and one.is_told
            )
            self.report(reports.ProcessesListed(effect.ticket, found))

        if session.is_gone:
            self.report_later(reports.ProcessesListed(effect.ticket, ()))
        else:
            self.later(listed)

    def report_later(self, report: reports.Report) -> None:
        self.later(lambda: self.report(report))

    def perform_measure_job(self, effect: effects.MeasureJob) -> None:
        self._live_job(effect.job_key)
        self.report_later(reports.JobMeasured(effect.ticket, 7, 5, 4096, ()))

    def perform_measure_session(self, effect: effects.MeasureSession) -> None:
        session = self._session(effect.session_key)

        def measured() -> None:
            if not session.is_gone:  # as above
                self.report(reports.SessionMeasured(effect.ticket, 1, 8192, 4096, 6144))

        if session.is_gone:
            self.report_later(reports.SessionMeasured(effect.ticket))
        else:
            self.later(measured)

    def perform_identify_process(self, effect: effects.IdentifyProcess) -> None:
        known = self.foreign.get(effect.pid)
        session = None if known is None else self.ports.get(known[1])
        if known is None or session is None:
            self.report_later(reports.ProcessIdentified(effect.ticket, None, None))
            return
        facts = reports.ProcessFacts(effect.pid, known[0], 1, 0, 0, 0, "", "program", 4096)
        self.report_later(reports.ProcessIdentified(effect.ticket, session.key, facts))

    def perform_look_up_account(self, effect: effects.LookUpAccount) -> None:
        uid = FINDABLE.get(effect.user_name)
        identity = None
        if uid is not None:
            identity = effects.UnixIdentity(effect.user_name, uid, uid, (), "/", "/bin/sh", is_managed=False)
        self.report_later(reports.AccountLookedUp(effect.ticket, identity))

    def perform_hash_password(self, effect: effects.HashPassword) -> None:
        self.report_later(reports.PasswordHashed(effect.ticket, "" if self.goes_wrong() else f"hash {effect.secret}"))

    def perform_verify_password(self, effect: effects.VerifyPassword) -> None:
        is_right = effect.password_hash == f"hash {effect.secret}"
        self.report_later(reports.PasswordVerified(effect.ticket, is_right))

    def perform_store_accounts(self, effect: effects.StoreAccounts) -> None:
        if self.goes_wrong():
            self.report_later(reports.AccountsStored(effect.ticket, "the disk is full"))
        else:
            self.stored = effect.accounts
            self.report_later(reports.AccountsStored(effect.ticket))

    # -- memory

    def perform_adopt_memory(self, effect: effects.AdoptMemory) -> None:
        self.memory.add(effect.memory_key)

    def perform_release_memory(self, effect: effects.ReleaseMemory) -> None:
        self.memory.discard(effect.memory_key)


def enter(system: System, given: Input) -> Outcome | Pending | None:
    """Give one recorded input to a system."""
    kind, *arguments = given
    if kind == "dispatch":
        return system.dispatch(*arguments)
    if kind == "report":
        system.report(*arguments)
    else:
        system.advance(*arguments)
    return None


def replay(host: SimHost) -> System:
    """Return a new system that was given everything that entered this host's."""
    system = System(PROFILES[host.profile], MACHINE, host.services)
    for given in host.inputs:
        enter(system, given)
        system.take_effects()
    return system
