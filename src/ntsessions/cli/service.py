"""`nts service`: the programs of session 0, as the host's configuration declares them."""

from typing import TYPE_CHECKING

import click

from ntsessions.cli.command import Settings, VerbGroup, example, json_option, service_names

if TYPE_CHECKING:
    from ntsessions.abi.calls.service import ServiceInformation


@click.group(cls=VerbGroup, epilog=example("nts service ls", "nts service start backup"))
def service() -> None:
    """Services: the programs of session 0.

    They run without anybody logged on, and are declared in ntsessions.toml, in the state directory or /etc/ntsessions.
    """


@service.command(epilog=example("nts service ls --json"))
@json_option
@click.pass_obj
def ls(settings: Settings) -> None:
    """List the services and how they are."""
    from ntsessions.abi.calls.service import QueryServices
    from ntsessions.cli.rendering import Column, show_rows

    columns = (
        Column("NAME", "name"), Column("STATE", "state"), Column("PID", "pid", is_number=True),
        Column("ACCOUNT", "account"), Column("START", "start"), Column("EXIT", "exit_code", is_number=True),
        Column("REASON", "reason"),
    )  # fmt: skip
    show_rows([_record(one) for one in settings.connection.call(QueryServices())], columns, as_json=settings.as_json)


@service.command(epilog=example("nts service start backup"))
@click.argument("name", shell_complete=service_names)
@json_option
@click.pass_obj
def start(settings: Settings, name: str) -> None:
    """Start a service; return when its program runs."""
    from ntsessions.abi.calls.service import StartService

    _show(settings, settings.connection.call(StartService(name)))


@service.command(epilog=example("nts service stop backup"))
@click.argument("name", shell_complete=service_names)
@json_option
@click.pass_obj
def stop(settings: Settings, name: str) -> None:
    """Stop a service; return when it has stopped."""
    from ntsessions.abi.calls.service import StopService

    _show(settings, settings.connection.call(StopService(name)))


@service.command(epilog=example("nts service log backup", "nts service log backup --follow"))
@click.argument("name", shell_complete=service_names)
@click.option("--follow", "-f", is_flag=True, help="Go on with what it writes from now on, until Ctrl-C.")
@json_option
@click.pass_obj
def log(settings: Settings, name: str, follow: bool) -> None:
    """Print what a service wrote on its standard output and error.

    The last 4 MiB and up to 4 MiB before them are kept, in service-logs in the host's directory, for the host's own
    user.  No host need be running.
    """
    from ntsessions.cli import service_log
    from ntsessions.cli.rendering import show_json

    found = service_log.find(settings.directory, name)
    if not settings.as_json:
        service_log.show(found, follow=follow)
        return
    if follow:
        raise click.UsageError("--json prints what is there; it does not go with --follow")
    show_json({"name": found.name, "file": str(found.path), "lines": service_log.lines(found)})


def _show(settings: Settings, found: "ServiceInformation") -> None:
    from ntsessions.cli.rendering import cell_text, show_json

    record = _record(found)
    if settings.as_json:
        show_json(record)
        return
    process = f", process {record['pid']}" if record["pid"] else ""
    click.echo(f"{cell_text(record['name'])} is {record['state']}{process}")


def _record(found: "ServiceInformation") -> dict[str, object]:
    from ntsessions.abi.calls.service import ServiceState

    return {
        "name": found.name,
        "state": ServiceState(found.state).name.lower().replace("_", " "),
        "pid": found.process_id or None,
        "account": found.account,
        "start": found.start,
        "command": list(found.command),
        "exit_code": found.exit_code,
        "reason": found.reason,
    }
