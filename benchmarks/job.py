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
class Crowd:
    """Mailboxes to be fetched together: ``each`` messages in each of ``logins``, and
    black holes at the ports ``holes``; ``apart`` has those looked into before."""

    side: str
    host: str
    port: int
    password: str
    logins: tuple[str, ...]
    holes: tuple[int, ...]
    each: int
    apart: bool


@dataclass(frozen=True)
class Waited:
    """Until all messages were there, and until all was done. ``hole_s`` is what one
    black hole took, where these were looked into before."""

    fetched_s: float
    processed_s: float
    hole_s: float


@dataclass(frozen=True)
class Decision:
    """Messages for which routes are looked for, among so many aliases; with the addon
    also among so many rules, none of which matches."""

    side: str
    count: int
    aliases: int
    rules: int


@dataclass(frozen=True)
class Outbox:
    """Mails that wait for a server on loopback."""

    side: str
    count: int
    port: int


@dataclass(frozen=True)
class Decided:
    """Of a message: the median by the clock, and the mean of what Odoo and PostgreSQL
    took of the CPU."""

    ms: float
    cpu_ms: float


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
