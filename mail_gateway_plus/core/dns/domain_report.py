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
    alias,
    blocklist,
    demand,
    demand_facts,
    dkim,
    dkim_proposal,
    dmarc,
    dmarc_merge,
    dmarc_path,
    dmarc_record,
    dmarc_walk,
    mta_sts,
    mx,
    mx_reach,
    reverse,
    sending,
    spf_finding,
    spf_leftover,
    spf_merge,
    tls_rpt,
    transport_proposal,
    unchecked,
)
from .book import Book
from .demand_facts import Known
from .dkim_signature import key_name
from .domain_finding import once, worst, worst_first
from .mx_reach import Reach
from .proposed import Proposed
from .sending import Server, Standing
from .spf_merge import Merge
from .tristate import every


@dataclass(frozen=True)
class Subject:
    """A domain and what is known of the mail in its name.

    ``terms`` are what SPF has to allow for its servers (``include:spf.example``),
    ``addresses`` those that mail really comes from, ``selectors`` of its DKIM keys,
    ``hints`` those that anybody may have made up, ``reports`` where DMARC reports may
    go, ``delivering`` the addresses of servers that deliver themselves (they need a
    name), ``lists`` the blocklists to look at, ``keys`` the records that providers want
    for selectors: (selector, TXT or CNAME, value).

    ``servers`` are those that send for it, ``reach`` what is known of the way in, where
    Odoo receives at it. ``volume_day``, ``is_encrypted`` and ``unsubscribe`` are as in
    ``demand.Facts``, ``policy_days`` says how long its DMARC policy has stood.
    """

    domain: str
    terms: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    selectors: tuple[str, ...] = ()
    reports: str = ""
    delivering: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    keys: tuple[tuple[str, str, str], ...] = ()
    hints: tuple[str, ...] = ()
    servers: tuple[Server, ...] = ()
    reach: Reach | None = None
    volume_day: int = 0
    is_encrypted: bool | None = None
    unsubscribe: bool | None = None
    policy_days: int = 0


@dataclass(frozen=True)
class Report:
    """``findings`` are the worst first; ``spf`` is None where nobody could say what the
    domain publishes, and then nothing is proposed in its place. ``demands`` are those
    of large receivers, ``path`` what has to be true before DMARC is made stricter,
    ``next_dmarc`` the record of that step, ``policy`` that of today."""

    findings: tuple[Finding, ...]
    records: tuple[Proposed, ...] = ()
    spf: Merge | None = None
    selectors: tuple[dkim.Selector, ...] = ()
    standings: tuple[Standing, ...] = ()
    demands: tuple[demand.Item, ...] = ()
    path: tuple[dmarc_path.Point, ...] = ()
    next_dmarc: str = ""
    policy: str = ""


def report(book: Book, subject: Subject) -> Report:
    domain = subject.domain
    spf = [*spf_finding.findings(book, domain), *spf_leftover.findings(book, domain)]
    policy = dmarc.findings(book, domain)
    selectors = _selectors(book, subject)
    standings = [sending.standing(book, domain, one) for one in subject.servers]
    names = [reverse.finding(book, ip) for ip in subject.delivering]
    merge = spf_merge.merged(book, domain, subject.terms)
    found = [*spf, *_senders(book, subject, standings), *policy, *names]
    found += [*_transport(book, subject), *_listed(book, subject)]
    found += [finding for one in selectors for finding in one.findings]
    known = Known(
        standings,
        selectors,
        names,
        subject.volume_day,
        subject.is_encrypted,
        subject.unsubscribe,
    )
    facts = demand_facts.facts(book, domain, known)
    found += demand.findings(domain, facts)
    record = dmarc_walk.at(book, domain)
    path = dmarc_path.steps(_evidence(subject, record, policy, standings))
    found += dmarc_path.findings(domain, path) if record else []
    # Last: what could not be checked is known only now.
    found += unchecked.findings(book, domain)
    spf_record = _spf_record(book, domain, merge, worst(spf).code)
    dmarc_records = _dmarc_record(book, subject, worst(policy).code)
    others = transport_proposal.records(book, domain, subject.reports)
    return Report(
        tuple(worst_first(once(found))),
        (*spf_record, *dmarc_records, *_keys(subject, selectors), *others),
        merge,
        tuple(selectors),
        tuple(standings),
        tuple(demand.items(facts)),
        tuple(path),
        dmarc_path.next_text(record),
        record.effective if record else "",
    )


def _selectors(book: Book, subject: Subject) -> list[dkim.Selector]:
    """A selector that a stranger may have made up counts where there is a key."""
    domain = subject.domain
    sure = dict.fromkeys([*subject.selectors, *(key[0] for key in subject.keys)])
    found = [dkim.selector(book, domain, one) for one in sure]
    hints = [one for one in subject.hints if one not in sure]
    seen = [dkim.selector(book, domain, one) for one in hints]
    return found + [one for one in seen if one.key]


def _keys(subject: Subject, selectors: list[dkim.Selector]) -> list[Proposed]:
    by_name = {one.name: one for one in selectors}
    found = []
    for label, kind, value in subject.keys:
        name = key_name(label, subject.domain)
        found += dkim_proposal.proposals(by_name[name], kind, value)
    return found


def _evidence(
    subject: Subject,
    record: dmarc_record.Record | None,
    policy: list[Finding],
    standings: list[Standing],
) -> dmarc_path.Evidence:
    refused = any(one.code == dmarc.REPORT_REFUSED for one in policy)
    return dmarc_path.Evidence(
        record.effective if record else dmarc_record.NONE,
        subject.policy_days,
        bool(record and record.reports) and not refused,
        every(one.is_aligned for one in standings),
        every(one.alignment.dkim for one in standings),
    )


def _senders(book: Book, subject: Subject, standings: list[Standing]) -> list[Finding]:
    """Of the addresses that were typed, and of the servers."""
    domain = subject.domain
    typed = [sending.sender(book, domain, ip) for ip in subject.addresses]
    return typed + [finding for one in standings for finding in one.findings]


def _transport(book: Book, subject: Subject) -> list[Finding]:
    checks = (mx.findings, mta_sts.findings, tls_rpt.findings)
    found = [one for check in checks for one in check(book, subject.domain)]
    if subject.reach:
        found += mx_reach.findings(book, subject.domain, subject.reach)
    return found


def _listed(book: Book, subject: Subject) -> list[Finding]:
    return [
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
    apex = book.texts(subject.domain)
    lost = tuple(text for text in apex if dmarc_record.is_dmarc(text))
    merge = dmarc_merge.merged(current or lost, subject.reports)
    aliases = alias.chain(book, name).names[:1]
    if aliases and current != (merge.text,):
        # What stands behind an alias is another's; and nothing stands beside one.
        proposed = [
            Proposed(name, "CNAME", aliases, (), dmarc.ALIAS),
            Proposed(name, "TXT", (), (merge.text,), reason),
        ]
    else:
        proposed = [Proposed(name, "TXT", current, (merge.text,), reason)]
    if lost:
        proposed.append(Proposed(subject.domain, "TXT", lost, (), dmarc.MISPLACED))
    return proposed


def _meant(texts: list[str]) -> list[str]:
    return [
        one for one in texts if dmarc_record.is_dmarc(one) or dmarc_record.nearly(one)
    ]
