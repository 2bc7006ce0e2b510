"""Wine's figure for creating and closing a named event, where Wine and a compiler for it are installed."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

from measure import pinned, placements
from report import Measured, Skipped

_WHAT = "Wine: create + close of a named event"
_COUNT = "20000"


def measure() -> Iterator[Measured | Skipped]:
    """Build a small Windows program and let Wine run it, server and program pinned alike."""
    wine, server, compiler = which("wine"), which("wineserver"), which("x86_64-w64-mingw32-gcc")
    if wine is None or server is None or compiler is None:
        yield Skipped(_WHAT, "needs wine and x86_64-w64-mingw32-gcc (apt install wine gcc-mingw-w64-x86-64)")
        return
    with TemporaryDirectory(prefix="nts-bench-wine-") as directory:
        program = str(Path(directory, "events.exe"))
        subprocess.run([compiler, "-O2", "-o", program, Path(__file__).with_name("wine_events.c")], check=True)
        environment = {**os.environ, "WINEPREFIX": str(Path(directory, "prefix")), "WINEDEBUG": "-all"}
        for placement in placements():
            with pinned(placement.other):  # the first program of a prefix starts its server, which stays there
                subprocess.run([wine, program, "1"], env=environment, check=True, capture_output=True)
            with pinned(placement.ours):
                line = [wine, program, _COUNT]
                printed = subprocess.run(line, env=environment, check=True, capture_output=True, text=True).stdout
            yield Measured(_WHAT, placement.name, float(printed) * 1e6, None, float(printed), unit=" µs")
            subprocess.run([server, "-k", "-w"], env=environment, check=False)
