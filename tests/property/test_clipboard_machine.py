"""A clipboard in the hands of several programs, held against a model of one dictionary and four variables.

The model knows who has it open and for which window, which window owns it, what is there, and how often that changed.
After every step the executive must agree and the session must pay for no more than what is there; at the end the state
must survive saving and must be what its inputs lead to.
"""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ntsessions.abi.calls.clipboard import (
    CloseClipboard,
    EmptyClipboard,
    GetClipboardData,
    OpenClipboard,
    QueryClipboard,
    SetClipboardData,
    SetClipboardListener,
    SetClipboardViewer,
)
from ntsessions.abi.calls.message import AwaitSend, GetMessage, ReplyMessage
from ntsessions.abi.calls.window import CreateWindow, DestroyWindow
from ntsessions.abi.clipboard_formats import CF_LOCALE, CF_TEXT, CF_UNICODETEXT, TEXT_SOURCES, US_ENGLISH
from ntsessions.abi.status import NtStatus as S
from ntsessions.executive.effects import AdoptMemory, ReceivedDescriptor, ReleaseMemory
from ntsessions.executive.snapshot import restore, save
from ntsessions.executive.windowing.clipboard import FORMAT_COST
from tests.harness import Program, World, replay

FORMATS = st.sampled_from([CF_TEXT, CF_UNICODETEXT, 0x200, 0x201])
PLACES = st.integers(0, 3)
"""Threads: two of one process, one each of two others; all of one session."""
OPENER, OWNER = 4, 5
ROLES = st.sampled_from([0, 1, 2, 3, OPENER, OPENER, OPENER, OWNER, OWNER])
"""A thread, or the one that has it open or owns it."""
PROCESS_OF = (0, 0, 1, 2)
FILE = object()
"""What was put in as a file."""
FILE_SIZE = 1000


@dataclass(eq=False)
class Thread:
    program: Program
    windows: list[int]


