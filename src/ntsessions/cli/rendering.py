"""How lists and facts are shown: a table on a terminal, plain aligned columns in a pipe, JSON when asked for.

JSON is the whole of a record, under stable names; the columns are what people look for first.  Names come from
programs, so everything that is no plain text is escaped (`outcome.printable`; JSON escapes by itself).
"""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import click

from ntsessions.abi.types import TICKS_PER_SECOND
from ntsessions.cli.outcome import printable

_NT_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


class Column(NamedTuple):
    """One column: its title, and the key of what stands in it."""

    title: str
    key: str
    is_number: bool = False


def show_rows(rows: Sequence[Mapping[str, object]], columns: Sequence[Column], *, as_json: bool) -> None:
    """Print records, one per line."""
    if as_json:
        show_json(rows)
        return
    cells = [[cell_text(row.get(column.key)) for column in columns] for row in rows]
    if sys.stdout.isatty():
        _show_table(cells, columns)
    else:
        click.echo("\n".join(aligned(cells, columns)))


def show_facts(facts: Mapping[str, object], *, as_json: bool) -> None:
    """Print one record, a fact per line."""
    if as_json:
        show_json(facts)
        return
    width = max(map(len, facts), default=0)
    for key, value in facts.items():
        click.echo(f"{key.replace('_', ' '):<{width}}  {cell_text(value)}".rstrip())


def show_json(value: object) -> None:
    """Print *value* as JSON, and nothing else."""
    click.echo(json.dumps(value, indent=2))


def aligned(cells: Sequence[Sequence[str]], columns: Sequence[Column]) -> list[str]:
    """Return lines of aligned columns, two blanks apart, with a line of titles."""
    lines = [[column.title for column in columns], *cells]
    widths = [max(len(line[index]) for line in lines) for index in range(len(columns))]
    return ["  ".join(_placed(line, columns, widths)).rstrip() for line in lines]


def _placed(line: Sequence[str], columns: Sequence[Column], widths: Sequence[int]) -> list[str]:
    return [
        text.rjust(width) if column.is_number else text.ljust(width)
        for text, column, width in zip(line, columns, widths, strict=True)
    ]


def _show_table(cells: Sequence[Sequence[str]], columns: Sequence[Column]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column.title, justify="right" if column.is_number else "left", overflow="fold")
    for line in cells:
        table.add_row(*map(Text, line))  # Text: square brackets in a name are no markup
    Console(highlight=False, soft_wrap=False).print(table)


def cell_text(value: object) -> str:
    """Return *value* as people read it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(cell_text, value))
    return printable(str(value))


def time_of(ticks: int) -> str | None:
    """Return an absolute time of the wire in ISO 8601, UTC; None for 0, never."""
    moment = moment_of(ticks)
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def moment_of(ticks: int) -> datetime | None:
    """Return an absolute time of the wire; None for 0, never."""
    return _NT_EPOCH + timedelta(seconds=ticks // TICKS_PER_SECOND) if ticks > 0 else None


def size_text(size: int) -> str:
    """Return a number of bytes as people read it."""
    amount = float(size)
    for unit in ("B", "KiB", "MiB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} GiB"
