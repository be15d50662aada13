# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where reports on TLS go: SMTP TLS Reporting (RFC 8460, 3).

>>> from .answer import FOUND, Answer, Question
>>> said = Answer(FOUND, ((b"v=TLSRPTv1; rua=mailto:tls@h.example",),))
>>> book = Book({Question("_smtp._tls.h.example", "TXT"): said})
>>> [finding.code for finding in findings(book, "h.example")]
['tls_rpt_ok']
"""

from urllib.parse import urlsplit

from . import tags
from .book import Book
from .domain_finding import Findings, made

OK = "tls_rpt_ok"
NONE = "tls_rpt_none"
UNCHECKED = "tls_rpt_unchecked"
SEVERAL = "tls_rpt_several"
BAD_RECORD = "tls_rpt_bad_record"
VERSION = "TLSRPTv1"
CODES = frozenset({OK, NONE, UNCHECKED, SEVERAL, BAD_RECORD})


def findings(book: Book, domain: str) -> Findings:
    name = f"_smtp._tls.{domain}"
    if not book.ask(name, "TXT").known:
        return [made(UNCHECKED, domain, "warning")]
    records = tags.of_version(book.texts(name), VERSION)
    if not records:
        return [made(NONE, domain, "info")]
    if len(records) > 1:
        return [made(SEVERAL, domain, "error", count=len(records))]
    found = tags.parsed(records[0])
    uris = [one.strip() for one in found.get("rua").split(",")]
    is_first = (found.first, found.get("v")) == ("v", VERSION)
    if not is_first or found.faults or not all(map(is_place, uris)):
        return [made(BAD_RECORD, domain, "error", record=records[0])]
    return [made(OK, domain, "ok", reports=", ".join(uris))]


def is_place(uri: str) -> bool:
    """Whether reports can go there (3): by mail, or to a web server."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return False
    if parts.scheme == "mailto":
        local, at, host = parts.path.rpartition("@")
        return bool(local and at and "." in host)
    return parts.scheme == "https" and bool(parts.hostname)
