# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an SPF record costs and covers, whatever the mail (RFC 7208, 4.6.4).

>>> from .answer import FOUND, NO_DATA, Answer, Question
>>> def found(*records):
...     return Answer(FOUND, tuple((one,) for one in records))
>>> book = Book({
...     Question("h.example", "TXT"): found(b"v=spf1 include:p.example a ~all"),
...     Question("p.example", "TXT"): found(b"v=spf1 ip4:192.0.2.0/24 ?all"),
...     Question("h.example", "A"): found("198.51.100.1"),
...     Question("h.example", "AAAA"): Answer(NO_DATA),
... })
>>> tree = grown(book, "h.example")
>>> tree.lookups, tree.voids, [str(network) for network in tree.passes]
(2, 0, ['192.0.2.0/24', '198.51.100.1/32'])
>>> [(branch.term.text, branch.lookups) for branch in tree.branches]
[('include:p.example', 1), ('a', 1), ('~all', 0)]
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from . import macro, network, spf_published
from .book import Book, is_missing
from .name import plain, shortened
from .network import Network
from .spf_check import MOST_MX
from .spf_published import Published
from .spf_record import Term

#: Records that one tree is followed into, and one behind the other: beyond that it is
#: far over its lookups.
MOST_RECORDS, MOST_DEPTH = 40, 11

#: What is the matter with a term.
VOID = "void"
LOOP = "loop"
CUT = "cut"
#: It depends on the mail: the target cannot be known beforehand.
BY_MAIL = "by_mail"
UNCHECKED = "unchecked"
NO_RECORD = "no_record"
BROKEN = "broken"
MANY_MX = "many_mx"


@dataclass(frozen=True)
class Branch:
    """One term. ``target`` is the domain that it asks about ("" where that is different
    for each mail), ``networks`` the addresses that it matches itself, ``node`` the
    record that it leads to, ``voids`` its lookups that find nothing in any case."""

    term: Term
    target: str = ""
    problem: str = ""
    networks: tuple[Network, ...] = ()
    voids: int = 0
    node: "Node | None" = None

    @property
    def lookups(self) -> int:
        """Of its whole tree."""
        return self.term.looks_up + (self.node.lookups if self.node else 0)

    @property
    def matches(self) -> tuple[Network, ...]:
        """The addresses for which it decides, as far as they are known."""
        return self.node.passes if self.node else self.networks

    @property
    def lets_pass(self) -> bool:
        """Whether mail passes by it; a redirect has no qualifier."""
        return self.term.qualifier in ("+", "")

    @property
    def is_open(self) -> bool:
        """Whether everybody passes by the record that it leads to."""
        return self.lets_pass and self.node is not None and self.node.is_open


@dataclass(frozen=True)
class Node:
    """The record of a domain, with a branch for each of its terms."""

    domain: str
    published: Published
    branches: tuple[Branch, ...] = ()

    @property
    def lookups(self) -> int:
        return sum(branch.lookups for branch in self.branches)

    @property
    def voids(self) -> int:
        below = sum(branch.node.voids for branch in self.branches if branch.node)
        return below + sum(branch.voids for branch in self.branches)

    @property
    def passes(self) -> tuple[Network, ...]:
        """Addresses that certainly pass; what an earlier term may take is left out."""
        found: list[Network] = []
        taken: list[Network] = []
        for branch in reached(self.branches):
            if branch.lets_pass and branch.problem != BROKEN:
                free = (
                    one for one in branch.matches if not network.overlaps(one, taken)
                )
                found.extend(free)
            else:
                taken.extend(branch.matches)
        return network.collapsed(found)

    @property
    def is_open(self) -> bool:
        """Whether everybody passes, by an ``all`` here or in what it leads to."""
        return any(
            one.is_open or (one.lets_pass and one.term.name == "all")
            for one in reached(self.branches)
        )

    def walk(self) -> Iterator[tuple["Node", Branch]]:
        """Each branch of the whole tree with the record that it stands in."""
        for branch in self.branches:
            yield self, branch
            if branch.node:
                yield from branch.node.walk()


