"""The event log: what is kept, what is only counted, and who reads it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ntsessions.abi.calls.event_log import EventLevel, EventRecord, QueryEventLog, WaitEventLog
from ntsessions.abi.calls.session import WaitSessionNotification
from ntsessions.abi.calls.system import CreateSession, DeleteSession
from ntsessions.abi.calls.wait import CancelCall
from ntsessions.abi.limits import ENTRIES_PER_QUERY, EVENT_TEXT_LENGTH, EVENTS_KEPT
from ntsessions.abi.types import TICKS_PER_SECOND
from ntsessions.executive.event_log import INTERVAL, EventLog, LoggedEvent, Topic
from ntsessions.executive.snapshot import restore, save
from ntsessions.wire.frame import encode_reply
from tests.harness import Program, World, replay

HEAP_FULL = 243
SECONDS = INTERVAL / TICKS_PER_SECOND


def log(
    world: World, session: int, text: str = "the heap is full", *, event: int = HEAP_FULL, subject: str = ""
) -> None:
    world.executive.log_event(EventLevel.WARNING, "Win32k", event, session, text, subject=subject)
    world.advance(0)  # lets the world carry out what follows


def read(program: Program) -> list[EventRecord]:
    """Read everything, page by page."""
    found: list[EventRecord] = []
    while page := program.call(QueryEventLog(found[-1].sequence if found else 0)):
        found += page
    return found


@pytest.fixture
def world() -> World:
    world = World()
    world.session(2)
    return world


# -- what is told


def test_a_record_tells_when_and_where_and_what(world: World) -> None:
    world.advance(5)
    log(world, 1)
    (record,) = read(world.system)
    assert record == EventRecord(1, world.executive.utc, 2, "Win32k", HEAP_FULL, 1, "the heap is full")


def test_a_text_is_cut_to_the_length_that_a_record_may_have(world: World) -> None:
    """Texts hold names, and names are as long as programs make them."""
    log(world, 1, "x" * (EVENT_TEXT_LENGTH + 1))
    (record,) = read(world.system)
    assert len(record.text) == EVENT_TEXT_LENGTH
    assert record.text.endswith("x...")


# -- who reads it


def test_everybody_reads_of_the_own_session_and_administrators_of_all(world: World) -> None:
    alice, bob = world.program(1, "alice"), world.program(2, "bob")
    carol, elevated = (world.program(2, "carol", admin=True, elevated=full) for full in (False, True))
    for session in (0, 1, 2):
        log(world, session)

    def seen(program: Program) -> list[int]:
        return [record.session_id for record in read(program)]

    assert seen(alice) == [1]
    assert seen(bob) == seen(carol) == [2]
    assert seen(elevated) == seen(world.system) == [0, 1, 2]


def test_what_is_told_of_a_session_that_has_ended_is_for_administrators_only(world: World) -> None:
    """Not for everybody, and not for whoever is given its number after sixty thousand others."""
    log(world, 2)
    world.system.begin(DeleteSession(2))
    world.executive.next_session_id = 2
    assert world.system.call(CreateSession()) == 2
    assert read(world.program(2, "bob")) == []
    log(world, 7, "of a session that is no more")
    assert [record.session_id for record in read(world.system)] == [2, 7]


# -- throttling


def test_more_of_the_same_is_counted_for_a_while_and_then_told_again(world: World) -> None:
    """A program that fails a thousand times a second leaves a record that says so, not a thousand."""
    for _ in range(5):
        log(world, 1, subject="Default")
    world.advance(SECONDS - 1)
    log(world, 1, subject="Default")
    assert [record.repeated for record in read(world.system)] == [5]
    world.advance(1)
    log(world, 1, subject="Default")
    assert [record.repeated for record in read(world.system)] == [5, 0]


@pytest.mark.parametrize("other", [{"subject": "Winlogon"}, {"event": 244}, {"session": 2}])
def test_what_differs_in_subject_event_or_session_is_not_the_same(world: World, other: dict[str, int | str]) -> None:
    log(world, 1, subject="Default")
    log(world, **({"session": 1, "subject": "Default"} | other))  # type: ignore[arg-type]  # one of the three
    assert [record.repeated for record in read(world.system)] == [0, 0]


# -- limits


def test_a_session_that_floods_the_log_pushes_out_its_own_records_only(world: World) -> None:
    """Whoever wants a record gone cannot wash it away."""
    log(world, 2, "what somebody did")
    for number in range(EVENTS_KEPT + 10):
        log(world, 1, subject=str(number))
    found = read(world.system)
    assert len(found) == len(world.executive.event_log) == EVENTS_KEPT
    assert (found[0].session_id, found[0].text) == (2, "what somebody did")
    assert found[-1].sequence == EVENTS_KEPT + 11


def test_a_page_fits_into_a_frame_whatever_the_texts_are_made_of(world: World) -> None:
    for number in range(2 * ENTRIES_PER_QUERY):
        log(world, 1, "\N{GRINNING FACE}" * EVENT_TEXT_LENGTH, subject=str(number))
    page = world.system.call(QueryEventLog())
    assert 1 < len(page) < ENTRIES_PER_QUERY
    encode_reply(1, page)
    assert len(read(world.system)) == 2 * ENTRIES_PER_QUERY
    for number in range(2 * ENTRIES_PER_QUERY):
        log(world, 2, subject=str(number))
    assert len(world.program(2, "bob").call(QueryEventLog())) == ENTRIES_PER_QUERY


# -- waiting


def test_a_wait_ends_with_the_first_record_that_one_may_read(world: World) -> None:
    alice = world.program(1, "alice")
    log(world, 1, "before")
    waiting = alice.begin(WaitEventLog())
    log(world, 2)
    assert not waiting.done
    log(world, 1, "after", subject="other")
    assert [record.text for record in waiting.reply] == ["after"]
    assert not world.executive.notification_waits


def test_a_record_that_is_there_already_ends_a_wait_at_once(world: World) -> None:
    log(world, 1)
    assert len(world.program(1, "alice").call(WaitEventLog(after=0))) == 1


def test_a_wait_for_records_ends_with_its_time_or_is_taken_back(world: World) -> None:
    alice = world.program(1, "alice")
    assert alice.call(WaitEventLog(timeout=0)) == ()
    waiting = alice.begin(WaitEventLog(timeout=TICKS_PER_SECOND))
    world.advance(1)
    assert waiting.reply == ()
    thread = alice.thread()
    thread.begin(WaitEventLog())
    assert alice.call(CancelCall(world._requests)) is False  # another thread's
    assert thread.call(CancelCall(world._requests - 1)) is True
    assert not world.executive.notification_waits
    thread.begin(WaitEventLog())
    thread.end_thread()
    assert not world.executive.notification_waits


def test_news_of_sessions_and_of_the_log_do_not_end_each_others_waits(world: World) -> None:
    log_wait = world.system.begin(WaitEventLog())
    session_wait = world.program(1, "alice").begin(WaitSessionNotification())
    other = world.system.begin(WaitSessionNotification())
    world.session(3)
    assert other.done
    assert not log_wait.done
    log(world, 1)
    assert log_wait.done
    assert not session_wait.done


# -- the state of the host


def test_the_log_survives_saving_and_goes_on_counting(world: World) -> None:
    log(world, 1, subject="Default")
    log(world, 1, subject="Default")
    world.program(1, "alice").begin(WaitEventLog())
    twin = restore(save(world.executive))
    assert save(twin) == save(world.executive)
    for executive in (twin, world.executive):
        executive.log_event(EventLevel.WARNING, "Win32k", HEAP_FULL, 1, "the heap is full", subject="Default")
    assert save(twin) == save(world.executive)
    assert twin.event_log.page(twin.threads[world.system.thread_key], 0)[0].repeated == 2


def test_calls_on_the_log_replay(world: World) -> None:
    world.program(1, "alice").begin(WaitEventLog(timeout=TICKS_PER_SECOND))
    assert save(replay(world)) == save(world.executive)


EVENTS = st.lists(
    st.tuples(st.integers(1, 3), st.sampled_from("ab"), st.integers(0, INTERVAL)), min_size=1, max_size=60
)


@given(EVENTS)
def test_every_event_is_a_record_or_counted_in_one_that_is_not_older_than_the_interval(
    events: list[tuple[int, str, int]],
) -> None:
    event_log, now = EventLog(), 0
    model: dict[tuple[int, str], list[int]] = {}
    for session, subject, passed in events:
        now += passed
        event = LoggedEvent(Topic("Win32k", HEAP_FULL, session, subject), EventLevel.ERROR, "full", session)
        times = model.setdefault((session, subject), [])
        is_new = not times or now >= times[-1] + INTERVAL
        if is_new:
            times.append(now)
        assert event_log.write(event, now, now) is is_new
    records = [event for kept in event_log._kept.values() for event in kept]
    assert sum(1 + event.repeated for event in records) == len(events)
    assert sorted(event.sequence for event in records) == list(range(1, sum(map(len, model.values())) + 1))
