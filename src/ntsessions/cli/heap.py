"""`nts heap`: desktop heaps and SharedSection (nt-semantics 8)."""

import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ntsessions.cli.command import Settings, VerbGroup, example, json_option, session_ids

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ntsessions.abi.calls.heap import DesktopHeapInformation
    from ntsessions.abi.shared_section import SharedSection
    from ntsessions.profiles.profile import Profile

_RULE = "-" * 61
"""As dheapmon draws it (8.8)."""


@click.group(
    cls=VerbGroup,
    invoke_without_command=True,
    epilog=example("nts heap", "nts heap --watch", "nts heap plan --services 60", "nts heap set 1024,4096,512"),
)
@click.option("--session", "session_id", metavar="ID", shell_complete=session_ids, help="Of this session only.")
@click.option("--watch", metavar="SECONDS", type=click.FloatRange(min=0.1), is_flag=False, flag_value=2.0,
              help="Print it again every so often, 2 seconds if not said otherwise.")  # fmt: skip
@json_option
@click.pass_context
def heap(context: click.Context, session_id: str | None, watch: float | None) -> None:
    """Desktop heaps: how full they are, and what would fit.

    Without a command: how full they are, as Windows' dheapmon prints it; with --json and --watch one line each time.

    A desktop whose heap is full can make no further window; `nts eventlog ls` has it as event 243.  When a session has
    no room for another desktop, that is event 244.
    """
    if context.invoked_subcommand is not None:
        return
    settings: Settings = context.obj
    show = _heaps(settings, session_id, is_watching=watch is not None)
    show()
    while watch is not None:
        time.sleep(watch)
        show()


def _heaps(settings: Settings, session_id: str | None, *, is_watching: bool) -> "Callable[[], None]":
    import json

    from ntsessions.abi.calls.heap import QueryDesktopHeaps
    from ntsessions.cli.rendering import show_json
    from ntsessions.cli.sessions import chosen_session
    from ntsessions.client.pages import whole

    chosen = -2 if session_id is None else chosen_session(settings, session_id)

    def show() -> None:
        found = whole(settings.connection.call, lambda start: QueryDesktopHeaps(chosen, start))
        if settings.as_json:
            records = [_record(one) for one in found]
            if is_watching:
                click.echo(json.dumps(records))  # a line each time, for programs that read along
            else:
                show_json(records)
        else:
            click.echo("\n".join(dheapmon_lines(found)))

    return show


def _record(one: "DesktopHeapInformation") -> dict[str, object]:
    return {
        "session": one.session,
        "desktop": rf"{one.window_station}\{one.desktop}",
        "size_kb": one.size_kb,
        "used_percent": one.used_percent,
        "used": one.used,
        "peak": one.peak,
        "largest_free": one.largest_free,
        "free_blocks": one.free_blocks,
        "fragmentation_percent": one.fragmentation_percent,
    }


def dheapmon_lines(heaps: "Sequence[DesktopHeapInformation]") -> list[str]:
    """Return dheapmon's table: a block for each session."""
    from ntsessions.cli.outcome import printable

    lines: list[str] = []
    for session in dict.fromkeys(one.session for one in heaps):
        own = [one for one in heaps if one.session == session]
        total = sum(one.size_kb for one in own)
        lines += [
            _RULE,
            f"  Session ID: {session:>4}  Total Desktop: ({total:>6} KB - {len(own):>4} desktops)",
            "",
            "  WinStation\\Desktop            Heap Size(KB)    Used Rate(%)",
            _RULE,
        ]
        for one in own:
            name = printable(rf"{one.window_station}\{one.desktop}")
            lines.append(f"  {name:<29}{one.size_kb:>10}{one.used_percent:>17.1f}")
    return [*lines, _RULE]


@heap.command(epilog=example("nts heap plan", "nts heap plan 1024,3072,512 --profile xp --services 60"))
@click.argument("values", required=False, metavar="[A,B[,C]]")
@click.option("--profile", metavar="NAME", help="Of this Windows; else of the host that runs, or is configured.")
@click.option("--view-size", metavar="MB", type=click.IntRange(1, 1 << 20), help="View space of a session.")
@click.option("--services", metavar="N", type=click.IntRange(0, 1 << 20), help="Services under accounts of users.")
@json_option
@click.pass_obj
def plan(
    settings: Settings, values: str | None, profile: str | None, view_size: int | None, services: int | None
) -> None:
    """Say how many desktops fit with given values of SharedSection, and how much each holds.

    With --services: whether so many services under accounts of their own fit, and with which values.
    """
    from ntsessions.abi.heap_plan import plan_heaps, plan_services
    from ntsessions.abi.shared_section import dangers
    from ntsessions.cli.rendering import show_facts, show_json

    chosen, section = _section(settings, values, profile)
    rules = chosen.heap_rules
    if view_size is not None:
        rules = rules._replace(view_kb=view_size * 1024)
    found = plan_heaps(section, rules)
    facts: dict[str, object] = {
        "profile": chosen.name,
        "shared_section": str(section),
        "view_space_kb": rules.view_kb if rules.view_kb is not None else "as needed",
        "reserved_kb": found.reserved_kb,
        "interactive_desktops": _many(found.interactive_desktops),
        "noninteractive_desktops": _many(found.noninteractive_desktops),
        "windows_per_interactive_desktop": found.windows_per_interactive,
        "windows_per_noninteractive_desktop": found.windows_per_noninteractive,
    }
    if services is not None:
        answer = plan_services(services, section, rules)
        facts["services"] = services
        facts["services_fit"] = answer.section == section
        facts["values_needed"] = "" if answer.section is None else str(answer.section)
        facts["why"] = answer.reason
    warnings = list(dangers(section, rules))
    if settings.as_json:
        show_json(facts | {"warnings": warnings})
        return
    show_facts(facts, as_json=False)
    for warning in warnings:
        click.echo(f"warning: {warning}", err=True)


