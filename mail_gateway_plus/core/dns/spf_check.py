# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whether a server may send for a domain: check_host() (RFC 7208, 4).

>>> from .answer import FOUND, Answer, Question
>>> said = Answer(FOUND, ((b"v=spf1 ip4:192.0.2.0/24 -all",),))
>>> book = Book({Question("h.example", "TXT"): said})
>>> verdict(book, Client("192.0.2.7", "ann@h.example")).result
'pass'
>>> verdict(book, Client("198.51.100.7", "ann@h.example")).result
'fail'
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import ip_interface

from . import macro, spf_ahead, spf_published
from .answer import Answer, Rounds
from .book import Book, decided, is_missing
from .name import IP, address_of, is_full_name, is_within, shortened
from .spf_client import Client, Scope, host_names
from .spf_record import QUALIFIERS, Record, Term

NONE, NEUTRAL, PASS, FAIL = "none", "neutral", "pass", "fail"
SOFTFAIL, TEMPERROR, PERMERROR = "softfail", "temperror", "permerror"

#: 4.6.4: terms that look something up, lookups that find nothing, servers of an mx.
MOST_LOOKUPS, MOST_VOID, MOST_MX = 10, 2, 10

#: Why there is an error, beside those of ``spf_published``.
TOO_MANY_LOOKUPS = "too_many_lookups"
TOO_MANY_VOID = "too_many_void"
TOO_MANY_MX = "too_many_mx"
NO_TARGET = "no_target"

_RESULT_OF = {
    spf_published.NONE: NONE,
    spf_published.UNCHECKED: TEMPERROR,
    spf_published.SEVERAL: PERMERROR,
    spf_published.SYNTAX: PERMERROR,
}


@dataclass(frozen=True)
class Verdict:
    """``result`` is one of 2.6; ``term`` the one at the domain itself that decided;
    ``problem`` says why an error is one, and ``at`` at which domain it arose."""

    result: str
    explanation: str = ""
    term: str = ""
    lookups: int = 0
    voids: int = 0
    problem: str = ""
    at: str = ""


class _Ended(Exception):
    """An error that ends the whole evaluation."""

    def __init__(self, result: str, problem: str, at: str) -> None:
        super().__init__(problem)
        self.result, self.problem, self.at = result, problem, at


def checked(client: Client) -> Rounds[Verdict]:
    """The verdict on a mail, in rounds of questions."""
    return decided(lambda book: verdict(book, client))


def verdict(book: Book, client: Client) -> Verdict:
    """The verdict by a book, which notes what it lacks."""
    ip = address_of(client.ip)
    if ip is None or not is_full_name(client.domain):
        return Verdict(NONE)
    spf_ahead.foresee(book, client, ip)
    return _Evaluation(book, client, ip).verdict()