class OneClipboard(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        first = self.world.program()
        self.threads = [Thread(program, [program.call(CreateWindow("Static"))]) for program in
                        (first, first.thread(), self.world.program(), self.world.program())]  # fmt: skip
        self.open_by: int | None = None
        self.open_for = 0
        self.owner = 0
        self.sequence = 0
        self.has_changed = False
        self.there: dict[int, Any] = {}
        """None: promised; a tuple: what it is made of."""
        self.asked: set[int] = set()
        """What the owner was sent for who has it open, answered or not."""
        self.taken: list[tuple[int, int]] = []
        """Messages that threads have taken and not answered."""
        self.base = self.paid
        self.files = 0

    @property
    def paid(self) -> int:
        return self.world.executive.sessions[1].windowing.space.paged_pool.used

    def place_of(self, window: int) -> int | None:
        return next((place for place, thread in enumerate(self.threads) if window in thread.windows), None)

    def who(self, role: int) -> int:
        place = {OPENER: self.open_by, OWNER: self.place_of(self.owner)}.get(role, role)
        return 0 if place is None else place

    # -- the model

    def close(self) -> None:
        self.open_by, self.open_for = None, 0
        self.asked.clear()
        if self.has_changed:
            self.has_changed = False
            if any(number in self.there for number in TEXT_SOURCES):
                for number, made in ((CF_LOCALE, US_ENGLISH), *((one, TEXT_SOURCES[one]) for one in TEXT_SOURCES)):
                    if number not in self.there:
                        self.there[number] = made
                        self.sequence += 1

    def change(self) -> None:
        self.sequence += 1
        self.has_changed = True

    def source_of(self, number: int) -> int | None:
        made = self.there.get(number, ())
        if not isinstance(made, tuple):
            return number
        return next((one for one in made if not isinstance(self.there.get(one, ()), tuple)), None)

    def lose(self, window: int) -> None:
        if self.owner == window:
            self.owner = 0
            if any(content is None for content in self.there.values()):
                self.there = {number: content for number, content in self.there.items() if content is not None}
                self.there = {number: self.there[number] for number in self.there if self.source_of(number) is not None}
                self.change()
                if self.open_by is None:
                    self.close()
        if self.open_by is not None and self.open_for == window:
            self.close()

    # -- steps

    @rule(place=PLACES, of=PLACES, none=st.booleans())
    def opens(self, place: int, of: int, *, none: bool) -> None:
        window = 0 if none else next(iter(self.threads[of].windows), 0)
        status = self.threads[place].program.status(OpenClipboard(window))
        if self.open_by is None or (self.open_for == window and (
            self.open_by == place or (window and PROCESS_OF[self.open_by] == PROCESS_OF[place])
        )):  # fmt: skip
            assert status is S.SUCCESS
            if self.open_by != place:
                self.asked.clear()
            self.open_by, self.open_for = place, window
        else:
            assert status is S.ACCESS_DENIED

    @rule(place=PLACES, promised=st.lists(FORMATS, max_size=2), data=st.lists(FORMATS, max_size=2))
    def puts_all_in(self, place: int, promised: list[int], data: list[int]) -> None:
        """What a program does that copies something."""
        self.makes_a_window(place)
        self.opens(place, place, none=False)
        if self.open_by == place:
            self.empties(place)
            for number in promised:
                self.puts(place, number, None)
            for number in data:
                self.puts(place, number, b"data")
            self.closes(place)

    @rule(place=ROLES)
    def closes(self, place: int) -> None:
        place = self.who(place)
        status = self.threads[place].program.status(CloseClipboard())
        assert status is (S.SUCCESS if self.open_by == place else S.CLIPBOARD_NOT_OPEN)
        if self.open_by == place:
            self.close()

    @rule(place=ROLES)
    def empties(self, place: int) -> None:
        place = self.who(place)
        status = self.threads[place].program.status(EmptyClipboard())
        assert status is (S.SUCCESS if self.open_by == place else S.CLIPBOARD_NOT_OPEN)
        if self.open_by == place:
            self.there.clear()
            self.asked.clear()
            self.owner = self.open_for
            self.change()

    @rule(place=ROLES, number=FORMATS, content=st.sampled_from([None, b"", b"data", FILE]))
    def puts(self, place: int, number: int, content: Any) -> None:
        place = self.who(place)
        call = SetClipboardData(number, None if content is FILE else content, FILE_SIZE if content is FILE else 0)
        file = (ReceivedDescriptor(1, True, True, False, FILE_SIZE),) if content is FILE else ()
        outcome = self.threads[place].program.begin(call, file).outcome
        assert outcome is not None
        owner = self.place_of(self.owner)
        is_asked = any(self.is_unanswered(send) for send in self.asked)
        is_rendered = is_asked and owner is not None and PROCESS_OF[owner] == PROCESS_OF[place]
        if self.open_by != place and not is_rendered:
            assert outcome.status == S.CLIPBOARD_NOT_OPEN
        elif content is None and not self.owner:
            assert outcome.status == S.INVALID_PARAMETER
        else:
            assert outcome.status == S.SUCCESS
            self.there[number] = content
            if not is_rendered:
                self.change()

    @rule(place=ROLES, number=FORMATS, waits=st.booleans())
    def takes(self, place: int, number: int, *, waits: bool) -> None:
        place = self.who(place)
        program = self.threads[place].program
        pending = program.begin(GetClipboardData(number))
        if self.open_by != place:
            assert pending.outcome is not None
            assert pending.outcome.status == S.CLIPBOARD_NOT_OPEN
            return
        found, source = pending.reply, self.source_of(number)
        if source is None:
            assert not found.is_there
        elif self.there[source] is None:
            if found.is_there:
                self.asked.add(found.send)
                if waits:
                    program.begin(AwaitSend(found.send))
        else:
            is_file = self.there[source] is FILE
            assert (found.format, found.size) == (source, FILE_SIZE if is_file else 0)
            assert found.data == (None if is_file else self.there[source])

    def is_unanswered(self, send: int) -> bool:
        queues = [thread.gui.queue for thread in self.world.executive.threads_by_id.values() if thread.gui is not None]
        return any(send in queue.receiving or any(sent.key == send for sent in queue.sent) for queue in queues)

    @rule(place=ROLES)
    def takes_a_message(self, place: int) -> None:
        place = self.who(place)
        message = self.threads[place].program.call(GetMessage(timeout=0))
        if message.sent:
            self.taken.append((place, message.sent))

    @rule(data=st.data())
    def answers_a_message(self, data: st.DataObject) -> None:
        if self.taken:
            place, sent = data.draw(st.sampled_from(self.taken))
            self.taken.remove((place, sent))
            self.threads[place].program.call(ReplyMessage(sent))

    @rule(place=PLACES, viewer=st.booleans())
    def listens(self, place: int, *, viewer: bool) -> None:
        thread = self.threads[place]
        for window in thread.windows[:1]:
            thread.program.status(SetClipboardViewer(window) if viewer else SetClipboardListener(window, listen=True))

    @rule(place=PLACES)
    def makes_a_window(self, place: int) -> None:
        thread = self.threads[place]
        if len(thread.windows) < 2:
            thread.windows.append(thread.program.call(CreateWindow("Static")))

    @rule(place=ROLES)
    def destroys_a_window(self, place: int) -> None:
        place = self.who(place)
        thread = self.threads[place]
        if thread.windows:
            window = thread.windows.pop(0)
            thread.program.call(DestroyWindow(window))
            self.lose(window)

    @rule(place=PLACES)
    def ends_a_thread(self, place: int) -> None:
        thread = self.threads[place]
        fresh = thread.program.thread()
        thread.program.end_thread()
        if self.open_by == place:
            self.close()
        for window in thread.windows:
            self.lose(window)
        self.threads[place] = Thread(fresh, [])
        self.taken = [(taker, sent) for taker, sent in self.taken if taker != place]

    # -- what holds

    @invariant()
    def it_is_as_the_model_says(self) -> None:
        told = self.threads[0].program.call(QueryClipboard())
        assert told.sequence == self.sequence
        assert (told.owner, told.opened_by) == (self.owner, self.open_for)
        assert sorted(told.formats) == sorted(self.there)
        assert told.promised == tuple(number for number in told.formats if self.there[number] is None)
        assert told.is_open == (self.open_by == 0)

    @invariant()
    def the_session_pays_for_what_is_there(self) -> None:
        costs = [
            FORMAT_COST + (FILE_SIZE if content is FILE else len(content or b""))
            for content in self.there.values()
            if not isinstance(content, tuple) and content is not US_ENGLISH
        ]
        assert self.paid == self.base + sum(costs)
        self.files += len(self.world.take(AdoptMemory)) - len(self.world.take(ReleaseMemory))
        assert self.files == sum(content is FILE for content in self.there.values())

    def teardown(self) -> None:
        for place in (0, 2, 3):
            self.threads[place].program.exit()
        saved = save(self.world.executive)
        assert save(restore(saved)) == saved
        assert save(replay(self.world)) == saved


TestOneClipboard = OneClipboard.TestCase
