"""Waits.

A wait is data, not a suspended stack: who waits, for what, until when, and what became of it.  Nothing here sleeps:
time comes in as a number, and a wait that ends is handed to `on_end`.

Invariants:
  1. Asking whether a wait is satisfied takes nothing from any object; only a satisfied wait consumes.
  2. A wait for all consumes from all of its objects in one step, or from none of them.
  3. Waiters are considered in the order in which they came.
  4. A pending wait stands in the queue of each of its objects once, and in no other.

The rules are nt-semantics 2.1.  Dispatcher objects are reached through four questions only (`is_signaled`,
`is_signaled_for`, `consume`, `waiters`), so that a later kind may keep its state in shared memory.
"""

from collections import OrderedDict
from collections.abc import Callable
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

from ntsessions.abi.errors import NtError
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import ApcRecord, WaitResult
from ntsessions.executive.objects.object import Object

if TYPE_CHECKING:
    from ntsessions.executive.dispatcher.timer import Timer
    from ntsessions.executive.executive import Executive
    from ntsessions.executive.processes.thread import Thread

WAIT_0 = 0
ABANDONED = int(NtStatus.ABANDONED_WAIT_0)
USER_APC = int(NtStatus.USER_APC)
TIMEOUT = int(NtStatus.TIMEOUT)


class Dispatcher(Object):
    """An object that can be waited for."""

    __slots__ = ("waiters",)

    def __init__(self) -> None:
        Object.__init__(self)  # super() would take longer than all the rest
        self.waiters: OrderedDict[Wait, None] | None = None

    def is_signaled(self) -> bool:
        """Tell whether any thread's wait could be satisfied now."""
        raise NotImplementedError

    def is_signaled_for(self, thread: "Thread") -> bool:
        """Tell whether this thread's wait would be satisfied now; raises when it could have it but must not."""
        return self.is_signaled()

    def may_end_a_wait(self) -> bool:
        """Tell whether it is worth looking for a wait that can end now."""
        return self.is_signaled()

    def consume(self, thread: "Thread") -> bool:
        """Take what a satisfied wait takes.  Answers whether the object had been abandoned."""
        return False


class Wait:
    """One wait."""

    __slots__ = ("alertable", "deadline", "objects", "request", "thread", "wait_all")

    def __init__(
        self,
        thread: "Thread",
        request: int,
        objects: tuple[Dispatcher, ...],
        *,
        wait_all: bool = False,
        alertable: bool = False,
    ) -> None:
        self.thread = thread
        self.request = request
        self.objects = objects
        self.wait_all = wait_all
        self.alertable = alertable
        self.deadline: int | None = None

    def reply(self, result: WaitResult) -> object:
        """Return what the caller is answered; kinds of wait that answer something else override it."""
        return result

    def goes_on(self, executive: "Executive") -> bool:
        """Tell whether it goes on although its deadline came; kinds of wait that do have set another one."""
        return False


class Deadlines:
    """What is due when.  Entries that were cancelled are dropped when they surface, or when they are most."""

    __slots__ = ("_heap", "_sequence", "live")

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, object]] = []
        self.live: dict[object, int] = {}
        """What is due at all, each with the number of its entry in the heap."""
        self._sequence = 0

    def __len__(self) -> int:
        return len(self.live)

    def entries(self) -> list[tuple[int, int, object]]:
        """Return what is due, in the order in which it will come; a heap too."""
        return sorted(entry for entry in self._heap if self.live.get(entry[2]) == entry[1])

    def set(self, item: object, due: int) -> None:
        """Make *item* due at *due*, instead of what was set before."""
        self._sequence += 1
        self.live[item] = self._sequence
        heappush(self._heap, (due, self._sequence, item))
        if len(self._heap) > 64 and len(self._heap) > 2 * len(self.live):
            self._heap = [entry for entry in self._heap if self.live.get(entry[2]) == entry[1]]
            heapify(self._heap)

    def cancel(self, item: object) -> None:
        """Forget *item*."""
        self.live.pop(item, None)

    def next_due(self) -> int | None:
        """Return when the next item is due, or None."""
        while self._heap:
            due, sequence, item = self._heap[0]
            if self.live.get(item) == sequence:
                return due
            heappop(self._heap)
        return None

    def pop_due(self, now: int) -> object | None:
        """Take the item that is due longest, or None."""
        due = self.next_due()
        if due is None or due > now:
            return None
        item = heappop(self._heap)[2]
        del self.live[item]
        return item


