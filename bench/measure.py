"""Timing: the median of many rounds, interleaved with its baseline so that a drifting machine shifts both."""

import os
import time
from collections.abc import Callable
from statistics import median

ROUNDS = 60
CALLS = 200


def per_call(work: Callable[[], object], calls: int = CALLS) -> float:
    """Return the seconds of one of *calls* calls."""
    start = time.perf_counter()
    for _ in range(calls):
        work()
    return (time.perf_counter() - start) / calls


def ratio(work: Callable[[], object], baseline: Callable[[], object], *, rounds: int = ROUNDS, calls: int = CALLS
          ) -> tuple[float, float, float]:  # fmt: skip
    """Return (median ratio round by round, seconds of the work, seconds of the baseline)."""
    per_call(work, calls), per_call(baseline, calls)
    pairs = [(per_call(work, calls), per_call(baseline, calls)) for _ in range(rounds)]
    return (
        median(mine / theirs for mine, theirs in pairs),
        median(mine for mine, _ in pairs),
        median(theirs for _, theirs in pairs),
    )


def pin(pid: int, cpu: int) -> None:
    """Pin every thread of a process to one processor."""
    for thread in os.listdir(f"/proc/{pid}/task"):
        os.sched_setaffinity(int(thread), {cpu})


def placements() -> list[tuple[str, int, int]]:
    """Return the placements to measure: (name, our processor, the other side's)."""
    cpus = sorted(os.sched_getaffinity(0))
    found = [("one CPU", cpus[0], cpus[0])]
    if len(cpus) > 1:
        found.append(("two CPUs", cpus[0], cpus[1]))
    return found
