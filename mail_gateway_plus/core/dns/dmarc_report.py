# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whether reports may be sent to another organisation (RFC 9990; RFC 7489, 7.1).

>>> report_name("h.example", "reports.example")
'h.example._report._dmarc.reports.example'
"""

from . import dmarc_record, dmarc_walk
from .book import Book
from .name import plain

ALLOWED, REFUSED, UNCHECKED = "allowed", "refused", "unchecked"

#: Addresses that are looked at, of all that a record names.
MOST = 10


def report_name(domain: str, receiver: str) -> str:
    """Where a receiver of reports says that it takes them for a domain."""
    return f"{domain}._report._dmarc.{receiver}"


def permissions(book: Book, domain: str, addresses: tuple[str, ...]) -> dict[str, str]:
    """Address -> ALLOWED, REFUSED or UNCHECKED.

    :param domain: where the record stands that names the addresses
    """
    own = dmarc_walk.walk(book, domain).organisation
    found = {}
    for address in addresses[:MOST]:
        receiver = plain(address.rpartition("@")[2])
        # Both are asked for whatever the first says: so they share a round.
        other = dmarc_walk.walk(book, receiver).organisation
        said = _said(book, report_name(plain(domain), receiver))
        found[address] = ALLOWED if other == own else said
    return found


def _said(book: Book, name: str) -> str:
    if not book.ask(name, "TXT").known:
        return UNCHECKED
    is_allowed = any(map(dmarc_record.is_dmarc, book.texts(name)))
    return ALLOWED if is_allowed else REFUSED
