"""`nts` itself: the nouns, the options that hold for all of them, and how errors are told.

A noun is a module, loaded when it is asked for; the table below knows enough of each for `nts --help`.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NamedTuple

import click

from ntsessions import __version__
from ntsessions.cli.command import Settings
from ntsessions.cli.outcome import ExitCode, report


class Noun(NamedTuple):
    """A command of `nts`: where it is, and its line in the help."""

    module: str
    help: str
    section: str
    attribute: str = ""
    """Its name in the module, where that is not the noun's."""


_HOST, _SESSIONS, _OBJECTS, _WINDOWS = "The host", "Users and sessions", "Objects and services", "Windows names"

NOUNS: dict[str, Noun] = {
    "up": Noun("host", "Start a host.", _HOST),
    "down": Noun("host", "Log everybody off and end the host.", _HOST),
    "status": Noun("host", "Show what the host is and how much it holds.", _HOST),
    "eventlog": Noun("event_log", "The event log: what happened, and where.", _HOST),
    "completion": Noun("completion", "Print the completion script of a shell.", _HOST),
    "user": Noun("user", "Accounts: who can log on.", _SESSIONS),
    "logon": Noun("logon", "Log a user on, into a session of their own.", _SESSIONS),
    "logoff": Noun("logon", "End a session and everything in it.", _SESSIONS),
    "session": Noun("session", "Sessions, and the programs in them.", _SESSIONS),
    "run": Noun("run", "Run a program in a session.", _SESSIONS),
    "python": Noun("python", "Run a Python script written for Windows.", _SESSIONS),
    "object": Noun("object", "Named objects: what is there and why.", _OBJECTS, "object_noun"),
    "winsta": Noun("window_station", "Window stations: containers of desktops, with one clipboard each.", _OBJECTS),
    "desktop": Noun("desktop", "Desktops: where programs have their windows.", _OBJECTS),
    "heap": Noun("heap", "Desktop heaps: how full they are, and what would fit.", _OBJECTS),
    "service": Noun("service", "Services: the programs of session 0.", _OBJECTS),
    "qwinsta": Noun("windows_names", "List sessions, as Windows prints them.", _WINDOWS),
    "quser": Noun("windows_names", "List users, as Windows prints them.", _WINDOWS),
    "qprocess": Noun("windows_names", "List programs, as Windows prints them.", _WINDOWS),
    "dheapmon": Noun("heap", "Desktop heaps: how full they are, and what would fit.", _WINDOWS, "heap"),
    "query": Noun("windows_names", "Windows' query: session, user or process.", _WINDOWS),
}


class LazyGroup(click.Group):
    """A group whose commands are loaded when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(NOUNS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        noun = NOUNS.get(cmd_name)
        if noun is None:
            return None
        found = getattr(import_module(f"ntsessions.cli.{noun.module}"), noun.attribute or cmd_name)
        assert isinstance(found, click.Command)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        width = max(map(len, NOUNS))
        for section in dict.fromkeys(noun.section for noun in NOUNS.values()):
            with formatter.section(section):
                formatter.write_dl(
                    [(name.ljust(width), noun.help) for name, noun in NOUNS.items() if noun.section == section]
                )


@click.group(
    cls=LazyGroup,
    epilog="""\b
A first minute:
  nts up --detach
  nts user add alice
  nts logon alice
  nts run --session 1 -- env

`nts NOUN --help` tells more.  Exit codes: 0 done, 1 refused, 2 wrong usage, 3 no daemon answers.""",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="nts", message="%(prog)s %(version)s")
@click.option(
    "--state-dir",
    metavar="DIR",
    type=click.Path(file_okay=False),
    help="The host's directory: each one is a host of its own.  Without it: the host whose session this is, then "
    "$NTSESSIONS_STATE_DIR, then /var/lib/ntsessions (root) or ~/.local/state/ntsessions.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON; may also stand behind the verb.")
@click.pass_context
def nts(context: click.Context, state_dir: str | None, as_json: bool) -> None:
    """Windows NT sessions for Linux: many users on one machine, each in a session of their own."""
    context.obj = Settings(state_dir, as_json=as_json)


def invoke(words: Sequence[str]) -> int:
    """Do what the command line says; return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # a name must not end the listing
    try:
        code = nts.main(list(words), prog_name="nts", standalone_mode=False)
    except click.Abort:
        return 130  # 128 + SIGINT, as shells do
    except click.UsageError as error:
        error.show()
        return ExitCode.USAGE
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - report() raises again what it does not know
        return report(error)
    return code if isinstance(code, int) else ExitCode.DONE
