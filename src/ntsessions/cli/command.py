"""What every command has in common: the options that hold for all, the connection, the look of its help."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ntsessions.client.address import default_state_dir, find_socket

if TYPE_CHECKING:
    from ntsessions.client.connection import Connection

F = TypeVar("F", bound=Callable[..., Any])


class Settings:
    """The options of `nts` itself, as every command gets them (`click.pass_obj`)."""

    def __init__(self, state_dir: str | None = None, *, as_json: bool = False) -> None:
        self.state_dir = state_dir
        """As named on the command line; None: the session's host, or the default one."""
        self.as_json = as_json
        self._connection: Connection | None = None

    @property
    def directory(self) -> Path:
        """The state directory of the host to start."""
        return (Path(self.state_dir) if self.state_dir is not None else default_state_dir()).absolute()

    @property
    def socket_path(self) -> str:
        """Where the host is met."""
        return find_socket(self.state_dir)

    @property
    def connection(self) -> "Connection":
        """The connection to the host, made when it is first needed."""
        from ntsessions.client.connection import Connection

        if self._connection is None:
            self._connection = Connection(self.socket_path)
        return self._connection


class VerbGroup(click.Group):
    """A noun: its verbs are listed with their whole first sentence."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, verb.get_short_help_str(1000)) for name, verb in sorted(self.commands.items())])


def json_option(function: F) -> F:
    """Let a command accept `--json`, which may also stand before the noun."""

    def store(context: click.Context, _: click.Parameter, value: bool) -> None:
        if value:
            context.ensure_object(Settings).as_json = True

    return click.option(
        "--json", is_flag=True, expose_value=False, callback=store, help="Print JSON, for programs, and nothing else."
    )(function)


def example(*lines: str) -> str:
    """Return the end of a help text: lines to type, as they are."""
    return "\b\nExample:\n" + "\n".join(f"  {line}" for line in lines)


def session_ids(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Complete the id of a session; nothing when no host answers."""
    from ntsessions.abi.calls.session import QuerySessions

    sessions = _asked(context, lambda connection: connection.call(QuerySessions()))
    return [str(one.session_id) for one in sessions if str(one.session_id).startswith(incomplete)]


def user_names(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Complete the name of an account."""
    from ntsessions.abi.calls.account import QueryAccounts

    accounts = _asked(context, lambda connection: connection.call(QueryAccounts()))
    return [one.name for one in accounts if one.name.startswith(incomplete)]


def service_names(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Complete the name of a service."""
    from ntsessions.abi.calls.service import QueryServices

    services = _asked(context, lambda connection: connection.call(QueryServices()))
    return [one.name for one in services if one.name.startswith(incomplete)]


def _asked(context: click.Context, question: "Callable[[Connection], tuple[Any, ...]]") -> tuple[Any, ...]:
    from ntsessions.abi.errors import NtError
    from ntsessions.client.address import NoDaemon

    root = context.find_root()
    settings = root.obj if isinstance(root.obj, Settings) else Settings(root.params.get("state_dir"))
    try:
        return question(settings.connection)
    except (NoDaemon, NtError):
        return ()  # a completion that cannot help must not disturb


SESSION_ID = click.IntRange(min=0)