class _Evaluation:
    def __init__(self, book: Book, client: Client, ip: IP) -> None:
        self.book, self.client, self.ip = book, client, ip
        self.lookups = self.voids = 0
        #: What decided: the record, its domain and the term.
        self.decided: tuple[Record, str, Term | None] | None = None

    def verdict(self) -> Verdict:
        problem = at = ""
        try:
            result = self.host(self.client.domain)
        except _Ended as end:
            result, problem, at = end.result, end.problem, end.at
        term = self.decided[2] if self.decided else None
        text = term.text if term and not problem else ""
        explanation = self._explanation() if result == FAIL else ""
        return Verdict(result, explanation, text, self.lookups, self.voids, problem, at)

    def host(self, domain: str) -> str:
        found = spf_published.published(self.book, domain)
        if found.problem == spf_published.NONE:
            return NONE
        if found.problem or found.record is None:
            raise _Ended(_RESULT_OF[found.problem], found.problem, domain)
        for term in found.record.directives:
            if self._matches(term, domain):
                self.decided = found.record, domain, term
                return QUALIFIERS[term.qualifier]
        self.decided = found.record, domain, None
        redirect = found.record.modifier("redirect")
        return self._redirected(redirect, domain) if redirect else NEUTRAL

    def _redirected(self, term: Term, domain: str) -> str:
        self._count(domain)
        target = self._target(term, domain)
        result = self.host(target)
        if result == NONE:
            raise _Ended(PERMERROR, NO_TARGET, target)
        return result

    def _matches(self, term: Term, domain: str) -> bool:
        if term.looks_up:
            self._count(domain)
        return _MATCHING[term.name](self, term, domain)

    def all(self, _term: Term, _domain: str) -> bool:
        return True

    def network(self, term: Term, _domain: str) -> bool:
        return term.network is not None and self.ip in term.network

    def include(self, term: Term, domain: str) -> bool:
        target = self._target(term, domain)
        result = self.host(target)
        if result == NONE:
            raise _Ended(PERMERROR, NO_TARGET, target)
        return result == PASS

    def a(self, term: Term, domain: str) -> bool:
        return self._covers(term, self._addresses(self._target(term, domain), domain))

    def mx(self, term: Term, domain: str) -> bool:
        answer = self._ask(self._target(term, domain), "MX", domain)
        hosts = [host for _preference, host in sorted(answer.records)]
        if len(hosts) > MOST_MX:
            raise _Ended(PERMERROR, TOO_MANY_MX, domain)
        for host in hosts:
            # At once, for they are asked for at once.
            self.book.ask(host, self._kind)
        found = [one for host in hosts for one in self._addresses(host, domain)]
        return self._covers(term, found)

    def exists(self, term: Term, domain: str) -> bool:
        """5.7: IPv4, whatever the mail came over."""
        return bool(self._ask(self._target(term, domain), "A", domain).records)

    def ptr(self, term: Term, domain: str) -> bool:
        """5.5: no error of a lookup is one of the mechanism."""
        target = self._target(term, domain)
        names = host_names(self.book, self.ip, self._void)
        return any(is_within(name, target) for name in names)

    @property
    def _kind(self) -> str:
        return "A" if self.ip.version == 4 else "AAAA"

    def _addresses(self, name: str, domain: str) -> list[str]:
        return [record[0] for record in self._ask(name, self._kind, domain).records]

    def _covers(self, term: Term, addresses: Iterable[str]) -> bool:
        size = term.sizes[self.ip.version == 6]
        return any(
            self.ip in ip_interface(f"{one}/{size}").network for one in addresses
        )

    def _ask(self, name: str, kind: str, domain: str) -> Answer:
        answer = self.book.ask(name, kind)
        if not answer.known:
            raise _Ended(TEMPERROR, spf_published.UNCHECKED, domain)
        self._void(answer)
        return answer

    def _void(self, answer: Answer) -> None:
        self.voids += is_missing(answer)
        if self.voids > MOST_VOID:
            raise _Ended(PERMERROR, TOO_MANY_VOID, "")

    def _count(self, domain: str) -> None:
        self.lookups += 1
        if self.lookups > MOST_LOOKUPS:
            raise _Ended(PERMERROR, TOO_MANY_LOOKUPS, domain)

    def _scope(self, domain: str) -> Scope:
        return Scope(self.book, self.client, self.ip, domain)

    def _target(self, term: Term, domain: str) -> str:
        if not term.parts:
            return domain
        name = macro.expanded(term.parts, self._scope(domain).value)
        return shortened(name.removesuffix("."))

    def _explanation(self) -> str:
        """6.2: as if there were none, where anything is wrong with it."""
        record, domain, _term = self.decided or (None, "", None)
        term = record.modifier("exp") if record else None
        if term is None:
            return ""
        texts = self.book.texts(self._target(term, domain))
        if len(texts) != 1 or not texts[0].isascii():
            return ""
        try:
            parts = macro.parsed(texts[0], macro.EXPLANATION_LETTERS, with_spaces=True)
        except macro.Misspelt:
            return ""
        return macro.expanded(parts, self._scope(domain).value)


_MATCHING: dict[str, Callable[[_Evaluation, Term, str], bool]] = {
    "all": _Evaluation.all,
    "ip4": _Evaluation.network,
    "ip6": _Evaluation.network,
    "include": _Evaluation.include,
    "a": _Evaluation.a,
    "mx": _Evaluation.mx,
    "exists": _Evaluation.exists,
    "ptr": _Evaluation.ptr,
}
