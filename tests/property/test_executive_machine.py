"""Names, handles and waits of several programs, held against a model of dictionaries and counters.

The model knows: which objects exist and how many handles lead to each, which names lead where, who owns each mutex and
how often, which events are set, and which waits are pending.  After every step the executive must agree, and at the end
its state must survive saving and must be what its inputs lead to.
"""

from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from ntsessions.abi.calls.event import CreateEvent, OpenEvent, QueryEvent, ResetEvent, SetEvent
from ntsessions.abi.calls.mutant import CreateMutant, OpenMutant, QueryMutant, ReleaseMutant
from ntsessions.abi.calls.object import Close, DuplicateObject, QueryObject
from ntsessions.abi.calls.process import OpenProcess
from ntsessions.abi.calls.wait import WaitForObjects
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import NAMED_OBJECTS
from ntsessions.executive.snapshot import restore, save
from tests.harness import PendingCall, Program, World, replay

OPENIF = 0x80
SECOND = 10_000_000
SAME_ACCESS, CLOSE_SOURCE = 2, 1
NAMES = st.sampled_from(["a", r"Local\a", "b", None])
PLACES = st.sampled_from([0, 1, 0, 1, 2])
"""Programs: two of session 1 and one of session 2, all of one user each."""


@dataclass(eq=False)
class Thing:
    """An event or a mutex as the model knows it."""

    kind: str
    resets_itself: bool = False
    is_set: bool = False
    owner: int | None = None
    levels: int = 0
    is_abandoned: bool = False
    handles: int = 0
    name: tuple[int, str] | None = None

    def is_free_for(self, place: int) -> bool:
        if self.kind == "event":
            return self.is_set
        return self.owner is None or self.owner == place

    def take(self, place: int) -> bool:
        if self.kind == "event":
            if self.resets_itself:
                self.is_set = False
            return False
        self.owner, self.levels = place, self.levels + 1
        was_abandoned, self.is_abandoned = self.is_abandoned, False
        return was_abandoned


@dataclass(eq=False)
class Held:
    """A handle as the model knows it."""

    place: int
    value: int
    thing: Thing
    is_open: bool = True


@dataclass(eq=False)
class Waiting:
    """A wait that has not ended."""

    place: int
    things: list[Thing]
    wait_all: bool
    until: float | None
    call: PendingCall
    expected: int | None = field(default=None)


