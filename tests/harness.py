"""A host in the test's own process: the real executive, and a world that does at once what it is asked.

`World` stands where the daemon and Linux stand: it carries out effects, sends the reports that follow, and keeps the
time.  Everything that enters the executive is in `inputs`, so that `replay` builds the same state from nothing.

A call that ends with a status it does not declare fails the test at once.  `EXERCISED` tells, for the accounting
(`tests/conformance/test_accounting.py`), which calls were made and how they ended.
"""

import importlib
from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from ntsessions.abi.call import BY_TYPE, Call
from ntsessions.abi.calls.process import CreateProcess
from ntsessions.abi.calls.session import ConnectState
from ntsessions.abi.calls.system import CreateLogon, CreateSession, LogonFacts, LogonTokens, SetSession
from ntsessions.abi.errors import nt_error
from ntsessions.abi.logon import LogonType
from ntsessions.abi.sids import account_sid, parse_sid
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import TICKS_PER_SECOND
from ntsessions.executive import effects, reports
from ntsessions.executive.effects import Effect, ReceivedDescriptor
from ntsessions.executive.executive import Executive, Outcome, Pending
from ntsessions.executive.processes.logon_group import find_home
from ntsessions.executive.processes.process import Process
from ntsessions.executive.processes.thread import Thread
from ntsessions.profiles.table import PROFILES

importlib.import_module("ntsessions.executive.handlers")  # fills the tables of handlers

R = TypeVar("R")
E = TypeVar("E", bound=Effect)
Input = tuple[Any, ...]

MACHINE = parse_sid("S-1-5-21-1-2-3")
SYSTEM_THREAD = -1
BOOT_UTC = 133_000_000_000_000_000
CONTROL_PORT = 0

EXERCISED: defaultdict[type[Call[Any]], set[NtStatus]] = defaultdict(set)
"""Every call that any world of this run served, with the statuses that it ended with."""

_SERVED: dict[type[Effect], str] = {
    effects.PrepareSession: "_prepare_session",
    effects.OpenPort: "_open_port",
    effects.EndSession: "_end_session",
    effects.StartProcess: "_start_process",
    effects.MoveProcess: "_move_process",
    effects.SignalProcess: "_signal_process",
    effects.KillJob: "_kill_job",
    effects.MeasureJob: "_measure_job",
    effects.MeasureSession: "_measure_session",
    effects.CompleteCall: "_complete_call",
}


class PendingCall:
    """A call that has not been answered, until it is."""

    def __init__(self, call: Call[Any]) -> None:
        self.call_type = type(call)
        self.outcome: Outcome | None = None

    def complete(self, outcome: Outcome) -> None:
        """Take the answer, which may only be one that the call declares."""
        status = NtStatus(outcome.status)
        declared = BY_TYPE[self.call_type]
        assert status in {0, *declared.fails_with}, f"{declared.name} does not declare {status.name}: {outcome.detail}"
        assert not outcome.detail.startswith("undeclared: "), f"{declared.name}: {outcome.detail}"
        EXERCISED[self.call_type].add(status)
        self.outcome = outcome

    @property
    def done(self) -> bool:
        return self.outcome is not None

    @property
    def reply(self) -> Any:
        """The reply; raises what the call failed with."""
        assert self.outcome is not None, "the call is still pending"
        if self.outcome.status:
            raise nt_error(NtStatus(self.outcome.status), self.outcome.detail)
        return self.outcome.reply


class Program:
    """One thread of a program that runs in a session."""

    def __init__(self, world: "World", thread_key: int, pid: int) -> None:
        self.world = world
        self.thread_key = thread_key
        self.pid = pid

    def begin(self, call: Call[R], received: tuple[ReceivedDescriptor, ...] = ()) -> PendingCall:
        """Make a call that may have to wait."""
        return self.world.dispatch(self.thread_key, call, received)

    def call(self, call: Call[R], received: tuple[ReceivedDescriptor, ...] = ()) -> R:
        """Make a call that is answered at once."""
        reply: R = self.begin(call, received).reply
        return reply

    def status(self, call: Call[Any]) -> NtStatus:
        """Make a call for its status."""
        pending = self.begin(call)
        assert pending.outcome is not None, "the call is still pending"
        return NtStatus(pending.outcome.status)

    def thread(self) -> "Program":
        """Begin another thread."""
        process = self.process
        assert process.port is not None
        return self.world.connect(process.port.key, self.pid, process.start_time)

    def fork(self, **told: Any) -> "Program":
        """Let the process fork a child that connects by itself; *told*: what else the host tells of it."""
        process = self.process
        assert process.port is not None
        return self.world.connect(process.port.key, ancestors=((self.pid, process.start_time),), **told)

    def end_thread(self) -> None:
        """Let this thread end and the process go on."""
        self.world.report(reports.ThreadDisconnected(self.thread_key))

    def exit(self, code: int = 0) -> None:
        """Let the process end."""
        self.world.report(reports.ProcessExited(self.process.key, exit_code=code))

    @property
    def thread_object(self) -> Thread:
        return self.world.executive.threads[self.thread_key]

    @property
    def process(self) -> Process:
        return self.world.executive.processes_by_id[self.pid]


