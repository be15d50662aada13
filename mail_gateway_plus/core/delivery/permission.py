# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which addresses a server is asked about, how gently, and what its answers amount to.

>>> own = Candidate("erp@h.example", "account")
>>> ann = Candidate("ann@h.example", "user", company=1)
>>> merged([own, ann, Candidate("ann@h.example", "template", company=2)])
... # doctest: +NORMALIZE_WHITESPACE
[Candidate(email='erp@h.example', source='account', company=0, identity=0),
 Candidate(email='ann@h.example', source='template', company=0, identity=0)]
>>> portion(200, limit_minute=60, limit_day=0, asked_today=0, budget_s=40)
Portion(count=21, pause_s=2.0)
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ..smtp.journal import LEAVING
from ..smtp.probe import ASKED, Verdict, refuses_sender
from ..smtp.reply import Meaning

#: As many addresses as a matrix may have for one server.
MOST = 1_000
#: The share of the provider's limits that questions may take: mail goes first.
SHARE = 2
#: What an envelope takes on a slow line: three commands there and back.
ENVELOPE_S = 0.15
#: And a message that is sent.
MESSAGE_S = 0.75

#: Where an address comes from, the one that says most first.
SOURCES = ("account", "identity", "domain", "company", "template", "user", "mail")
#: States that are an answer.
KNOWN = ("allowed", "refused", "rewritten")
DAY_S = 24 * 3600.0
#: What only a whole message shows is not taken back by an envelope.
SHALLOW, DEEP = "envelope", "content"


@dataclass(frozen=True)
class Candidate:
    """An address that mail would leave from: bare and normalised. ``company`` and
    ``identity`` are ids; 0 for all companies, or none."""

    email: str
    source: str
    company: int = 0
    identity: int = 0


def merged(candidates: Iterable[Candidate]) -> list[Candidate]:
    """One a address, in the order of ``SOURCES``. An address of two companies is
    everybody's."""
    found: dict[str, Candidate] = {}
    for one in sorted(candidates, key=lambda one: SOURCES.index(one.source)):
        first = found.setdefault(one.email, one)
        if first.company != one.company:
            found[one.email] = replace(first, company=0)
    return list(found.values())


@dataclass(frozen=True)
class Portion:
    """How many envelopes to ask now, and how long to wait between two."""

    count: int
    pause_s: float


def portion(
    count: int,
    limit_minute: int,
    limit_day: int,
    asked_today: int,
    budget_s: float,
    each_s: float = ENVELOPE_S,
) -> Portion:
    """What of ``count`` envelopes is asked within ``budget_s``. A limit of 0 is none;
    one of a minute leaves time for a single envelope at least.

    :param each_s: what one of them takes
    """
    pause_s = SHARE * 60 / limit_minute if limit_minute else 0.0
    # There is no pause after the last one.
    most = int((budget_s + pause_s) / max(pause_s, each_s))
    if limit_day:
        count = min(count, max(limit_day // SHARE - asked_today, 0))
    return Portion(min(count, max(most, 1)), pause_s)


@dataclass(frozen=True)
class Known:
    """What is known of an address so far, and since how many seconds."""

    state: str
    age: float

    def is_due(self, due_s: float) -> bool:
        """That nobody knows is asked again the next day."""
        return self.age >= (due_s if self.state in KNOWN else min(due_s, DAY_S / 2))


def order(
    candidates: Sequence[Candidate], known: dict[str, Known], due_s: float = 0
) -> list[Candidate]:
    """Whom to ask first: who was never asked, then what is oldest.

    :param due_s: leave out what is younger than that
    """
    waiting = [c for c in candidates if c.email not in known]
    old = [c for c in candidates if c.email in known and known[c.email].is_due(due_s)]
    return waiting + sorted(old, key=lambda c: -known[c.email].age)


def answered(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Those to be kept. Where the connection was lost after some answers, what comes
    after the envelope at which it was lost is as good as not asked; that one is kept,
    for it may be what the server takes leave for, and must not come first again."""
    lost = [one for one in verdicts if _is_lost(one)]
    if len(lost) == len(verdicts):
        return [*verdicts]
    return [one for one in verdicts if not _is_lost(one) or one is lost[0]]


def _is_lost(verdict: Verdict) -> bool:
    meaning = verdict.meaning
    if meaning is None:
        return False
    is_silent = not meaning.code_number and meaning.kind == "connection"
    return verdict.stage not in ASKED or is_silent or meaning.code_number == LEAVING


def replaces(known: str, known_depth: str, state: str, depth: str) -> bool:
    """Whether an answer takes the place of what is known. That nobody knows replaces
    no answer; a sender that is taken says nothing of what a server thinks of the
    content."""
    if known not in KNOWN:
        return True
    if state == "unknown":
        return False
    return depth == DEEP or known_depth == SHALLOW or state == "refused"


def is_refusal(meaning: Meaning | None) -> bool:
    """Whether what a server said of a mail is meant for its sender, for good."""
    return meaning is not None and refuses_sender(meaning)