def _many(count: int | None) -> object:
    return "as many as you like" if count is None else count


def _section(settings: Settings, values: str | None, profile: str | None) -> "tuple[Profile, SharedSection]":
    """Return the Windows to plan for, and the values to judge."""
    from ntsessions.abi.shared_section import parse_shared_section
    from ntsessions.profiles.table import PROFILES

    if profile is None:
        chosen = _of_host(settings) or _of_configuration(settings)
    elif profile in PROFILES:
        chosen = PROFILES[profile]
    else:
        raise click.BadParameter(f"one of {', '.join(PROFILES)} is needed.", param_hint="--profile")
    return chosen, chosen.shared_section if values is None else parse_shared_section(values)


def _of_host(settings: Settings) -> "Profile | None":
    """Return the Windows that the host is, None when none runs."""
    from ntsessions.abi.calls.host import QueryHost
    from ntsessions.abi.shared_section import parse_shared_section
    from ntsessions.client.address import NoDaemon
    from ntsessions.profiles.table import PROFILES

    try:
        host = settings.connection.call(QueryHost())
    except NoDaemon:
        return None
    section = parse_shared_section(host.shared_section)
    return replace(PROFILES[host.profile], shared_section=section, view_space_kb=host.view_space_kb)


def _of_configuration(settings: Settings) -> "Profile":
    """Return the Windows that the next host will be.  What is wrong in its file is left to `nts up`."""
    import tomllib

    from ntsessions.abi.errors import NtError
    from ntsessions.abi.shared_section import parse_shared_section
    from ntsessions.client.address import configuration_file
    from ntsessions.profiles.table import DEFAULT_PROFILE, PROFILES

    try:
        table = tomllib.loads(configuration_file(settings.directory).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        table = {}
    chosen = PROFILES.get(str(table.get("profile")), PROFILES[DEFAULT_PROFILE])
    if table.get("shared_section"):
        with suppress(NtError):
            chosen = replace(chosen, shared_section=parse_shared_section(str(table["shared_section"])))
    if isinstance(table.get("session_view_size"), int):
        chosen = replace(chosen, view_space_kb=table["session_view_size"] * 1024)
    return chosen


@heap.command("set", epilog=example("nts heap set 1024,4096,512"))
@click.argument("values", metavar="A[,B[,C]]")
@click.option("--force", is_flag=True, help="Also values that are dangerous.")
@click.option("--profile", metavar="NAME", help="Judge them as for this Windows.")
@click.pass_obj
def set_values(settings: Settings, values: str, force: bool, profile: str | None) -> None:
    """Write values of SharedSection into the configuration; they hold from the next `nts up` on.

    Dangerous ones are refused unless --force is given.
    """
    from ntsessions.abi.shared_section import dangers
    from ntsessions.cli.outcome import Refused, printable
    from ntsessions.cli.sessions import is_inside
    from ntsessions.client.address import configuration_file

    if is_inside(settings):
        raise Refused("the configuration of a host cannot be changed from inside a session", "do it outside of it")
    chosen, section = _section(settings, values, profile)
    found = dangers(section, chosen.heap_rules)
    if found and not force:
        raise Refused(f"{section} is dangerous: " + "; ".join(found), "--force writes it all the same")
    path = configuration_file(settings.directory)
    _write_value(path, "shared_section", str(section))
    click.echo(f'{printable(str(path))}: shared_section = "{section}"; it holds from the next `nts up` on')


def _write_value(path: Path, key: str, value: str) -> None:
    """Change one value of a configuration, leaving the rest as it was written; nothing is lost if that is interrupted.

    Raises Refused when the file is none that could be changed.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    from ntsessions.cli.outcome import Refused

    try:
        document = tomlkit.parse(path.read_text(encoding="utf-8")) if path.exists() else tomlkit.document()
        if key in document:
            document[key] = value
            text = tomlkit.dumps(document)
        else:  # before the first table
            text = f"{key} = {tomlkit.string(value).as_string()}\n{tomlkit.dumps(document)}"
        _replace(path.resolve(), text)
    except (TOMLKitError, UnicodeDecodeError) as error:
        raise Refused(f"{path}: {error}", "mend the file first") from error
    except OSError as error:
        hint = "run it as who may write there, or name another --state-dir"
        raise Refused(f"{path}: {error.strerror}", hint) from error


def _replace(path: Path, text: str) -> None:
    """Write a file in one step: whoever reads it finds the old text or the new one."""
    import os
    import shutil
    import tempfile

    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as file:
        new = Path(file.name)
        try:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            if path.exists():
                shutil.copymode(path, new)
            new.replace(path)
        except OSError:
            new.unlink()
            raise
