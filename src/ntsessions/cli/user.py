"""`nts user`: accounts of the host's own, which need no line in /etc/passwd."""

from typing import TYPE_CHECKING

import click

from ntsessions.cli.command import Settings, VerbGroup, example, json_option, user_names
from ntsessions.cli.passwords import password_options, read_password

if TYPE_CHECKING:
    from ntsessions.abi.calls.account import AccountInformation


@click.group(cls=VerbGroup, epilog=example("nts user add alice", "nts user ls"))
def user() -> None:
    """Accounts: who can log on.

    They are the host's own and need no line in /etc/passwd; each has a Unix uid of its own where the host runs as root.
    """


@user.command(epilog=example("nts user add alice", "nts user add bob --password-stdin < password.txt"))
@click.argument("name")
@password_options("Without one only an administrator can log the account on.")
@click.option("--admin", is_flag=True, help="Make the account an administrator.")
@json_option
@click.pass_obj
def add(settings: Settings, name: str, ask: bool, password_stdin: bool, admin: bool) -> None:
    """Make an account.

    NAME has 1 to 32 of a-z, 0-9, '-', '_' and '.', and begins with a letter.
    """
    from ntsessions.abi.calls.account import AddAccount
    from ntsessions.cli.rendering import cell_text, show_json

    password = read_password(name, ask=ask, from_stdin=password_stdin, is_new=True)
    account = _record(settings.connection.call(AddAccount(name, password, admin)))
    if settings.as_json:
        show_json(account)
    else:
        click.echo(f"{cell_text(account['name'])} can log on: {account['sid']}, uid {account['uid']}")


@user.command(epilog=example("nts user ls --json"))
@json_option
@click.pass_obj
def ls(settings: Settings) -> None:
    """List the accounts."""
    from ntsessions.abi.calls.account import QueryAccounts
    from ntsessions.cli.rendering import Column, show_rows

    columns = (
        Column("NAME", "name"), Column("UID", "uid", is_number=True), Column("PASSWORD", "password"),
        Column("ADMIN", "administrator"), Column("DISABLED", "disabled"), Column("SID", "sid"),
    )  # fmt: skip
    show_rows([_record(one) for one in settings.connection.call(QueryAccounts())], columns, as_json=settings.as_json)


@user.command(epilog=example("nts user passwd alice", "nts user passwd alice --none"))
@click.argument("name", shell_complete=user_names)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input, one line.")
@click.option("--none", "remove", is_flag=True, help="Remove it: only an administrator can log the account on then.")
@click.pass_obj
def passwd(settings: Settings, name: str, password_stdin: bool, remove: bool) -> None:
    """Set the password of an account; without options it is asked for on the terminal."""
    from ntsessions.abi.calls.account import SetPassword

    if remove and password_stdin:
        raise click.UsageError("--none and --password-stdin exclude each other.")
    password = read_password(name, ask=not remove and not password_stdin, from_stdin=password_stdin, is_new=True)
    settings.connection.call(SetPassword(name, password))


@user.command(epilog=example("nts user rm alice"))
@click.argument("name", shell_complete=user_names)
@click.pass_obj
def rm(settings: Settings, name: str) -> None:
    """Remove an account that is not logged on; its uid is not given to anyone else."""
    from ntsessions.abi.calls.account import RemoveAccount

    settings.connection.call(RemoveAccount(name))


def _record(account: "AccountInformation") -> dict[str, object]:
    from ntsessions.cli.rendering import time_of

    return {
        "name": account.name,
        "uid": account.uid,
        "sid": account.sid,
        "administrator": account.is_administrator,
        "disabled": account.is_disabled,
        "password": account.has_password,
        "managed": account.is_managed,
        "created": time_of(account.create_time),
    }
