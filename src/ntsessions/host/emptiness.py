"""Waiting until a process group is empty, without looking twice for nothing.

Where the kernel tells (cgroup v2) one descriptor per group is watched.  Elsewhere one living member is watched: when it
ends, either none is left or there is another one to watch.
"""

import os
from collections.abc import Callable

from ntsessions.host.groups import GroupPath, ProcessGroups
from ntsessions.host.watch_loop import EXCEPTIONAL, READABLE, WatchLoop


class EmptinessWatch:
    """Calls *on_change* when the group may have become empty; the callee looks and decides."""

    def __init__(self, loop: WatchLoop, groups: ProcessGroups, group: GroupPath, on_change: Callable[[], None]) -> None:
        self._loop = loop
        self._groups = groups
        self._group = group
        self._on_change = on_change
        self._is_closed = False
        self._member: int | None = None
        self._event = groups.emptied_event(group)
        if self._event is not None:
            os.pread(self._event, 256, 0)  # what has been read is no news
            loop.watch(self._event, self._told, EXCEPTIONAL)

    def look_again(self) -> bool:
        """Make sure that something will call; returns False if there is nothing to watch: look at the group again.

        The last member may have ended since the caller looked, and nobody else would tell.
        """
        if self._is_closed or self._event is not None or self._member is not None:
            return True
        for pid in self._groups.pids(self._group):
            try:
                self._member = os.pidfd_open(pid)
            except ProcessLookupError:
                continue
            self._loop.watch(self._member, self._member_ended, READABLE)
            return True
        return False

    def close(self) -> None:
        """Stop watching."""
        self._is_closed = True
        for descriptor in (self._event, self._member):
            if descriptor is not None:
                self._loop.forget(descriptor)
                os.close(descriptor)
        self._event = self._member = None

    def _told(self) -> None:
        if self._event is not None:
            os.pread(self._event, 256, 0)
            self._on_change()

    def _member_ended(self) -> None:
        if self._member is not None:
            self._loop.forget(self._member)
            os.close(self._member)
            self._member = None
        self._on_change()
        if not self.look_again():
            self._on_change()
