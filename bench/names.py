"""Whether a name costs the same among 100,000 as among 1,000, and what the memory of an object is."""

from collections.abc import Callable, Iterator
from pathlib import Path

from host import RunningHost, running_host
from measure import compare, pin, pinned, placements
from report import Measured

from ntsessions.abi.calls.event import CreateEvent, OpenEvent
from ntsessions.abi.calls.object import CreateDirectory
from ntsessions.abi.types import NAMED_OBJECTS

_FEW, _MANY = 1_000, 100_000
_STRIDE = 7919
"""A prime: the names are opened all over the directory."""


def measure() -> Iterator[Measured]:
    """Fill one directory with a few names and one with many; open in both in turn."""
    with running_host() as host:
        few = _fill(host, "few", _FEW)
        before = _resident(host.daemon)
        many = _fill(host, "many", _MANY)
        bytes_each = (_resident(host.daemon) - before) / _MANY
        placement = placements()[0]
        pin(host.daemon, placement.other)
        with pinned(placement.ours):
            found = compare(_opener(host, many, _MANY), _opener(host, few, _FEW), rounds=60, calls=200)
    yield Measured(
        "open by name among 100,000 / among 1,000", placement.name, found.ratio, 1.2, found.ours, found.baseline
    )
    yield Measured("memory of a named event and its handle", "", bytes_each, 1024, unit=" B")


def _fill(host: RunningHost, name: str, count: int) -> int:
    directory: int = host.connection.call(CreateDirectory(name, NAMED_OBJECTS)).handle
    for number in range(count):
        host.connection.call(CreateEvent(f"event-{number}", directory))
    return directory


def _opener(host: RunningHost, directory: int, count: int) -> Callable[[], None]:
    connection = host.connection
    calls = [OpenEvent(f"event-{number * _STRIDE % count}", directory) for number in range(1000)]
    at = 0

    def once() -> None:
        nonlocal at
        at = (at + 1) % len(calls)
        connection.post_close(connection.call(calls[at]))

    return once


def _resident(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("no VmRSS in /proc/PID/status")
