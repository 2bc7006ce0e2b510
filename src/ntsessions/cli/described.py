"""What `nts object show` and `nts object explain` tell, as records and as text."""

from typing import TypedDict

import click

from ntsessions.abi import access as rights
from ntsessions.abi.calls.object import AccessExplanation, ObjectDetails, Resolution
from ntsessions.abi.errors import NtError
from ntsessions.abi.object_types import TYPES, rights_text
from ntsessions.abi.sddl import format_sddl
from ntsessions.abi.security_binary import descriptor_from_bytes
from ntsessions.abi.status import STATUS_TABLE, NtStatus
from ntsessions.abi.types import ObjectAttributes
from ntsessions.cli.rendering import Column, aligned, cell_text, show_facts, time_of


class StepRecord(TypedDict):
    """One step of a resolution."""

    action: str
    path: str
    outcome: str


class ResolutionRecord(TypedDict):
    """How a name resolves."""

    path: str
    type: str
    status: str
    steps: list[StepRecord]


class HolderRecord(TypedDict):
    """One handle."""

    pid: int
    session: int
    command: str
    handle: str
    access: str
    rights: str


class DetailsRecord(TypedDict):
    """An object."""

    name: str
    type: str
    state: dict[str, str]
    permanent: bool
    handles: int
    references: int
    created: str | None
    security: str
    holders: list[HolderRecord]
    waiters: list[str]


def details_record(details: ObjectDetails) -> DetailsRecord:
    """Return what JSON tells of an object."""
    found = details.information
    holders: list[HolderRecord] = [
        {
            "pid": one.process_id,
            "session": one.session_id,
            "command": one.command,
            "handle": f"{one.handle:#x}",
            "access": f"0x{one.granted_access:08X}",
            "rights": _rights(found.type, one.granted_access),
        }
        for one in details.holders
    ]
    return {
        "name": found.name,
        "type": found.type,
        "state": dict(details.state),
        "permanent": bool(found.attributes & ObjectAttributes.PERMANENT),
        "handles": found.handle_count,
        "references": found.pointer_count,
        "created": time_of(found.creation_time),
        "security": _sddl(details.descriptor),
        "holders": holders,
        "waiters": list(details.waiters),
    }


def show_details(record: DetailsRecord) -> None:
    """Print an object."""
    facts: dict[str, object] = {
        key: value for key, value in record.items() if key not in {"state", "holders", "waiters"}
    }
    show_facts(
        record["state"] | facts if "name" in record["state"] else _after_type(facts, record["state"]), as_json=False
    )
    if record["holders"]:
        click.echo("\nheld by")
        columns = (
            Column("PID", "pid", is_number=True), Column("SESSION", "session", is_number=True),
            Column("COMMAND", "command"), Column("HANDLE", "handle", is_number=True), Column("RIGHTS", "rights"),
        )  # fmt: skip
        cells = [
            [cell_text(value) for value in (one["pid"], one["session"], one["command"], one["handle"], one["rights"])]
            for one in record["holders"]
        ]
        click.echo("\n".join("  " + line for line in aligned(cells, columns)))
    if record["waiters"]:
        click.echo("\nwaited for by")
        for waiter in record["waiters"]:
            click.echo(f"  {cell_text(waiter)}")


def _after_type(facts: dict[str, object], state: dict[str, str]) -> dict[str, object]:
    """Return the facts with those of the state behind name and type."""
    return {"name": facts["name"], "type": facts["type"], **state, **facts}


def resolution_record(resolution: Resolution) -> ResolutionRecord:
    """Return what JSON tells of a resolution."""
    return {
        "path": resolution.path,
        "type": resolution.type,
        "status": status_name(resolution.status),
        "steps": [{"action": one.action, "path": one.path, "outcome": one.outcome} for one in resolution.steps],
    }


def show_resolution(record: ResolutionRecord) -> None:
    """Print a resolution, one numbered step per line, and what came of it."""
    cells = [
        [f"{number}.", cell_text(one["action"]), cell_text(one["path"]), cell_text(one["outcome"])]
        for number, one in enumerate(record["steps"], 1)
    ]
    columns = (
        Column("", "number", is_number=True),
        Column("STEP", "action"),
        Column("WHERE", "path"),
        Column("FOUND", "outcome"),
    )
    click.echo("\n".join(aligned(cells, columns)))
    kind = f" ({cell_text(record['type'])})" if record["type"] else ""
    click.echo(f"\n{record['status']}: {cell_text(record['path'])}{kind}{_meaning(record['status'])}")


def access_record(explanation: AccessExplanation, type_name: str) -> dict[str, object]:
    """Return what JSON tells of an access decision."""
    return {
        "granted": explanation.granted,
        "access": f"0x{explanation.access:08X}",
        "rights": _rights(type_name, explanation.access),
        "steps": [{"rule": one.rule, "outcome": one.outcome} for one in explanation.steps],
    }


def show_access(record: dict[str, object]) -> None:
    """Print an access decision."""
    steps = record["steps"]
    assert isinstance(steps, list)
    cells = [[f"{number}.", cell_text(one["rule"]), cell_text(one["outcome"])] for number, one in enumerate(steps, 1)]
    columns = (Column("", "number", is_number=True), Column("RULE", "rule"), Column("OUTCOME", "outcome"))
    click.echo()
    click.echo("\n".join(aligned(cells, columns)))
    verdict = "granted" if record["granted"] else "denied"
    click.echo(f"\naccess is {verdict}: {record['rights']} ({record['access']})")


def parse_rights(text: str) -> int:
    """Return the access mask of names with '|' between them, or of a number."""
    mask = 0
    for word in text.split("|"):
        name = word.strip().upper()
        value = vars(rights).get(name) if name.isidentifier() else None
        if value is None:
            try:
                value = int(name, 0)
            except ValueError:
                raise click.BadParameter(
                    f"{word.strip()!r} is no right; names are as in the SDK (EVENT_MODIFY_STATE, SYNCHRONIZE, ...).",
                    param_hint="--access",
                ) from None
        mask |= value
    if not 0 < mask < 1 << 32:
        raise click.BadParameter("an access mask has 32 bits, and at least one of them is set.", param_hint="--access")
    return mask


def status_name(status: int) -> str:
    """Return the name of a status, or its number."""
    try:
        return NtStatus(status).name
    except ValueError:
        return f"0x{status:08X}"


def _meaning(name: str) -> str:
    status = NtStatus.__members__.get(name)
    return "" if status is None or status == NtStatus.SUCCESS else f": {STATUS_TABLE[status].meaning}"


def _rights(type_name: str, mask: int) -> str:
    known = TYPES.get(type_name)
    return f"0x{mask:X}" if known is None else rights_text(known, mask)


def _sddl(descriptor: bytes) -> str:
    if not descriptor:
        return ""
    try:
        return format_sddl(descriptor_from_bytes(descriptor))
    except NtError as error:
        return f"unreadable: {error}"
