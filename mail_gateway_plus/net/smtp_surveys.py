# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Several outgoing servers are asked at once, each over one connection."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from ..core.smtp.relay import Envelope, Relay
from . import smtp
from .deadline import PROBE, Limits
from .smtp import Asked

#: Servers that are asked at the same time: as many as to have all of them wait for
#: silence in the time of one, for Odoo ends a worker that takes longer.
AT_ONCE = 50


@dataclass(frozen=True)
class Question:
    """What one server is asked; ``pause_s`` lies between two envelopes. ``messages``,
    one an envelope, are sent."""

    relay: Relay
    envelopes: tuple[Envelope, ...]
    limits: Limits = PROBE
    pause_s: float = 0.0
    messages: tuple[bytes, ...] = ()


def ask_all(questions: Sequence[Question]) -> list[Asked]:
    """The answers in the order of the questions; nothing is raised."""
    with ThreadPoolExecutor(AT_ONCE, "survey") as pool:
        return list(pool.map(_ask, questions))


def _ask(question: Question) -> Asked:
    return smtp.survey(
        question.relay,
        question.envelopes,
        question.limits,
        question.pause_s,
        question.messages,
    )
