# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The careful way of DMARC: none, quarantine, reject, and what has to be true before
each step.

A policy that is stricter than one's own mail can stand loses mail. So reports come
first, they get time to show what was forgotten, and every known server has to pass;
before refusal by DKIM, for SPF does not survive forwarding.

>>> points = steps(Evidence(days=20, reports=True, aligned=True, signed=None))
>>> [(one.policy, one.code, one.is_met) for one in points]
[('quarantine', 'reports', True), ('quarantine', 'time', True), \
('quarantine', 'aligned', True), ('reject', 'time', False), ('reject', 'signed', None)]
"""

from dataclasses import dataclass

from . import dmarc_merge
from .dmarc_record import NONE, QUARANTINE, REJECT, Record
from .domain_finding import Findings, made

READY = "dmarc_ready"
CODES = frozenset({READY})

REPORTS, TIME, ALIGNED, SIGNED = "reports", "time", "aligned", "signed"
POINTS = (REPORTS, TIME, ALIGNED, SIGNED)
#: Days that the policy before has to have stood: reports come daily, and what is sent
#: once a month has to be among them before mail is refused.
DAYS = {QUARANTINE: 14, REJECT: 30}


@dataclass(frozen=True)
class Evidence:
    """``policy`` is that of today, ``days`` how long it has stood; ``reports`` whether
    somebody gets them, ``aligned`` whether all servers pass and speak for the domain,
    ``signed`` whether they do so by DKIM; None where that is not known."""

    policy: str = NONE
    days: int = 0
    reports: bool = False
    aligned: bool | None = None
    signed: bool | None = None


@dataclass(frozen=True)
class Point:
    policy: str
    code: str
    is_met: bool | None


def steps(evidence: Evidence) -> list[Point]:
    """What has to be true before each step that is not taken yet."""
    quarantine = [
        Point(QUARANTINE, REPORTS, evidence.reports),
        Point(QUARANTINE, TIME, evidence.days >= DAYS[QUARANTINE]),
        Point(QUARANTINE, ALIGNED, evidence.aligned),
    ]
    is_there = evidence.policy == QUARANTINE
    has_stood = is_there and evidence.days >= DAYS[REJECT]
    reject = [Point(REJECT, TIME, has_stood), Point(REJECT, SIGNED, evidence.signed)]
    every = {NONE: [*quarantine, *reject], QUARANTINE: reject}
    return every.get(evidence.policy, [])


def findings(domain: str, points: list[Point]) -> Findings:
    """That the next step can be taken, where it can."""
    if not points:
        return []
    policy = points[0].policy
    if all(one.is_met for one in points if one.policy == policy):
        return [made(READY, domain, "info", policy=policy)]
    return []


def next_text(record: Record | None) -> str:
    """The record of the next step; "" behind the last, and where there is none."""
    policy = dmarc_merge.next_policy(record)
    if record is None or not policy:
        return ""
    return dmarc_merge.merged([record.text], policy=policy).text
