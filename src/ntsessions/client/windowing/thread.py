"""The windowing of one thread of a blocking client: its state, and what runs its operations."""

import os
import threading
from collections.abc import Callable
from typing import Any
from weakref import WeakSet

from ntsessions.client.connection import Connection
from ntsessions.client.windowing.blocking import Driver
from ntsessions.client.windowing.state import ThreadState


class ThreadWindowing:
    """One thread, for as long as its connection lives."""

    __slots__ = ("connection", "run", "state")

    def __init__(self, connection: Connection, window: Callable[[int], Any]) -> None:
        self.connection = connection
        self.state = ThreadState()
        self.run = Driver(connection, self.state.kept, window).run


class PerThread(threading.local):
    """The windowing of the calling thread; it goes with the thread, and a forked child begins anew."""

    windowing: ThreadWindowing | None = None


_known: WeakSet[PerThread] = WeakSet()


def per_thread() -> PerThread:
    """Return a place for the windowing of each thread of a client."""
    made = PerThread()
    _known.add(made)
    return made


def _forked() -> None:
    for local in _known:  # of the thread that forked; the child has no other
        local.windowing = None


# Asking the kernel at each use whether this is still the same process would cost as much as reading a window.
os.register_at_fork(after_in_child=_forked)
