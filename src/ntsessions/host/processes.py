"""What Linux says about live processes.

Everything here is a snapshot of something that moves: a process may end, or its number be used again, between two
lines.  A process that is gone is None or left out, never an error; (pid, start_time) names one process for good.
Command names are chosen by the process itself and may hold any byte, brackets and newlines included.
"""

import os
from collections.abc import Iterable
from typing import NamedTuple

from ntsessions.executive.reports import ProcessFacts

_PAGE = os.sysconf("SC_PAGE_SIZE")
_PTS_MAJORS = range(136, 144)
_VIRTUAL_CONSOLE_MAJOR = 4
_DEEPEST_ANCESTRY = 4096
_LONGEST_STAT = 4096
"""52 numbers and a name of at most 64 bytes; the kernel gives it in one piece."""
_HAS_CHILDREN_FILES = os.path.exists("/proc/thread-self/children")
"""Whether the kernel was built with CONFIG_PROC_CHILDREN."""


class Stat(NamedTuple):
    """The fields of /proc/PID/stat that we use."""

    command: str
    state: str
    parent_pid: int
    process_group: int
    unix_session: int
    terminal: int
    start_time: int
    """Clock ticks since boot."""
    memory: int

    @property
    def is_dead(self) -> bool:
        """Return whether only the entry is left (a zombie runs nothing and holds nothing)."""
        return self.state in "ZX"


def _stat_text(pid: int) -> bytes:
    """Return /proc/PID/stat, empty when there is no such process.  Without a file object: it is read at every start."""
    try:
        opened = os.open(f"/proc/{pid}/stat", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.read(opened, _LONGEST_STAT)
    except OSError:
        return b""
    finally:
        os.close(opened)


def read_stat(pid: int) -> Stat | None:
    """Return the state of one process, or None when there is no such process."""
    text = _stat_text(pid)
    start, end = text.find(b"("), text.rfind(b")")  # the name may hold brackets; what follows it cannot
    if start < 0 or end < 0:
        return None
    fields = text[end + 2 :].split()
    return Stat(
        command=_printable(text[start + 1 : end]),
        state=fields[0].decode(),
        parent_pid=int(fields[1]),
        process_group=int(fields[2]),
        unix_session=int(fields[3]),
        terminal=int(fields[4]),
        start_time=int(fields[19]),
        memory=int(fields[21]) * _PAGE,
    )


def start_time(pid: int) -> int:
    """Return when a process started in clock ticks since boot, or 0 when it is gone."""
    text = _stat_text(pid)
    return int(text[text.rfind(b")") + 2 :].split(None, 20)[19]) if text else 0


def facts(pid: int) -> ProcessFacts | None:
    """Return what there is to know about one live process; None for one that is gone or a zombie."""
    stat = read_stat(pid)
    uid = _uid(pid)
    if stat is None or uid is None or stat.is_dead:
        return None
    return ProcessFacts(
        pid=pid,
        start_time=stat.start_time,
        parent_pid=stat.parent_pid,
        uid=uid,
        unix_session=stat.unix_session,
        process_group=stat.process_group,
        terminal=_terminal_name(stat.terminal),
        command=stat.command,
        memory=stat.memory,
    )


def facts_of(pids: Iterable[int]) -> tuple[ProcessFacts, ...]:
    """Return the facts of those that still live."""
    return tuple(found for pid in pids if (found := facts(pid)) is not None)


def ancestors(pid: int) -> tuple[tuple[int, int], ...]:
    """Return (pid, start_time) of the parent, its parent and so on, nearest first."""
    chain: list[tuple[int, int]] = []
    stat = read_stat(pid)
    while stat is not None and stat.parent_pid > 0 and len(chain) < _DEEPEST_ANCESTRY:
        parent = stat.parent_pid
        stat = read_stat(parent)
        if stat is not None:
            chain.append((parent, stat.start_time))
    return tuple(chain)


def children(pid: int) -> tuple[int, ...]:
    """Return the children of a process, dead ones included; one that is born or ends meanwhile may be missed."""
    found: list[int] = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children", encoding="ascii") as file:
                found += map(int, file.read().split())
    except OSError:
        if os.path.exists(f"/proc/{pid}") and not _HAS_CHILDREN_FILES:
            return tuple(one for one in all_pids() if (stat := read_stat(one)) is not None and stat.parent_pid == pid)
    return tuple(found)


def descendants(roots: Iterable[int]) -> tuple[int, ...]:
    """Return every live process below *roots* (which are left out themselves), parents before children."""
    found: dict[int, None] = {}
    frontier = list(roots)
    while frontier:
        fresh = [child for child in children(frontier.pop()) if child not in found]
        found.update(dict.fromkeys(fresh))
        frontier += fresh
    return tuple(pid for pid in found if (stat := read_stat(pid)) is not None and not stat.is_dead)


def all_pids() -> tuple[int, ...]:
    """Return the number of every process that we may see."""
    return tuple(int(name) for name in os.listdir("/proc") if name.isdigit())


def ipc_namespace(pid: int) -> int | None:
    """Return the inode of a process's IPC namespace, or None when it is gone or not ours to look at."""
    try:
        return os.stat(f"/proc/{pid}/ns/ipc").st_ino
    except OSError:
        return None


def _uid(pid: int) -> int | None:
    try:
        with open(f"/proc/{pid}/status", "rb") as lines:
            for line in lines:
                if line.startswith(b"Uid:"):
                    return int(line.split()[1])
    except OSError:
        return None
    return None


def _printable(name: bytes) -> str:
    return "".join(one if one.isprintable() else "?" for one in name.decode("utf-8", "replace"))


def _terminal_name(device: int) -> str:
    if device == 0:
        return ""
    number = device & 0xFFFFFFFF  # the kernel prints it signed
    major, minor = os.major(number), os.minor(number)
    if major in _PTS_MAJORS:
        return f"pts/{(major - _PTS_MAJORS.start) * 256 + minor}"
    return f"tty{minor}" if major == _VIRTUAL_CONSOLE_MAJOR else f"{major}:{minor}"
