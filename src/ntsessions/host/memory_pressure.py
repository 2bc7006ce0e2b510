"""Linux's word that programs have to wait for memory: a trigger on its pressure stall information.

The kernel wakes us at most once per window, and only while programs wait; a machine with memory enough costs nothing.
The trigger's descriptor is readable at all times and says what it has to say as exceptional data, so it stands in an
epoll of its own, which the loop watches.  The kernel forgets an event in the moment somebody is told of it: that the
inner epoll was ready is all there is to know.
"""

import os
import select
from collections.abc import Callable

from ntsessions.host.launcher_link import Loop

PRESSURE = "/proc/pressure/memory"
TRIGGER = b"some 200000 2000000\0"
"""200 ms of every 2 s, which is what systemd's services ask for; ordinary users may only ask for multiples of 2 s."""


class MemoryPressure:
    """One trigger."""

    def __init__(self, loop: Loop, on_pressure: Callable[[], None], path: str = PRESSURE) -> None:
        """Begin to watch; OSError when this kernel does not tell, or not us."""
        self._loop = loop
        self._trigger = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            os.write(self._trigger, TRIGGER)
        except OSError:
            os.close(self._trigger)
            raise
        self._ready = select.epoll()
        self._ready.register(self._trigger, select.EPOLLPRI)
        loop.add_reader(self._ready.fileno(), on_pressure)

    def close(self) -> None:
        """Watch no more."""
        self._loop.remove_reader(self._ready.fileno())
        self._ready.close()
        os.close(self._trigger)
