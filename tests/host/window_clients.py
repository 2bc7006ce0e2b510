"""Clients that make windows, for the tests that kill and crowd them: what they had, and how they are waited for."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from ntsessions.abi.calls.heap import QueryDesktopHeaps, QuerySessionSpace
from ntsessions.abi.calls.host import QueryHost
from ntsessions.abi.calls.object import Close
from ntsessions.abi.calls.process import OpenProcess
from ntsessions.abi.calls.wait import WaitForObject
from ntsessions.abi.calls.window import GetGuiResources
from ntsessions.abi.calls.window_station import QueryWindowStations
from ntsessions.abi.errors import NtError
from ntsessions.abi.status import NtStatus
from ntsessions.client.connection import Connection
from tests.host.real_daemon import Raw, RealDaemon, Victim

SECOND = 10_000_000
SESSION = 0
TESTS = Path(__file__).parents[2]
BULK = """
from ntsessions.abi.calls.message import SetTimer
from ntsessions.abi.errors import NtError
def bulk(calls, at_once=100):
    pending = []
    for call in calls:
        pending.append(c.start(call))
        if len(pending) == at_once:
            for one in pending: c.finish(one)
            pending.clear()
    for one in pending: c.finish(one)
def at_large(kb=8192):
    c.call(SetThreadDesktop(c.call(CreateDesktop('large', heap_kb=kb)).handle))
"""


def kept(witness: Connection) -> dict[str, Any]:
    """What windowing holds of the session, in whatever hands."""
    return {
        "heaps": {(row.window_station, row.desktop): row.used for row in witness.call(QueryDesktopHeaps(SESSION))},
        "space": [area.used for area in witness.call(QuerySessionSpace(SESSION))],
        "objects": witness.call(GetGuiResources(-2, 1)),
        "stations": witness.call(QueryWindowStations(SESSION)),
        "handles": witness.call(QueryHost()).handle_count,
    }


def end(witness: Connection, victim: Victim) -> None:
    """Kill a client, and wait until it is known to have ended."""
    process = witness.call(OpenProcess(victim.pid))
    victim.kill()
    assert witness.call(WaitForObject(process, 10 * SECOND)).status == 0
    witness.call(Close(process))


def status_of(connection: "Raw | Connection", call: Any) -> NtStatus:
    try:
        connection.call(call)
    except NtError as error:
        return error.status
    return NtStatus.SUCCESS


def said_by(script: str, daemon: RealDaemon) -> str:
    """Run a program as the daemon's own user, who alone may connect to it; return what it says."""
    uid = daemon.uid
    identity: dict[str, Any] = {} if uid is None else {"user": uid, "group": uid, "extra_groups": ()}
    done = subprocess.run(
        [sys.executable, "-c", script, daemon.path],
        cwd="/", env={**os.environ, "PYTHONPATH": str(TESTS)}, capture_output=True, text=True, check=False, **identity,
    )  # fmt: skip
    assert not done.stderr
    return str(done.stdout)
