"""`nts run`: a program in a session, as if it had been started from the shell.

Standard input, output and error pass through (`streams`, `relay`), as do signals, the working directory, the exit code
and what of the environment makes sense there (`environment`).  This module and what it imports is all that a start of a
program loads: no click, no rich.
"""

import os

from ntsessions.abi.calls.host import QueryHost
from ntsessions.abi.calls.process import (
    CREATE_NEW_CONSOLE,
    CreateProcess,
    ProcessInformation,
    QueryProcess,
    SignalProcess,
)
from ntsessions.abi.calls.session import QuerySessions, QueryUserToken, RunTarget
from ntsessions.abi.calls.wait import WaitForObject
from ntsessions.abi.errors import NtError
from ntsessions.abi.exit_status import signal_of_status
from ntsessions.abi.status import NtStatus
from ntsessions.abi.types import WaitResult
from ntsessions.cli.environment import passed_environment
from ntsessions.cli.outcome import ExitCode, Refused, report, say
from ntsessions.cli.quick import RunOptions
from ntsessions.cli.relay import Signals, relay
from ntsessions.cli.streams import Streams
from ntsessions.client.address import find_socket, is_in_session
from ntsessions.client.connection import Connection, PendingCall

WINSTA0 = "WinSta0"
_START_FAILED = {
    NtStatus.OBJECT_NAME_NOT_FOUND: ExitCode.NOT_FOUND,
    NtStatus.OBJECT_PATH_NOT_FOUND: ExitCode.NOT_FOUND,
    NtStatus.ACCESS_DENIED: ExitCode.CANNOT_EXECUTE,
    NtStatus.INVALID_FILE_FOR_SECTION: ExitCode.CANNOT_EXECUTE,
}
"""What shells answer when a program cannot be started."""


def launch(options: RunOptions) -> int:
    """Run the program in the session; return its exit code, or 128 plus the signal that ended it."""
    connection = Connection(find_socket(options.state_dir))
    session = _session_of(connection, options)
    is_own = options.state_dir is None and is_in_session() and session == connection.identity.session_id
    # In one's own session the program is one's own, with one's own token; that takes no privilege.
    token = 0 if is_own else _token_of(connection.call(QueryUserToken(session)), options.user)
    mode = "" if is_own else connection.call(QueryHost()).mode
    environment = passed_environment(os.environ, options.env, mode=mode, is_own_session=is_own)
    with Signals() as signals, Streams(no_tty=options.no_tty) as streams:
        call = CreateProcess(
            _text_only(options.command),
            _sendable(environment),
            _directory(options.cwd),
            token,
            flags=CREATE_NEW_CONSOLE if streams.has_console else 0,
            descriptor_count=len(streams.for_program),
            desktop=None if options.desktop is None else _whole_name(options.desktop),
        )
        try:
            process = connection.call(call, streams.for_program).process
        except NtError as error:
            return _not_started(error, options.command[0])
        streams.program_has_started()
        relay(StartedProgram(connection, process), streams, signals)
        return _ended(connection.call(QueryProcess(process)))


def _ended(process: ProcessInformation) -> int:
    """Return the exit code; where the system ended the program, say why."""
    if process.ended_because:
        hint = _MEMORY_HINT if "no memory" in process.ended_because else _CONNECT_HINT
        say(process.ended_because, hint)
    return exit_code_of(process.exit_status)


_MEMORY_HINT = "`nts eventlog ls` tells whether one desktop is full (event 243) or the whole session (244)"
_CONNECT_HINT = "`nts desktop ls --session ID` lists the desktops there are, and `nts object explain` who may open them"


def _whole_name(desktop: str) -> str:
    """Return the name with its window station: a desktop that a person names is one of WinSta0."""
    return desktop if "\\" in desktop else f"{WINSTA0}\\{desktop}"


class StartedProgram:
    """A program that runs in a session; see `relay.Program`."""

    def __init__(self, connection: Connection, process: int) -> None:
        self._connection = connection
        self._process = process
        self._end: PendingCall[WaitResult] = connection.start(WaitForObject(process))

    def fileno(self) -> int:
        return self._connection.fileno()

    def has_ended(self, *, is_readable: bool) -> bool:
        if not is_readable and not self._end.is_answered:
            return False
        self._connection.finish(self._end)
        return True

    def signal(self, number: int) -> None:
        try:
            self._connection.call(SignalProcess(self._process, number))
        except NtError as error:
            if error.status != NtStatus.PROCESS_IS_TERMINATING:  # it was faster, and its end is on its way
                report(error)


def exit_code_of(status: int) -> int:
    """Return what a shell shows for an exit status: one byte, 128 + N for signal N, never 0 for a failure."""
    number = signal_of_status(status)
    if number is not None:
        return ExitCode.SIGNALED + number
    return status if status < 256 else status & 0xFF or ExitCode.REFUSED


def _session_of(connection: Connection, options: RunOptions) -> int:
    """Return the session that was asked for: by id, by its user, or the caller's own."""
    if options.user is None:
        return connection.identity.session_id if options.session is None else options.session
    wanted = options.user.casefold()
    found = [one.session_id for one in connection.call(QuerySessions()) if _plain(one.user) == wanted]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(map(str, found))
        raise Refused(f"{options.user} has {len(found)} sessions: {ids}", "choose one with --session ID")
    raise Refused(f"{options.user} has no session", f"`nts logon {options.user}` makes one")


def _token_of(target: RunTarget, user: str | None) -> int:
    """Return the token; a *user* who was asked for may have left the session since it was found."""
    if user is not None and _plain(target.user) != user.casefold():
        raise Refused(f"{user} has just logged off", f"`nts logon {user}` makes a session")
    return target.token


def _plain(user: str) -> str:
    r"""Return the name in `domain\name`, in lower case."""
    return user.rpartition("\\")[2].casefold()


def _not_started(error: NtError, program: str) -> int:
    code = _START_FAILED.get(error.status)
    if code is None:
        return report(error)
    searched = "give its path, or put its directory on the PATH of the session with -e PATH=..."
    hint = (
        searched
        if code == ExitCode.NOT_FOUND
        else "check its permissions for that user, and its first line if it is a script"
    )
    say(str(error) if error.detail else f"{error}: {program}", hint)
    return code


def _text_only(command: tuple[str, ...]) -> tuple[str, ...]:
    for word in command:
        if not _is_text(word):
            raise Refused(f"not UTF-8, and cannot be sent: {word}", "arguments of other encodings go through a file")
    return command


def _sendable(environment: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Return the variables that can be sent; say which cannot."""
    sendable = tuple(pair for pair in environment if _is_text(pair[0]) and _is_text(pair[1]))
    if len(sendable) < len(environment):
        left = ", ".join(pair[0] for pair in environment if pair not in sendable)
        say(f"these variables are not UTF-8 and do not come along: {left}")
    return sendable


def _is_text(text: str) -> bool:
    """Tell whether *text* was UTF-8; Python marks other bytes of the command line by lone surrogates."""
    return text.isascii() or not any("\ud800" <= c <= "\udfff" for c in text)


def _directory(wanted: str | None) -> str:
    try:
        here = os.getcwd()  # noqa: PTH109 - as in __main__
    except FileNotFoundError:
        here = ""  # it was removed; the program begins at home
    return here if wanted is None else os.path.join(here, wanted)  # noqa: PTH118 - as in __main__
