"""`nts logon` and `nts logoff`: from a user to a session, and back to nothing."""

import click

from ntsessions.cli.command import Settings, example, json_option, session_ids, user_names
from ntsessions.cli.passwords import password_options, read_password


@click.command(epilog=example("nts logon alice", "nts logon alice --password-stdin < password.txt"))
@click.argument("name", shell_complete=user_names)
@password_options("Needed unless you started the host or are an administrator.")
@click.option("--new-session", is_flag=True, help="A further session, even if the user has one.")
@click.option("--private-tmp", is_flag=True, help="Give the session a /tmp of its own.")
@json_option
@click.pass_obj
def logon(settings: Settings, name: str, ask: bool, password_stdin: bool, new_session: bool, private_tmp: bool) -> None:
    """Log a user on, into a session of their own.

    A user who has a session gets that one again.  The session begins without a screen, so its state is Disconnected;
    programs run in it all the same.
    """
    from ntsessions.abi.calls.session import Logon
    from ntsessions.abi.luids import Luid, format_luid
    from ntsessions.cli.rendering import cell_text, show_json

    password = read_password(name, ask=ask, from_stdin=password_stdin)
    reply = settings.connection.call(Logon(name, password, new_session, private_tmp))
    logon_session = format_luid(Luid(reply.logon_session))
    if settings.as_json:
        show_json({
            "session": reply.session_id,
            "logon_session": logon_session,
            "user": reply.user,
            "reconnected": reply.reconnected,
            "notes": list(reply.notes),
        })  # fmt: skip
        return
    how = "is back in" if reply.reconnected else "is logged on in"
    click.echo(f"{cell_text(reply.user)} {how} session {reply.session_id} (logon session {logon_session})")
    if reply.notes:
        from ntsessions.abi.calls.host import QueryHost

        known = settings.connection.call(QueryHost()).notes  # what is so for every session, `nts up` has told
        for note in reply.notes:
            if note not in known:
                click.echo(f"note: {cell_text(note)}", err=True)


@click.command(epilog=example("nts logoff 1"))
@click.argument("session", required=False, metavar="[ID]", shell_complete=session_ids)
@json_option
@click.pass_obj
def logoff(settings: Settings, session: str | None) -> None:
    """End a session and everything in it.

    Returns when nothing of it is left.  Session 0 stays: a user who works there,
    beside the services, is logged off from it.  ID is the session's number or name;
    inside a session it may be left out for that session itself.
    """
    from ntsessions.abi.calls.session import Logoff
    from ntsessions.cli.outcome import Refused
    from ntsessions.cli.rendering import show_json
    from ntsessions.cli.sessions import find_session, own_session

    number = own_session(settings) if session is None else find_session(settings, session)
    left = settings.connection.call(Logoff(number))
    if settings.as_json:
        show_json({"session": number, "survivors": list(left)})
    if left:
        raise Refused(
            f"session {number} is logged off, but Linux could not kill {', '.join(map(str, left))}",
            "such a process waits in the kernel, often for a device or a network file system",
        )
