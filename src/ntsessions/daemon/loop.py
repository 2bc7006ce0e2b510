"""The daemon's one loop: epoll, and nothing that wakes up when nothing happens.

Not asyncio: its reader callbacks cost a fifth more per message (docs/decisions/0006), and nothing here needs tasks.
"""

import select
from collections.abc import Callable

Callback = Callable[[], object]

_OUT = int(select.EPOLLOUT)
_NOT_OUT = ~_OUT
LONGEST_SLEEP = 86_400.0
"""Seconds; epoll takes no more than 24 days, and whoever wakes up early sleeps again."""


class Loop:
    """Calls back who waits for a descriptor; sleeps until then, or until the next deadline."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._readers: dict[int, Callback] = {}
        self._writers: dict[int, Callback] = {}
        self._stopping = False

    def add_reader(self, descriptor: int, callback: Callback, /) -> None:
        """Call *callback* whenever *descriptor* can be read, or its other end is gone."""
        self._readers[descriptor] = callback
        self._watch(descriptor)

    def remove_reader(self, descriptor: int, /) -> None:
        """Stop watching for reading; harmless when nobody did."""
        if self._readers.pop(descriptor, None) is not None:
            self._watch(descriptor)

    def add_writer(self, descriptor: int, callback: Callback, /) -> None:
        """Call *callback* when *descriptor* takes data again."""
        self._writers[descriptor] = callback
        self._watch(descriptor)

    def remove_writer(self, descriptor: int, /) -> None:
        """Stop watching for writing; harmless when nobody did."""
        if self._writers.pop(descriptor, None) is not None:
            self._watch(descriptor)

    def _watch(self, descriptor: int) -> None:
        events = (select.EPOLLIN if descriptor in self._readers else 0) | (
            select.EPOLLOUT if descriptor in self._writers else 0
        )
        if not events:
            self._epoll.unregister(descriptor)
            return
        try:
            self._epoll.modify(descriptor, events)
        except FileNotFoundError:
            self._epoll.register(descriptor, events)

    def run(self, end_of_turn: Callable[[], float]) -> None:
        """Serve until `stop`.

        *end_of_turn* runs before each sleep and tells how many seconds it may last (-1: until something happens).
        """
        poll, readers, writers = self._epoll.poll, self._readers, self._writers
        while True:
            timeout = end_of_turn()
            if self._stopping:
                return
            for descriptor, events in poll(min(timeout, LONGEST_SLEEP)):
                if events & _NOT_OUT and (callback := readers.get(descriptor)) is not None:
                    callback()
                if events & _OUT and (callback := writers.get(descriptor)) is not None:
                    callback()

    def stop(self) -> None:
        """Let `run` return."""
        self._stopping = True

    def close(self) -> None:
        """Give the descriptor back."""
        self._epoll.close()
