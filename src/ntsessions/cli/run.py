"""`nts run`: how its line is written.  What it does is in `launch`; the usual line never comes here (`quick`)."""

import click

from ntsessions.cli.command import SESSION_ID, Settings, example, session_ids, user_names


@click.command(
    context_settings={"allow_interspersed_args": False},
    epilog=example(
        "nts run --session 1 -- python3 -c 'print(\"hello\")'",
        "sort < in.txt | nts run --user alice -- tee out.txt",
    ),
)
@click.option("--session", metavar="ID", type=SESSION_ID, shell_complete=session_ids, help="In this session.")
@click.option("--user", metavar="NAME", shell_complete=user_names, help="In the session of this user, who has one.")
@click.option("--cwd", metavar="DIR", help="Start there; without it, in the directory you are in.")
@click.option(
    "-e", "--env", metavar="NAME=VALUE", multiple=True, help="Set a variable; NAME alone passes your own value on."
)
@click.option("--desktop", metavar="NAME", help=r"On this desktop, `Work` or `WinSta0\Work`; else where you belong.")
@click.option("--no-tty", is_flag=True, help="Give the program pipes where you have a terminal.")
@click.argument("command", nargs=-1, required=True, metavar="[--] CMD...")
@click.pass_obj
def run(
    settings: Settings,
    session: int | None,
    user: str | None,
    cwd: str | None,
    env: tuple[str, ...],
    desktop: str | None,
    no_tty: bool,
    command: tuple[str, ...],
) -> int:
    """Run a program in a session.

    Input, output, signals and exit code pass through; a terminal is replaced by a new one, which the program may treat
    as it likes.  Without --session or --user the program runs in the session you are in; outside of all sessions that
    is session 0, as the system.

    Exits with the program's own code, 128 + N when signal N ended it, 127 when there is no such program, 126 when it
    cannot be executed, 66 (of 0xC0000142) when it could not be connected to its desktop, and 1, 2 or 3 like every other
    command when it did not come to that.
    """
    from ntsessions.cli.launch import launch
    from ntsessions.cli.quick import RunOptions

    if session is not None and user is not None:
        raise click.UsageError("--session and --user exclude each other: both choose the session.")
    if desktop == "":
        raise click.BadParameter("a desktop has a name.", param_hint="--desktop")
    return launch(RunOptions(command, session, user, cwd, env, no_tty, desktop, settings.state_dir))
