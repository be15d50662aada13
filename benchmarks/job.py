# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What goes to a worker and what comes back."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Job:
    """A mailbox to be fetched."""

    side: str
    count: int
    protocol: str
    host: str
    port: int
    login: str
    password: str


@dataclass(frozen=True)
class Cost:
    """Of one stage. ``peak_mb`` is how far resident memory rose above its start."""

    seconds: float
    cpu_s: float
    queries: int
    peak_mb: float


@dataclass(frozen=True)
class Result:
    """One run: the cost of its stages, and what it added to the database."""

    costs: dict[str, Cost]
    made: dict[str, int]

    def total(self, name: str) -> float:
        """A sum over the stages; of memory the highest."""
        values = [getattr(cost, name) for cost in self.costs.values()]
        return max(values) if name == "peak_mb" else sum(values)


#: By side, one for each run.
Results = dict[str, list[Result]]
