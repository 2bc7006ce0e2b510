"""The space of a session's windowing, as `nts session show` tells it (nt-semantics 8.5)."""

from collections.abc import Sequence
from typing import TypedDict

import click

from ntsessions.abi.calls.heap import SpaceArea
from ntsessions.cli.rendering import Column, aligned, size_text

_KIB = 1024


class AreaRecord(TypedDict):
    """One area; `limit_kb` None: it grows as needed."""

    name: str
    limit_kb: int | None
    used_kb: int
    peak_kb: int


def space_record(areas: Sequence[SpaceArea]) -> list[AreaRecord]:
    """Return what JSON tells of the areas."""
    return [
        {
            "name": area.name,
            "limit_kb": None if area.limit is None else area.limit // _KIB,
            "used_kb": area.used // _KIB,
            "peak_kb": area.peak // _KIB,
        }
        for area in areas
    ]


def show_space(areas: Sequence[SpaceArea]) -> None:
    """Print the four areas with their limits."""
    columns = (
        Column("  AREA", "name"), Column("LIMIT", "limit", is_number=True), Column("USED", "used", is_number=True),
        Column("PEAK", "peak", is_number=True),
    )  # fmt: skip
    cells = [
        [
            f"  {area.name}",
            "as needed" if area.limit is None else size_text(area.limit),
            size_text(area.used),
            size_text(area.peak),
        ]
        for area in areas
    ]
    click.echo("\nsession space, as this Windows limits it; image and structure are Linux's own and not counted here")
    click.echo("\n".join(aligned(cells, columns)))
