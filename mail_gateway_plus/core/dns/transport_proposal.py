# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Records to publish in place of those of MTA-STS and TLS-RPT that nobody can read, and
leftovers to delete. Nobody needs them, so none is proposed where there is none.

>>> from .answer import FOUND, Answer, Question
>>> said = Answer(FOUND, ((b"v=TLSRPTv1; rua=a@h.example",),
...                       (b"v=TLSRPTv1; rua=mailto:b@h.example",)))
>>> book = Book({Question("_smtp._tls.h.example", "TXT"): said})
>>> [one.expected for one in tls_rpt_records(book, "h.example")]
[('v=TLSRPTv1; rua=mailto:a@h.example,mailto:b@h.example',)]
"""

import re
from collections.abc import Iterator

from . import mta_sts, spf_leftover, tags, tls_rpt
from .book import Book
from .proposed import Proposed

_NO_ID = re.compile(r"[^A-Za-z0-9]")
MOST_ID = 32


def records(book: Book, domain: str, reports: str = "") -> list[Proposed]:
    """:param reports: an address for reports, where the records name none"""
    return [
        *mta_sts_records(book, domain),
        *tls_rpt_records(book, domain, reports),
        *leftovers(book, domain),
    ]


def mta_sts_records(book: Book, domain: str) -> Iterator[Proposed]:
    name = f"_mta-sts.{domain}"
    current = _of(book, name, mta_sts.VERSION)
    worst = mta_sts.findings(book, domain)[0].code
    if current and worst in (mta_sts.SEVERAL, mta_sts.BAD_RECORD):
        said = [tags.parsed(tags.respelt(one)).get("id") for one in current]
        ids = [_NO_ID.sub("", one)[:MOST_ID] for one in said]
        # The last one is the newest, where they are dates.
        text = f"v={mta_sts.VERSION}; id={max(ids) or '1'}"
        yield Proposed(name, "TXT", current, (text,), worst)


def tls_rpt_records(book: Book, domain: str, reports: str = "") -> Iterator[Proposed]:
    name = f"_smtp._tls.{domain}"
    current = _of(book, name, tls_rpt.VERSION)
    worst = tls_rpt.findings(book, domain)[0].code
    if current and worst in (tls_rpt.SEVERAL, tls_rpt.BAD_RECORD):
        places = [one for text in current for one in _places(text)]
        places = places or [f"mailto:{reports}"] * bool(reports)
        text = f"v={tls_rpt.VERSION}; rua={','.join(dict.fromkeys(places))}"
        # Without a place for the reports such a record is good for nothing.
        yield Proposed(name, "TXT", current, (text,) if places else (), worst)


def leftovers(book: Book, domain: str) -> Iterator[Proposed]:
    texts = spf_leftover.texts(book, domain)
    if texts:
        yield Proposed(domain, "SPF", texts, (), spf_leftover.LEFT)


def _of(book: Book, name: str, version: str) -> tuple[str, ...]:
    return tuple(tags.of_version(book.texts(name), version))


def _places(text: str) -> Iterator[str]:
    for uri in tags.places(tags.parsed(tags.respelt(text)).get("rua")):
        if tls_rpt.is_place(uri):
            yield uri
