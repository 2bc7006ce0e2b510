"""Starting the daemon from the command line, and seeing it end.

The daemon is another program: it is executed, not imported.  It tells through a pipe (`--ready-fd`) when it listens, or
why it cannot, in one line: `ready` or `error: text`.
"""

import os
import select
import shlex
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

from ntsessions.cli.outcome import Refused
from ntsessions.client.address import NoDaemon, find_socket
from ntsessions.client.connection import open_socket

LOG = "daemon.log"
_TIME_TO_LEAVE = 30.0
"""Seconds from the answer that everything has ended to the end of the daemon's process."""


def refuse_second(directory: Path) -> None:
    """Raise Refused when a host runs in *directory*."""
    try:
        open_socket(find_socket(directory)).close()
    except NoDaemon as error:
        if isinstance(error.__cause__, PermissionError):
            raise Refused(str(error), "choose a directory of your own with --state-dir") from error
    else:
        raise Refused(f"a host runs in {directory}", "use it, end it with `nts down`, or choose another --state-dir")


def become(directory: Path, profile: str | None, shared_section: str | None) -> NoReturn:
    """Go on as the daemon, in the foreground."""
    sys.stdout.flush()
    command = _command(directory, profile, shared_section)
    os.execv(command[0], command)  # noqa: S606 - our own interpreter, and no shell


def start_detached(directory: Path, profile: str | None, shared_section: str | None) -> int:
    """Start the daemon in the background; return its process id when it is ready.  Raises Refused with its reason."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        log = os.open(directory / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError as error:
        raise Refused(
            f"{error.filename}: {error.strerror}", "choose a directory of your own with --state-dir"
        ) from error
    begin = os.fstat(log).st_size
    reader, writer = os.pipe()
    try:
        process = subprocess.Popen(
            [*_command(directory, profile, shared_section), "--ready-fd", str(writer)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=(writer,), start_new_session=True, cwd="/",
        )  # fmt: skip
    finally:
        os.close(writer)
        os.close(log)
    with open(reader, encoding="utf-8", errors="replace") as told:  # noqa: PTH123 - a pipe, not a path
        line = told.readline().strip()
        if line != "ready":
            line += " " + " ".join(told.read().split())  # a reason of several lines
    if line == "ready":
        process.returncode = 0  # it stays, and is not waited for
        return process.pid
    process.wait()
    reason = (
        line.removeprefix("error:").strip()
        or _log_from(directory / LOG, begin)
        or f"it ended with {process.returncode}"
    )
    raise Refused(f"the host did not start: {reason}", f"its log is {directory / LOG}")


def quoted(text: str) -> str:
    """Return *text* as a word of a shell."""
    return shlex.quote(text)


def _command(directory: Path, profile: str | None, shared_section: str | None) -> list[str]:
    command = [sys.executable, "-m", "ntsessions.daemon", "--state-dir", str(directory)]
    for option, value in (("--profile", profile), ("--shared-section", shared_section)):
        if value is not None:
            command += [option, value]
    return command


def _log_from(log: Path, begin: int) -> str:
    """Return the end of what the daemon wrote this time."""
    with log.open("rb") as file:
        file.seek(begin)
        return file.read().decode(errors="replace").strip()[-2000:]


class DaemonEnd:
    """The end of the daemon's process, which comes a moment after its last answer."""

    def __init__(self, process_id: int) -> None:
        try:
            self._pidfd = os.pidfd_open(process_id)
        except OSError:
            self._pidfd = -1  # it lives in another pid namespace, or has gone
        self.is_known = self._pidfd >= 0

    def wait(self) -> None:
        """Return when the process has ended.  Raises Refused when it does not."""
        if self.is_known:
            poll = select.poll()
            poll.register(self._pidfd, select.POLLIN)
            if not poll.poll(_TIME_TO_LEAVE * 1000):
                raise Refused("everything was ended, and the daemon's process is still there", "its log tells why")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.is_known:
            os.close(self._pidfd)
