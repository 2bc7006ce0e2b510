"""Windows' own commands over sessions, with the columns that scripts cut out of them (nt-semantics 4.14, 4.15).

Options may begin with `-` or `/`.  What has no meaning here yet (another server, terminals) is refused as unknown.
"""

import re
from datetime import datetime
from typing import TYPE_CHECKING

import click

from ntsessions.abi.calls.process import QuerySessionProcesses, SessionProcess
from ntsessions.abi.calls.session import ConnectState, QuerySessions, SessionInformation
from ntsessions.abi.errors import NtError
from ntsessions.abi.status import NtStatus
from ntsessions.cli.command import Settings, VerbGroup
from ntsessions.cli.outcome import printable
from ntsessions.cli.rendering import moment_of
from ntsessions.cli.sessions import SHORT_STATES, is_inside

if TYPE_CHECKING:
    from collections.abc import Iterable

_OPTION = re.compile(r"[-/]([a-z]+)(?::(.*))?", re.IGNORECASE)


class WindowsCommand(click.Command):
    """A command whose options are written `/name:value`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, [_as_click_writes(word) for word in args])


def _as_click_writes(word: str) -> str:
    found = _OPTION.fullmatch(word)
    if found is None or word == "-h":
        return word
    value = "" if found[2] is None else f"={found[2]}"
    return f"--{found[1].lower()}{value}"


class _NotFound(click.ClickException):
    """What these commands say, in their own words, when nothing matches."""

    exit_code = 1

    def show(self, file: object = None) -> None:
        click.echo(printable(self.message), err=True)


@click.command(cls=WindowsCommand)
@click.argument("who", required=False, metavar="[SESSIONNAME | USERNAME | SESSIONID]")
@click.pass_obj
def qwinsta(settings: Settings, who: str | None) -> None:
    """List sessions, as Windows prints them."""
    sessions = [one for one in _sessions(settings) if who is None or _is_meant(one, who)]
    if not sessions:
        raise _NotFound(f"No session exists for {who}")
    click.echo(" SESSIONNAME       USERNAME                 ID  STATE   TYPE        DEVICE ")
    own = _own(settings)
    for one in sessions:
        mark = ">" if one.session_id == own else " "
        name, user = printable(one.name.lower()), _user(one)
        click.echo(f"{mark}{name:<18}{user:<20}{one.session_id:>7}  {_state(one):<8}{'':<12}{'':<8}")


@click.command(cls=WindowsCommand)
@click.argument("who", required=False, metavar="[USERNAME | SESSIONNAME | SESSIONID]")
@click.pass_obj
def quser(settings: Settings, who: str | None) -> None:
    """List users, as Windows prints them."""
    sessions = [one for one in _sessions(settings) if one.user and (who is None or _is_meant(one, who))]
    if not sessions:
        raise _NotFound(f"No User exists for {who or '*'}")
    click.echo(" USERNAME              SESSIONNAME        ID  STATE   IDLE TIME  LOGON TIME")
    own = _own(settings)
    for one in sessions:
        mark = ">" if one.session_id == own else " "
        name, moment = printable(one.name.lower()), moment_of(one.logon_time)
        when = "" if moment is None else windows_time(moment.astimezone())
        # Without a terminal there is no input whose absence could be measured.
        click.echo(f"{mark}{_user(one):<22}{name:<16}{one.session_id:>5}  {_state(one):<8}{'none':>8}   {when}")


@click.command(cls=WindowsCommand)
@click.argument("who", required=False, metavar="[* | PID | USERNAME | SESSIONNAME | PROGRAM]")
@click.option("--id", "session_id", metavar="ID", type=click.IntRange(min=0), help="Of this session (/id:ID).")
@click.pass_obj
def qprocess(settings: Settings, who: str | None, session_id: int | None) -> None:
    """List programs, as Windows prints them.

    Without an argument: your own session's; with *: all.
    """
    sessions = {one.session_id: one for one in _sessions(settings)}
    chosen: Iterable[int] = sessions if session_id is None else (session_id,)
    if who is None and session_id is None and is_inside(settings):
        chosen = (settings.connection.identity.session_id,)
    rows = []
    for number in chosen:
        name = sessions[number].name if number in sessions else ""
        rows += [(name, one) for one in _processes(settings, number, is_chosen=session_id is not None)]
    if who not in {None, "*"}:
        rows = [(name, one) for name, one in rows if _is_wanted(name, one, str(who))]
    if not rows:
        raise _NotFound(f"No Process exists for {who or '*'}")
    own = _own(settings)
    click.echo(" USERNAME              SESSIONNAME         ID    PID  IMAGE")
    for name, one in rows:
        mark = ">" if one.session_id == own else " "
        shown = printable(name.lower())
        image = printable(image_name(one.command))
        click.echo(f"{mark}{_plain(one.user):<22}{shown:<16}{one.session_id:>6}  {one.process_id:>5}  {image}")


@click.group(cls=VerbGroup)
def query() -> None:
    """Windows' query: session, user or process."""


query.add_command(qwinsta, "session")
query.add_command(quser, "user")
query.add_command(qprocess, "process")


def windows_time(moment: datetime) -> str:
    """Return a time as an English Windows writes it: 1/2/2024 9:00 AM."""
    hour = moment.hour % 12 or 12
    half = "AM" if moment.hour < 12 else "PM"
    return f"{moment.month}/{moment.day}/{moment.year} {hour}:{moment.minute:02} {half}"


def image_name(command: str) -> str:
    """Return the program of a command line, without its directory."""
    program = command.split(" ", 1)[0] if command else ""
    return program.rpartition("/")[2] or program


def _sessions(settings: Settings) -> tuple[SessionInformation, ...]:
    return settings.connection.call(QuerySessions())


def _processes(settings: Settings, session_id: int, *, is_chosen: bool) -> tuple[SessionProcess, ...]:
    try:
        return settings.connection.call(QuerySessionProcesses(session_id))
    except NtError as error:
        if is_chosen or error.status not in {NtStatus.ACCESS_DENIED, NtStatus.CTX_WINSTATION_NOT_FOUND}:
            raise
        return ()  # one that may not be looked into, or has just ended, does not hide the others


def _own(settings: Settings) -> int | None:
    """Return the session to mark: the one this shell is in."""
    return settings.connection.identity.session_id if is_inside(settings) else None


def _plain(user: str) -> str:
    r"""Return the name in `domain\name`."""
    return printable(user.rpartition("\\")[2])


def _user(session: SessionInformation) -> str:
    return _plain(session.user)


def _state(session: SessionInformation) -> str:
    return SHORT_STATES.get(ConnectState(session.state), "")


def _is_meant(session: SessionInformation, who: str) -> bool:
    if who.isascii() and who.isdigit():
        return session.session_id == int(who)
    return who.casefold() in {session.name.casefold(), _user(session).casefold()} - {""}


def _is_wanted(name: str, process: SessionProcess, who: str) -> bool:
    if who.isascii() and who.isdigit():
        return process.process_id == int(who)
    return who.casefold() in {
        name.casefold(),
        _plain(process.user).casefold(),
        image_name(process.command).casefold(),
    } - {""}
