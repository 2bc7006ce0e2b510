"""`nts session`: the sessions of the host and the programs in them."""

import signal

import click

from ntsessions.cli.command import Settings, VerbGroup, example, json_option, session_ids


@click.group(cls=VerbGroup, epilog=example("nts session ls", "nts session ps 1"))
def session() -> None:
    """Sessions, and the programs in them.

    ID is a session's number or name; inside a session it may be left out for that session itself.
    """


@session.command(epilog=example("nts session ls --json"))
@json_option
@click.pass_obj
def ls(settings: Settings) -> None:
    """List the sessions.

    Disconnected says that no screen is attached, not that nothing runs.
    """
    from ntsessions.abi.calls.session import QuerySessions
    from ntsessions.cli.rendering import Column, show_rows
    from ntsessions.cli.sessions import session_record

    columns = (
        Column("ID", "id", is_number=True), Column("NAME", "name"), Column("USER", "user"), Column("STATE", "state"),
        Column("PROCESSES", "processes", is_number=True), Column("OBJECTS", "objects", is_number=True),
        Column("SINCE", "created"),
    )  # fmt: skip
    sessions = settings.connection.call(QuerySessions())
    show_rows([session_record(one) for one in sessions], columns, as_json=settings.as_json)


@session.command(epilog=example("nts session show 1"))
@click.argument("session_id", required=False, metavar="[ID]", shell_complete=session_ids)
@json_option
@click.pass_obj
def show(settings: Settings, session_id: str | None) -> None:
    """Show what is known of one session, its space for windowing, and the memory that its programs really use."""
    from ntsessions.abi.calls.heap import QuerySessionSpace
    from ntsessions.abi.calls.session import QuerySession, QuerySessionMemory
    from ntsessions.cli.rendering import show_facts, show_json, size_text
    from ntsessions.cli.session_memory import memory_record, show_memory
    from ntsessions.cli.session_space import show_space, space_record
    from ntsessions.cli.sessions import chosen_session, session_record

    found = settings.connection.call(QuerySession(chosen_session(settings, session_id)))
    space = settings.connection.call(QuerySessionSpace(found.session_id))
    memory = settings.connection.call(QuerySessionMemory(found.session_id))
    facts = session_record(found)
    if settings.as_json:
        show_json(facts | {"space": space_record(space), "memory": memory_record(memory)})
        return
    facts["pool_used"] = f"{size_text(found.pool_used)} of {size_text(found.pool_limit)}"
    del facts["pool_limit"]
    show_facts(facts, as_json=False)
    show_space(space)
    show_memory(memory)


@session.command(epilog=example("nts session ps 1"))
@click.argument("session_id", required=False, metavar="[ID]", shell_complete=session_ids)
@json_option
@click.pass_obj
def ps(settings: Settings, session_id: str | None) -> None:
    """List every program of a session, those included that never spoke to the host.

    SESSION is NT's; PGID, SID and TTY are what Linux calls the process group, the session and its terminal.
    """
    from ntsessions.abi.calls.process import QuerySessionProcesses
    from ntsessions.abi.luids import Luid, format_luid
    from ntsessions.cli.rendering import Column, show_rows, size_text
    from ntsessions.cli.sessions import chosen_session

    columns = (
        Column("SESSION", "session", is_number=True), Column("USER", "user"), Column("PID", "pid", is_number=True),
        Column("PPID", "parent", is_number=True), Column("PGID", "process_group", is_number=True),
        Column("SID", "unix_session", is_number=True), Column("TTY", "terminal"),
        Column("MEMORY", "memory", is_number=True),
        Column("HANDLES", "handles", is_number=True), Column("COMMAND", "command"),
    )  # fmt: skip
    found = settings.connection.call(QuerySessionProcesses(chosen_session(settings, session_id)))
    rows: list[dict[str, object]] = [
        {
            "pid": one.process_id,
            "parent": one.parent_id,
            "session": one.session_id,
            "user": one.user,
            "logon_session": format_luid(Luid(one.logon_session)),
            "unix_session": one.unix_session,
            "process_group": one.process_group,
            "terminal": one.terminal,
            "memory": one.memory if settings.as_json else size_text(one.memory),
            "handles": one.handle_count if one.handle_count >= 0 else None,
            "command": one.command,
        }
        for one in found
    ]
    show_rows(rows, columns, as_json=settings.as_json)


def _signal_number(_: click.Context, __: click.Parameter, value: str | None) -> int | None:
    if value is None:
        return None
    name = value.upper()
    number = int(value) if value.isascii() and value.isdigit() else 0
    if not number:
        names = signal.Signals.__members__
        found = names.get(name if name.startswith("SIG") else f"SIG{name}")
        number = 0 if found is None else int(found)
    if not 1 <= number <= 64:
        raise click.BadParameter("a signal is a number from 1 to 64 or a name such as TERM.")
    return number


@session.command(epilog=example("nts session kill 1 4711", "nts session kill 1 4711 --signal TERM"))
@click.argument("session_id", metavar="ID", shell_complete=session_ids)
@click.argument("pids", metavar="PID...", nargs=-1, required=True, type=click.IntRange(min=1))
@click.option(
    "--signal", "number", metavar="SIGNAL", callback=_signal_number, help="Send this signal instead of ending it."
)
@click.pass_obj
def kill(settings: Settings, session_id: str, pids: tuple[int, ...], number: int | None) -> None:
    """End programs of a session at once, or send them a signal.

    A PID that is not of that session is refused, so that a number read a minute ago does not hit another program.
    """
    from ntsessions.abi.access import PROCESS_TERMINATE
    from ntsessions.abi.calls.process import OpenProcess, ProcessIdToSessionId, SignalProcess, TerminateProcess
    from ntsessions.cli.outcome import Refused
    from ntsessions.cli.sessions import find_session

    wanted = find_session(settings, session_id)
    connection = settings.connection
    for pid in pids:
        handle = connection.call(OpenProcess(pid, PROCESS_TERMINATE))
        actual = connection.call(ProcessIdToSessionId(pid))
        if actual != wanted:
            raise Refused(
                f"process {pid} is in session {actual}, not in {wanted}", f"`nts session ps {wanted}` lists them"
            )
        connection.call(TerminateProcess(handle) if number is None else SignalProcess(handle, number))
        connection.post_close(handle)
