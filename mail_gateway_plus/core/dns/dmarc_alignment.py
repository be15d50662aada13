# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whether SPF and DKIM of a server speak for the domain in From (RFC 9989, 4.4).

>>> from .answer import FOUND, NO_NAME, Answer, Question
>>> book = Book({
...     Question("_dmarc.h.example", "TXT"): Answer(FOUND, ((b"v=DMARC1; p=none",),)),
...     Question("_dmarc.m.h.example", "TXT"): Answer(NO_NAME),
...     Question("_dmarc.other.example", "TXT"): Answer(NO_NAME),
...     Question("_dmarc.example", "TXT"): Answer(NO_NAME),
... })
>>> found = alignment(book, "h.example", "m.h.example", ["other.example"])
>>> found.spf, found.dkim, found.finding.code
(True, False, 'dmarc_dkim_unaligned')
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ..finding import Finding
from . import dmarc_walk
from .book import Book
from .domain_finding import made
from .name import plain

ALIGNED = "dmarc_aligned"
SPF_UNALIGNED = "dmarc_spf_unaligned"
DKIM_UNALIGNED = "dmarc_dkim_unaligned"
UNALIGNED = "dmarc_unaligned"
#: (SPF, DKIM) -> (code, severity). DKIM alone survives forwarding, SPF alone does not.
BY_RESULT = {
    (True, True): (ALIGNED, "ok"),
    (False, True): (SPF_UNALIGNED, "info"),
    (True, False): (DKIM_UNALIGNED, "warning"),
    (False, False): (UNALIGNED, "error"),
}
#: Nobody has seen yet what the server signs, by what SPF is worth.
DKIM_UNKNOWN = "dmarc_dkim_unknown"
UNKNOWN = "dmarc_alignment_unknown"
BY_SPF = {True: (DKIM_UNKNOWN, "info"), False: (UNKNOWN, "warning")}
#: Nobody could say where the organisation of one of them ends.
UNCHECKED = "dmarc_alignment_unchecked"
_RESULTS = (*BY_RESULT.values(), *BY_SPF.values())
CODES = frozenset({UNCHECKED, *(code for code, _severity in _RESULTS)})


@dataclass(frozen=True)
class Alignment:
    """``dkim`` is None where nobody knows what is signed."""

    spf: bool
    dkim: bool | None
    finding: Finding


def alignment(
    book: Book, author: str, spf: str, dkim: Iterable[str] | None, server: str = "-"
) -> Alignment:
    """Whether mail with this domain in From can pass, if SPF and DKIM themselves do.

    :param spf: the domain of the envelope sender, "" for none
    :param dkim: the domains (``d=``) that the server signs for, None where nobody knows
    :param server: what people call it
    """
    record = dmarc_walk.walk(book, author).record
    spf_mode, dkim_mode = (record.spf_mode, record.dkim_mode) if record else ("r", "r")
    domains = list(dkim or ())
    # All are asked about before the first is judged: so they share a round.
    by_dkim = [is_aligned(book, author, one, dkim_mode) for one in domains]
    is_spf = is_aligned(book, author, spf, spf_mode)
    is_dkim = None if dkim is None else any(by_dkim)
    code, severity = BY_SPF[is_spf] if is_dkim is None else BY_RESULT[is_spf, is_dkim]
    walks = [dmarc_walk.walk(book, one) for one in (author, spf, *domains) if one]
    if severity != "ok" and not all(one.is_known for one in walks):
        code, severity = UNCHECKED, "warning"
    values = {"spf": spf or "-", "dkim": ", ".join(domains) or "-", "server": server}
    found = made(code, plain(author), severity, **values)
    return Alignment(is_spf, is_dkim, found)


def is_aligned(book: Book, author: str, other: str, mode: str = "r") -> bool:
    """:param mode: "s" for the same domain, "r" for the same organisation"""
    author, other = plain(author), plain(other)
    if author == other or mode == "s" or not other:
        return bool(other) and author == other
    walks = dmarc_walk.walk(book, author), dmarc_walk.walk(book, other)
    return walks[0].organisation == walks[1].organisation
