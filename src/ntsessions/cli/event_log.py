"""`nts eventlog`: what the host has written down about itself and its sessions."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from ntsessions.cli.command import SESSION_ID, Settings, VerbGroup, example, json_option, session_ids

if TYPE_CHECKING:
    from ntsessions.abi.calls.event_log import EventRecord


@click.group(cls=VerbGroup, epilog=example("nts eventlog ls", "nts eventlog ls --follow"))
def eventlog() -> None:
    """The event log: what happened, and where."""


@eventlog.command(epilog=example("nts eventlog ls --session 1", "nts eventlog ls --follow --json"))
@click.option("--session", metavar="ID", type=SESSION_ID, shell_complete=session_ids, help="Only of this session.")
@click.option("-f", "--follow", is_flag=True, help="Go on with what is written from now on, until Ctrl-C.")
@json_option
@click.pass_obj
def ls(settings: Settings, session: int | None, follow: bool) -> None:
    """List what is written in the event log, oldest first.

    Administrators see the records of all sessions, others those of the session they are in.  The log is kept in memory:
    it begins with the host.  With --follow, JSON is one record per line.
    """
    from ntsessions.cli.rendering import Column, show_rows

    rows = (_record(one) for one in _records(settings, follow=follow) if session in (None, one.session_id))
    if follow:
        _follow(rows, as_json=settings.as_json)
        return
    found = list(rows)
    if not found and not settings.as_json:
        click.echo("The event log is empty." if session is None else f"No events of session {session} are recorded.")
        return
    columns = (
        Column("TIME", "time"), Column("LEVEL", "level"), Column("SOURCE", "source"),
        Column("ID", "id", is_number=True), Column("SESSION", "session", is_number=True), Column("TEXT", "text"),
    )  # fmt: skip
    if not settings.as_json:
        found = [row | {"text": _text(row)} for row in found]
    show_rows(found, columns, as_json=settings.as_json)


def _records(settings: Settings, *, follow: bool) -> Iterator["EventRecord"]:
    """Yield every record that is there, and those to come if asked for."""
    from ntsessions.abi.calls.event_log import QueryEventLog, WaitEventLog

    after = 0
    while page := settings.connection.call(WaitEventLog(after) if follow else QueryEventLog(after)):
        yield from page
        after = page[-1].sequence


def _follow(rows: Iterator[dict[str, object]], *, as_json: bool) -> None:
    """Print records as they come; columns cannot be as wide as what is not there yet."""
    import json

    from ntsessions.cli.rendering import cell_text

    for row in rows:
        if as_json:
            click.echo(json.dumps(row))
        else:
            heads = (row["time"], f"{row['level']:<11}", row["source"], row["id"], f"session {row['session']}")
            click.echo("  ".join(map(cell_text, (*heads, _text(row)))))


def _record(found: "EventRecord") -> dict[str, object]:
    from ntsessions.abi.calls.event_log import EventLevel
    from ntsessions.cli.rendering import time_of

    return {
        "sequence": found.sequence,
        "time": time_of(found.time),
        "level": EventLevel(found.level).name.lower(),
        "source": found.source,
        "id": found.event_id,
        "session": found.session_id,
        "text": found.text,
        "repeated": found.repeated,
    }


def _text(row: dict[str, object]) -> str:
    return f"{row['text']} (and {row['repeated']} more)" if row["repeated"] else str(row["text"])
