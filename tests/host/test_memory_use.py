"""What the processes of a session really use, as the kernel counts it."""

import itertools
import os
import sys

import pytest

from ntsessions.executive.effects import EndSession, MeasureSession
from ntsessions.executive.reports import SessionEnded, SessionMeasured
from tests.host.driven_host import DrivenHost

MIB = 1 << 20
SLACK = 4 * MIB
"""Pages of the interpreter's own file become shared, or private, as others on the machine start and end."""

STEPS = f"""
import mmap, os, signal, sys
private = mmap.mmap(-1, 20 * {MIB}, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
shared = mmap.mmap(-1, 10 * {MIB}, flags=mmap.MAP_SHARED | mmap.MAP_ANONYMOUS)
told, tell = os.pipe()
done, be_done = os.pipe()
if os.fork() == 0:
    os.write(be_done, b"x")
    os.read(told, 1)
    sum(shared[page] for page in range(0, 10 * {MIB}, 4096))
    os.write(be_done, b"x")
    signal.pause()
os.read(done, 1)
print("up", flush=True)
sys.stdin.readline()
for page in range(0, 20 * {MIB}, 4096):
    private[page] = 1
print("written", flush=True)
sys.stdin.readline()
for page in range(0, 10 * {MIB}, 4096):
    shared[page] = 1
os.write(tell, b"x")
os.read(done, 1)
print("shared", flush=True)
signal.pause()
"""

SHUT = """
import ctypes, signal
ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE
print("up", flush=True)
signal.pause()
"""


class Stepper:
    """A program that does its next step when it is given a line, and says when it is done."""

    def __init__(self, host: DrivenHost, port: int, code: str) -> None:
        given, self._give = os.pipe()
        self._said, says = os.pipe()
        command = (sys.executable, "-I", "-S", "-c", code)
        self.key = host.start(port, *command, descriptors=(given, says, says))
        os.close(given)
        os.close(says)
        host.started(self.key)
        self._hear()

    def step(self) -> None:
        os.write(self._give, b"\n")
        self._hear()

    def _hear(self) -> None:
        assert os.read(self._said, 100).endswith(b"\n")

    def close(self) -> None:
        os.close(self._give)
        os.close(self._said)


TICKETS = itertools.count(1)


def begin(host: DrivenHost, session: int) -> int:
    ticket = next(TICKETS)
    host.perform(MeasureSession(ticket, session))
    return ticket


def measured(host: DrivenHost, ticket: int) -> SessionMeasured:
    return host.wait(SessionMeasured, lambda one: one.ticket == ticket)


def measure(host: DrivenHost, session: int) -> SessionMeasured:
    return measured(host, begin(host, session))


def test_what_a_program_writes_is_private_and_what_two_map_is_shared(host: DrivenHost) -> None:
    session, port = host.session_with_port()
    program = Stepper(host, port, STEPS)
    empty = measure(host, session)
    assert (empty.processes, empty.unreadable) == (2, 0)
    program.step()
    written = measure(host, session)
    assert written.private - empty.private == pytest.approx(20 * MIB, abs=SLACK)
    assert written.shared - empty.shared == pytest.approx(0, abs=SLACK)
    assert written.proportional - empty.proportional == pytest.approx(20 * MIB, abs=SLACK)
    program.step()
    shared = measure(host, session)
    assert shared.private - written.private == pytest.approx(0, abs=SLACK)
    assert shared.shared - written.shared == pytest.approx(2 * 10 * MIB, abs=SLACK)
    assert shared.proportional - written.proportional == pytest.approx(10 * MIB, abs=SLACK)
    program.close()
    host.end(session)
    assert measure(host, session).processes == 0


def test_only_the_session_that_was_asked_for_is_measured(host: DrivenHost) -> None:
    session, port = host.session_with_port(1)
    other, _ = host.session_with_port(2)
    program = Stepper(host, port, STEPS)
    assert measure(host, session).processes == 2
    assert measure(host, other) == SessionMeasured(next(TICKETS) - 1)
    program.close()


def test_a_program_that_lets_nobody_look_into_it_is_counted(host: DrivenHost) -> None:
    session, port = host.session_with_port()
    program = Stepper(host, port, SHUT)
    found = measure(host, session)
    assert (found.processes, found.unreadable) == (1, 0)
    assert found.private > 0
    program.close()


def test_everybody_who_asks_at_once_is_answered(host: DrivenHost) -> None:
    session, port = host.session_with_port()
    program = Stepper(host, port, STEPS)
    tickets = [begin(host, session) for _ in range(20)]
    assert {measured(host, ticket).processes for ticket in tickets} == {2}
    program.close()


def test_a_session_that_is_not_there_uses_nothing(host: DrivenHost) -> None:
    assert measure(host, 999_999) == SessionMeasured(next(TICKETS) - 1)


def test_who_asks_while_the_session_ends_is_answered(host: DrivenHost) -> None:
    session, port = host.session_with_port()
    program = Stepper(host, port, STEPS)
    tickets = [begin(host, session) for _ in range(3)]
    host.perform(EndSession(session))
    tickets += [begin(host, session) for _ in range(3)]
    for ticket in tickets:
        assert measured(host, ticket).processes <= 2
    host.wait(SessionEnded, lambda one: one.session_key == session)
    program.close()
