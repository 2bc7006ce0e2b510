"""`nts up`, `nts down`, `nts status`: a host begins, ends, and tells of itself."""

import click

from ntsessions.cli.command import Settings, example, json_option


@click.command(epilog=example("nts up --detach", "nts --state-dir /tmp/other up"))
@click.option(
    "--detach", is_flag=True, help="Return when the host is ready; its log goes to daemon.log in its directory."
)
@click.option("--profile", metavar="NAME", help="The Windows to be like: xp, server2003, vista or windows11.")
@click.option("--shared-section", metavar="A,B,C", help="Sizes of desktop heaps in KB; `nts heap plan` knows more.")
@click.option("--state-dir", metavar="DIR", type=click.Path(file_okay=False), help="As in `nts --state-dir DIR up`.")
@json_option
@click.pass_obj
def up(
    settings: Settings, detach: bool, profile: str | None, shared_section: str | None, state_dir: str | None
) -> None:
    """Start a host.

    Without --detach it stays in the foreground and ends with Ctrl-C.
    """
    from ntsessions.cli import daemon_start
    from ntsessions.cli.rendering import show_json

    if state_dir is not None:
        settings.state_dir = state_dir
    directory = settings.directory
    daemon_start.refuse_second(directory)
    prefix = "nts" if settings.state_dir is None else f"nts --state-dir {daemon_start.quoted(settings.state_dir)}"
    if not detach:
        click.echo(
            f"The host runs in {directory}; in another terminal: `{prefix} user add alice`, `{prefix} logon alice`"
        )
        daemon_start.become(directory, profile, shared_section)
    pid = daemon_start.start_detached(directory, profile, shared_section)
    if settings.as_json:
        show_json({"state_dir": str(directory), "process_id": pid})
    else:
        click.echo(
            f"The host is up in {directory} (process {pid}).  Next: `{prefix} user add alice`, `{prefix} logon alice`"
        )
        from ntsessions.abi.calls.host import QueryHost

        for note in settings.connection.call(QueryHost()).notes:
            click.echo(f"note: {note}", err=True)


@click.command(epilog=example("nts down"))
@click.pass_obj
def down(settings: Settings) -> None:
    """Log everybody off and end the host.

    Services are stopped too.  Returns when nothing of it is left running.
    """
    from ntsessions.abi.calls.host import QueryHost, ShutDown
    from ntsessions.cli.daemon_start import DaemonEnd
    from ntsessions.client.address import NoDaemon

    connection = settings.connection
    with DaemonEnd(connection.call(QueryHost()).process_id) as end:
        try:
            connection.call(ShutDown())
        except NoDaemon:
            if not end.is_known:
                raise  # it may have refused; with its process gone it has not
        end.wait()


@click.command(epilog=example("nts status --json"))
@json_option
@click.pass_obj
def status(settings: Settings) -> None:
    """Show what the host is and how much it holds."""
    from ntsessions.abi.calls.host import QueryHost
    from ntsessions.cli.rendering import show_facts, time_of

    host = settings.connection.call(QueryHost())
    facts: dict[str, object] = {
        "version": host.version,
        "profile": host.profile,
        "mode": host.mode,
        "process_groups": host.process_groups,
        "process_id": host.process_id,
        "socket": settings.socket_path,
        "started": time_of(host.boot_time),
        "sessions": host.session_count,
        "processes": host.process_count,
        "threads": host.thread_count,
        "objects": host.object_count,
        "handles": host.handle_count,
        "shared_section": host.shared_section,
        "notes": list(host.notes),
    }
    show_facts(facts, as_json=settings.as_json)
