"""Windows, menus, hooks and messages of several programs on several desktops, held against a small model.

The model knows: who stands on which desktop, which windows are in and behind which, what menus hold, who has set hooks,
and what waits for whom.  After every step the executive must agree, its heaps and quotas must count exactly what is
there, and nobody may reach what is on another desktop.  At the end the state must survive saving, must be what its
inputs lead to, and must be empty once everybody has gone.
"""

from collections import Counter
from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ntsessions.abi.calls.desktop import CreateDesktop, SetThreadDesktop
from ntsessions.abi.calls.hook import WH_MOUSE, SetWindowsHook, UnhookWindowsHook
from ntsessions.abi.calls.menu import CreateMenu, DestroyMenu, InsertMenuItem, MenuItem, QueryMenu, RemoveMenuItem
from ntsessions.abi.calls.message import (
    NONE,
    SENT,
    SMTO_BLOCK,
    WM_DESTROY,
    WM_NCDESTROY,
    WM_TIMER,
    GetMessage,
    PostMessage,
    ReplyMessage,
    SendMessage,
    SetTimer,
)
from ntsessions.abi.calls.window import (
    HWND_MESSAGE,
    WS_CHILD,
    CreateWindow,
    DestroyWindow,
    FindWindow,
    GetWindowText,
    ListWindows,
    QueryWindow,
    SetParent,
    SetWindowText,
)
from ntsessions.abi.status import NtStatus as S
from ntsessions.executive.reports import ProcessExited
from tests.harness import PendingCall, Program, World
from tests.unit.executive.windowing.desk import check_books, check_survival, user_objects

PLACES = st.sampled_from(range(4))
"""Threads: two of one program, one of another, all of alice's in session 1; one of bob's in session 2."""
DESKTOPS = st.sampled_from(["Default", "second"])
PICK = st.integers(0, 1 << 16)
NOTICES = (WM_DESTROY, WM_NCDESTROY)


@dataclass(eq=False)
class Pane:
    """A window."""

    handle: int
    place: int
    desktop: tuple[int, str]
    text: str
    parent: "Pane | None" = None
    owner: "Pane | None" = None
    is_quiet: bool = False
    """Only for messages, or in one that is."""


@dataclass(eq=False)
class Errand:
    """A message that was sent and not answered."""

    sender: int
    target: Pane
    call: PendingCall
    is_taken: int = 0
    """What it is answered by, once it was taken."""


@dataclass(eq=False)
class Place:
    """A thread."""

    program: Program
    desktop: tuple[int, str]
    menus: dict[int, list[int]] = field(default_factory=dict)
    hooks: set[int] = field(default_factory=set)
    posted: list[tuple[int, int]] = field(default_factory=list)
    notices: Counter[tuple[int, int]] = field(default_factory=Counter)
    """What it is told of windows that others destroyed."""
    has_timer: bool = False


