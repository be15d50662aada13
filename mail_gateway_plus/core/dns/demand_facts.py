# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is known of the mail of a domain, as the demands of receivers ask for it.

>>> from .answer import NO_NAME, Answer, Question
>>> book = Book({
...     Question("_dmarc.h.example", "TXT"): Answer(NO_NAME),
...     Question("_dmarc.example", "TXT"): Answer(NO_NAME),
...     Question("h.example", "TXT"): Answer(NO_NAME),
... })
>>> found = facts(book, "h.example", Known())
>>> found.spf, found.dkim, found.dmarc
(False, None, False)
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ..finding import Finding
from . import dkim, dkim_key, dmarc_walk, reverse, spf_published
from .book import Book
from .demand import Facts
from .sending import Standing
from .tristate import every

#: Of a server that delivers itself: whether its name leads back to it.
_NAMED = {
    reverse.MISSING: False,
    reverse.UNCONFIRMED: False,
    reverse.NOT_ADDRESS: False,
    reverse.UNCHECKED: None,
}


@dataclass(frozen=True)
class Known:
    """What the other checks have found: ``standings`` of the servers, ``selectors`` of
    the domain, ``names`` of the addresses of servers that deliver themselves; and what
    no DNS tells: mails a day, whether they leave encrypted, and whether marketing has
    one click to unsubscribe."""

    standings: Sequence[Standing] = ()
    selectors: Sequence[dkim.Selector] = ()
    names: Sequence[Finding] = ()
    volume_day: int = 0
    is_encrypted: bool | None = None
    unsubscribe: bool | None = None


def facts(book: Book, domain: str, known: Known) -> Facts:
    walk = dmarc_walk.walk(book, domain)
    return Facts(
        volume_day=known.volume_day,
        spf=_spf(book, domain, known),
        dkim=_dkim(known),
        key_bits=_shortest(known.selectors),
        dmarc=True if walk.record else False if walk.is_known else None,
        aligned=every(one.is_aligned for one in known.standings),
        ptr=every(_NAMED.get(one.code, True) for one in known.names),
        tls=known.is_encrypted,
        unsubscribe=known.unsubscribe,
    )


def _spf(book: Book, domain: str, known: Known) -> bool | None:
    """Without a record it passes for no server that uses the domain."""
    found = spf_published.published(book, domain)
    is_broken = found.problem not in ("", spf_published.UNCHECKED)
    if not known.standings:
        return False if is_broken else None
    return every(
        False if is_broken and one.server.bounce == domain else one.spf
        for one in known.standings
    )


def _dkim(known: Known) -> bool | None:
    """Where no message of a server was seen, keys that nobody can use tell as much."""
    found = every(one.dkim for one in known.standings)
    codes = {one.code for each in known.selectors for one in each.findings}
    usable = [one for one in known.selectors if one.key and not one.key.problem]
    if found is None and known.selectors and not usable and dkim.UNCHECKED not in codes:
        return False
    return found


def _shortest(selectors: Sequence[dkim.Selector]) -> int | None:
    keys = [one.key for one in selectors if one.key and not one.key.problem]
    sizes = [one.bits for one in keys if one.kind == dkim_key.RSA and one.bits]
    return min(sizes, default=None)
