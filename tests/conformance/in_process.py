"""The conformance tests' world in the test's own process: the whole pure system, and a clock that the test moves."""

import itertools
from collections.abc import Iterator
from typing import Any

from msgspec import structs

from ntsessions.abi.call import BY_TYPE, Call
from ntsessions.abi.calls.account import AccountInformation
from ntsessions.abi.calls.process import CreatedProcess, CreateProcess
from ntsessions.abi.calls.section import MapView
from ntsessions.abi.calls.system import LogonFacts
from ntsessions.executive import effects, reports
from ntsessions.executive.effects import ReceivedDescriptor
from ntsessions.executive.executive import Executive, Outcome, Pending
from ntsessions.executive.processes.process import Process
from ntsessions.profiles.table import PROFILES
from ntsessions.subsystems.service_control import ServiceConfiguration
from ntsessions.subsystems.system import System
from tests import harness
from tests.conformance import worlds

SERVICES = (ServiceConfiguration("board", ("/bin/board",)), ServiceConfiguration("broken", ("/nowhere",)))


class Host(harness.World):
    """The harness's world around the whole system instead of the executive alone."""

    def _assemble(self) -> Executive:
        self.whole = System(PROFILES[self.profile], harness.MACHINE, SERVICES)
        self.secrets: dict[str, str] = {}
        self.memory: dict[int, bytearray] = {}
        self.unix_accounts: dict[str, effects.UnixIdentity] = {
            "daemon": effects.UnixIdentity("daemon", 1, 1, (1,), "/", "/bin/sh", is_managed=False)
        }
        self.refusals: dict[type[effects.Effect], Any] = {}
        """What the world does instead: a callable from the effect to a report, or to None for no answer."""
        return self.whole.executive

    def _boot(self) -> None:
        super()._boot()
        self.system = self.connect(harness.CONTROL_PORT)

    def _input(self, *given: Any) -> Outcome | Pending | None:
        self.inputs.append(given)
        kind, *arguments = given
        outcome: Outcome | Pending | None = None
        if kind == "dispatch":
            thread_key, request, call, received = arguments
            thread = self.executive.threads.get(thread_key)
            if thread is not None:
                thread.received, thread.grant = received, None
            outcome = self.whole.dispatch(thread_key, request, self._without_secrets(call))
        elif kind == "report":
            self.whole.report(*arguments)
        else:
            self.whole.advance(*arguments)
        while self.executive.effects:
            for effect in self.whole.take_effects():
                self._carry_out(effect)
        return outcome

    def _without_secrets(self, call: Call[Any]) -> Call[Any]:
        """Hold passwords back, as the daemon does."""
        hidden = {}
        for field in BY_TYPE[type(call)].secrets:
            text = getattr(call, field)
            if text is not None:
                hidden[field] = str(len(self.secrets) + 1)
                self.secrets[hidden[field]] = text
        return structs.replace(call, **hidden) if hidden else call

    def _carry_out(self, effect: effects.Effect) -> None:
        refuse = self.refusals.get(type(effect))
        if refuse is not None:
            report = refuse(effect)
            if report is not None:
                self.report(report)
            return
        match effect:
            case effects.LookUpAccount(ticket, user_name):
                self.report(reports.AccountLookedUp(ticket, self.unix_accounts.get(user_name)))
            case effects.HashPassword(ticket, secret):
                self.report(reports.PasswordHashed(ticket, f"hash of {self.secrets[str(secret)]}"))
            case effects.VerifyPassword(ticket, secret, password_hash):
                is_right = password_hash == f"hash of {self.secrets[str(secret)]}"
                self.report(reports.PasswordVerified(ticket, is_right))
            case effects.StoreAccounts(_, ticket):
                self.report(reports.AccountsStored(ticket))
            case effects.IdentifyProcess(ticket, _):
                self.report(reports.ProcessIdentified(ticket, None, None))
            case effects.ListProcesses(ticket, session_key):
                self._list_processes(ticket, session_key)
            case effects.WatchProcess() | effects.AdmitThread() | effects.ReleaseMemory() | effects.ReleaseJob():
                pass
            case effects.PrepareLogonGroup():
                pass
            case effects.SignalProcess(process_key, 15):  # programs here do not catch it
                self.report(reports.ProcessExited(process_key, signal=15))
            case _:
                super()._carry_out(effect)

    def _list_processes(self, ticket: int, session_key: int) -> None:
        rows = tuple(
            reports.ProcessFacts(one.process_id, 1, 1, 1000, one.process_id, one.process_id, "", one.command, 4096)
            for one in self.executive.sessions_by_key[session_key].processes.values()
            if one.process_id
        )
        self.report(reports.ProcessesListed(ticket, rows))


