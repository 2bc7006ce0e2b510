"""Timing: the median of many rounds, interleaved with its baseline so that a drifting machine shifts both."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple


class Ratio(NamedTuple):
    """The median of the ratios round by round, and the medians in seconds."""

    ratio: float
    ours: float
    baseline: float


def per_call(work: Callable[[], object], calls: int) -> float:
    """Return the seconds of one of *calls* calls."""
    start = time.perf_counter()
    for _ in range(calls):
        work()
    return (time.perf_counter() - start) / calls


def compare(work: Callable[[], object], baseline: Callable[[], object], *, rounds: int, calls: int = 1) -> Ratio:
    """Measure *work* and *baseline* in turn, *calls* times each per round."""
    for warm_up in (work, baseline):
        per_call(warm_up, calls)
    pairs = [(per_call(work, calls), per_call(baseline, calls)) for _ in range(rounds)]
    return of_pairs(pairs)


def of_pairs(pairs: list[tuple[float, float]]) -> Ratio:
    """Return what pairs of (ours, baseline) say."""
    return Ratio(
        median(ours / theirs for ours, theirs in pairs),
        median(ours for ours, _ in pairs),
        median(theirs for _, theirs in pairs),
    )


def spawn(command: list[str]) -> None:
    """Run a program to its end, with as little as Python can do it (vfork)."""
    _, status = os.waitpid(os.posix_spawn(command[0], command, os.environ), 0)
    if status:
        raise RuntimeError(f"{command[0]} ended with {os.waitstatus_to_exitcode(status)}")


def pin(pid: int, cpu: int) -> None:
    """Pin every thread of a process to one processor."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(thread.name), {cpu})


@contextmanager
def pinned(cpu: int) -> Iterator[None]:
    """Pin this process for a while."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {cpu})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


class Placement(NamedTuple):
    """Where the two sides of a measurement run."""

    name: str
    ours: int
    other: int


def placements() -> list[Placement]:
    """Return the placements to measure."""
    cpus = sorted(os.sched_getaffinity(0))
    found = [Placement("one CPU", cpus[0], cpus[0])]
    if len(cpus) > 1:
        found.append(Placement("two CPUs", cpus[0], cpus[1]))
    return found
