"""`nts winsta`: the window stations of a session."""

import click

from ntsessions.cli.command import Settings, VerbGroup, example, json_option, session_ids


@click.group(cls=VerbGroup, epilog=example("nts winsta ls --session 1"))
def winsta() -> None:
    """Window stations: containers of desktops, with one clipboard each."""


@winsta.command(epilog=example("nts winsta ls --session 1", "nts winsta ls --session 0 --json"))
@click.option("--session", "session_id", metavar="ID", shell_complete=session_ids, help="Of this session.")
@json_option
@click.pass_obj
def ls(settings: Settings, session_id: str | None) -> None:
    """List the window stations of a session that you may see.

    INPUT is the desktop that keyboard and screen belong to; only WinSta0 ever has one.
    """
    from ntsessions.abi.calls.window_station import QueryWindowStations
    from ntsessions.cli.rendering import Column, show_rows
    from ntsessions.cli.sessions import chosen_session
    from ntsessions.client.pages import whole

    session = chosen_session(settings, session_id)
    columns = (
        Column("NAME", "name"), Column("INTERACTIVE", "interactive"), Column("LOCKED", "locked"),
        Column("USER", "user"), Column("INPUT", "input"), Column("DESKTOPS", "desktops"),
    )  # fmt: skip
    rows: list[dict[str, object]] = [
        {
            "session": one.session_id,
            "name": one.name,
            "interactive": one.is_interactive,
            "locked": one.is_locked,
            "user": one.user,
            "input": one.input_desktop,
            "desktops": list(one.desktops),
        }
        for one in whole(settings.connection.call, lambda start: QueryWindowStations(session, start))
    ]
    show_rows(rows, columns, as_json=settings.as_json)
