# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What each outgoing server is worth to a domain in From: SPF, DKIM, and whether one of
them speaks for the domain.

>>> from .answer import FOUND, NO_DATA, NO_NAME, Answer, Question
>>> spf = Answer(FOUND, ((b"v=spf1 ip4:192.0.2.1 -all",),))
>>> book = Book({
...     Question("h.example", "TXT"): spf,
...     Question("_dmarc.h.example", "TXT"): Answer(NO_NAME),
...     Question("_dmarc.example", "TXT"): Answer(NO_NAME),
... })
>>> found = standing(book, "h.example", Server("M", "h.example", ("192.0.2.1",)))
>>> found.spf, found.dkim, found.is_aligned, found.findings[-1].code
(True, None, True, 'dmarc_dkim_unknown')
"""

from dataclasses import dataclass

from ..finding import Finding
from . import (
    dkim,
    dmarc_alignment,
    spf_check,
    spf_finding,
    spf_merge,
    spf_published,
)
from .book import Book
from .dmarc_alignment import Alignment
from .spf_client import Client
from .tristate import either, every


@dataclass(frozen=True)
class Server:
    """An outgoing server, as it sends for one domain.

    ``name`` is what people call it; ``bounce`` the domain of the envelope sender;
    ``addresses`` those that its mail comes from, as far as they are known; ``signs``
    the keys that it signs with, as (domain, selector), None where nobody has seen a
    message of it; ``terms`` what SPF has to allow for its provider.
    """

    name: str
    bounce: str
    addresses: tuple[str, ...] = ()
    signs: tuple[tuple[str, str], ...] | None = None
    terms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Standing:
    """``spf`` and ``dkim`` tell whether they pass, whatever domain they speak for;
    None where nobody knows."""

    server: Server
    spf: bool | None
    dkim: bool | None
    alignment: Alignment
    findings: tuple[Finding, ...]

    @property
    def is_aligned(self) -> bool | None:
        """Whether one of them passes and speaks for the domain."""
        if self.alignment.finding.code == dmarc_alignment.UNCHECKED:
            return None
        by_spf = self.spf if self.alignment.spf else False
        return either((by_spf, self.alignment.dkim))


def standing(book: Book, domain: str, server: Server) -> Standing:
    by_address = [sender(book, server.bounce, ip) for ip in server.addresses]
    is_own = _is_own(book, domain, server.bounce)
    passes = every(_PASSES.get(one.code, False) for one in by_address)
    if not by_address and server.terms and is_own:
        passes = _allows(book, server)
    signed = _signed(book, server)
    # What does not pass speaks for nobody.
    envelope = "" if passes is False else server.bounce
    found = dmarc_alignment.alignment(book, domain, envelope, signed, server.name)
    # SPF of another organisation is not for this domain to mend.
    own = by_address if is_own else []
    every_finding = (*own, found.finding)
    is_signed = None if signed is None else bool(signed)
    return Standing(server, passes, is_signed, found, every_finding)


_PASSES: dict[str, bool | None] = {
    spf_finding.BY_RESULT[spf_check.PASS][0]: True,
    spf_finding.BY_RESULT[spf_check.TEMPERROR][0]: None,
}


def sender(book: Book, domain: str, ip: str) -> Finding:
    """What SPF makes of mail of a domain from an address.

    RFC 7208 knows senders by their domain alone: any address of it will do.
    """
    verdict = spf_check.verdict(book, Client(ip, f"postmaster@{domain}"))
    return spf_finding.sender_finding(verdict, ip, domain)


def _is_own(book: Book, domain: str, bounce: str) -> bool:
    return dmarc_alignment.is_aligned(book, domain, bounce)


def _allows(book: Book, server: Server) -> bool | None:
    """Whether all that its provider may send from passes, where no address is known."""
    found = spf_published.published(book, server.bounce)
    merge = spf_merge.merged(book, server.bounce, server.terms)
    if found.problem == spf_published.UNCHECKED or merge is None:
        return None
    return not found.problem and not merge.added


def _signed(book: Book, server: Server) -> list[str] | None:
    """The domains whose signatures hold: a key that is not there verifies none. None
    where nobody knows."""
    if server.signs is None:
        return None
    keys = [(one, dkim.selector(book, one, label)) for one, label in server.signs]
    held = [one for one, found in keys if found.key and not found.key.problem]
    codes = {finding.code for _one, found in keys for finding in found.findings}
    if not held and dkim.UNCHECKED in codes:
        return None
    return list(dict.fromkeys(held))
