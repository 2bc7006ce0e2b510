"""Whether an idle host sleeps: context switches of the daemon and its launchers while nobody asks for anything."""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from host import running_host
from report import Measured

from ntsessions.abi.calls.account import AddAccount
from ntsessions.abi.calls.session import Logon

_SESSIONS = 100
_SECONDS = 2.0


def measure() -> Iterator[Measured]:
    """Count the wake-ups of a host with 100 sessions over two seconds."""
    with running_host() as host:
        host.connection.call(AddAccount("bench"))
        for _ in range(_SESSIONS):
            host.connection.call(Logon("bench", new_session=True))
        time.sleep(0.5)  # what the last logon left to do is done
        pids = [host.daemon, *host.launchers()]
        before = _switches(pids)
        time.sleep(_SECONDS)
        woken = _switches(pids) - before
    yield Measured(
        f"wake-ups in {_SECONDS:g} s with {_SESSIONS} sessions, {len(pids)} processes", "", woken, 0, unit=""
    )


def _switches(pids: Iterable[int]) -> int:
    """Return how often the threads of *pids* have given up a processor, or lost it."""
    total = 0
    for pid in pids:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            for line in (thread / "status").read_text().splitlines():
                if "ctxt_switches" in line:
                    total += int(line.split()[1])
    return total
