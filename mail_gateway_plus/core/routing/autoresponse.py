# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whether a message gets an automatic answer; RFC 3834, 2 and 5.

Answers of programs to programs never end, and answers to forged senders annoy people
who wrote nothing. So each reason to be silent is asked before an answer goes out.

>>> withheld(Case("ann@a.example"), Policy())
''
>>> withheld(Case("ann@a.example", last_s=3_600), Policy())
'autoresponse_again'
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

DAY_S = 86_400
HOUR_S = 3_600


@dataclass(frozen=True)
class Case:
    """``sender`` is an address in lower case. ``unwanted``: it answers what we know,
    and only first messages are to be answered. ``refused``: lists, programs, no-reply
    and own addresses get no answer (``message.answerable``). ``suppressed``: the
    sender asks for none. ``forged``: DMARC says that somebody else wrote it. ``away``:
    somebody's own notice of absence has answered. ``last_s``: seconds since the last
    answer to this sender, None for never. ``hour``: answers within the last hour."""

    sender: str
    unwanted: bool = False
    refused: bool = False
    suppressed: bool = False
    spam: bool = False
    forged: bool = False
    away: bool = False
    last_s: float | None = None
    hour: int = 0


@dataclass(frozen=True)
class Policy:
    """One answer a sender within ``period_s``, ``hour_limit`` answers an hour."""

    period_s: float = DAY_S
    hour_limit: int = 60


Reason = Callable[[Case, Policy], bool]

#: The first that holds is told.
REASONS: tuple[tuple[str, Reason], ...] = (
    ("autoresponse_reply", lambda case, _: case.unwanted),
    ("autoresponse_refused", lambda case, _: case.refused or not case.sender),
    ("autoresponse_suppressed", lambda case, _: case.suppressed),
    ("autoresponse_spam", lambda case, _: case.spam or case.forged),
    ("autoresponse_away", lambda case, _: case.away),
    (
        "autoresponse_again",
        lambda case, policy: case.last_s is not None and case.last_s < policy.period_s,
    ),
    ("autoresponse_many", lambda case, policy: case.hour >= policy.hour_limit),
)


#: What else there is to tell: it is in the queue, or would be.
ANSWERED = ("autoresponse_queued", "autoresponse_due")


def told(codes: Iterable[str]) -> str:
    """Which of a message's steps tells of the automatic answer; "" for none."""
    known = {*ANSWERED, *(code for code, _holds in REASONS)}
    return next((code for code in codes if code in known), "")


def withheld(case: Case, policy: Policy) -> str:
    """The step that says why no answer goes out; "" where one does."""
    return next((code for code, holds in REASONS if holds(case, policy)), "")
