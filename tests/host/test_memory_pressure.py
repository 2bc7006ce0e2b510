"""The kernel's word that programs must wait.  Memory cannot be made short on purpose; a processor can."""

import subprocess
import sys
from pathlib import Path

import pytest

from ntsessions.daemon.loop import Loop
from ntsessions.host.memory_pressure import PRESSURE, MemoryPressure

PROCESSOR = "/proc/pressure/cpu"
BUSY = "import os\nos.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\nwhile True: pass"
LONGEST_WAIT = 15.0


def is_told(path: str) -> bool:
    loop = Loop()
    try:
        MemoryPressure(loop, lambda: None, path).close()
    except OSError:
        return False
    finally:
        loop.close()
    return True


needs_pressure = pytest.mark.skipif(
    not (is_told(PRESSURE) and is_told(PROCESSOR)), reason="this kernel gives us no pressure stall information"
)


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@needs_pressure
def test_who_watches_is_told_once_and_not_woken_otherwise() -> None:
    """Two programs on one processor: one waits.  A descriptor that can always be read does not keep the daemon busy."""
    loop = Loop()
    told: list[int] = []
    turns: list[int] = []

    def waits() -> None:
        told.append(len(turns))
        loop.stop()

    def end_of_turn() -> float:
        turns.append(1)
        return LONGEST_WAIT

    pressure = MemoryPressure(loop, waits, PROCESSOR)
    busy = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(2)]
    try:
        loop.run(end_of_turn)
    finally:
        for one in busy:
            one.kill()
            one.wait()
        pressure.close()
        loop.close()
    assert (told, len(turns)) == ([1], 2), "one sleep, and what ended it"


@needs_pressure
def test_nothing_is_left_when_the_watch_ends() -> None:
    """A host gives back what it opened."""
    loop = Loop()
    before = open_descriptors()
    MemoryPressure(loop, lambda: None).close()
    assert open_descriptors() == before
    loop.close()


@pytest.mark.parametrize("path", ["/proc/pressure/nothing", "/proc/version"], ids=["no such file", "takes no trigger"])
def test_a_kernel_that_does_not_tell_is_an_error(path: str) -> None:
    """The host says so in its log, once, and works without."""
    loop = Loop()
    before = open_descriptors()
    with pytest.raises(OSError, match=r"\[Errno \d+\]"):
        MemoryPressure(loop, lambda: None, path)
    assert open_descriptors() == before
    loop.close()
