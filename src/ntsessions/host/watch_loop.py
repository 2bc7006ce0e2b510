"""The launcher's loop: blocks until a descriptor has something to say, or until a time that somebody waits for."""

import heapq
import itertools
import select
from collections.abc import Callable
from time import monotonic

READABLE = select.EPOLLIN
EXCEPTIONAL = select.EPOLLPRI
_EVENTS_PER_WAKE_UP = 64


class WatchLoop:
    """Descriptors and what to call when they are ready."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._calls: dict[int, Callable[[], None]] = {}
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._is_over = False

    def watch(self, descriptor: int, call: Callable[[], None], events: int = READABLE) -> None:
        """Call *call* whenever *descriptor* is ready, until `forget`."""
        self._calls[descriptor] = call
        self._epoll.register(descriptor, events)

    def forget(self, descriptor: int) -> None:
        """Stop watching; must come before the descriptor is closed."""
        if self._calls.pop(descriptor, None) is not None:
            self._epoll.unregister(descriptor)

    def after(self, seconds: float, call: Callable[[], None]) -> None:
        """Call *call* once, when so many seconds have passed."""
        heapq.heappush(self._due, (monotonic() + seconds, next(self._order), call))

    def stop(self) -> None:
        """Let `run` return after the event at hand."""
        self._is_over = True

    def run(self) -> None:
        """Serve events until `stop`."""
        while not self._is_over:
            patience = max(0.0, self._due[0][0] - monotonic()) if self._due else None
            for descriptor, _ in self._epoll.poll(patience, _EVENTS_PER_WAKE_UP):
                call = self._calls.get(descriptor)  # an earlier event of this round may have ended the watch
                if call is not None:
                    call()
            while self._due and self._due[0][0] <= monotonic():
                heapq.heappop(self._due)[2]()

    def close(self) -> None:
        """Let the kernel's table go; in a fork this leaves the parent's alone."""
        self._epoll.close()
