# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""All that is to be said about a domain, and the records to publish.

One decision over one book: what several checks ask is asked once, and all that can be
asked together is.

>>> from .book import decided
>>> asking = decided(lambda book: report(book, Subject("h.example")))
>>> len(next(asking))
8
"""

from dataclasses import dataclass

from ..finding import Finding
from . import (
    blocklist,
    dkim,
    dkim_proposal,
    dmarc,
    dmarc_merge,
    dmarc_record,
    dmarc_walk,
    mta_sts,
    mx,
    reverse,
    spf_check,
    spf_finding,
    spf_leftover,
    spf_merge,
    tls_rpt,
    unchecked,
)
from .book import Book
from .domain_finding import worst, worst_first
from .proposed import Proposed
from .spf_client import Client
from .spf_merge import Merge


@dataclass(frozen=True)
class Subject:
    """A domain and what is known of the mail in its name.

    ``terms`` are what SPF has to allow for its servers (``include:spf.example``),
    ``addresses`` those that mail really comes from, ``selectors`` of its DKIM keys,
    ``reports`` where DMARC reports may go, ``delivering`` the addresses of servers that
    deliver themselves (they need a name), ``lists`` the blocklists to look at, ``keys``
    the records that providers want for selectors: (selector, TXT or CNAME, value).
    """

    domain: str
    terms: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    selectors: tuple[str, ...] = ()
    reports: str = ""
    delivering: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    keys: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Report:
    """``findings`` are the worst first; ``spf`` is None where nobody could say what the
    domain publishes, and then nothing is proposed in its place."""

    findings: tuple[Finding, ...]
    records: tuple[Proposed, ...] = ()
    spf: Merge | None = None
    selectors: tuple[dkim.Selector, ...] = ()


def report(book: Book, subject: Subject) -> Report:
    domain = subject.domain
    spf = [*spf_finding.findings(book, domain), *spf_leftover.findings(book, domain)]
    spf += [_sender(book, domain, ip) for ip in subject.addresses]
    policy = dmarc.findings(book, domain)
    labels = dict.fromkeys([*subject.selectors, *(key[0] for key in subject.keys)])
    selectors = {one: dkim.selector(book, domain, one) for one in labels}
    merge = spf_merge.merged(book, domain, subject.terms)
    found = [*spf, *policy, *_transport(book, domain), *_servers(book, subject)]
    found += [finding for one in selectors.values() for finding in one.findings]
    # Last: what could not be checked is known only now.
    found += unchecked.findings(book, domain)
    records = [
        *_spf_record(book, domain, merge, worst(spf).code),
        *_dmarc_record(book, subject, worst(policy).code),
    ]
    for label, kind, value in subject.keys:
        records += dkim_proposal.proposals(selectors[label], kind, value)
    every = tuple(selectors.values())
    return Report(tuple(worst_first(found)), tuple(records), merge, every)


def _sender(book: Book, domain: str, ip: str) -> Finding:
    """RFC 7208 knows senders by their domain alone: any address of it will do."""
    verdict = spf_check.verdict(book, Client(ip, f"postmaster@{domain}"))
    return spf_finding.sender_finding(verdict, ip, domain)


def _transport(book: Book, domain: str) -> list[Finding]:
    checks = (mx.findings, mta_sts.findings, tls_rpt.findings)
    return [finding for check in checks for finding in check(book, domain)]


def _servers(book: Book, subject: Subject) -> list[Finding]:
    names = [reverse.finding(book, ip) for ip in subject.delivering]
    return names + [
        blocklist.finding(book, ip, zone)
        for ip in subject.delivering
        for zone in subject.lists
    ]


def _spf_record(
    book: Book, domain: str, merge: Merge | None, reason: str
) -> list[Proposed]:
    if merge is None:
        return []
    current = tuple(spf_merge.texts_of(book, domain))
    return [Proposed(domain, "TXT", current, (merge.within,), reason)]


def _dmarc_record(book: Book, subject: Subject, reason: str) -> list[Proposed]:
    """None where the domain above speaks for this one, or nobody could say."""
    name = dmarc_walk.record_name(subject.domain)
    if not book.ask(name, "TXT").known or reason == dmarc.INHERITED:
        return []
    current = tuple(_meant(dmarc_walk.texts(book, subject.domain)))
    apex = [text.decode("latin-1") for text in book.texts(subject.domain)]
    lost = tuple(text for text in apex if dmarc_record.is_dmarc(text))
    merge = dmarc_merge.merged(current or lost, subject.reports)
    proposed = [Proposed(name, "TXT", current, (merge.text,), reason)]
    if lost:
        proposed.append(Proposed(subject.domain, "TXT", lost, (), dmarc.MISPLACED))
    return proposed


def _meant(texts: list[str]) -> list[str]:
    return [
        one for one in texts if dmarc_record.is_dmarc(one) or dmarc_record.nearly(one)
    ]