class InProcessBegun(worlds.Begun):
    def __init__(self, pending: harness.PendingCall, request: int) -> None:
        self._pending = pending
        self.request = request

    @property
    def done(self) -> bool:
        return self._pending.done

    @property
    def reply(self) -> Any:
        return self._pending.reply


class InProcessProgram(worlds.Program):
    def __init__(self, world: "InProcessWorld", inner: harness.Program) -> None:
        self.world = world
        self._host = world.host
        self._inner = inner

    def begin(self, call: Call[Any], *files: Any) -> InProcessBegun:
        pending = self._inner.begin(call, files)
        return InProcessBegun(pending, self._host._requests)

    def view(self, call: MapView) -> worlds.View:
        granted = self.call(call)
        grant = self._inner.thread_object.grant
        assert grant is not None, "a view goes with a grant"
        whole = self._host.memory.setdefault(grant.memory_key, bytearray(grant.size))
        part = slice(granted.offset, granted.offset + granted.size)
        if granted.copy_on_write:
            return worlds.View(granted, memoryview(whole[part]))
        shared = memoryview(whole)[part]
        return worlds.View(granted, shared if granted.writable else shared.toreadonly())

    def thread(self) -> worlds.Program:
        return InProcessProgram(self.world, self._inner.thread()).greet()  # type: ignore[arg-type]

    def end_thread(self) -> None:
        self._inner.end_thread()

    def exit(self) -> None:
        self._inner.exit()

    def kill(self) -> None:
        self._host.report(reports.ProcessExited(self._inner.process.key, signal=9))

    def fork(self) -> "InProcessForked":
        return InProcessForked(self.world, self._inner.process)  # type: ignore[arg-type]

    def start(self, **options: Any) -> "InProcessStarted":
        created = self.call(CreateProcess(("program",), **options))
        return InProcessStarted(self.world, created)  # type: ignore[arg-type]


class InProcessForked(worlds.Forked):
    """On a machine without groups: where it comes from, its ancestors tell, as long as they live."""

    def __init__(self, world: "InProcessWorld", parent: Process) -> None:
        self._world = world
        self._parent = parent

    def connect(self) -> worlds.Program:
        parent = self._parent
        assert parent.port is not None
        known = () if parent.has_exited else ((parent.process_id, parent.start_time),)
        inner = self._world.host.connect(parent.port.key, ancestors=known)
        return InProcessProgram(self._world, inner).greet()


class InProcessStarted(worlds.Started):
    def __init__(self, world: "InProcessWorld", created: CreatedProcess) -> None:
        self.created = created
        self._world = world
        self._process = world.host.executive.processes_by_id[created.process_id]

    def connect(self) -> worlds.Program:
        assert self._process.port is not None
        host = self._world.host
        inner = host.connect(self._process.port.key, self.created.process_id, self._process.start_time)
        return InProcessProgram(self._world, inner).greet()

    def exit(self, code: int) -> None:
        self._world.host.report(reports.ProcessExited(self._process.key, exit_code=code))


class InProcessWorld(worlds.World):
    is_real = False

    def __init__(self, profile: str = "windows11") -> None:
        self.profile = profile
        self.host = Host(profile)
        self.operator = InProcessProgram(self, self.host.system).greet()
        self._numbers: Iterator[int] = itertools.count(1)
        self._ports: dict[tuple[int, str, bool], Any] = {}

    def name(self, stem: str) -> str:
        return f"{stem}-{next(self._numbers)}"

    def passes(self, seconds: float) -> None:
        self.host.advance(seconds)

    def utc(self) -> int:
        return self.host.executive.utc

    def file(
        self, size: int, *, readable: bool = True, writable: bool = True, regular: bool = True
    ) -> ReceivedDescriptor:
        return ReceivedDescriptor(next(self._numbers), regular, readable, writable, size)

    def _facts(self, account: AccountInformation) -> LogonFacts:
        return LogonFacts(
            account.name, account.sid, account.is_administrator, account.uid, account.uid, (),
            f"/home/{account.name}", "/bin/sh", is_managed=True,
        )  # fmt: skip

    @property
    def _homes(self) -> dict[tuple[int, str, bool], Any]:
        return self._ports

    def _start_home(self, token: int) -> int:
        if not token:
            return harness.CONTROL_PORT
        created = self.operator.call(CreateProcess(("shell",), token=token))
        port = self.host.executive.processes_by_id[created.process_id].port
        assert port is not None
        return port.key

    def _program_of(self, home: int) -> worlds.Program:
        return InProcessProgram(self, self.host.connect(home)).greet()
