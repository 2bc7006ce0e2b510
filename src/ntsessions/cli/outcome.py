"""How `nts` ends: its exit codes, and what it says when it could not do what was asked.

A refusal names its status, what that means, what it was about, and on a line of its own what the person can do.
Nothing is printed that a program could have put there to steer the terminal: see `printable`.
"""

import sys
from enum import IntEnum

from ntsessions.abi.errors import NtError
from ntsessions.abi.status import NtStatus as S
from ntsessions.client.address import NoDaemon
from ntsessions.wire.frame import ProtocolError


class ExitCode(IntEnum):
    """What the shell gets."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    NO_DAEMON = 3
    CANNOT_EXECUTE = 126
    """As shells do: `nts run` found the program and could not execute it."""
    NOT_FOUND = 127
    """As shells do: `nts run` did not find the program."""
    SIGNALED = 128
    """As shells do: plus the number of the signal that ended the program."""


class Refused(Exception):
    """`nts` itself cannot do what was asked; *hint* says what to do about it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


_OPERATOR = "run it as the user who started the host and outside of its sessions, or as an administrator"

HINTS: dict[S, str] = {
    S.PRIVILEGE_NOT_HELD: _OPERATOR,
    S.ACCESS_DENIED: "`nts object explain NAME --access RIGHT` tells which rule decided; " + _OPERATOR,
    S.OBJECT_NAME_NOT_FOUND: r"`nts object explain NAME` shows each step; in a shell quote backslashes: '\Sessions\1'",
    S.OBJECT_PATH_NOT_FOUND: r"`nts object explain NAME` shows each step; in a shell quote backslashes: '\Sessions\1'",
    S.OBJECT_TYPE_MISMATCH: "`nts object show NAME` tells what it is",
    S.CTX_WINSTATION_NOT_FOUND: "`nts session ls` lists the sessions",
    S.CTX_WINSTATION_BUSY: "it is being made or ended; try again when `nts session ls` shows that it is not",
    S.NO_TOKEN: "nobody is logged on in that session; `nts logon NAME` makes one",
    S.NO_SUCH_USER: "`nts user ls` lists the accounts, `nts user add NAME` makes one",
    S.USER_EXISTS: "`nts user ls` lists the accounts; `nts user passwd NAME` changes the password",
    S.LOGON_FAILURE: "check the name with `nts user ls` and the password; it is read with --password-stdin",
    S.CANNOT_DELETE: "log the user off first: `nts session ls`, `nts logoff ID`",
    S.SERVICE_DOES_NOT_EXIST: "`nts service ls` lists the services; the host's ntsessions.toml declares them",
    S.SERVICE_ALREADY_RUNNING: "`nts service ls` shows its process",
    S.SERVICE_NOT_ACTIVE: "`nts service start NAME` starts it",
    S.INVALID_CID: "`nts session ps ID` lists the processes of a session",
    S.PROCESS_IS_TERMINATING: "it has ended, and there is nothing left to do",
    S.REVISION_MISMATCH: "`nts` and the host are of different versions: use the host's own `nts`, or start it again",
    S.NAME_TOO_LONG: "use a shorter name, fewer arguments or a smaller environment (`env -i` clears it)",
    S.INTERNAL_ERROR: "the log in the state directory tells more (daemon.log after `nts up --detach`)",
}
"""What the person should do, by status."""


def printable(text: str) -> str:
    """Return *text* with everything escaped that is not plain text: names come from programs, and a terminal obeys."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def report(error: Exception) -> int:
    """Say on standard error what went wrong and what to do; return the exit code."""
    if isinstance(error, NtError):
        say(str(error), HINTS.get(error.status, ""))
        return ExitCode.REFUSED
    if isinstance(error, Refused):
        say(str(error), error.hint)
        return ExitCode.REFUSED
    if isinstance(error, NoDaemon):
        say(str(error))
        return ExitCode.NO_DAEMON
    if isinstance(error, ProtocolError):
        say(f"what answers there is not a host of this version: {error}", HINTS[S.REVISION_MISMATCH])
        return ExitCode.REFUSED
    raise error


def say(message: str, hint: str = "") -> None:
    """Print a message, and a hint below it, on standard error."""
    sys.stderr.write(f"nts: {printable(message)}\n")
    if hint:
        sys.stderr.write(f"hint: {printable(hint)}\n")
