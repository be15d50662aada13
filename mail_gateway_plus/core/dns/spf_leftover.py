# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Records of type SPF, which nobody reads any more (RFC 7208, 3.1).

>>> from .answer import NO_DATA, Answer, Question
>>> findings(Book({Question("h.example", "SPF"): Answer(NO_DATA)}), "h.example")
[]
"""

from .book import Book
from .domain_finding import Findings, made

LEFT = "spf_type99"
CODES = frozenset({LEFT})


def findings(book: Book, domain: str) -> Findings:
    """Nothing where there is none, and where nobody could say: so little it matters."""
    found = texts(book, domain)
    return [made(LEFT, domain, "info", records="\n".join(found))] if found else []


def texts(book: Book, domain: str) -> tuple[str, ...]:
    """Those that are known."""
    return tuple(book.texts(domain, "SPF"))
