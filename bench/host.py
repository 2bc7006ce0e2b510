"""A real daemon to measure."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ntsessions.abi.calls.host import ShutDown
from ntsessions.client.objects import Client, connect


@contextmanager
def running_host() -> Iterator[tuple[Client, subprocess.Popen[bytes]]]:
    """Start a daemon with a state directory of its own; yield a client and its process."""
    with tempfile.TemporaryDirectory(prefix="nts-bench-") as state_dir:
        import os

        read_end, write_end = os.pipe()
        with Path(state_dir, "daemon.log").open("wb") as log:
            daemon = subprocess.Popen(
                [sys.executable, "-m", "ntsessions.daemon", "--state-dir", state_dir, "--ready-fd", str(write_end)],
                pass_fds=(write_end,), stdout=log, stderr=log,
            )  # fmt: skip
        os.close(write_end)
        with os.fdopen(read_end) as ready:
            line = ready.readline().strip()
        if line != "ready":
            raise RuntimeError(line)
        client = connect(state_dir)
        try:
            yield client, daemon
        finally:
            client.call(ShutDown())
            client.close()
            daemon.wait(30)
