r"""`nts desktop`: the desktops of a session.

A desktop is named `Default` or `WinSta0\Default`; without a window station, WinSta0 is meant.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import click

from ntsessions.abi.limits import LARGEST_HEAP_KB
from ntsessions.cli.command import Settings, VerbGroup, example, json_option, session_ids

if TYPE_CHECKING:
    from ntsessions.abi.calls.desktop import DesktopInformation

SESSION_OPTION = click.option(
    "--session", "session_id", metavar="ID", shell_complete=session_ids, help="Of this session."
)
HEAP_KB = click.IntRange(1, LARGEST_HEAP_KB)


@click.group(cls=VerbGroup, epilog=example("nts desktop ls --session 1", "nts desktop new --session 1 Work"))
def desktop() -> None:
    r"""Desktops: where programs have their windows.

    NAME is `Work`, or `WinSta0\Work` with its window station (quote the backslash in a shell).
    """


@desktop.command(epilog=example("nts desktop ls --session 1 --json", "nts desktop ls --tree"))
@SESSION_OPTION
@click.option("--tree", is_flag=True, help="Show every session, with its window stations, desktops and programs.")
@json_option
@click.pass_obj
def ls(settings: Settings, session_id: str | None, tree: bool) -> None:
    """List the desktops of a session.

    HEAP is what the desktop may hold in all: windows, menus, hooks.
    """
    from ntsessions.abi.calls.desktop import QuerySessionDesktops
    from ntsessions.cli.rendering import Column, show_rows
    from ntsessions.cli.sessions import chosen_session
    from ntsessions.client.pages import whole

    if tree:
        _show_tree(settings, session_id)
        return
    columns = (
        Column("WINDOW STATION", "window_station"), Column("NAME", "name"),
        Column("HEAP KB", "heap_kb", is_number=True), Column("USED %", "used_percent", is_number=True),
        Column("WINDOWS", "windows", is_number=True), Column("THREADS", "threads", is_number=True),
        Column("PROGRAMS", "programs", is_number=True), Column("INPUT", "input"),
    )  # fmt: skip
    session = chosen_session(settings, session_id)
    found = whole(settings.connection.call, lambda start: QuerySessionDesktops(session, start))
    show_rows([_record(one) for one in found], columns, as_json=settings.as_json)


def _record(one: "DesktopInformation") -> dict[str, object]:
    return {
        "session": one.session_id,
        "window_station": one.window_station,
        "name": one.name,
        "heap_kb": one.heap_kb,
        "used_percent": one.used_percent,
        "used": one.used,
        "windows": one.windows,
        "threads": one.threads,
        "programs": len(one.processes),
        "processes": list(one.processes),
        "input": one.is_input,
        "permanent": one.is_permanent,
    }


def _show_tree(settings: Settings, session_id: str | None) -> None:
    """Print sessions, window stations, desktops and the programs on each."""
    from ntsessions.abi.calls.session import QuerySessions
    from ntsessions.abi.errors import NtError, nt_error
    from ntsessions.abi.status import NtStatus
    from ntsessions.cli.outcome import printable
    from ntsessions.cli.rendering import show_json
    from ntsessions.cli.sessions import chosen_session

    wanted = None if session_id is None else chosen_session(settings, session_id)
    forest: list[dict[str, object]] = []
    for session in settings.connection.call(QuerySessions()):
        if wanted is not None and session.session_id != wanted:
            continue
        try:
            stations = _stations(settings, session.session_id)
        except NtError:
            if wanted is not None:
                raise
            continue  # one that may not be looked into does not hide the others
        forest.append({"session": session.session_id, "user": session.user, "window_stations": stations})
    if wanted is not None and not forest:
        raise nt_error(NtStatus.CTX_WINSTATION_NOT_FOUND, f"there is no session {wanted}")
    if settings.as_json:
        show_json(forest)
        return
    click.echo("\n".join(printable(line) for tree in forest for line in _tree_lines(tree)))


def _stations(settings: Settings, session_id: int) -> list[dict[str, object]]:
    """Return the window stations of a session with what is on them; also those without a desktop."""
    from ntsessions.abi.calls.desktop import QuerySessionDesktops
    from ntsessions.abi.calls.process import QuerySessionProcesses
    from ntsessions.abi.calls.service import QueryServices
    from ntsessions.abi.calls.window_station import QueryWindowStations
    from ntsessions.client.pages import whole

    call = settings.connection.call
    found = whole(call, lambda start: QueryWindowStations(session_id, start))
    stations: dict[str, list[dict[str, object]]] = {one.name: [] for one in found}
    services = {one.process_id: one.name for one in call(QueryServices()) if one.process_id}
    programs = {one.process_id: one for one in call(QuerySessionProcesses(session_id))}
    for one in whole(call, lambda start: QuerySessionDesktops(session_id, start)):
        named = [
            {"pid": pid, "user": programs[pid].user, "command": programs[pid].command, "service": services.get(pid)}
            for pid in one.processes
            if pid in programs
        ]
        stations.setdefault(one.window_station, []).append(_record(one) | {"processes": named})
    return [{"name": name, "desktops": desktops} for name, desktops in stations.items()]


def _tree_lines(tree: "dict[str, object]") -> list[str]:
    """Return the lines of one session."""
    lines = [f"session {tree['session']}" + (f"  {tree['user']}" if tree["user"] else "")]
    stations = tree["window_stations"]
    assert isinstance(stations, list)
    for station in stations:
        lines.append(f"  {station['name']}")
        for one in station["desktops"]:
            mark = "  <- input" if one["input"] else ""
            lines.append(f"    {one['name']}  {one['heap_kb']} KB, {one['used_percent']} % used{mark}")
            lines += [_program_line(process) for process in one["processes"]]
    return lines


def _program_line(process: "dict[str, object]") -> str:
    service = f"  service {process['service']}" if process["service"] else ""
    return f"      {process['pid']}  {process['user']}  {process['command']}{service}"


@desktop.command(epilog=example("nts desktop new --session 1 Work", "nts run --session 1 --desktop Work -- xterm"))
@click.argument("name", metavar="NAME")
@SESSION_OPTION
@click.option("--heap", "heap_kb", metavar="KB", type=HEAP_KB, help="How much it may hold; else SharedSection.")
@json_option
@click.pass_obj
def new(settings: Settings, name: str, session_id: str | None, heap_kb: int | None) -> None:
    """Make a desktop that stays until it is closed.

    The user of the session may use it as Default.
    """
    from ntsessions.abi.calls.desktop import CreateDesktop
    from ntsessions.abi.calls.object import Close
    from ntsessions.abi.types import ObjectAttributes
    from ntsessions.cli.outcome import Refused
    from ntsessions.cli.rendering import cell_text, show_json

    meant = _meant(settings, name, session_id)
    connection = settings.connection
    call = CreateDesktop(
        meant.name, _opened_station(settings, meant), attributes=int(ObjectAttributes.PERMANENT), heap_kb=heap_kb or 0
    )
    made = connection.call(call)
    connection.call(Close(made.handle))
    if made.existed:
        raise Refused(f"there is a desktop {meant.whole} already", meant.where_listed)
    found = _listed(settings, meant)
    if found is None:  # somebody closed it meanwhile
        return
    if settings.as_json:
        show_json(_record(found))
    else:
        click.echo(f"{cell_text(meant.whole)} has a heap of {found.heap_kb} KB")
    wanted = heap_kb or _configured_kb(settings, meant)
    if found.heap_kb < wanted:
        click.echo(
            f"note: not {wanted} KB, for which the view space of session {meant.session} has no room any more", err=True
        )


def _configured_kb(settings: Settings, meant: "Meant") -> int:
    """Return the size of heap that SharedSection gives to the desktops of a window station."""
    from ntsessions.abi.calls.host import QueryHost
    from ntsessions.abi.calls.window_station import WINSTA0
    from ntsessions.abi.shared_section import parse_shared_section

    section = parse_shared_section(settings.connection.call(QueryHost()).shared_section)
    return section.interactive_kb if meant.station.casefold() == WINSTA0.casefold() else section.noninteractive_kb


@desktop.command(epilog=example("nts desktop switch --session 1 Work"))
@click.argument("name", metavar="NAME")
@SESSION_OPTION
@click.pass_obj
def switch(settings: Settings, name: str, session_id: str | None) -> None:
    """Give a desktop the keyboard and the screen of its session."""
    from ntsessions.abi.access import DESKTOP_SWITCHDESKTOP
    from ntsessions.abi.calls.desktop import SwitchDesktop

    handle = _opened(settings, _meant(settings, name, session_id), DESKTOP_SWITCHDESKTOP)
    settings.connection.call(SwitchDesktop(handle))


@desktop.command(epilog=example("nts desktop close --session 1 Work"))
@click.argument("name", metavar="NAME")
@SESSION_OPTION
@click.pass_obj
def close(settings: Settings, name: str, session_id: str | None) -> None:
    """Let a desktop go that `nts desktop new` made.

    It is gone when the last program has left it.
    """
    from ntsessions.abi.access import DELETE
    from ntsessions.abi.calls.desktop import CloseDesktop
    from ntsessions.abi.calls.object import MakeTemporary
    from ntsessions.cli.outcome import Refused
    from ntsessions.cli.rendering import cell_text

    meant = _meant(settings, name, session_id)
    if meant.name.casefold() in {"default", "winlogon", "disconnect", "screen-saver"}:
        raise Refused(f"{meant.name} belongs to the session", f"it ends with it: `nts logoff {meant.session}`")
    connection = settings.connection
    handle = _opened(settings, meant, DELETE)
    connection.call(MakeTemporary(handle))
    connection.call(CloseDesktop(handle))
    left = _listed(settings, meant)
    if left is not None:
        whose = ", ".join(map(str, left.processes)) or "those that hold it"
        click.echo(f"{cell_text(meant.whole)} goes when the programs on it have ended: {whose}")


# -- which desktop is meant


class Meant(NamedTuple):
    """A desktop that was named."""

    session: int
    station: str
    name: str

    @property
    def whole(self) -> str:
        """The name with its window station."""
        return rf"{self.station}\{self.name}"

    @property
    def where_listed(self) -> str:
        """A hint."""
        return f"`nts desktop ls --session {self.session}` lists the desktops"


def _meant(settings: Settings, name: str, session_id: str | None) -> Meant:
    """Return what a name means: without a window station one of WinSta0."""
    from ntsessions.abi.calls.window_station import WINSTA0
    from ntsessions.cli.sessions import chosen_session

    station, separator, leaf = name.partition("\\")
    if not separator:
        station, leaf = WINSTA0, name
    if not station or not leaf:
        raise click.BadParameter(r"a desktop is named `Work` or `WinSta0\Work`.", param_hint="NAME")
    return Meant(chosen_session(settings, session_id), station, leaf)


def _opened_station(settings: Settings, meant: Meant) -> int:
    """Return a handle of the window station."""
    from ntsessions.abi.access import MAXIMUM_ALLOWED
    from ntsessions.abi.calls.window_station import OpenWindowStation

    home = r"\Windows\WindowStations" if meant.session == 0 else rf"\Sessions\{meant.session}\Windows\WindowStations"
    with _hinting(f"`nts winsta ls --session {meant.session}` lists the window stations"):
        call = OpenWindowStation(rf"{home}\{meant.station}", 0, desired_access=MAXIMUM_ALLOWED)
        return settings.connection.call(call)


def _opened(settings: Settings, meant: Meant, access: int) -> int:
    """Return a handle of the desktop."""
    from ntsessions.abi.calls.desktop import OpenDesktop

    station = _opened_station(settings, meant)
    with _hinting(meant.where_listed):
        return settings.connection.call(OpenDesktop(meant.name, station, desired_access=access))


@contextmanager
def _hinting(hint: str) -> Iterator[None]:
    """Where a name is not found, tell where the names are listed."""
    from ntsessions.abi.errors import NtError
    from ntsessions.abi.status import NtStatus
    from ntsessions.cli.outcome import Refused

    try:
        yield
    except NtError as error:
        if error.status not in {NtStatus.OBJECT_NAME_NOT_FOUND, NtStatus.OBJECT_PATH_NOT_FOUND}:
            raise
        raise Refused(str(error), hint) from error


def _listed(settings: Settings, meant: Meant) -> "DesktopInformation | None":
    """Return the facts of the desktop; None when it is not there, or not to be seen."""
    from ntsessions.abi.calls.desktop import QuerySessionDesktops
    from ntsessions.client.pages import whole

    wanted = meant.station.casefold(), meant.name.casefold()
    for one in whole(settings.connection.call, lambda start: QuerySessionDesktops(meant.session, start)):
        if (one.window_station.casefold(), one.name.casefold()) == wanted:
            return one
    return None
