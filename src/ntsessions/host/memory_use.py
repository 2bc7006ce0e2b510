"""What memory the processes of a session really use, as the kernel counts pages.

The kernel walks a process's page tables for this, which takes milliseconds for a large one: the launcher only lists the
processes, and a thread of its own reads them, so that neither programs that are being started nor logons wait behind.

One measurement of a session is under way at a time.  Who asks meanwhile is answered by the next one, together with all
others who do: however many ask, the thread has at most two measurements of a session to make, and nobody is told what
was read before they asked.
"""

import os
from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

from ntsessions.executive.effects import MeasureSession
from ntsessions.executive.reports import Report, SessionMeasured
from ntsessions.host.launcher_link import Loop
from ntsessions.host.worker import Worker

_KIB = 1024
# Huge pages of hugetlbfs are in none of the kernel's other sums; transparent ones are in all of them.
_SHARED = (b"Shared_Clean", b"Shared_Dirty", b"Shared_Hugetlb")
_PRIVATE = (b"Private_Clean", b"Private_Dirty", b"Private_Hugetlb")
_PROPORTIONAL = (b"Pss", b"Private_Hugetlb")


class MemoryUse(NamedTuple):
    """Bytes, of the processes that were read."""

    processes: int = 0
    shared: int = 0
    private: int = 0
    proportional: int = 0
    unreadable: int = 0


def memory_use(pids: Iterable[int]) -> MemoryUse:
    """Return the sum over processes; those that have ended are left out."""
    total = MemoryUse()
    for pid in pids:
        total = MemoryUse(*map(sum, zip(total, _of_one(pid), strict=True)))
    return total


def _of_one(pid: int) -> MemoryUse:
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as file:
            text = file.read()
    except PermissionError:
        return MemoryUse(unreadable=1)
    except FileNotFoundError:  # it has ended, or this kernel has no such file (CONFIG_PROC_PAGE_MONITOR)
        return MemoryUse(unreadable=int(os.path.exists(f"/proc/{pid}")))
    except ProcessLookupError:
        return MemoryUse()
    return parse_rollup(text) if text else MemoryUse()


def parse_rollup(text: bytes) -> MemoryUse:
    """Return what /proc/PID/smaps_rollup says: a line of addresses, then `Name:  number kB` each."""
    parts = (line.partition(b":") for line in text.splitlines()[1:])
    fields = {name: int(number.split()[0]) * _KIB for name, _, number in parts}
    return MemoryUse(1, *(sum(fields.get(name, 0) for name in names) for names in (_SHARED, _PRIVATE, _PROPORTIONAL)))


class _Round:
    """One measurement under way, and who waits for the next."""

    def __init__(self, tickets: list[int]) -> None:
        self.tickets = tickets
        self.next_tickets: list[int] = []


class Measurements:
    """Measures sessions."""

    def __init__(self, loop: Loop, send: Callable[[int, MeasureSession], bool], tell: Callable[[Report], None]) -> None:
        self._send = send
        """Ask the launcher of a session; False: there is no such session."""
        self._tell = tell
        self._worker = Worker(loop)
        self._rounds: dict[int, _Round] = {}

    def begin(self, effect: MeasureSession) -> None:
        """Answer with what is read from now on."""
        under_way = self._rounds.get(effect.session_key)
        if under_way is None:
            self._begin(effect.session_key, [effect.ticket])
        else:
            under_way.next_tickets.append(effect.ticket)

    def listed(self, session_key: int, pids: tuple[int, ...]) -> None:
        """Read the processes that the launcher has told of."""
        if session_key in self._rounds:
            self._worker.submit(
                partial(memory_use, pids),
                partial(self._measured, session_key),
                MemoryUse(unreadable=len(pids)),
            )

    def forget(self, session_key: int) -> None:
        """A session has ended: nothing of it uses memory."""
        ended = self._rounds.pop(session_key, None)
        if ended is not None:
            self._answer(ended.tickets + ended.next_tickets, MemoryUse())

    def close(self) -> None:
        """End the thread."""
        self._rounds.clear()
        self._worker.close()

    def _begin(self, session_key: int, tickets: list[int]) -> None:
        if self._send(session_key, MeasureSession(tickets[0], session_key)):
            self._rounds[session_key] = _Round(tickets)
        else:
            self._answer(tickets, MemoryUse())

    def _measured(self, session_key: int, use: MemoryUse) -> None:
        done = self._rounds.pop(session_key, None)
        if done is None:
            return  # the session has ended
        self._answer(done.tickets, use)
        if done.next_tickets:
            self._begin(session_key, done.next_tickets)

    def _answer(self, tickets: list[int], use: MemoryUse) -> None:
        for ticket in tickets:
            self._tell(SessionMeasured(ticket, *use))
