"""One thread for what would stall the loop: password hashing, name services, writing to disk.

Work is done in order.  Results come back in the loop's thread through an eventfd, so nothing else of the host needs to
know about threads.  The queue is bounded: a flood of logons is refused, not remembered.
"""

import contextlib
import logging
import os
import queue
import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from ntsessions.host.launcher_link import Loop

_LONGEST_QUEUE = 256
_T = TypeVar("_T")
_log = logging.getLogger(__name__)


class Worker:
    """Runs functions elsewhere and hands their results to callbacks here.  Starts its thread when first needed."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._done: deque[Callable[[], None]] = deque()
        self._outstanding = 0
        self._bell = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._thread: threading.Thread | None = None
        loop.add_reader(self._bell, self._collect)

    def submit(self, work: Callable[[], _T], then: Callable[[_T], None], instead: _T) -> None:
        """Run *work* in the thread and *then* here with its result, or with *instead* if it fails or too much waits."""
        if self._outstanding >= _LONGEST_QUEUE:
            _log.warning("too much waits for the worker thread; refused")
            then(instead)
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="ntsessions-worker", daemon=True)
            self._thread.start()
        self._outstanding += 1
        self._work.put(partial(self._perform, work, then, instead))

    def close(self) -> None:
        """Finish what is queued, then end the thread."""
        if self._thread is not None:
            self._work.put(None)
            self._thread.join()
            self._thread = None
        self._collect()
        self._loop.remove_reader(self._bell)
        os.close(self._bell)

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            work()

    def _perform(self, work: Callable[[], _T], then: Callable[[_T], None], instead: _T) -> None:
        try:
            result = work()
        except Exception:  # noqa: BLE001 - whatever it was, the question must be answered
            _log.exception("work in the worker thread failed")
            result = instead
        self._done.append(partial(then, result))
        os.eventfd_write(self._bell, 1)

    def _collect(self) -> None:
        with contextlib.suppress(BlockingIOError):  # nothing rang
            os.eventfd_read(self._bell)
        while self._done:
            self._outstanding -= 1
            self._done.popleft()()
