"""WaitForInputIdle: who starts a program learns when it can be used."""

import pytest

from ntsessions.abi.calls.event import CreateEvent
from ntsessions.abi.calls.message import GetMessage, MsgWaitForObjects, WaitForInputIdle
from ntsessions.abi.calls.process import OpenProcess
from ntsessions.abi.calls.wait import WaitForObject
from tests.conformance.kinds import WAIT_TIMEOUT
from tests.conformance.worlds import Program, ticks

IDLE, ENDED = 0, 1
SYNCHRONIZE = 0x100000


def test_a_program_is_idle_when_it_first_waits_for_a_message(alice: Program) -> None:
    """Who has started a program finds its window there when this returns."""
    started = alice.start()
    assert alice.call(WaitForInputIdle(started.created.process, 0)).status == WAIT_TIMEOUT
    waiting = alice.begin(WaitForInputIdle(started.created.process))
    program = started.connect()
    program.call(MsgWaitForObjects((program.call(CreateEvent(initial_state=True)).handle,), 0))
    assert waiting.reply.status == IDLE
    started.exit(0)


@pytest.mark.parametrize("look", [GetMessage(timeout=0), GetMessage()], ids=["polls", "waits"])
def test_looking_and_finding_nothing_is_being_idle(alice: Program, look: GetMessage) -> None:
    """A program that polls its queue counts too, and it is idle for ever after."""
    started = alice.start()
    program = started.connect()
    program.begin(look)
    assert alice.call(WaitForInputIdle(started.created.process, ticks(10))).status == IDLE
    assert alice.call(WaitForInputIdle(started.created.process, 0)).status == IDLE
    started.exit(0)


def test_a_program_that_ends_before_does_not_keep_others_waiting(alice: Program) -> None:
    """A console program that was taken for one of windows."""
    started = alice.start()
    waiting = alice.begin(WaitForInputIdle(started.created.process))
    started.connect()
    started.exit(0)
    assert waiting.reply.status == ENDED
    alice.call(WaitForObject(started.created.process, -1))
    assert alice.win32(WaitForInputIdle(started.created.process, 0)) == (None, 1471)


def test_only_a_program_that_may_be_looked_into_is_waited_for(alice: Program) -> None:
    """Each wrong handle says what is wrong about it."""
    child = alice.start().connect().fork().connect()
    assert alice.win32(WaitForInputIdle(alice.call(OpenProcess(child.pid, 0x400)), 0)) == (None, 1471)
    assert alice.win32(WaitForInputIdle(alice.call(OpenProcess(child.pid, SYNCHRONIZE)), 0)) == (None, 5)
    assert alice.win32(WaitForInputIdle(alice.call(CreateEvent()).handle, 0)) == (None, 6)
    assert alice.win32(WaitForInputIdle(0x7FFC, 0)) == (None, 6)
