# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is to be said about the keys of a domain (RFC 6376, RFC 8301, RFC 8463).

>>> from .answer import FOUND, NO_DATA, Answer, Question
>>> name = "s1._domainkey.h.example"
>>> book = Book({
...     Question(name, "TXT"): Answer(FOUND, ((b"v=DKIM1; p=",),)),
...     Question(name, "CNAME"): Answer(NO_DATA),
... })
>>> found = selector(book, "h.example", "s1")
>>> found.key.problem, [finding.code for finding in found.findings]
('revoked', ['dkim_revoked'])
"""

from dataclasses import dataclass

from ..finding import Finding
from . import alias, dkim_key
from .alias import Chain
from .book import Book
from .dkim_key import Key
from .dkim_signature import key_name
from .domain_finding import Findings, made

OK = "dkim_ok"
MISSING = "dkim_missing"
UNCHECKED = "dkim_unchecked"
SEVERAL = "dkim_several"
ALIAS_LOOP = "dkim_alias_loop"
ALIAS_LOST = "dkim_alias_lost"
SHORT = "dkim_short"
WEAK = "dkim_weak"
LONG = "dkim_long"
TEST = "dkim_test"
#: Why a key is of no use -> finding code.
BY_PROBLEM = {problem: f"dkim_{problem}" for problem in dkim_key.PROBLEMS}
CODES = frozenset(
    {
        OK, MISSING, UNCHECKED, SEVERAL, ALIAS_LOOP, ALIAS_LOST, SHORT, WEAK, LONG,
        TEST, *BY_PROBLEM.values(),
    }
)  # fmt: skip

#: RFC 8301, 3.2: bits of RSA that receivers must not take, that signers should have,
#: and up to which receivers must verify.
LEAST_BITS, GOOD_BITS, MOST_BITS = 1024, 2048, 4096


@dataclass(frozen=True)
class Selector:
    """A selector of a domain, the aliases on the way to its key, and the key (None
    where there is not exactly one)."""

    name: str
    chain: Chain
    texts: tuple[str, ...]
    key: Key | None
    findings: tuple[Finding, ...]


def selector(book: Book, domain: str, label: str) -> Selector:
    """One selector: its key, and what is to be said about it."""
    name = key_name(label, domain)
    answer = book.ask(name, "TXT")
    chain = alias.chain(book, name)
    texts = tuple(text for text in book.texts(name) if dkim_key.is_key(text))
    key = book.once(dkim_key.parsed, texts[0]) if len(texts) == 1 else None
    values = {"selector": label, "name": name}
    if key:
        findings = _of_key(key, domain, values)
    else:
        code, severity = _without(chain, len(texts), answer.known)
        values["target"] = chain.names[-1] if chain.names else ""
        findings = [made(code, domain, severity, count=len(texts), **values)]
    return Selector(name, chain, texts, key, tuple(findings))


def _without(chain: Chain, count: int, is_known: bool) -> tuple[str, str]:
    """(code, severity) where there is no one key."""
    if chain.is_loop:
        return ALIAS_LOOP, "error"
    if not is_known:
        return UNCHECKED, "warning"
    if count:
        return SEVERAL, "error"
    return (ALIAS_LOST if chain.names else MISSING), "error"


def _of_key(key: Key, domain: str, values: dict[str, str]) -> Findings:
    if key.problem:
        code = BY_PROBLEM[key.problem]
        return [made(code, domain, "error", detail=key.detail, **values)]
    found = []
    if key.kind == dkim_key.RSA:
        code, severity = _size(key.bits)
        if code:
            found.append(made(code, domain, severity, bits=key.bits, **values))
    if key.is_test:
        found.append(made(TEST, domain, "warning", **values))
    usual = made(OK, domain, "ok", kind=key.kind, bits=key.bits, **values)
    return found or [usual]


def _size(bits: int) -> tuple[str, str]:
    if bits < LEAST_BITS:
        return SHORT, "error"
    if bits < GOOD_BITS:
        return WEAK, "warning"
    return (LONG, "warning") if bits > MOST_BITS else ("", "")
