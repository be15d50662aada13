# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is to be said about the SPF of a domain (RFC 7208).

>>> from .answer import FOUND, Answer, Question
>>> said = Answer(FOUND, ((b"v=spf1 ip4:192.0.2.1 +all",),))
>>> book = Book({Question("h.example", "TXT"): said})
>>> [finding.code for finding in findings(book, "h.example")]
['spf_plus_all']
"""

from collections.abc import Iterator

from ..finding import Finding
from . import spf_check, spf_published, spf_record, spf_tree
from .book import Book
from .domain_finding import Findings, made, worst_first
from .spf_check import MOST_LOOKUPS, MOST_VOID, Verdict
from .spf_record import Record, Term
from .spf_tree import Node

OK = "spf_ok"
MISSING = "spf_missing"
SEVERAL = "spf_several"
NEARLY = "spf_nearly"
UNCHECKED = "spf_unchecked"
PLUS_ALL = "spf_plus_all"
NEUTRAL_ALL = "spf_neutral_all"
NO_ALL = "spf_no_all"
AFTER_ALL = "spf_after_all"
REDIRECT_IGNORED = "spf_redirect_ignored"
PTR = "spf_ptr"
TWICE = "spf_twice"
WIDE = "spf_wide"
MEANT = "spf_mechanism_meant"
LOOKUPS = "spf_lookups"
LOOKUPS_FULL = "spf_lookups_full"
VOID_LIMIT = "spf_void_limit"
LENGTH = "spf_length"
TARGET_PLUS_ALL = "spf_target_plus_all"

#: Problem of a term in the tree -> (code, severity).
BY_PROBLEM = {
    spf_tree.VOID: ("spf_void", "warning"),
    spf_tree.LOOP: ("spf_loop", "error"),
    spf_tree.NO_RECORD: ("spf_target_missing", "error"),
    spf_tree.BROKEN: ("spf_target_broken", "error"),
    spf_tree.MANY_MX: ("spf_many_mx", "error"),
    spf_tree.UNCHECKED: ("spf_target_unchecked", "warning"),
}
#: Result of an evaluation -> (code, severity).
BY_RESULT = {
    spf_check.PASS: ("spf_sender_pass", "ok"),
    spf_check.FAIL: ("spf_sender_fail", "error"),
    spf_check.SOFTFAIL: ("spf_sender_softfail", "error"),
    spf_check.NEUTRAL: ("spf_sender_neutral", "warning"),
    spf_check.NONE: ("spf_sender_none", "error"),
    spf_check.TEMPERROR: ("spf_sender_temperror", "warning"),
    spf_check.PERMERROR: ("spf_sender_permerror", "error"),
}
CODES = frozenset(
    {
        OK, MISSING, SEVERAL, NEARLY, UNCHECKED, PLUS_ALL, NEUTRAL_ALL, NO_ALL,
        AFTER_ALL, REDIRECT_IGNORED, PTR, TWICE, WIDE, MEANT, LOOKUPS, LOOKUPS_FULL,
        VOID_LIMIT, LENGTH, TARGET_PLUS_ALL, *spf_record.FAULTS,
        *(code for code, _severity in BY_PROBLEM.values()),
        *(code for code, _severity in BY_RESULT.values()),
    }
)  # fmt: skip

#: Shorter than that, a range is more than one's own servers can be: IPv4, IPv6.
WIDEST = (16, 32)
#: Octets of all TXT records together that still fit into an answer of 512 (3.4).
MOST_OCTETS = 450


def findings(book: Book, domain: str) -> Findings:
    """Worst first; ``spf_ok`` alone where there is nothing to say."""
    tree = spf_tree.grown(book, domain)
    found = tree.published
    if found.problem == spf_published.UNCHECKED:
        return [made(UNCHECKED, domain, "warning")]
    faults = [*_published(book, tree), *_record(tree), *_tree(tree), *_open(tree)]
    if not faults:
        return [made(OK, domain, "ok", lookups=tree.lookups)]
    return worst_first(faults)


def sender_finding(verdict: Verdict, ip: str, domain: str) -> Finding:
    """Whether a server with this address may send for the domain."""
    code, severity = BY_RESULT[verdict.result]
    values = {"ip": ip, "term": verdict.term, "at": verdict.at or domain}
    return made(code, domain, severity, **values)


def _published(book: Book, tree: Node) -> Findings:
    domain = tree.domain
    texts = book.texts(domain)
    nearly = [one for one in texts if spf_published.nearly(one)]
    found = [made(NEARLY, domain, "error", record=one) for one in nearly]
    if len(tree.published.texts) > 1:
        records = "\n".join(tree.published.texts)
        count = len(tree.published.texts)
        found.append(made(SEVERAL, domain, "error", records=records, count=count))
    elif not tree.published.texts and not nearly:
        found.append(made(MISSING, domain, "error"))
    octets = sum(len(text) for text in texts)
    if octets > MOST_OCTETS and tree.published.texts:
        found.append(made(LENGTH, domain, "info", octets=octets))
    return found


def _record(tree: Node) -> Findings:
    record = tree.published.record
    if record is None:
        return []
    faults = [
        made(one.code, tree.domain, "error", term=one.text, place=one.place)
        for one in record.faults
    ]
    return faults + list(_terms(tree, record))


def _terms(tree: Node, record: Record) -> Findings:
    found: Findings = []
    redirect = record.modifier("redirect")
    every = [term for term in record.directives if term.name == "all"]
    if every:
        found += _ending(tree, record)
    elif not redirect and not record.faults:
        found.append(made(NO_ALL, tree.domain, "warning"))
    if every and redirect:
        found.append(made(REDIRECT_IGNORED, tree.domain, "warning", term=redirect.text))
    return found + list(_each(tree, record))


def _ending(tree: Node, record: Record) -> Findings:
    names = [term.name for term in record.directives]
    place = names.index("all")
    qualifier = record.directives[place].qualifier
    found = []
    if qualifier == "+":
        found.append(made(PLUS_ALL, tree.domain, "error"))
    if qualifier == "?":
        found.append(made(NEUTRAL_ALL, tree.domain, "info"))
    if after := record.directives[place + 1 :]:
        terms = " ".join(term.text for term in after)
        found.append(made(AFTER_ALL, tree.domain, "warning", terms=terms))
    return found


def _each(tree: Node, record: Record) -> Iterator[Finding]:
    seen = set()
    for term in record.terms:
        key = term.key
        if term.qualifier and key in seen:
            yield made(TWICE, tree.domain, "info", term=term.text)
        seen.add(key)
        if term.name == "ptr" and term.qualifier:
            yield made(PTR, tree.domain, "warning", term=term.text)
        if not term.qualifier and term.name in spf_record.MECHANISMS:
            yield made(MEANT, tree.domain, "warning", term=term.text)
        if term.qualifier == "+" and _is_wide(term):
            yield made(WIDE, tree.domain, "warning", term=term.text)


def _is_wide(term: Term) -> bool:
    if term.network:
        return term.network.prefixlen < WIDEST[term.name == "ip6"]
    return any(size < most for size, most in zip(term.sizes, WIDEST, strict=True))


def _tree(tree: Node) -> Findings:
    """What the whole tree costs, and the terms in it that are not as they should be."""
    found = []
    for node, branch in tree.walk():
        if branch.problem in BY_PROBLEM:
            code, severity = BY_PROBLEM[branch.problem]
            if branch.problem == spf_tree.VOID and node is not tree:
                # Whoever publishes that record has to see to it.
                severity = "info"
            values = {"term": branch.term.text, "at": node.domain}
            values["target"] = branch.target
            found.append(made(code, tree.domain, severity, **values))
    if tree.lookups > MOST_LOOKUPS:
        found.append(made(LOOKUPS, tree.domain, "error", lookups=tree.lookups))
    elif tree.lookups >= MOST_LOOKUPS - 1:
        found.append(made(LOOKUPS_FULL, tree.domain, "info", lookups=tree.lookups))
    if tree.voids > MOST_VOID:
        found.append(made(VOID_LIMIT, tree.domain, "error", voids=tree.voids))
    return found


def _open(tree: Node) -> Iterator[Finding]:
    """Terms that lead to a record with which everybody passes: so does everybody
    here."""
    for branch in spf_tree.reached(tree.branches):
        if branch.is_open:
            values = {"term": branch.term.text, "target": branch.target}
            yield made(TARGET_PLUS_ALL, tree.domain, "error", **values)
