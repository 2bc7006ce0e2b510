"""What a session costs: until it is ready, and with hundreds of others alive."""

import time
from collections.abc import Iterator
from shutil import which
from statistics import median

from host import RunningHost, running_host
from measure import of_pairs, spawn
from report import Measured, Skipped

from ntsessions.abi.calls.account import AddAccount
from ntsessions.abi.calls.session import Logoff, Logon

_ROUNDS = 30
_LIVE = 500
_AROUND = 10
"""How many sessions stand for "the 10th" and "the 500th"."""


def measure() -> Iterator[Measured | Skipped]:
    """Log on to a new session, against a bare `unshare`; then do it until 500 are live."""
    unshare = which("unshare")
    with running_host() as host:
        host.connection.call(AddAccount("bench"))
        if unshare is None:
            yield Skipped("session ready", "unshare (util-linux) is not installed")
        else:
            yield _ready(host, [unshare, "-mi", "true"])
        yield _many(host)


def _ready(host: RunningHost, bare: list[str]) -> Measured:
    pairs = []
    _log_on_and_off(host)
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        spawn(bare)
        theirs = time.perf_counter() - start
        pairs.append((_log_on_and_off(host), theirs))
    found = of_pairs(pairs)
    return Measured("session ready / unshare -mi true", "", found.ratio, 3, found.ours, found.baseline)


def _log_on_and_off(host: RunningHost) -> float:
    seconds, session = _log_on(host)
    host.connection.call(Logoff(session))
    return seconds


def _log_on(host: RunningHost) -> tuple[float, int]:
    start = time.perf_counter()
    reply = host.connection.call(Logon("bench", new_session=True))
    return time.perf_counter() - start, reply.session_id


def _many(host: RunningHost) -> Measured:
    seconds, sessions = zip(*(_log_on(host) for _ in range(_LIVE)), strict=True)
    tenth, last = median(seconds[5 : 5 + _AROUND]), median(seconds[-_AROUND:])
    for session in sessions:
        host.connection.call(Logoff(session))
    return Measured("the 500th live session / the 10th", "", last / tenth, 1.5, last, tenth)
