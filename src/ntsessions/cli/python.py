"""`nts python`: unmodified scripts that were written for pywin32."""

import click

from ntsessions.cli.command import SESSION_ID, Settings, example, session_ids


@click.command(
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    epilog=example("nts python my_windows_script.py --its-option", "nts python --session 1 my_windows_script.py"),
)
@click.option("--session", metavar="ID", type=SESSION_ID, shell_complete=session_ids, help="In this session.")
@click.argument("script", metavar="SCRIPT")
@click.argument("arguments", nargs=-1, metavar="[ARGS]...")
@click.pass_obj
def python(settings: Settings, session: int | None, script: str, arguments: tuple[str, ...]) -> int:
    """Run a Python script written for Windows.

    It finds win32event, win32api and the other modules of pywin32 under their own names, and runs in the session you
    are in, or with --session in that one.  `-m MODULE` and `-c CODE` do what they do for Python.
    """
    from ntsessions.cli.sessions import is_inside

    if session is not None and not (is_inside(settings) and settings.connection.identity.session_id == session):
        return _run_in_session(settings, session, script, arguments)
    return _run_here(settings, script, arguments)


def _run_here(settings: Settings, script: str, arguments: tuple[str, ...]) -> int:
    from ntsessions.client.connection import open_socket
    from ntsessions.win32.runner import run_script

    open_socket(settings.socket_path).close()  # a missing host is told here, and not from the middle of the script
    return run_script(script, arguments, settings.state_dir)


def _run_in_session(settings: Settings, session: int, script: str, arguments: tuple[str, ...]) -> int:
    """Do what `nts run --session N -- nts python ...` does, with this interpreter, wherever `nts` is installed."""
    import sys

    from ntsessions.cli.launch import launch
    from ntsessions.cli.quick import RunOptions

    command = (sys.executable, "-m", "ntsessions.cli", "python", script, *arguments)
    return launch(RunOptions(command, session, state_dir=settings.state_dir))
