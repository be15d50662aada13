# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A zone made up in a test, and what it answers."""

from odoo.addons.mail_gateway_plus.core.dns.answer import (
    FOUND,
    NO_DATA,
    NO_NAME,
    UNCHECKED,
    Answer,
    Question,
)
from odoo.addons.mail_gateway_plus.core.dns.book import Book, decided
from odoo.addons.mail_gateway_plus.core.dns.name import plain

#: In place of the records of a name: nobody answers.
TIMEOUT = "TIMEOUT"
MOST_ALIASES = 8


class Zone:
    """Answers as ``net.resolver`` does; ``rounds`` are the questions asked so far."""

    def __init__(self, records, texts="TXT"):
        """:param records: {name: {kind: [value]}}; a value is a tuple, or its only part
        (text for TXT); TIMEOUT in place of a name's or a kind's records"""
        self._names = {plain(name): kinds for name, kinds in records.items()}
        self.rounds = []

    @classmethod
    def of(cls, **texts):
        return cls({name: {"TXT": [text]} for name, text in texts.items()})

    def answer(self, question):
        name, kind = question
        for _hop in range(MOST_ALIASES):
            kinds = self._names.get(plain(name))
            if kinds is None:
                return self._missing(plain(name))
            if kinds == TIMEOUT or kinds.get(kind) == TIMEOUT:
                return Answer(UNCHECKED, why="timeout")
            if kind in kinds or "CNAME" not in kinds:
                return _found(kind, kinds.get(kind, []))
            (name,) = kinds["CNAME"]
        return Answer(UNCHECKED, why="failed")

    def _missing(self, name):
        is_above = any(one.endswith(f".{name}") for one in self._names)
        return Answer(NO_DATA if is_above else NO_NAME)

    def ask(self, questions):
        self.rounds.append(questions)
        return [self.answer(one) for one in questions]

    def decide(self, decide):
        """What a decision says, asked round by round."""
        return self.run(decided(decide))

    def run(self, rounds):
        try:
            questions = next(rounds)
            while True:
                assert len(set(questions)) == len(questions)
                assert all(isinstance(one, Question) for one in questions)
                questions = rounds.send(self.ask(questions))
        except StopIteration as end:
            return end.value


def _found(kind, values):
    tuples = (one if isinstance(one, tuple) else (one,) for one in values)
    if kind in ("TXT", "SPF"):
        tuples = (
            (one[0] if isinstance(one[0], bytes) else one[0].encode("latin-1"),)
            for one in tuples
        )
    records = tuple(tuples)
    return Answer(FOUND, records) if records else Answer(NO_DATA)


__all__ = ["TIMEOUT", "Book", "Zone"]
