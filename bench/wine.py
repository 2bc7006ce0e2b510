"""Wine's figure for creating and closing a named event, where Wine and a compiler for it are installed."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

from measure import placements
from report import Measured, Skipped

_WHAT = "Wine: create + close of a named event"
_COUNT = "20000"


def measure() -> Iterator[Measured | Skipped]:
    """Build a small Windows program and let Wine run it, server and program pinned alike."""
    wine, compiler = which("wine"), which("x86_64-w64-mingw32-gcc")
    if wine is None or compiler is None:
        yield Skipped(_WHAT, "needs wine and x86_64-w64-mingw32-gcc (apt install wine gcc-mingw-w64-x86-64)")
        return
    with TemporaryDirectory(prefix="nts-bench-wine-") as directory:
        program = os.path.join(directory, "events.exe")
        subprocess.run([compiler, "-O2", "-o", program, Path(__file__).with_name("wine_events.c")], check=True)
        environment = {**os.environ, "WINEPREFIX": os.path.join(directory, "prefix"), "WINEDEBUG": "-all"}
        for placement in placements():
            # The first process of a prefix starts its server, which inherits where it runs.
            for command in (["wineboot"], [wine, program, "1"]):
                subprocess.run(["taskset", "-c", str(placement.other), *command], env=environment, check=False,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
            line = ["taskset", "-c", str(placement.ours), wine, program, _COUNT]
            printed = subprocess.run(line, env=environment, check=True, capture_output=True, text=True).stdout
            yield Measured(_WHAT, placement.name, float(printed) * 1e6, None, float(printed), unit=" µs")
            subprocess.run(["wineserver", "-k", "-w"], env=environment, check=False)
