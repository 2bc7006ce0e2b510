"""A real daemon to measure."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from ntsessions.abi.calls.host import ShutDown
from ntsessions.client.address import find_socket
from ntsessions.client.connection import Connection

_TIME_TO_LEAVE = 60


class RunningHost(NamedTuple):
    """A daemon and an operator's connection to it."""

    connection: Connection
    daemon: int
    state_dir: str

    def launchers(self) -> list[int]:
        """Return the daemon's child processes, theirs included."""
        parents: dict[int, list[int]] = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                fields = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
            except OSError:
                continue  # it has ended
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
        found, left = [], [self.daemon]
        while left:
            children = parents.get(left.pop(), [])
            found += children
            left += children
        return found


@contextmanager
def running_host(profile: str | None = None) -> Iterator[RunningHost]:
    """Start a daemon with a state directory of its own, and leave nothing of it behind."""
    with tempfile.TemporaryDirectory(prefix="nts-bench-") as state_dir:
        read_end, write_end = os.pipe()
        log = Path(state_dir, "daemon.log")
        command = [sys.executable, "-m", "ntsessions.daemon", "--state-dir", state_dir, "--ready-fd", str(write_end)]
        if profile is not None:
            command += ["--profile", profile]
        with log.open("wb") as output:
            daemon = subprocess.Popen(
                command,
                pass_fds=(write_end,), stdout=output, stderr=output,
            )  # fmt: skip
        os.close(write_end)
        with os.fdopen(read_end) as ready:
            line = ready.readline().strip()
        if line != "ready":
            daemon.wait(_TIME_TO_LEAVE)
            raise RuntimeError(line or log.read_text())
        connection = Connection(find_socket(state_dir))
        try:
            yield RunningHost(connection, daemon.pid, state_dir)
        finally:
            connection.call(ShutDown())
            connection.close()
            daemon.wait(_TIME_TO_LEAVE)
