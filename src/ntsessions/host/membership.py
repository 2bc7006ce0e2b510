"""Which session and jobs a process lives in, by what it cannot change: its group, its ancestry, its IPC namespace.

In that order.  The group is exact where cgroups can be written; ancestry is exact where each session has a launcher of
its own; the namespace finds what an administrator moved out of its group.  A logon group inside a session counts as
one: it has a group, or a launcher, of its own.
"""

import os
import re

from ntsessions.host import processes
from ntsessions.host.instance_place import instance_name


class Membership:
    """Marks of the live sessions."""

    def __init__(self, state_dir: str) -> None:
        place = os.stat(state_dir)
        self.instance = instance_name(place)
        self._in_group = re.compile(
            rf"/{self.instance}/session-(?P<session>\d+)(?:/logon-(?P<logon>\d+))?(?P<jobs>(?:/job-\d+)*)(?:/|$)",
            re.MULTILINE,
        )
        self._launchers: dict[int, int] = {}
        self._namespaces: dict[int, int] = {}

    def has_launcher(self, session_key: int, pid: int) -> None:
        """Take note of a session's own launcher."""
        self._launchers[pid] = session_key

    def has_namespace(self, session_key: int, inode: int) -> None:
        """Take note of a session's IPC namespace."""
        self._namespaces[inode] = session_key

    def forget(self, session_key: int) -> None:
        """A session has ended."""
        for marks in (self._launchers, self._namespaces):
            for mark in [mark for mark, key in marks.items() if key == session_key]:
                del marks[mark]

    def session_of(self, pid: int) -> int | None:
        """Return the key of the session that a live process is in, or of the logon group there."""
        for found in (self._by_group(pid), self._by_ancestry(pid)):
            if found is not None:
                return found
        return self._namespaces.get(processes.ipc_namespace(pid) or 0)

    def jobs_of(self, pid: int) -> tuple[int, ...] | None:
        """Return the keys of the jobs in whose groups a live process is, outermost first; None: it is in no group."""
        group = self._group_of(pid)
        return None if group is None else tuple(int(job.removeprefix("job-")) for job in group["jobs"].split("/")[1:])

    def _by_group(self, pid: int) -> int | None:
        group = self._group_of(pid)
        return None if group is None else int(group["logon"] or group["session"])

    def _group_of(self, pid: int) -> re.Match[str] | None:
        """Return the innermost group: with v1 the trees of limits have only those groups that have a limit."""
        try:
            with open(f"/proc/{pid}/cgroup", encoding="utf-8", errors="replace") as file:
                return max(self._in_group.finditer(file.read()), key=lambda found: len(found[0]), default=None)
        except OSError:
            return None

    def _by_ancestry(self, pid: int) -> int | None:
        if not self._launchers:
            return None
        return next((self._launchers[one] for one, _ in processes.ancestors(pid) if one in self._launchers), None)
