"""Ends of processes that belong to no launcher, told by pidfd.  How such a process ended only its parent knows."""

import os
import signal
from collections.abc import Callable

from ntsessions.executive.reports import ProcessExited
from ntsessions.host.launcher_link import Loop


class ProcessWatch:
    """pidfds by process key."""

    def __init__(self, loop: Loop, on_report: Callable[[ProcessExited], None]) -> None:
        self._loop = loop
        self._on_report = on_report
        self._ends: dict[int, int] = {}

    def begin(self, process_key: int, pid: int) -> None:
        """Report the end of a process, at once if it has ended already."""
        try:
            end = os.pidfd_open(pid)
        except OSError:
            self._on_report(ProcessExited(process_key))
            return
        self._ends[process_key] = end
        self._loop.add_reader(end, lambda: self._ended(process_key))

    def signal(self, process_key: int, number: int) -> None:
        """Send a signal to a watched process, if it still lives and is ours to signal."""
        end = self._ends.get(process_key)
        if end is None:
            return
        try:
            signal.pidfd_send_signal(end, number)
        except (ProcessLookupError, PermissionError):
            return  # its end is reported by itself; another user's process is not ended by us

    def close(self) -> None:
        """Watch nothing any more."""
        for end in self._ends.values():
            self._loop.remove_reader(end)
            os.close(end)
        self._ends.clear()

    def _ended(self, process_key: int) -> None:
        end = self._ends.pop(process_key)
        self._loop.remove_reader(end)
        os.close(end)
        self._on_report(ProcessExited(process_key))
