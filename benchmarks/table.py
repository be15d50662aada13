# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Medians and ratios, as text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from .cases import Case, Post
from .job import Results


@dataclass(frozen=True)
class Figure:
    """A row: what is compared, and its value in each of the runs."""

    case: str
    what: str
    unit: str
    stock: Sequence[float]
    addon: Sequence[float]
    #: What shall be reached: a ratio, or a time of the addon.
    target: str = ""

    @property
    def ratio(self) -> float:
        return median(self.stock) / max(median(self.addon), 1e-9)

    @property
    def spread(self) -> tuple[float, float]:
        """The lowest and the highest ratio of two runs that followed each other."""
        pairs = zip(self.stock, self.addon, strict=True)
        ratios = [stock / max(addon, 1e-9) for stock, addon in pairs]
        return min(ratios), max(ratios)


def figures(case: Case | Post, results: Results) -> Iterator[Figure]:
    def of(what: str, unit: str, name: str, scale: float, target: str = "") -> Figure:
        stock, addon = (
            [one.total(name) * scale for one in results[side]]
            for side in ("stock", "addon")
        )
        name = f"{case.name}, {case.count}"
        return Figure(name, what, unit, stock, addon, target)

    yield of("time", "s", "seconds", 1, case.target)
    yield of("CPU a message", "ms", "cpu_s", 1000 / case.count)
    yield of("queries a message", "", "queries", 1 / case.count)
    if isinstance(case, Case) and case.size:
        yield of("memory, peak growth", "MB", "peak_mb", 1)


HEADER = ("case", "measured", "stock", "addon", "ratio", "target", "of pairs")


def _cells(figure: Figure) -> tuple[str, ...]:
    low, high = figure.spread
    unit = f" {figure.unit}" if figure.unit else ""
    return (
        figure.case,
        figure.what,
        f"{median(figure.stock):.1f}{unit}",
        f"{median(figure.addon):.1f}{unit}",
        f"{figure.ratio:.2f}",
        figure.target,
        f"{low:.2f} to {high:.2f}",
    )


def table(found: Sequence[Figure]) -> str:
    """Readable as it is and as Markdown. A case is named in its first row only."""
    rows = [_cells(figure) for figure in found]
    shown = [
        ("", *row[1:]) if at and rows[at - 1][0] == row[0] else row
        for at, row in enumerate(rows)
    ]
    widths = [max(map(len, column)) for column in zip(HEADER, *shown, strict=True)]
    ends = ["-" * (w - 1) + (":" if at > 1 else "-") for at, w in enumerate(widths)]
    return "\n".join(_line(row, widths) for row in (HEADER, tuple(ends), *shown))


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [
        cell.rjust(width) if at > 1 else cell.ljust(width)
        for at, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return f"| {' | '.join(cells)} |"


def fetch_alone(case: Case, results: Results) -> str:
    """The addon's first half: downloaded, stored, acknowledged. Stock has none."""
    costs = [one.costs["fetch"] for one in results["addon"]]
    seconds = median(cost.seconds for cost in costs)
    return (
        f"{case.name}: addon fetches and stores {case.count / seconds:.0f} messages/s"
        f" ({median(c.queries for c in costs) / case.count:.1f} queries,"
        f" {median(c.cpu_s for c in costs) / case.count * 1000:.1f} ms CPU a message,"
        f" {median(c.peak_mb for c in costs):.0f} MB at the peak)"
    )
