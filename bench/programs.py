"""What starting a program costs: in the daemon, and with `nts run`."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from shutil import which
from statistics import median
from tempfile import TemporaryDirectory

from host import RunningHost, running_host
from measure import Placement, of_pairs, per_call, pin, pinned, placements, spawn
from report import Measured

from ntsessions.abi.calls.process import CreateProcess
from ntsessions.abi.calls.wait import WaitForObject

_TRUE = which("true") or "/bin/true"
_NTS = str(Path(sys.executable).with_name("nts"))
_SPAWNS = 8
_ROUNDS = 25
_RUNS = 25
_PAUSE = 0.05
"""After which the kernel has forgotten what made the last start quick (its cgroup lock)."""


def measure() -> Iterator[Measured]:
    """Start `true` in every way."""
    with running_host() as host, fork_and_exec() as (name, baseline):
        for placement in placements():
            for pid in (host.daemon, *host.launchers()):
                pin(pid, placement.other)
            for manner, pause in (("in a row", 0.0), ("alone", _PAUSE)):
                starts = [_starts(host, baseline, pause, placement) for _ in range(_ROUNDS)]
                for until, column in (("started", 0), ("ended", 1)):
                    found = of_pairs([(ours[column], theirs) for ours, theirs in starts])
                    what = f"CreateProcess(true), {manner}, until it has {until} / {name}"
                    yield Measured(what, placement.name, found.ratio, 3, found.ours, found.baseline)
    with running_host() as host:
        yield from _run(host)


def _starts(
    host: RunningHost, baseline: Callable[[float], float], pause: float, placement: Placement
) -> tuple[tuple[float, float], float]:
    """Return the medians of a few starts, until the call was answered and until the program has ended; the baseline."""
    times = []
    with pinned(placement.ours):
        for _ in range(1 if pause else _SPAWNS):
            time.sleep(pause)
            times.append(_one_start(host))
    until_started, until_ended = (median(column) for column in zip(*times, strict=True))
    with pinned(placement.other):
        return (until_started, until_ended), baseline(pause)


def _one_start(host: RunningHost) -> tuple[float, float]:
    begin = time.perf_counter()
    created = host.connection.call(CreateProcess((_TRUE,)))
    started = time.perf_counter()
    host.connection.call(WaitForObject(created.process))
    ended = time.perf_counter()
    host.connection.post_close(created.process)
    host.connection.post_close(created.thread)
    return started - begin, ended - begin


@contextmanager
def fork_and_exec() -> Iterator[tuple[str, Callable[[float], float]]]:
    """Yield the baseline: fork, exec and wait from a C program, or posix_spawn where there is no compiler."""
    compiler = which("cc")
    with TemporaryDirectory(prefix="nts-bench-") as directory:
        if compiler is None:
            yield "posix_spawn", _posix_spawn
            return
        program = str(Path(directory, "fork_exec"))
        subprocess.run([compiler, "-O2", "-o", program, Path(__file__).with_name("fork_exec.c")], check=True)

        def in_c(pause: float) -> float:
            command = [program, "3" if pause else str(_SPAWNS), _TRUE, str(int(pause * 1e6))]
            return float(subprocess.run(command, check=True, capture_output=True).stdout)

        yield "fork+exec in C", in_c


def _posix_spawn(pause: float) -> float:
    time.sleep(pause)
    return per_call(lambda: spawn([_TRUE]), 1 if pause else _SPAWNS)


def _run(host: RunningHost) -> Iterator[Measured]:
    lines = {
        "run": [_NTS, "--state-dir", host.state_dir, "run", "--", _TRUE],
        "bare": [_TRUE],
        "python": [sys.executable, "-c", "pass"],
    }
    seconds: dict[str, list[float]] = {name: [] for name in lines}
    for _ in range(_RUNS):
        for name, line in lines.items():
            seconds[name].append(per_call(partial(spawn, line), 1))
    run, bare, python = (median(seconds[name]) for name in lines)
    yield Measured("nts run -- true, minus true", "", (run - bare) * 1e3, 60, run, bare, " ms")
    yield Measured("nts run -- true / python -c pass", "", run / python, None, run, python)
