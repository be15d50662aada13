# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is to be said about the DMARC of a domain (RFC 9989).

>>> from .answer import FOUND, NO_DATA, NO_NAME, Answer, Question
>>> said = Answer(FOUND, ((b"v=DMARC1; p=none; pct=50",),))
>>> book = Book({
...     Question("_dmarc.h.example", "TXT"): said,
...     Question("_dmarc.h.example", "CNAME"): Answer(NO_DATA),
...     Question("_dmarc.example", "TXT"): Answer(NO_NAME),
...     Question("h.example", "TXT"): Answer(NO_DATA),
... })
>>> [finding.code for finding in findings(book, "h.example")]
['dmarc_percent', 'dmarc_no_reports', 'dmarc_policy_none']
"""

from collections.abc import Iterator

from ..finding import Finding
from . import alias, dmarc_record, dmarc_report, dmarc_walk
from .book import Book
from .dmarc_record import POLICIES, Record
from .dmarc_walk import Walk
from .domain_finding import Findings, made, worst_first
from .name import plain

OK = "dmarc_ok"
MISSING = "dmarc_missing"
INHERITED = "dmarc_inherited"
UNCHECKED = "dmarc_unchecked"
SEVERAL = "dmarc_several"
NEARLY = "dmarc_nearly"
MISPLACED = "dmarc_misplaced"
ALIAS = "dmarc_alias"
NO_POLICY = "dmarc_no_policy"
POLICY_NONE = "dmarc_policy_none"
WEAKER_BELOW = "dmarc_weaker_below"
NO_REPORTS = "dmarc_no_reports"
BAD_REPORT = "dmarc_bad_report"
REPORT_REFUSED = "dmarc_report_refused"
REPORT_UNCHECKED = "dmarc_report_unchecked"
PERCENT = "dmarc_percent"
LEFTOVER = "dmarc_leftover"
TEST = "dmarc_test"
PSD = "dmarc_psd"
WRONG_VALUE = "dmarc_wrong_value"
UNKNOWN_TAG = "dmarc_unknown_tag"
SYNTAX = "dmarc_syntax"
CODES = frozenset(
    {
        OK, MISSING, INHERITED, UNCHECKED, SEVERAL, NEARLY, MISPLACED, ALIAS, NO_POLICY,
        POLICY_NONE, WEAKER_BELOW, NO_REPORTS, BAD_REPORT, REPORT_REFUSED,
        REPORT_UNCHECKED, PERCENT, LEFTOVER, TEST, PSD, WRONG_VALUE, UNKNOWN_TAG,
        SYNTAX,
    }
)  # fmt: skip


def findings(book: Book, domain: str) -> Findings:
    """Worst first; ``dmarc_ok`` alone where there is nothing to say."""
    domain = plain(domain)
    walk = dmarc_walk.walk(book, domain)
    found = [*_published(book, walk)]
    if walk.holder == domain and walk.record:
        found += [*_policy(domain, walk.record), *_tags(domain, walk.record)]
        found += _reports(book, domain, walk.record)
    if not found:
        return [made(OK, domain, "ok", policy=walk.policy())]
    return worst_first(found)


def _published(book: Book, walk: Walk) -> Iterator[Finding]:
    domain = walk.domain
    every = dmarc_walk.texts(book, domain)
    records = [text for text in every if dmarc_record.is_dmarc(text)]
    nearly = [text for text in every if dmarc_record.nearly(text)]
    apex = book.texts(domain)
    aliases = alias.chain(book, dmarc_walk.record_name(domain)).names
    if aliases:
        yield made(ALIAS, domain, "info", target=aliases[-1])
    for text in nearly:
        yield made(NEARLY, domain, "error", record=text)
    if len(records) > 1:
        joined = "\n".join(records)
        yield made(SEVERAL, domain, "error", records=joined, count=len(records))
    elif not records and not nearly:
        yield _without(walk, book)
    for text in filter(dmarc_record.is_dmarc, apex):
        yield made(MISPLACED, domain, "error", record=text)


def _without(walk: Walk, book: Book) -> Finding:
    if not book.ask(dmarc_walk.record_name(walk.domain), "TXT").known:
        return made(UNCHECKED, walk.domain, "warning")
    if walk.record is None:
        code, severity = (MISSING, "error") if walk.is_known else (UNCHECKED, "warning")
        return made(code, walk.domain, severity)
    policy = walk.policy(dmarc_walk.exists(book, walk.domain))
    return made(INHERITED, walk.domain, "info", holder=walk.holder, policy=policy)


def _policy(domain: str, record: Record) -> Iterator[Finding]:
    if not record.policy:
        yield made(NO_POLICY, domain, "error")
        return
    if record.policy == dmarc_record.NONE:
        yield made(POLICY_NONE, domain, "info")
    strictness = POLICIES.index
    below = min(record.policy_below, record.policy_missing, key=strictness)
    if strictness(below) < strictness(record.policy):
        values = {"policy": record.policy, "below": below}
        yield made(WEAKER_BELOW, domain, "warning", **values)
    if record.is_test:
        yield made(TEST, domain, "warning")
    if record.psd == "y":
        yield made(PSD, domain, "warning")


def _tags(domain: str, record: Record) -> Iterator[Finding]:
    for fault in record.faults:
        yield made(SYNTAX, domain, "warning", term=fault.text, place=fault.place)
    for text in record.wrong:
        if not text.startswith("p="):
            yield made(WRONG_VALUE, domain, "warning", term=text)
    if record.unknown:
        yield made(UNKNOWN_TAG, domain, "info", tags=", ".join(record.unknown))
    if record.percent < 100:
        yield made(PERCENT, domain, "warning", percent=record.percent)
    leftovers = [
        one for one in record.leftovers if one != "pct" or record.percent == 100
    ]
    if leftovers:
        yield made(LEFTOVER, domain, "info", tags=", ".join(leftovers))


def _reports(book: Book, domain: str, record: Record) -> Findings:
    found = [made(BAD_REPORT, domain, "warning", uri=one) for one in record.bad_reports]
    if not record.reports:
        found.append(made(NO_REPORTS, domain, "warning"))
    addresses = tuple(dict.fromkeys(record.reports + record.failures))
    for address, said in dmarc_report.permissions(book, domain, addresses).items():
        receiver = plain(address.rpartition("@")[2])
        name = dmarc_report.report_name(domain, receiver)
        values = {"address": address, "receiver": receiver, "name": name}
        if said == dmarc_report.REFUSED:
            found.append(made(REPORT_REFUSED, domain, "warning", **values))
        if said == dmarc_report.UNCHECKED:
            found.append(made(REPORT_UNCHECKED, domain, "info", **values))
    return found