class Waits:
    """Every wait that has not ended."""

    __slots__ = ("deadlines", "on_end")

    def __init__(self, deadlines: Deadlines, on_end: Callable[[Wait, WaitResult], None]) -> None:
        self.deadlines = deadlines
        self.on_end = on_end

    def try_now(self, wait: Wait) -> WaitResult | None:
        """Satisfy *wait* at once if it can be; None when it must wait.

        A signaled object found first wins over procedure calls; those are looked at before blocking (2.1).
        """
        result = self._take(wait)
        if result is None and wait.alertable and wait.thread.apcs:
            result = WaitResult(USER_APC, drain_apcs(wait.thread))
        return result

    def begin(self, wait: Wait, deadline: int | None) -> None:
        """Let *wait* stand in the queues of its objects until it ends."""
        for item in wait.objects:
            if item.waiters is None:
                item.waiters = OrderedDict()
            item.waiters[wait] = None
        wait.deadline = deadline
        if deadline is not None:
            self.deadlines.set(wait, deadline)
        wait.thread.waits[wait.request] = wait

    def signaled(self, item: Dispatcher) -> None:
        """Tell that *item* became signaled; end the waits which that satisfies, in the order they came."""
        while item.waiters and item.may_end_a_wait():
            for wait in item.waiters:
                try:
                    result = self._take(wait)
                except NtError as error:  # the waiting thread's own trouble, not that of who signals
                    result = WaitResult(int(error.status))
                if result is not None:
                    break
            else:
                return
            self._end(wait, result)

    def alert(self, thread: "Thread") -> None:
        """Tell that a procedure call was queued to *thread*; end its alertable wait, if it has one."""
        for wait in thread.waits.values():
            if wait.alertable:
                self._end(wait, WaitResult(USER_APC, drain_apcs(thread)))
                return

    def time_out(self, wait: Wait) -> None:
        """Tell that *wait*'s deadline has come."""
        self._end(wait, WaitResult(TIMEOUT))

    def withdraw(self, wait: Wait) -> None:
        """End *wait* without a result: its thread is gone, or it was cancelled."""
        for item in wait.objects:
            if item.waiters is not None:
                item.waiters.pop(wait, None)
                if not item.waiters:
                    item.waiters = None
        if wait.deadline is not None:
            self.deadlines.cancel(wait)
        wait.thread.waits.pop(wait.request, None)

    def _end(self, wait: Wait, result: WaitResult) -> None:
        self.withdraw(wait)
        self.on_end(wait, result)

    @staticmethod
    def _take(wait: Wait) -> WaitResult | None:
        thread, objects = wait.thread, wait.objects
        if wait.wait_all:
            for item in objects:
                if not item.is_signaled_for(thread):
                    return None
            # A list, not any() over a generator: every object is consumed, also after an abandoned one.
            abandoned = [item.consume(thread) for item in objects]
            return WaitResult(ABANDONED + abandoned.index(True)) if True in abandoned else _SATISFIED[0]
        for index, item in enumerate(objects):
            if item.is_signaled_for(thread):
                if item.consume(thread):
                    return WaitResult(ABANDONED + index)
                return _SATISFIED[index]
        return None


_SATISFIED = tuple(WaitResult(WAIT_0 + index) for index in range(64))


class Apc:
    """A procedure call queued to a thread."""

    __slots__ = ("argument", "routine", "time", "timer")

    def __init__(self, routine: int, argument: int, time: int = 0, timer: "Timer | None" = None) -> None:
        self.routine = routine
        self.argument = argument
        self.time = time
        self.timer = timer


def drain_apcs(thread: "Thread") -> tuple[ApcRecord, ...]:
    """Take all procedure calls queued to *thread*, oldest first."""
    records = []
    for apc in thread.apcs:
        if apc.timer is not None:
            apc.timer.apc_queued = None
        records.append(ApcRecord(apc.routine, apc.argument, apc.time))
    thread.apcs.clear()
    return tuple(records)