class Machine(RuleBasedStateMachine):
    """What programs do, in any order."""

    held = Bundle("held")

    @initialize()
    def boot(self) -> None:
        self.world = World()
        users = ((1, "alice"), (1, "alice"), (2, "bob"))
        self.programs: list[Program] = [self.world.program(session, user) for session, user in users]
        self.generation = 0
        self.names: dict[tuple[int, str], Thing] = {}
        self.handles: list[Held] = []
        self.waits: list[Waiting] = []
        self.now = 0.0

    # -- making and opening

    def _key(self, place: int, name: str) -> tuple[int, str]:
        return self.programs[place].process.session.session_id, name.removeprefix("Local\\")

    def _made(self, place: int, name: str | None, value: int, thing: Thing) -> Held:
        if name is not None and thing.name is None:
            thing.name = self._key(place, name)
            self.names[thing.name] = thing
        thing.handles += 1
        handle = Held(place, value, thing)
        self.handles.append(handle)
        return handle

    @rule(target=held, place=PLACES, name=NAMES, resets=st.booleans(), is_set=st.booleans())
    def create_event(self, place: int, name: str | None, resets: bool, is_set: bool) -> object:
        call = CreateEvent(name, NAMED_OBJECTS, OPENIF, event_type=int(resets), initial_state=is_set)
        return self._create(place, name, call, Thing("event", resets, is_set))

    @rule(target=held, place=PLACES, name=NAMES, owned=st.booleans())
    def create_mutant(self, place: int, name: str | None, owned: bool) -> object:
        thing = Thing("mutant", owner=place if owned else None, levels=int(owned))
        return self._create(place, name, CreateMutant(name, NAMED_OBJECTS, OPENIF, initial_owner=owned), thing)

    def _create(self, place: int, name: str | None, call: CreateEvent | CreateMutant, fresh: Thing) -> object:
        known = None if name is None else self.names.get(self._key(place, name))
        if known is not None and known.kind != fresh.kind:
            assert self.programs[place].status(call) is NtStatus.OBJECT_TYPE_MISMATCH
            return multiple()
        opened = self.programs[place].call(call)
        assert opened.existed == (known is not None)
        return self._made(place, name, opened.handle, known or fresh)

    @rule(
        target=held,
        place=PLACES,
        name=NAMES.filter(lambda name: name is not None),
        kind=st.sampled_from(["event", "mutant"]),
    )
    def open(self, place: int, name: str, kind: str) -> object:
        known = self.names.get(self._key(place, name))
        call = OpenEvent(name, NAMED_OBJECTS) if kind == "event" else OpenMutant(name, NAMED_OBJECTS)
        if known is None or known.kind != kind:
            missing = NtStatus.OBJECT_NAME_NOT_FOUND if known is None else NtStatus.OBJECT_TYPE_MISMATCH
            assert self.programs[place].status(call) is missing
            return multiple()
        return self._made(place, name, self.programs[place].call(call), known)

    @rule(target=held, source=held, closes=st.booleans())
    def duplicate(self, source: Held, closes: bool) -> object:
        """Session 1's programs belong to one user, who may copy handles between them."""
        if not source.is_open or source.place == 2:
            return multiple()
        target = 1 - source.place
        program = self.programs[source.place]
        process = program.call(OpenProcess(self.programs[target].pid, 0x40))
        options = SAME_ACCESS | (CLOSE_SOURCE if closes else 0)
        value = program.call(DuplicateObject(-1, source.value, process, options=options))
        program.call(Close(process))
        made = self._made(target, None, value, source.thing)
        if closes:
            self._closed(source)
        return made

    @rule(handle=held)
    def close(self, handle: Held) -> None:
        if handle.is_open:
            self.programs[handle.place].call(Close(handle.value))
            self._closed(handle)

    def _closed(self, handle: Held) -> None:
        handle.is_open = False
        self.handles.remove(handle)
        thing = handle.thing
        thing.handles -= 1
        if thing.handles == 0 and thing.name is not None:
            del self.names[thing.name]
            thing.name = None

    @rule(target=held, place=st.integers(0, 1), name=st.sampled_from(["a", "b"]))
    def share_an_owned_mutex(self, place: int, name: str) -> object:
        """Two programs hold one mutex and the first owns it: what then happens matters to the other."""
        if self._key(place, name) in self.names:
            return multiple()
        first = self.create_mutant(place, name, owned=True)
        return multiple(first, self.open(1 - place, name, "mutant"))

    @rule(target=held, resets=st.booleans())
    def share_an_event(self, resets: bool) -> object:
        """Two programs hold one event that is not set."""
        if self._key(0, "a") in self.names:
            return multiple()
        first = self.create_event(0, "a", resets=resets, is_set=False)
        return multiple(first, self.open(1, "a", "event"))

    # -- signals

    @rule(handle=held, sets=st.booleans())
    def signal(self, handle: Held, sets: bool) -> None:
        if handle.is_open and handle.thing.kind == "event":
            was_set = self.programs[handle.place].call((SetEvent if sets else ResetEvent)(handle.value))
            assert was_set == handle.thing.is_set
            handle.thing.is_set = sets
            self._settle()

    @rule(handle=held)
    def release(self, handle: Held) -> None:
        thing = handle.thing
        if not handle.is_open or thing.kind != "mutant":
            return
        status = self.programs[handle.place].status(ReleaseMutant(handle.value))
        if thing.owner != handle.place:
            assert status is NtStatus.MUTANT_NOT_OWNED
            return
        assert status is NtStatus.SUCCESS
        thing.levels -= 1
        if thing.levels == 0:
            thing.owner = None
        self._settle()

    # -- waits

    @rule(
        handles=st.lists(held, min_size=1, max_size=3), wait_all=st.booleans(), seconds=st.sampled_from([None, 0, 1, 3])
    )
    def wait(self, handles: list[Held], wait_all: bool, seconds: int | None) -> None:
        place = handles[0].place
        usable = [handle for handle in handles if handle.is_open and handle.place == place]
        if not usable:
            return
        things = [handle.thing for handle in usable]
        timeout = -1 if seconds is None else seconds * SECOND
        call = WaitForObjects(tuple(handle.value for handle in usable), wait_all, timeout)
        if wait_all and len(set(things)) < len(things):
            assert self.programs[place].status(call) is NtStatus.INVALID_PARAMETER_MIX
            return
        pending = self.programs[place].begin(call)
        until = None if seconds is None else self.now + seconds
        waiting = Waiting(place, things, wait_all, until, pending)
        if self._try(waiting):
            self._check_ended(waiting)
        elif seconds == 0:
            assert pending.reply.status == NtStatus.TIMEOUT
        else:
            self.waits.append(waiting)

    def _try(self, waiting: Waiting) -> bool:
        """Satisfy a wait in the model, if it can be."""
        free = [thing.is_free_for(waiting.place) for thing in waiting.things]
        if waiting.wait_all:
            if not all(free):
                return False
            abandoned = [thing.take(waiting.place) for thing in waiting.things]
            waiting.expected = 0x80 + abandoned.index(True) if True in abandoned else 0
            return True
        if True not in free:
            return False
        index = free.index(True)
        waiting.expected = (0x80 if waiting.things[index].take(waiting.place) else 0) + index
        return True

    def _settle(self) -> None:
        """End what can end, the longest waiting first, until nothing can."""
        ended = True
        while ended:
            ended = False
            for waiting in self.waits:
                if self._try(waiting):
                    self.waits.remove(waiting)
                    self._check_ended(waiting)
                    ended = True
                    break

    def _check_ended(self, waiting: Waiting) -> None:
        assert waiting.call.done, "a wait that could be satisfied waits on"
        assert waiting.call.reply.status == waiting.expected

    @rule(seconds=st.sampled_from([0.5, 1.0, 2.0]))
    def advance(self, seconds: float) -> None:
        self.world.advance(seconds)
        self.now += seconds
        for waiting in list(self.waits):
            if waiting.until is not None and waiting.until <= self.now:
                self.waits.remove(waiting)
                assert waiting.call.reply.status == NtStatus.TIMEOUT

    # -- ends

    @rule(place=PLACES)
    def exit(self, place: int) -> None:
        """A program ends; another one of the same user begins in its place."""
        program = self.programs[place]
        session = program.process.session.session_id
        for waiting in [waiting for waiting in self.waits if waiting.place == place]:
            self.waits.remove(waiting)
        program.exit()
        owned = {handle.thing for handle in self.handles} | {thing for wait in self.waits for thing in wait.things}
        for handle in [handle for handle in self.handles if handle.place == place]:
            self._closed(handle)
        for thing in owned:
            if thing.owner == place:
                thing.owner, thing.levels, thing.is_abandoned = None, 0, True
        self._settle()
        self.programs[place] = self.world.program(session, "bob" if place == 2 else "alice")

    # -- what holds always

    @invariant()
    def handles_lead_where_the_model_says(self) -> None:
        for handle in self.handles:
            program, thing = self.programs[handle.place], handle.thing
            told = program.call(QueryObject(handle.value))
            assert told.handle_count == thing.handles
            assert bool(told.name) == (thing.name is not None)
            if thing.kind == "event":
                assert program.call(QueryEvent(handle.value)).signaled == thing.is_set
                continue
            mutant = program.call(QueryMutant(handle.value))
            assert mutant.current_count == 1 - thing.levels
            assert mutant.owned_by_caller == (thing.owner == handle.place)
            assert mutant.abandoned == thing.is_abandoned

    @invariant()
    def nothing_waits_that_could_go_on(self) -> None:
        for waiting in self.waits:
            assert not waiting.call.done

    @invariant()
    def each_process_holds_what_the_model_holds(self) -> None:
        for place, program in enumerate(self.programs):
            assert len(program.process.handles) == sum(handle.place == place for handle in self.handles)

    def teardown(self) -> None:
        """The state survives saving, and is what its inputs lead to."""
        if not hasattr(self, "world"):
            return
        data = save(self.world.executive)
        assert save(restore(data)) == data
        assert save(replay(self.world)) == data
        for program in self.programs:
            program.exit()
        for session in self.world.executive.sessions.values():
            if session.session_id:
                assert not [name for name in session.bno.children if name in "abc"]


Machine.TestCase.settings = settings(max_examples=120, stateful_step_count=60)
TestExecutive = Machine.TestCase
