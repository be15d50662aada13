# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What stands at a domain for SPF (RFC 7208, 4.4 and 4.5), and what its terms ask.

>>> from .answer import FOUND, Answer, Question
>>> said = Answer(FOUND, ((b"v=spf1 -all",), (b"other",)))
>>> found = published(Book({Question("h.example", "TXT"): said}), "h.example")
>>> found.record.text, found.problem
('v=spf1 -all', '')
"""

import re
from dataclasses import dataclass

from . import spf_record
from .answer import NO_NAME
from .book import Book
from .name import is_name
from .spf_record import Record

#: Why there is no one record to go by.
NONE = "none"
SEVERAL = "several"
SYNTAX = "syntax"
UNCHECKED = "unchecked"


@dataclass(frozen=True)
class Published:
    """``record`` is there where there is exactly one, faulty or not; ``texts`` are all
    that are one of SPF; ``problem`` is "" where the record can be evaluated."""

    texts: tuple[str, ...] = ()
    record: Record | None = None
    problem: str = ""
    has_name: bool = True


def published(book: Book, domain: str) -> Published:
    answer = book.ask(domain, "TXT")
    if not answer.known:
        return Published(problem=UNCHECKED)
    texts = tuple(text for text in book.texts(domain) if spf_record.is_spf(text))
    if not texts:
        has_name = answer.status != NO_NAME and is_name(domain)
        return Published(problem=NONE, has_name=has_name)
    if len(texts) > 1:
        return Published(texts, problem=SEVERAL)
    record = book.once(spf_record.parsed, texts[0])
    return Published(texts, record, SYNTAX if record.faults else "")


_NEARLY = re.compile(r"""["'\s]*(v\s*=\s*["'\s]*spf|=?\s*spf1[\s:;,])""", re.I)


def nearly(text: str) -> bool:
    """Whether it was meant to be a record, and is none."""
    return bool(_NEARLY.match(text)) and not spf_record.is_spf(text)