def reached(branches: tuple[Branch, ...]) -> list[Branch]:
    """The branches that are evaluated: up to the first ``all``; ``redirect`` only where
    there is none (4.7, 6.1)."""
    kept: list[Branch] = []
    for branch in branches:
        if branch.term.qualifier:
            kept.append(branch)
            if branch.term.name == "all":
                return kept
    return kept + [one for one in branches if one.term.name == "redirect"]


@dataclass
class _Growth:
    """How far a tree has grown; ``path`` are the records on the way to here."""

    book: Book
    records: int = 0
    path: list[str] = field(default_factory=list)

    def node(self, domain: str) -> Node:
        self.records += 1
        found = spf_published.published(self.book, domain)
        if found.record is None:
            return Node(domain, found)
        self.path.append(plain(domain))
        branches = tuple(self.branch(term, domain) for term in found.record.terms)
        self.path.pop()
        return Node(domain, found, branches)

    def branch(self, term: Term, domain: str) -> Branch:
        if term.name == "all":
            return Branch(term, networks=network.EVERYTHING)
        if term.network:
            return Branch(term, networks=(term.network,))
        if not term.looks_up:
            return Branch(term)
        if not macro.is_static(term.parts) or term.name == "ptr":
            return Branch(term, problem=BY_MAIL)
        target = _target(term, domain)
        return _GROWING[term.name](self, term, target)

    def leads(self, term: Term, target: str) -> Branch:
        if plain(target) in self.path:
            return Branch(term, target, LOOP)
        if self.records >= MOST_RECORDS or len(self.path) > MOST_DEPTH:
            return Branch(term, target, CUT)
        node = self.node(target)
        problem = _LED_TO.get(node.published.problem, BROKEN)
        return Branch(term, target, problem, node=node)

    def address(self, term: Term, target: str) -> Branch:
        answers = [self.book.ask(target, kind) for kind in ("A", "AAAA")]
        found = [record[0] for answer in answers for record in answer.records]
        networks = tuple(network.around(one, term.sizes) for one in found)
        if found or not all(answer.known for answer in answers):
            problem = "" if all(answer.known for answer in answers) else UNCHECKED
            return Branch(term, target, problem, networks)
        return Branch(term, target, VOID, voids=1)

    def servers(self, term: Term, target: str) -> Branch:
        answer = self.book.ask(target, "MX")
        if not answer.known:
            return Branch(term, target, UNCHECKED)
        if is_missing(answer):
            return Branch(term, target, VOID, voids=1)
        if len(answer.records) > MOST_MX:
            return Branch(term, target, MANY_MX)
        hosts = [self.address(term, host) for _preference, host in answer.records]
        networks = tuple(one for host in hosts for one in host.networks)
        voids = sum(host.voids for host in hosts)
        unchecked = any(host.problem == UNCHECKED for host in hosts)
        problem = UNCHECKED if unchecked else VOID if not networks else ""
        return Branch(term, target, problem, networks, voids)

    def exists(self, term: Term, target: str) -> Branch:
        answer = self.book.ask(target, "A")
        if not answer.known:
            return Branch(term, target, UNCHECKED)
        if is_missing(answer):
            return Branch(term, target, VOID, voids=1)
        return Branch(term, target, networks=network.EVERYTHING)


_LED_TO = {
    "": "",
    spf_published.NONE: NO_RECORD,
    spf_published.UNCHECKED: UNCHECKED,
}

_GROWING: dict[str, Callable[[_Growth, Term, str], Branch]] = {
    "include": _Growth.leads,
    "redirect": _Growth.leads,
    "a": _Growth.address,
    "mx": _Growth.servers,
    "exists": _Growth.exists,
}


def grown(book: Book, domain: str) -> Node:
    """The tree of a domain by a book, which notes what it lacks."""
    return _Growth(book).node(domain)


def branch_of(book: Book, domain: str, term: Term) -> Branch:
    """What one term costs and covers, were it in the record of ``domain``."""
    return _Growth(book, path=[plain(domain)]).branch(term, domain)


def _target(term: Term, domain: str) -> str:
    name = macro.expanded(term.parts, lambda _letter: domain) or domain
    return shortened(name.removesuffix("."))
