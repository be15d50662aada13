# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What could not be checked, and why nobody could say.

>>> from .answer import UNCHECKED, Answer, Question
>>> said = Answer(UNCHECKED, why="timeout")
>>> (finding,) = findings(Book({Question("a.example", "TXT"): said}), "h.example")
>>> finding.code, finding.params["names"]
('dns_timeout', 'a.example')
"""

from .answer import REASONS
from .book import TOO_MANY, Book
from .domain_finding import Findings, made

#: Why nobody could say -> finding code.
CODE_OF = {why: f"dns_{why}" for why in (*REASONS, TOO_MANY)}
CODES = frozenset(CODE_OF.values())

#: Names that are told of each reason.
MOST = 5


def findings(book: Book, domain: str) -> Findings:
    """One for each reason, with the names that it was in the way of; last of all that
    is decided by a book, which then knows all that was asked."""
    names: dict[str, dict[str, None]] = {}
    for question, answer in book.unchecked():
        names.setdefault(answer.why, {})[question.name] = None
    if book.is_full:
        names[TOO_MANY] = {domain: None}
    return [
        made(CODE_OF[why], domain, "warning", names=", ".join(list(found)[:MOST]))
        for why, found in names.items()
        if why in CODE_OF
    ]
