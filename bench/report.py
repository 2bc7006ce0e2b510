"""Results, and how they are shown."""

from collections.abc import Sequence
from typing import Any, NamedTuple

_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"))


class Measured(NamedTuple):
    """One row: a figure, and what it was to be at most, or at least."""

    what: str
    placement: str
    figure: float
    """A ratio to the baseline, or a count in `unit`."""
    target: float | None
    """None: printed for comparison only."""
    ours: float | None = None
    """Median, seconds."""
    baseline: float | None = None
    unit: str = "x"
    at_least: bool = False
    """The target is the least that the figure may be, not the most."""

    @property
    def is_met(self) -> bool:
        """Tell whether the target is met; what has none meets it."""
        if self.target is None:
            return True
        return self.figure >= self.target if self.at_least else self.figure <= self.target

    def record(self) -> dict[str, Any]:
        """Return the row for `--json`."""
        return {**self._asdict(), "met": self.is_met}

    def cells(self) -> list[str]:
        """Return the row as the table shows it."""
        verdict = "" if self.target is None else "ok" if self.is_met else "OVER"
        target = "" if self.target is None else f"{'>= ' if self.at_least else ''}{self.target:g}{self.unit}"
        figure = f"{self.figure:.3g}" if self.figure < 1000 else f"{self.figure:.0f}"
        return [
            self.what, self.placement, figure + self.unit, target, verdict,
            duration(self.ours), duration(self.baseline),
        ]  # fmt: skip


class Skipped(NamedTuple):
    """What could not be measured here, and why."""

    what: str
    reason: str

    def record(self) -> dict[str, Any]:
        """Return the row for `--json`."""
        return {"what": self.what, "skipped": self.reason}


def duration(seconds: float | None) -> str:
    """Return seconds in a readable unit; nothing for None."""
    if seconds is None:
        return ""
    for size, name in _UNITS:
        if abs(seconds) >= size:
            return f"{seconds / size:.3g} {name}"
    return f"{seconds / 1e-6:.2g} µs"


_HEAD = ["what", "placement", "figure", "target", "", "ours", "baseline"]


def table(results: Sequence[Measured | Skipped]) -> str:
    """Return the results as lines for people."""
    rows = [_HEAD, *(one.cells() for one in results if isinstance(one, Measured))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    lines += [f"skipped: {one.what}: {one.reason}" for one in results if isinstance(one, Skipped)]
    over = sum(isinstance(one, Measured) and not one.is_met for one in results)
    return "\n".join([*lines, "", f"{over} over target" if over else "every target is met"])
