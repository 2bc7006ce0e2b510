"""Measuring what a session uses: a question to Linux, which may take its time."""

from ntsessions.abi.calls.session import QuerySessionMemory, SessionMemory
from ntsessions.abi.calls.system import DeleteSession
from ntsessions.executive import effects
from ntsessions.executive.reports import SessionMeasured
from ntsessions.executive.snapshot import restore, save
from tests.harness import PendingCall, World, replay


class SlowWorld(World):
    """A world in which measurements end when the test says so."""

    def _measure_session(self, effect: effects.MeasureSession) -> None:
        self.other_effects.append(effect)


def asked(world: World) -> tuple[PendingCall, int]:
    """Let alice ask; returns her call and the ticket of the question."""
    pending = world.program(1, "alice").begin(QuerySessionMemory(-1))
    (effect,) = world.take(effects.MeasureSession)
    assert effect.session_key == world.executive.sessions[1].key
    return pending, effect.ticket


def test_the_answer_is_what_linux_says() -> None:
    world = SlowWorld()
    pending, ticket = asked(world)
    assert not pending.done
    world.report(SessionMeasured(ticket, 3, 30, 20, 25, 1))
    assert pending.reply == SessionMemory(3, shared=30, private=20, proportional=25, unreadable=1)


def test_who_asked_about_a_session_that_ends_is_told_that_it_uses_nothing() -> None:
    world = SlowWorld()
    world.session(1)
    pending = world.system.begin(QuerySessionMemory(1))
    (effect,) = world.take(effects.MeasureSession)
    world.system.begin(DeleteSession(1))
    assert pending.reply == SessionMemory(0, 0, 0, 0)
    world.report(SessionMeasured(effect.ticket, 3, 30, 20, 25))  # too late, and nobody's
    assert not world.executive.questions


def test_an_asker_who_has_left_is_not_answered() -> None:
    world = SlowWorld()
    alice = world.program(1, "alice")
    alice.begin(QuerySessionMemory(-1))
    (effect,) = world.take(effects.MeasureSession)
    alice.exit()
    world.report(SessionMeasured(effect.ticket, 1, 1, 1, 1))
    assert not world.executive.questions


def test_a_measurement_under_way_survives_saving() -> None:
    world = SlowWorld()
    asked(world)
    data = save(world.executive)
    assert save(restore(data)) == data
    assert save(replay(world)) == data
