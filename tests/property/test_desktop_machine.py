"""Window stations and desktops of several programs, held against a small model.

The model knows: which names there are, which handles lead where and whether they are inherited, where processes and
threads are, what has the input, and how much view space is taken.  After every step the executive must agree: what is
in use is not closed, what nothing keeps is gone at once and what something keeps is there (nt-semantics 6.9), a session
that somebody is logged on in has an input desktop, and what is paid for is what is there.  At the end the state must
survive saving, must be what its inputs lead to, and a session that everybody has left must be as it was at its start.
"""

from inspect import signature
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ntsessions.abi.calls.desktop import (
    CloseDesktop,
    CreateDesktop,
    GetThreadDesktop,
    OpenDesktop,
    OpenInputDesktop,
    QuerySessionDesktops,
    SetThreadDesktop,
    SwitchDesktop,
)
from ntsessions.abi.calls.heap import QuerySessionSpace
from ntsessions.abi.calls.object import DUPLICATE_CLOSE_SOURCE, Close, DuplicateObject, QueryObject
from ntsessions.abi.calls.process import CreateProcess, OpenProcess, QueryProcess
from ntsessions.abi.calls.system import DeleteSession
from ntsessions.abi.calls.window import CreateWindow, DestroyWindow
from ntsessions.abi.calls.window_station import (
    CloseWindowStation,
    CreateWindowStation,
    GetProcessWindowStation,
    LockWorkStation,
    OpenWindowStation,
    QueryWindowStations,
    SetProcessWindowStation,
    SetWindowStationLock,
)
from ntsessions.abi.status import NtStatus as S
from tests.harness import Program, World
from tests.property.desktop_model import ARGUMENTS, CLOSINGS, STEPS, Desk, Firm, Handle, Station, Worker
from tests.sim.checks import check_executive
from tests.unit.executive.windowing.desk import check_books, check_survival

PICK = st.integers(0, 1 << 16)
INHERITED = st.sampled_from([0, 0, 2])
DESKTOPS = st.sampled_from(["one", "ONE", "Two", "default"])
STATIONS = st.sampled_from(["Alpha", "alpha", "Beta", "winsta0"])
SIZES = st.sampled_from([0, 0, 64, 1000, 1])
CURRENT_PROCESS, DUP_HANDLE, SAME_ACCESS = -1, 0x40, 2


