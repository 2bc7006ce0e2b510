"""What a call costs: its round trip against a bare blocking Python echo over the same kind of socket."""

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import wine
from host import RunningHost, running_host
from measure import Placement, compare, pin, pinned, placements
from report import Measured, Skipped

from ntsessions.abi.calls.event import CreateEvent, SetEvent
from ntsessions.abi.types import NAMED_OBJECTS

_MESSAGE = bytes(64)
_ROUNDS = 400
_CALLS = 20
"""Few in a row, because a processor that waits learns from the last waits how to wait for the next."""
_SET = {"one CPU": 1.7, "two CPUs": 1.2}
_CREATE = {"one CPU": 2.3, "two CPUs": 1.35}


def measure() -> Iterator[Measured | Skipped]:
    """Measure a set, and a create with its close, at each placement."""
    with running_host() as host, echo() as (process, once):
        connection = host.connection
        handle = connection.call(CreateEvent()).handle
        create = CreateEvent("bench", NAMED_OBJECTS)
        set_event = SetEvent(handle)
        for placement in placements():
            pin(host.daemon, placement.other)
            pin(process, placement.other)
            with pinned(placement.ours):
                yield _row("SetEvent", lambda: connection.call(set_event), once, placement, _SET)
                yield _row(
                    "create + close of a named event", lambda: _create_and_close(host, create), once, placement, _CREATE
                )
    yield from wine.measure()


def _create_and_close(host: RunningHost, create: CreateEvent) -> None:
    host.connection.post_close(host.connection.call(create).handle)


def _row(what: str, work: Callable[[], object], once: Callable[[], object], placement: Placement,
         targets: dict[str, float]) -> Measured:  # fmt: skip
    found = compare(work, once, rounds=_ROUNDS, calls=_CALLS)
    return Measured(
        f"{what} / echo of 64 bytes", placement.name, found.ratio, targets[placement.name], found.ours, found.baseline
    )


@contextmanager
def echo() -> Iterator[tuple[int, Callable[[], object]]]:
    """Start the baseline; yield its process id and a function that makes one round trip."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    server = Path(__file__).with_name("echo.py")
    process = subprocess.Popen([sys.executable, "-I", "-S", server, str(theirs.fileno())], pass_fds=(theirs.fileno(),))
    theirs.close()

    def once() -> None:
        ours.send(_MESSAGE)
        ours.recv(4096)

    try:
        once()
        yield process.pid, once
    finally:
        ours.close()
        process.wait()
