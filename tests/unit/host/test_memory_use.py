"""How the kernel's sums are added up, and who is told of which measurement."""

import os
import select
from collections.abc import Callable, Iterator

import pytest

from ntsessions.executive.effects import MeasureSession
from ntsessions.executive.reports import Report, SessionMeasured
from ntsessions.host.memory_use import Measurements, MemoryUse, memory_use, parse_rollup

ROLLUP = b"""55c8a8904000-7ffcee1eb000 ---p 00000000 00:00 0                          [rollup]
Rss:                1752 kB
Pss:                 326 kB
Pss_Dirty:           112 kB
Shared_Clean:       1600 kB
Shared_Dirty:          8 kB
Private_Clean:        40 kB
Private_Dirty:       112 kB
AnonHugePages:        64 kB
Shared_Hugetlb:     2048 kB
Private_Hugetlb:    4096 kB
Swap:                  0 kB
"""
SESSION = 7


def test_huge_pages_are_counted_once_wherever_the_kernel_puts_them() -> None:
    """Transparent ones are in the kernel's sums already, those of hugetlbfs are in none."""
    used = parse_rollup(ROLLUP)
    assert used == MemoryUse(1, (1608 + 2048) << 10, (152 + 4096) << 10, (326 + 4096) << 10)


def test_processes_that_have_ended_are_left_out() -> None:
    assert memory_use((1 << 22, (1 << 22) + 1)) == MemoryUse()


class Desk:
    """Measurements, with the test in place of loop, launcher and executive."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.told: list[SessionMeasured] = []
        self.has_session = True
        self._bell = -1
        self._ring: Callable[[], None] = lambda: None
        self.measurements = Measurements(self, self._send, self._tell)

    def add_reader(self, descriptor: int, callback: Callable[[], None], /) -> None:
        self._bell, self._ring = descriptor, callback

    def remove_reader(self, descriptor: int, /) -> None:
        self._bell = -1

    def ask(self, ticket: int) -> None:
        self.measurements.begin(MeasureSession(ticket, SESSION))

    def read(self) -> None:
        """Let the launcher list this very process, and wait until it has been read."""
        self.measurements.listed(SESSION, (os.getpid(),))
        select.select([self._bell], [], [])
        self._ring()

    @property
    def answered(self) -> list[int]:
        return [report.ticket for report in self.told]

    def _send(self, session_key: int, effect: MeasureSession) -> bool:
        if self.has_session:
            self.asked.append(effect.ticket)
        return self.has_session

    def _tell(self, report: Report) -> None:
        assert isinstance(report, SessionMeasured)
        self.told.append(report)


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.measurements.close()


def test_who_asks_during_a_measurement_is_told_of_the_next(desk: Desk) -> None:
    """Never of what was read before they asked; and many who ask cost as much as one."""
    for ticket in (1, 2, 3):
        desk.ask(ticket)
    assert desk.asked == [1]
    desk.read()
    assert desk.answered == [1]
    desk.ask(4)
    assert desk.asked == [1, 2]
    desk.read()
    assert desk.answered == [1, 2, 3]
    assert desk.asked == [1, 2, 4]
    desk.read()
    assert [report.processes for report in desk.told] == [1, 1, 1, 1]


def test_the_end_of_a_session_answers_all_who_asked_and_nobody_twice(desk: Desk) -> None:
    desk.ask(1)
    desk.ask(2)
    desk.measurements.forget(SESSION)
    assert desk.told == [SessionMeasured(1), SessionMeasured(2)]
    desk.measurements.listed(SESSION, (os.getpid(),))  # the launcher's answer, too late
    desk.has_session = False
    desk.ask(3)
    assert desk.told[2:] == [SessionMeasured(3)]


def test_a_session_may_end_while_its_processes_are_read(desk: Desk) -> None:
    desk.ask(1)
    desk.measurements.listed(SESSION, (os.getpid(),))
    desk.measurements.forget(SESSION)
    desk.measurements.close()  # which waits for the thread, and takes what it has read
    assert desk.told == [SessionMeasured(1)]
    desk.measurements = Desk().measurements