class Windowing(RuleBasedStateMachine):
    """What programs do, in any order."""

    @initialize()
    def boot(self) -> None:
        self.world = World()
        self.panes: dict[tuple[int, int], Pane] = {}
        """By session and handle."""
        self.errands: list[Errand] = []
        self.late: list[Errand] = []
        """Those whose receiver ended in this step."""
        self.counter = 0
        first = self.world.program()
        programs = (first, first.thread(), self.world.program(), self.world.program(2, "bob"))
        self.places = [self._enter(program) for program in programs]

    def _enter(self, program: Program) -> Place:
        program.call(ListWindows())
        return Place(program, (program.process.session.session_id, "Default"))

    def _reachable(self, place: int) -> list[Pane]:
        return [pane for pane in self.panes.values() if pane.desktop == self.places[place].desktop]

    def _chosen(self, panes: list[Pane], pick: int) -> Pane | None:
        return panes[pick % len(panes)] if panes else None

    # -- windows

    @rule(
        place=PLACES,
        pick=PICK,
        kind=st.sampled_from(["top", "child", "owned", "quiet"]),
        text=st.text(st.characters(codec="utf-8"), max_size=40),
    )
    def create(self, place: int, pick: int, kind: str, text: str) -> None:
        here = self.places[place]
        above = self._chosen(self._reachable(place), pick) if kind in ("child", "owned") else None
        parent = HWND_MESSAGE if kind == "quiet" else above.handle if above is not None else 0
        style = WS_CHILD if kind == "child" and above is not None else 0
        handle = here.program.call(CreateWindow("Static", text, parent=parent, style=style))
        pane = Pane(handle, place, here.desktop, text, is_quiet=kind == "quiet")
        if above is not None:
            if style:
                pane.parent = above
            else:
                while above.parent is not None:
                    above = above.parent
                pane.owner = above
        assert (here.desktop[0], handle) not in self.panes
        self.panes[here.desktop[0], handle] = pane

    @rule(place=PLACES, pick=PICK)
    def destroy(self, place: int, pick: int) -> None:
        pane = self._chosen(self._reachable(place), pick)
        if pane is None:
            return
        here = self.places[place]
        if pane.place != place:
            assert here.program.status(DestroyWindow(pane.handle)) is S.ACCESS_DENIED
            return
        gone = here.program.call(DestroyWindow(pane.handle))
        expected = self._family([pane])
        assert gone[0] == pane.handle
        assert sorted(gone) == sorted(one.handle for one in expected)
        self._went(expected, place)

    def _family(self, roots: list[Pane]) -> list[Pane]:
        found: list[Pane] = []
        waiting = list(roots)
        while waiting:
            pane = waiting.pop()
            if pane not in found:
                found.append(pane)
                waiting += [one for one in self.panes.values() if pane in (one.parent, one.owner)]
        return found

    def _went(self, gone: list[Pane], by: int) -> None:
        for pane in gone:
            there = self.places[pane.place]
            del self.panes[pane.desktop[0], pane.handle]
            there.posted = [message for message in there.posted if message[0] != pane.handle]
            for errand in [errand for errand in self.errands if errand.target is pane and not errand.is_taken]:
                self._answered(errand, 0)
        for pane in gone:
            if pane.place != by:
                self.places[pane.place].notices.update((pane.handle, number) for number in NOTICES)

    @rule(place=PLACES, pick=PICK, other=PICK)
    def put_into(self, place: int, pick: int, other: int) -> None:
        pane, parent = (self._chosen(self._reachable(place), choice) for choice in (pick, other))
        if pane is None or parent is None or self.places[pane.place].program.process is not self._process(place):
            return
        program = self.places[place].program
        outer: Pane | None = parent
        while outer is not None and outer is not pane:
            outer = outer.parent
        if outer is pane:
            assert program.status(SetParent(pane.handle, parent.handle)) is S.INVALID_PARAMETER
        else:
            before = program.call(SetParent(pane.handle, parent.handle))
            assert before == (0 if pane.parent is None else pane.parent.handle)
            pane.parent, pane.is_quiet = parent, False

    def _process(self, place: int) -> object:
        return self.places[place].program.process

    @rule(place=PLACES, pick=PICK, text=st.text("ab\N{GRINNING FACE}", max_size=100))
    def set_text(self, place: int, pick: int, text: str) -> None:
        pane = self._chosen(self._reachable(place), pick)
        if pane is None:
            return
        program = self.places[place].program
        if self._process(pane.place) is self._process(place):
            program.call(SetWindowText(pane.handle, text))
            pane.text = text
        else:
            assert program.status(SetWindowText(pane.handle, text)) is S.ACCESS_DENIED
        assert program.call(GetWindowText(pane.handle)) == pane.text

    # -- menus and hooks

    @rule(place=PLACES)
    def create_menu(self, place: int) -> None:
        here = self.places[place]
        here.menus[here.program.call(CreateMenu())] = []

    @precondition(lambda self: any(place.menus for place in self.places))
    @rule(pick=PICK, item=st.integers(0, 3), what=st.sampled_from(["insert", "insert", "remove", "destroy"]))
    def change_menu(self, pick: int, item: int, what: str) -> None:
        here = [place for place in self.places if place.menus][pick % sum(1 for place in self.places if place.menus)]
        menu = list(here.menus)[pick % len(here.menus)]
        program, items = here.program, here.menus[menu]
        if program.status(QueryMenu(menu)) is S.INVALID_MENU_HANDLE:
            return  # it was made on the other desktop
        if what == "insert":
            program.call(InsertMenuItem(menu, item, True, MenuItem(item, "x" * item)))
            items.insert(min(item, len(items)), item)
        elif what == "remove":
            expected = S.SUCCESS if item < len(items) else S.MENU_ITEM_NOT_FOUND
            assert program.status(RemoveMenuItem(menu, item, True)) is expected
            del items[item : item + 1]
        else:
            program.call(DestroyMenu(menu))
            del here.menus[menu]
            return
        assert [one.item_id for one in program.call(QueryMenu(menu)).items] == items

    @rule(place=PLACES, take=st.booleans())
    def hook(self, place: int, take: bool) -> None:
        here = self.places[place]
        if take and here.hooks:
            here.program.call(UnhookWindowsHook(here.hooks.pop()))
        elif len(here.hooks) < 3:
            here.hooks.add(here.program.call(SetWindowsHook(WH_MOUSE)))

    # -- messages

    @rule(place=PLACES, pick=PICK)
    def post(self, place: int, pick: int) -> None:
        pane = self._chosen(self._reachable(place), pick)
        self.counter += 1
        number = 0x400 + self.counter % 0x100
        target = place if pane is None else pane.place
        handle = 0 if pane is None else pane.handle
        self.places[place].program.call(PostMessage(handle, number))
        self.places[target].posted.append((handle, number))

    @rule(place=PLACES, pick=PICK)
    def send(self, place: int, pick: int) -> None:
        pane = self._chosen([one for one in self._reachable(place) if one.place != place], pick)
        if pane is None:
            return
        call = self.places[place].program.begin(SendMessage(pane.handle, 0x600, flags=SMTO_BLOCK))
        self.errands.append(Errand(place, pane, call))

    @rule(place=PLACES)
    def get(self, place: int) -> None:
        here = self.places[place]
        message = here.program.call(GetMessage(timeout=0))
        sent = [errand for errand in self.errands if errand.target.place == place and not errand.is_taken]
        if sent:
            assert (message.kind, message.window) == (SENT, sent[0].target.handle)
            sent[0].is_taken = message.sent
        elif message.number in NOTICES:
            assert here.notices[message.window, message.number] == 1
            del here.notices[message.window, message.number]
        elif message.number == WM_TIMER:
            assert here.has_timer
            assert not here.posted
        elif message.kind == NONE:
            assert not here.posted
            assert not here.notices
        else:
            assert (message.window, message.number) == here.posted.pop(0)

    @precondition(lambda self: any(errand.is_taken for errand in self.errands))
    @rule(pick=PICK)
    def reply(self, pick: int) -> None:
        taken = [errand for errand in self.errands if errand.is_taken]
        errand = taken[pick % len(taken)]
        self.counter += 1
        self.places[errand.target.place].program.call(ReplyMessage(errand.is_taken, self.counter))
        self._answered(errand, self.counter)

    def _answered(self, errand: Errand, result: int) -> None:
        self.errands.remove(errand)
        if errand.sender >= 0:
            assert errand.call.reply.result == result

    @rule(place=PLACES)
    def set_timer(self, place: int) -> None:
        here = self.places[place]
        here.program.call(SetTimer(0, 0, 30))
        here.has_timer = True

    @rule()
    def time_passes(self) -> None:
        self.world.advance(0.02)

    # -- coming and going

    @rule(place=PLACES, name=DESKTOPS)
    def move(self, place: int, name: str) -> None:
        here = self.places[place]
        handle = here.program.call(CreateDesktop(name)).handle
        target = (here.desktop[0], name)
        is_busy = any(pane.place == place for pane in self.panes.values()) or here.hooks
        status = here.program.status(SetThreadDesktop(handle))
        if target == here.desktop or not is_busy:
            assert status is S.SUCCESS
            here.desktop = target
        else:
            assert status is S.BUSY

    @rule(place=PLACES)
    def end(self, place: int) -> None:
        """A thread ends, and another one, of a process of its own unless it shared one, takes its place."""
        here = self.places[place]
        others = [i for i, one in enumerate(self.places) if i != place and one.program.process is here.program.process]
        session = here.desktop[0]
        if others:
            here.program.end_thread()
            self._left(place)
            program = self.places[others[0]].program.thread()
        else:
            here.program.exit()
            self._left(place)
            here.menus.clear()
            program = self.world.program(session, "alice" if session == 1 else "bob")
        menus, self.places[place] = here.menus, self._enter(program)
        self.places[place].menus = menus

    def _left(self, place: int) -> None:
        for errand in self.errands:
            if errand.sender == place:
                errand.sender = -1
        self._went(self._family([pane for pane in self.panes.values() if pane.place == place]), place)

        self.late = [errand for errand in self.errands if errand.target.place == place]
        self.errands = [errand for errand in self.errands if errand.target.place != place]

    # -- what always holds

    @invariant()
    def the_books_are_right(self) -> None:
        check_books(self.world.executive)

    @invariant()
    def everybody_sees_their_desktop(self) -> None:
        for here in self.places:
            listed = here.program.call(ListWindows())
            assert sorted(listed) == sorted(
                pane.handle
                for pane in self.panes.values()
                if pane.desktop == here.desktop and pane.parent is None and not pane.is_quiet
            )
            found = here.program.call(FindWindow())
            assert found == (listed[0] if listed else 0)
            session = here.desktop[0]
            beyond = [
                pane for pane in self.panes.values() if pane.desktop[0] == session and pane.desktop != here.desktop
            ]
            for pane in beyond[:2]:
                for call in (QueryWindow(pane.handle), PostMessage(pane.handle, 1)):
                    assert here.program.status(call) is S.INVALID_WINDOW_HANDLE

    @invariant()
    def who_was_answered_knows(self) -> None:
        for errand in self.late:
            assert errand.sender < 0 or errand.call.reply.result == 0
        self.late.clear()
        assert not any(errand.call.done for errand in self.errands if errand.sender >= 0)

    def teardown(self) -> None:
        if not hasattr(self, "places"):
            return
        check_survival(self.world)
        for pid in {here.program.pid: None for here in self.places}:
            self.world.report(ProcessExited(self.world.executive.processes_by_id[pid].key, exit_code=0))
        assert not user_objects(self.world.executive)
        assert not self.world.executive.steady.live
        check_books(self.world.executive)


TestWindowing = Windowing.TestCase
TestWindowing.settings = settings(max_examples=60, stateful_step_count=40)