class Desktops(RuleBasedStateMachine):
    """What programs do, in any order."""

    @initialize(profile=st.sampled_from(["windows11", "server2003"]))
    def boot(self, profile: str) -> None:
        self.world = World(profile)
        self.session = 0
        self._log_on()

    def _log_on(self) -> None:
        """An administrator, who may name window stations, begins in a session of their own."""
        self.session += 1
        self.is_locked = False
        self.switched_from: Desk | None = None
        splits = self.world.executive.profile.splits_administrator_tokens
        program = self.world.program(self.session, "carol", admin=True, elevated=splits)
        self.port = program.process.port
        self.main = Station("WinSta0", is_interactive=True)
        rows = self.world.system.call(QuerySessionDesktops(self.session))
        self.main.desks = {
            row.name.lower(): Desk(row.name, self.main, row.heap_kb, is_permanent=True)
            for row in rows
            if row.window_station == "WinSta0"
        }
        self.default, self.winlogon = self.main.desks["default"], self.main.desks["winlogon"]
        self.input = self.default
        self.stations = {"winsta0": self.main}
        self.fixed_view = self._view() - sum(desk.size for desk in self.main.desks.values())
        self.at_rest = self.world.executive.sessions[self.session].pool.used
        self.firms: list[Firm] = []
        self._enter(program, self.main, self.default, {})

    def _view(self) -> int:
        areas = {area.name: area for area in self.world.system.call(QuerySessionSpace(self.session))}
        self.limit = areas["view space"].limit
        return areas["view space"].used // 1024

    def _enter(self, program: Program, station: Station, desk: Desk, inherited: dict[int, Handle]) -> None:
        station_handle, desk_handle = program.call(GetProcessWindowStation()), program.call(GetThreadDesktop())
        own = {station_handle: Handle(station), desk_handle: Handle(desk)}
        firm = Firm(program, station, station_handle, desk_handle, {**inherited, **own})
        firm.workers.append(Worker(program, desk, desk_handle))
        self.firms.append(firm)

    # -- choices

    def _worker(self, pick: int) -> tuple[Firm, Worker]:
        all_of_them = [(firm, worker) for firm in self.firms for worker in firm.workers]
        return all_of_them[pick % len(all_of_them)]

    def _handle(self, firm: Firm, pick: int, kind: type[Station] | type[Desk] | None = None) -> int:
        found = [value for value, one in firm.handles.items() if kind is None or isinstance(one.leads_to, kind)]
        return found[pick % len(found)]

    # -- desktops and window stations

    @rule(who=PICK, name=DESKTOPS, size=SIZES, inherited=INHERITED, root=st.none() | PICK)
    def create_desktop(self, who: int, name: str, size: int, inherited: int, root: int | None) -> None:
        firm, worker = self._worker(who)
        handle = 0 if root is None else self._handle(firm, root, Station)
        station = firm.station if root is None else firm.handles[handle].leads_to
        assert isinstance(station, Station)
        call = worker.program.begin(CreateDesktop(name, root=handle, attributes=inherited, heap_kb=size))
        desk = station.desks.get(name.lower())
        if desk is None:
            reserved = self._reserved(station, size)
            if not reserved:
                assert call.outcome is not None
                assert call.outcome.status == S.NO_MEMORY
                return
            desk = station.desks[name.lower()] = Desk(name, station, reserved)
        firm.handles[call.reply.handle] = Handle(desk, bool(inherited))

    def _reserved(self, station: Station, size: int) -> int:
        """Return what a new heap gets; 0: there is no room."""
        section = self.world.executive.profile.shared_section
        wanted = size or (section.interactive_kb if station.is_interactive else section.noninteractive_kb)
        if wanted == 1:
            return 0
        if self.limit is None:
            return wanted
        room = self.limit // 1024 - self._taken()
        safe = min(wanted, 512 if station.is_interactive else 128)
        return wanted if wanted <= room else safe if safe <= room else 0

    def _taken(self) -> int:
        return self.fixed_view + sum(desk.size for one in self.stations.values() for desk in one.desks.values())

    @rule(who=PICK, name=DESKTOPS, inherited=INHERITED)
    def open_desktop(self, who: int, name: str, inherited: int) -> None:
        firm, worker = self._worker(who)
        desk = firm.station.desks.get(name.lower())
        if desk is None:
            assert worker.program.status(OpenDesktop(name)) is S.OBJECT_NAME_NOT_FOUND
        else:
            firm.handles[worker.program.call(OpenDesktop(name, attributes=inherited))] = Handle(desk, bool(inherited))

    @rule(who=PICK)
    def open_input_desktop(self, who: int) -> None:
        firm, worker = self._worker(who)
        if not firm.station.is_interactive:
            assert worker.program.status(OpenInputDesktop()) is S.INVALID_FUNCTION
        elif self.input is self.winlogon:
            assert worker.program.status(OpenInputDesktop()) is S.ACCESS_DENIED
        else:
            firm.handles[worker.program.call(OpenInputDesktop())] = Handle(self.input)

    @rule(who=PICK, station=STATIONS, inherited=INHERITED, may_create=st.booleans())
    def take_station(self, who: int, station: str, inherited: int, may_create: bool) -> None:
        firm, worker = self._worker(who)
        found = self.stations.get(station.lower())
        if may_create:
            handle = worker.program.call(CreateWindowStation(station, attributes=inherited)).handle
            found = self.stations.setdefault(station.lower(), Station(station))
        elif found is None:
            assert worker.program.status(OpenWindowStation(station)) is S.OBJECT_NAME_NOT_FOUND
            return
        else:
            handle = worker.program.call(OpenWindowStation(station, attributes=inherited))
        firm.handles[handle] = Handle(found, bool(inherited))

    # -- handles

    @rule(who=PICK, pick=PICK, how=st.sampled_from(CLOSINGS))
    def close(self, who: int, pick: int, how: str) -> None:
        firm, worker = self._worker(who)
        handle = self._handle(firm, pick)
        is_station = isinstance(firm.handles[handle].leads_to, Station)
        is_used, refused = firm.uses(handle), S.HANDLE_NOT_CLOSABLE
        if how in ("CloseDesktop", "CloseWindowStation") and is_station is (how == "CloseDesktop"):
            is_used, refused = True, S.OBJECT_TYPE_MISMATCH
        elif how in ("CloseDesktop", "CloseWindowStation"):
            refused = S.BUSY
        call = {
            "Close": Close(handle),
            "CloseDesktop": CloseDesktop(handle),
            "CloseWindowStation": CloseWindowStation(handle),
            "close source": DuplicateObject(CURRENT_PROCESS, handle, 0, options=DUPLICATE_CLOSE_SOURCE),
        }[how]
        assert worker.program.status(call) is (refused if is_used else S.SUCCESS)
        if not is_used:
            del firm.handles[handle]

    @rule(who=PICK)
    def tidy(self, who: int) -> None:
        """A program keeps only what it works on."""
        firm, worker = self._worker(who)
        for handle in [handle for handle in firm.handles if not firm.uses(handle)]:
            worker.program.call(Close(handle))
            del firm.handles[handle]

    @rule(who=PICK, pick=PICK, other=PICK, inherited=INHERITED)
    def duplicate(self, who: int, pick: int, other: int, inherited: int) -> None:
        firm, worker = self._worker(who)
        target, handle = self.firms[other % len(self.firms)], self._handle(firm, pick)
        process = worker.program.call(OpenProcess(target.program.pid, DUP_HANDLE))
        copy = DuplicateObject(CURRENT_PROCESS, handle, process, 0, inherited, SAME_ACCESS)
        target.handles[worker.program.call(copy)] = Handle(firm.handles[handle].leads_to, bool(inherited))
        worker.program.call(Close(process))

    # -- where processes and threads are

    @rule(who=PICK, pick=PICK)
    def set_thread_desktop(self, who: int, pick: int) -> None:
        firm, worker = self._worker(who)
        handle = self._handle(firm, pick, Desk)
        desk = firm.handles[handle].leads_to
        assert isinstance(desk, Desk)
        if worker.windows and desk is not worker.desk:
            assert worker.program.status(SetThreadDesktop(handle)) is S.BUSY
        else:
            worker.program.call(SetThreadDesktop(handle))
            worker.desk, worker.handle = desk, handle

    @rule(who=PICK, pick=PICK)
    def set_process_window_station(self, who: int, pick: int) -> None:
        firm, worker = self._worker(who)
        handle = self._handle(firm, pick, Station)
        worker.program.call(SetProcessWindowStation(handle))
        station = firm.handles[handle].leads_to
        assert isinstance(station, Station)
        firm.station, firm.station_handle = station, handle

    @rule(who=PICK, station=STATIONS, name=DESKTOPS)
    def move_in(self, who: int, station: str, name: str) -> None:
        """A thread goes to a desktop of another window station, and keeps nothing but that."""
        firm, _ = self._worker(who)
        self.take_station(who, station, 0, may_create=True)
        self.create_desktop(who, name, 64, 0, root=-1)
        self.set_thread_desktop(who, -1)
        self.tidy(who)
        assert len(firm.handles) <= 2 + len(firm.workers)

    @rule(who=PICK, makes=st.booleans())
    def window(self, who: int, makes: bool) -> None:
        _, worker = self._worker(who)
        if makes and len(worker.windows) < 5:
            worker.windows.append(worker.program.call(CreateWindow("Static", "text")))
        elif worker.windows:
            worker.program.call(DestroyWindow(worker.windows.pop()))

    # -- the input

    @rule(who=PICK, pick=PICK)
    def switch(self, who: int, pick: int) -> None:
        firm, worker = self._worker(who)
        handle = self._handle(firm, pick, Desk)
        desk = firm.handles[handle].leads_to
        assert isinstance(desk, Desk)
        is_allowed = desk.station.is_interactive and (desk is self.input or not self.is_locked)
        assert worker.program.status(SwitchDesktop(handle)) is (S.SUCCESS if is_allowed else S.ACCESS_DENIED)
        if is_allowed:
            self.input = desk

    @rule(who=PICK)
    def lock(self, who: int) -> None:
        _, worker = self._worker(who)
        if not worker.desk.station.is_interactive:
            assert worker.program.status(LockWorkStation()) is S.ACCESS_DENIED
            return
        worker.program.call(LockWorkStation())
        if not self.is_locked:
            self.is_locked, self.switched_from, self.input = True, self.input, self.winlogon

    @rule()
    def unlock(self) -> None:
        self.world.system.call(SetWindowStationLock(self.session, False))
        if self.is_locked:
            self.is_locked, self.input, self.switched_from = False, self.switched_from or self.default, None

    # -- coming and going

    @rule(who=PICK, station=STATIONS, name=DESKTOPS, is_named=st.booleans(), inherits=st.booleans())
    def start(self, who: int, station: str, name: str, is_named: bool, inherits: bool) -> None:
        """A program starts a program, on a desktop or where the handles lead that it inherits."""
        firm, worker = self._worker(who)
        if len(self.firms) == 5:
            return
        info = rf"{station}\{name}" if is_named else ""
        created = worker.program.call(CreateProcess(("program",), desktop=info, inherit_handles=inherits))
        passed = {value: one for value, one in firm.handles.items() if inherits and one.is_inherited}
        where, desk = self._named(station, name) if is_named else self._inherited(passed)
        failed = worker.program.call(QueryProcess(created.process)).ended_because
        for handle in (created.process, created.thread):
            worker.program.call(Close(handle))
        assert bool(failed) is (desk is None), failed
        if where is not None and desk is not None:
            assert self.port is not None
            self._enter(self.world.connect(self.port.key, created.process_id), where, desk, passed)

    def _named(self, station: str, name: str) -> tuple[Station | None, Desk | None]:
        where = self.stations.get(station.lower())
        return where, None if where is None else where.desks.get(name.lower())

    def _inherited(self, passed: dict[int, Handle]) -> tuple[Station, Desk]:
        """Return where 6.4 puts a program that is told nothing, and may be on WinSta0."""
        items = [one.leads_to for one in passed.values()]
        desks = (one for one in items if isinstance(one, Desk) and one.station is self.main)
        return self.main, next(desks, self.default)

    @rule(who=PICK)
    def begin_thread(self, who: int) -> None:
        firm = self.firms[who % len(self.firms)]
        if len(firm.workers) == 4:
            return
        program = firm.workers[0].program.thread()
        desk = firm.handles[firm.desk_handle].leads_to
        assert isinstance(desk, Desk)
        assert program.call(GetThreadDesktop()) == firm.desk_handle
        firm.workers.append(Worker(program, desk, firm.desk_handle))

    @rule(who=PICK)
    def end_thread(self, who: int) -> None:
        firm, worker = self._worker(who)
        if len(firm.workers) > 1:
            worker.program.end_thread()
            firm.workers.remove(worker)

    @rule(who=PICK)
    def end_process(self, who: int) -> None:
        if len(self.firms) == 1:
            return
        firm = self.firms.pop(who % len(self.firms))
        firm.workers[0].program.exit()

    @precondition(lambda self: self.session < 3)
    @rule()
    def log_off(self) -> None:
        """Everybody is killed, and the session is over; another one begins."""
        session = self.world.executive.sessions[self.session]
        self.world.system.call(DeleteSession(self.session))
        assert self.session not in self.world.executive.sessions
        assert not session.windowing.desktops
        assert session.pool.used == 0
        self._log_on()

    # -- what always holds

    def _sweep(self) -> None:
        """Take out of the model what nothing keeps (6.9)."""
        held = {one.leads_to for firm in self.firms for one in firm.handles.values()}
        used = {worker.desk for firm in self.firms for worker in firm.workers}
        for station in list(self.stations.values()):
            for name, desk in list(station.desks.items()):
                if not desk.is_permanent and desk not in held and desk not in used:
                    del station.desks[name]
                    self.switched_from = None if self.switched_from is desk else self.switched_from
                    self.input = self.default if self.input is desk else self.input
            if station is not self.main and station not in held and not station.desks:
                del self.stations[station.name.lower()]

    @invariant()
    def names_and_input_are_right(self) -> None:
        if not hasattr(self, "firms"):
            return
        self._sweep()
        system = self.world.system
        told = {one.name: one for one in system.call(QueryWindowStations(self.session))}
        assert [name for name in told if not name.startswith("Service-")] == [
            one.name for one in self.stations.values()
        ]
        for station in self.stations.values():
            assert told[station.name].desktops == tuple(desk.name for desk in station.desks.values())
        assert (told["WinSta0"].input_desktop, told["WinSta0"].is_locked) == (self.input.name, self.is_locked)
        workers = [worker for firm in self.firms for worker in firm.workers]
        for row in system.call(QuerySessionDesktops(self.session)):
            desk = self.stations[row.window_station.lower()].desks[row.name.lower()]
            here = [worker for worker in workers if worker.desk is desk]
            windows = sum(len(worker.windows) for worker in here)
            assert (row.heap_kb, row.is_input, row.threads, row.windows) == (
                desk.size, desk is self.input, len(here), windows,
            )  # fmt: skip

    @invariant()
    def handles_lead_where_they_led(self) -> None:
        for firm in getattr(self, "firms", []):
            program = firm.workers[0].program
            assert program.call(GetProcessWindowStation()) == firm.station_handle
            for value, one in firm.handles.items():
                assert program.call(QueryObject(value)).name.endswith(f"\\{one.leads_to.name}")
            for worker in firm.workers:
                assert worker.program.call(GetThreadDesktop()) == worker.handle

    @invariant()
    def the_books_are_right(self) -> None:
        if hasattr(self, "firms"):
            assert self._view() == self._taken()
            check_books(self.world.executive)
            check_executive(self.world.executive)

    def teardown(self) -> None:
        if not hasattr(self, "firms"):
            return
        check_survival(self.world)
        for firm in self.firms:
            firm.workers[0].program.exit()
        self.firms.clear()
        self.names_and_input_are_right()
        assert list(self.stations) == ["winsta0"]
        assert self._view() == self._taken()
        assert self.world.executive.sessions[self.session].pool.used == self.at_rest


TestDesktops = Desktops.TestCase
TestDesktops.settings = settings(max_examples=40, stateful_step_count=40)


@settings(max_examples=40)
@given(st.integers(0, 1 << 32), st.sampled_from(["windows11", "server2003"]))
def test_a_long_life_of_desktops(seed: int, profile: str) -> None:
    """As above, without anybody who looks for the shortest way: much comes and goes, and what keeps it."""
    machine, chance = Desktops(), Random(seed)
    machine.boot(profile)
    for number in range(150):
        step = getattr(machine, chance.choice(STEPS if number % 100 else ["log_off"]))
        step(**{name: ARGUMENTS[name](chance) for name in signature(step).parameters})
        machine.names_and_input_are_right()
        if number % 10 == 0:
            machine.handles_lead_where_they_led()
            machine.the_books_are_right()
    machine.teardown()