class World:
    """A booted host."""

    def __init__(self, profile: str = "windows11") -> None:
        self.profile = profile
        self.executive = self._assemble()
        self.inputs: list[Input] = []
        self.other_effects: list[Effect] = []
        self.pending: dict[tuple[int, int], PendingCall] = {}
        self._grants: dict[tuple[int, int], object] = {}
        self._requests = 0
        self._pids = 1000
        self._thread_keys = 0
        self._ports: dict[tuple[int, str, bool], int] = {}
        self._members: defaultdict[int, set[int]] = defaultdict(set)
        self._uids: dict[str, int] = {}
        self._boot()

    def _assemble(self) -> Executive:
        return Executive(PROFILES[self.profile], MACHINE)

    def _boot(self) -> None:
        self.advance(0)
        identity = effects.UnixIdentity("root", 0, 0, (), "/root", "/bin/sh", is_managed=False)
        self.report(
            reports.HostStarted(
                process_id=1, start_time=1, identity=identity, is_personal=False, process_groups="process-tree",
                version="test", uid_base=200_000,
            )
        )  # fmt: skip
        self.system = Program(self, SYSTEM_THREAD, 1)

    # -- what a test does

    def session(self, session_id: int) -> int:
        """Make sessions until there is one with this id."""
        while session_id not in self.executive.sessions:
            assert self.system.call(CreateSession()) <= session_id, "the session is gone; ids are not used again"
        return session_id

    def program(self, session: int = 1, user: str = "alice", *, admin: bool = False, elevated: bool = False) -> Program:
        """Start a program of a user in a session; SYSTEM works in session 0.  Logs the user on where needed."""
        if user == "SYSTEM":
            return self.connect(CONTROL_PORT)
        port = self._ports.get((session, user, elevated))
        if port is None:
            port = self._log_on(self.session(session), user, admin=admin, elevated=elevated)
        return self.connect(port)

    def log_on(self, session: int, user: str, *, admin: bool = False) -> LogonTokens:
        """Make a logon session; the tokens are the system's to close."""
        uid = self._uids.setdefault(user, 1001 + len(self._uids))
        facts = LogonFacts(user, account_sid(MACHINE, uid), admin, uid, uid, (), f"/home/{user}", "/bin/sh", True)
        return self.system.call(CreateLogon(facts, int(LogonType.INTERACTIVE), session))

    def _log_on(self, session: int, user: str, *, admin: bool, elevated: bool) -> int:
        tokens = self.log_on(session, user, admin=admin)
        token = tokens.full_token if elevated else tokens.token
        if self.executive.sessions[session].user_token is None:
            self.system.call(SetSession(session, int(ConnectState.ACTIVE), tokens.token))
        started = self.system.call(CreateProcess(("shell",), token=token))
        port = self.executive.processes_by_id[started.process_id].port
        assert port is not None
        self._ports[session, user, elevated] = port.key
        return port.key

    def connect(self, port: int, pid: int = 0, start_time: int = 1, **told: Any) -> Program:
        """Let a process, a new one unless its id is given, connect through a port.

        *told*: what else the host tells of it.  Raises ConnectionResetError when it is not let in.
        """
        if not pid:
            self._pids += 1
            pid = self._pids
        self._thread_keys += 1
        key = self._thread_keys
        command = f"program {pid}"
        self.report(reports.ThreadConnected(key, port, pid, 1000, start_time, command=command, **told))
        if key not in self.executive.threads:
            raise ConnectionResetError("it is not let in")
        return Program(self, key, pid)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        ticks = round(seconds * TICKS_PER_SECOND)
        self._input("advance", self.executive.now + ticks, (self.executive.utc or BOOT_UTC) + ticks)

    def take(self, kind: type[E]) -> list[E]:
        """Return, once, the effects of a kind that the world has nothing to do for."""
        taken = [effect for effect in self.other_effects if isinstance(effect, kind)]
        self.other_effects = [effect for effect in self.other_effects if not isinstance(effect, kind)]
        return taken

    # -- inputs

    def dispatch(self, thread_key: int, call: Call[Any], received: tuple[ReceivedDescriptor, ...] = ()) -> PendingCall:
        """Make a call as a thread."""
        self._requests += 1
        pending = self.pending[thread_key, self._requests] = PendingCall(call)
        is_there = thread_key in self.executive.threads  # it may have ended by this call
        outcome = self._input("dispatch", thread_key, self._requests, call, received)
        if isinstance(outcome, Outcome):
            if is_there:
                pending.complete(outcome)
            else:
                pending.outcome = outcome  # there is no such caller; the daemon passes on no such call
            self.pending.pop((thread_key, self._requests), None)
        return pending

    def report(self, report: reports.Report) -> None:
        """Tell the executive what happened."""
        self._input("report", report)

    def _input(self, *given: Any) -> Outcome | Pending | None:
        self.inputs.append(given)
        outcome = enter(self.executive, given)
        while self.executive.effects:
            for effect in self.executive.take_effects():
                self._carry_out(effect)
        return outcome

    # -- the world

    def _carry_out(self, effect: Effect) -> None:
        name = _SERVED.get(type(effect))
        if name is None:
            self.other_effects.append(effect)
        else:
            serve: Callable[[Effect], None] = getattr(self, name)
            serve(effect)

    def _prepare_session(self, effect: effects.PrepareSession) -> None:
        self.report(reports.SessionPrepared(effect.session_key))

    def _open_port(self, effect: effects.OpenPort) -> None:
        self.report(reports.PortOpened(effect.port_key))

    def _end_session(self, effect: effects.EndSession) -> None:
        home = find_home(self.executive, effect.session_key)
        assert home is not None
        for process in list(home.session.processes.values()):
            if home.group is None or process.home == home:
                self.report(reports.ProcessExited(process.key, signal=9))
        self.report(reports.SessionEnded(effect.session_key))

    def _start_process(self, effect: effects.StartProcess) -> None:
        self.other_effects.append(effect)
        for key in effect.job_keys:
            self._members[key].add(effect.process_key)
        self._pids += 1
        self.report(reports.ProcessStarted(effect.process_key, self._pids, start_time=1))

    def _move_process(self, effect: effects.MoveProcess) -> None:
        for key in effect.job_keys:
            self._members[key].add(effect.process_key)

    def _signal_process(self, effect: effects.SignalProcess) -> None:
        if effect.signal == 9:
            self.report(reports.ProcessExited(effect.process_key, signal=9))
        else:
            self.other_effects.append(effect)

    def _kill_job(self, effect: effects.KillJob) -> None:
        self.other_effects.append(effect)
        for key in sorted(self._members.pop(effect.job_key, ())):
            self.report(reports.ProcessExited(key, signal=9))
        self.report(reports.JobEmptied(effect.job_key))

    def _measure_job(self, effect: effects.MeasureJob) -> None:
        self.report(reports.JobMeasured(effect.ticket, user_time=7, kernel_time=5, peak_memory=4096, active_pids=()))

    def _measure_session(self, effect: effects.MeasureSession) -> None:
        session = self.executive.sessions_by_key[effect.session_key]
        count = sum(1 for process in session.processes.values() if process.process_id)
        self.report(reports.SessionMeasured(effect.ticket, count, count * 8192, count * 4096, count * 6144))

    def _complete_call(self, effect: effects.CompleteCall) -> None:
        pending = self.pending.pop((effect.thread_key, effect.request), None)
        if pending is None:
            assert effect.thread_key not in self.executive.threads, "a call was answered twice"
            return
        pending.complete(Outcome(effect.status, effect.reply, effect.detail))


def enter(executive: Executive, given: Input) -> Outcome | Pending | None:
    """Give one recorded input to an executive."""
    kind, *arguments = given
    if kind == "dispatch":
        thread_key, request, call, received = arguments
        thread = executive.threads.get(thread_key)
        if thread is not None:
            thread.received = received
            thread.grant = None
        return executive.dispatch(thread_key, request, call)
    if kind == "report":
        executive.report(*arguments)
    else:
        executive.advance(*arguments)
    return None


def replay(world: World) -> Executive:
    """Return a new executive that was given everything that entered this world's."""
    executive = Executive(PROFILES[world.profile], MACHINE)
    for given in world.inputs:
        enter(executive, given)
        executive.take_effects()
    return executive
