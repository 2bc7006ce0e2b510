"""Reading the logs of services: files of the host's directory, so that they can be read when no host runs.

In a pipe the bytes are those that the service wrote.  On a terminal they are made harmless: a service may be anybody's
program, and a terminal obeys.
"""

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from ntsessions.abi.names import SERVICE_LOGS
from ntsessions.cli.outcome import Refused, printable

_SUFFIX = ".log"


class Log(NamedTuple):
    """One service's log."""

    name: str
    path: Path

    @property
    def before(self) -> bytes:
        """What was put aside when the log had become too large."""
        try:
            return self.path.with_name(f"{self.path.name}.1").read_bytes()
        except FileNotFoundError:
            return b""


def find(directory: Path, name: str) -> Log:
    """Return the log of a service; case does not matter.  Raises Refused."""
    logs = directory / SERVICE_LOGS
    try:
        for path in sorted(logs.iterdir()):
            if path.name.lower() == f"{name.lower()}{_SUFFIX}":
                return Log(path.name.removesuffix(_SUFFIX), path)
    except FileNotFoundError:
        pass  # no service was ever started
    except PermissionError as error:
        raise Refused(f"{logs}: {error.strerror}", "run it as the user who started the host, or as root") from error
    hint = "`nts service ls` lists the services; --state-dir names another host"
    raise Refused(f"no service {name!r} has been started in {directory}", hint)


def lines(log: Log) -> list[str]:
    """Return everything that is there."""
    return (log.before + log.path.read_bytes()).decode(errors="backslashreplace").splitlines()


def show(log: Log, *, follow: bool) -> None:
    """Print everything that is there; with *follow* also what comes."""
    _print(log.before)
    if not follow:
        _print(log.path.read_bytes())
        return
    # tail knows what becomes of a file that is emptied or made anew; what it says of that is not the service's.
    command = ["tail", "-n", "+1", "-F", str(log.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as tail:
        assert tail.stdout is not None, "it was asked for"
        try:
            for line in tail.stdout:
                _print(line)
        finally:
            tail.kill()


def _print(data: bytes) -> None:
    if sys.stdout.isatty():
        for line in data.decode(errors="backslashreplace").splitlines():
            sys.stdout.write(printable(line.expandtabs()) + "\n")
    else:
        sys.stdout.buffer.write(data)
    sys.stdout.flush()
