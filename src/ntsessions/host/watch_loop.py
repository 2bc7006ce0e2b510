"""The launcher's loop: blocks until a descriptor has something to say, and never wakes up otherwise."""

import select
from collections.abc import Callable

READABLE = select.EPOLLIN
EXCEPTIONAL = select.EPOLLPRI
_EVENTS_PER_WAKE_UP = 64


class WatchLoop:
    """Descriptors and what to call when they are ready."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._calls: dict[int, Callable[[], None]] = {}
        self._is_over = False

    def watch(self, descriptor: int, call: Callable[[], None], events: int = READABLE) -> None:
        """Call *call* whenever *descriptor* is ready, until `forget`."""
        self._calls[descriptor] = call
        self._epoll.register(descriptor, events)

    def forget(self, descriptor: int) -> None:
        """Stop watching; must come before the descriptor is closed."""
        if self._calls.pop(descriptor, None) is not None:
            self._epoll.unregister(descriptor)

    def stop(self) -> None:
        """Let `run` return after the event at hand."""
        self._is_over = True

    def run(self) -> None:
        """Serve events until `stop`."""
        while not self._is_over:
            for descriptor, _ in self._epoll.poll(maxevents=_EVENTS_PER_WAKE_UP):
                call = self._calls.get(descriptor)  # an earlier event of this round may have ended the watch
                if call is not None:
                    call()

    def close(self) -> None:
        """Let the kernel's table go; in a fork this leaves the parent's alone."""
        self._epoll.close()
