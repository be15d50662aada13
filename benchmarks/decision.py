# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What it costs to find out where a message goes, among many aliases and rules."""

from collections.abc import Iterator, Sequence

from sandbox.say import step

from .job import Decided, Decision
from .side import Side
from .table import Figure

RULES, ALIASES, COUNT = 1_000, 10_000, 200
NAME = f"the decision, {RULES:,} rules, {ALIASES:,} aliases"
TARGET = "+ 3 ms"
TIMES = 3


def run(sides: Sequence[Side], short: bool) -> Iterator[Figure]:
    took: dict[str, list[Decided]] = {side.name: [] for side in sides}
    for _turn in range(1 if short else TIMES):
        for side in sides:
            with step(f"{NAME}: {side.name}"):
                side.refresh()
                job = Decision(side.name, 20 if short else COUNT, ALIASES, RULES)
                took[side.name].append(Decided(**side.ask(job)))
    stock, addon = took["stock"], took["addon"]
    ms = [one.ms for one in stock], [one.ms for one in addon]
    cpu_ms = [one.cpu_ms for one in stock], [one.cpu_ms for one in addon]
    yield Figure(NAME, "time a message", "ms", *ms, TARGET)
    yield Figure(NAME, "CPU, with PostgreSQL's", "ms", *cpu_ms, TARGET)
