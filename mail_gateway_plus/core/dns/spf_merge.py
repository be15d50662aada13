# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One SPF record of what a domain publishes and what its servers need (RFC 7208).

Terms of the user stay, in their order and with their qualifiers. Left out is what
nothing is lost by: what stands there twice or is covered by another term, what finds
nothing, and what nobody can read. Left out is also what makes the record worthless:
what leads to a faulty record or to one that lets everybody pass, unless our servers
need it, and ``ptr`` beside terms that name the servers. Each of these is named with the
reason.

>>> from .answer import FOUND, NO_NAME, Answer, Question
>>> book = Book({
...     Question("h.example", "TXT"): Answer(FOUND, (
...         (b"v=spf1 ip4:192.0.2.0/24 -all",), (b"v=spf1 ip4:192.0.2.1 mx ~all",))),
...     Question("h.example", "MX"): Answer(NO_NAME),
... })
>>> advice = merged(book, "h.example", ["ip4:198.51.100.1"])
>>> advice.text
'v=spf1 ip4:192.0.2.0/24 ip4:198.51.100.1 ~all'
>>> [(one.text, one.why) for one in advice.dropped]
[('mx', 'void'), ('ip4:192.0.2.1', 'covered')]
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from . import network, spf_overlap, spf_published, spf_record, spf_spelling, spf_tree
from .book import Book
from .spf_check import MOST_LOOKUPS
from .spf_overlap import included, is_same, spare, takers
from .spf_published import Published
from .spf_record import Term, Wrong
from .spf_tree import Branch, Node
from .text import strings

UNREADABLE = "unreadable"
OPEN = "open"
PTR = "ptr"
#: Problems of the tree for which a term can only do harm.
USELESS = (spf_tree.VOID, spf_tree.NO_RECORD, spf_tree.LOOP)

#: What a record ends with that names none: mail from elsewhere is suspect.
USUAL = "~"
#: From mild to strict. Where records differ the milder holds: no mail is lost by it.
#: Letting all pass is no protection at all and never kept.
_MILD_FIRST = "?~-"


@dataclass(frozen=True)
class Dropped:
    """A term that is not in the new record, and why."""

    text: str
    why: str


@dataclass(frozen=True)
class Merge:
    """``text`` is the whole record, ``added`` what of it is new. Where it costs more
    than ten lookups, ``moves`` are the includes for a subdomain of their own, and
    ``within`` is the record without them; else ``within`` is ``text``."""

    text: str
    added: tuple[str, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    lookups: int = 0
    moves: tuple[str, ...] = ()
    within: str = ""

    @property
    def strings(self) -> tuple[str, ...]:
        return strings(self.within)


def merged(book: Book, domain: str, wanted: Sequence[str]) -> Merge | None:
    """The record for a domain; None where what it publishes could not be read.

    :param wanted: the terms that its servers need, such as ``include:spf.example``
    """
    published = spf_published.published(book, domain)
    if published.problem == spf_published.UNCHECKED:
        return None
    draft = _Draft(book, domain, published)
    draft.need(wanted)
    draft.take(texts_of(book, domain))
    draft.add()
    draft.shrink()
    return draft.merge()


def texts_of(book: Book, domain: str) -> list[str]:
    """The records, and what was meant to be one."""
    every = book.texts(domain)
    return [one for one in every if spf_record.is_spf(one) or spf_published.nearly(one)]


@dataclass
class _Draft:
    """``needed`` are the terms that the servers need; ``branches`` are the mechanisms
    but for ``all``, ``rest`` the modifiers that come last."""

    book: Book
    domain: str
    published: Published
    needed: list[Branch] = field(default_factory=list)
    branches: list[Branch] = field(default_factory=list)
    redirects: list[Term] = field(default_factory=list)
    rest: list[Term] = field(default_factory=list)
    endings: list[str] = field(default_factory=list)
    added: list[Branch] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)

    def need(self, words: Iterable[str]) -> None:
        for word in words:
            try:
                self.needed.append(self._branch(spf_record.read(word)))
            except Wrong:
                self.dropped.append(Dropped(word, UNREADABLE))

    def take(self, texts: Iterable[str]) -> None:
        for text in texts:
            ending = ""
            for word in spf_spelling.words(text):
                terms = spf_spelling.meant(word)
                if not terms:
                    self.dropped.append(Dropped(word, UNREADABLE))
                for term in terms:
                    ending = self._sort(term, ending)
            self.endings.append(ending)
        self._settle()

    def _sort(self, term: Term, ending: str) -> str:
        """Puts a term where it belongs; the qualifier of the record's first ``all``."""
        if term.name == "all" and term.qualifier:
            return ending or term.qualifier
        if term.qualifier:
            self._grow(term)
        elif term.name == "redirect":
            self.redirects.append(term)
        elif any(one.name == term.name for one in self.rest):
            self.dropped.append(Dropped(term.text, spf_overlap.TWICE))
        else:
            self.rest.append(term)
        return ending

    def _settle(self) -> None:
        """A redirect that stands beside an ``all``, or beside another, becomes an
        include: it stands for the mail of that domain all the same."""
        if len(self.redirects) == 1 and not any(self.endings):
            if not self._harm(self._branch(self.redirects[0])):
                return
        for term in self.redirects:
            self._grow(spf_record.read(f"include:{term.value}"))
        self.redirects = []

    def _grow(self, term: Term) -> None:
        branch = self._branch(term)
        if harm := self._harm(branch):
            self.dropped.append(Dropped(term.text, harm))
        else:
            self.branches.append(branch)

    def _harm(self, branch: Branch) -> str:
        """Why a term can only do harm; "" for one that stays."""
        if branch.problem in USELESS:
            return branch.problem
        if self._is_needed(branch):
            return ""
        if branch.problem == spf_tree.BROKEN:
            return branch.problem
        return OPEN if branch.is_open else ""

    def _is_needed(self, branch: Branch) -> bool:
        return any(is_same(one, branch) for one in self.needed)

    def _branch(self, term: Term) -> Branch:
        return spf_tree.branch_of(self.book, self.domain, term)

    def add(self) -> None:
        """Puts in what is needed, unless what it stands for passes already."""
        for branch in self.needed:
            if branch.problem in USELESS:
                self.dropped.append(Dropped(branch.term.text, branch.problem))
            elif not self._has(branch):
                self.branches.insert(self._place(branch), branch)
                self.added.append(branch)

    def _has(self, branch: Branch) -> bool:
        """Whether what a term stands for passes already."""
        for place, other in enumerate(self.branches):
            if is_same(other, branch):
                return other.term.qualifier == "+" and not takers(
                    self.branches[:place], branch
                )
        if branch.node:
            return branch.target.lower() in set(included(self.branches))
        passes = Node(self.domain, self.published, tuple(self._all())).passes
        return bool(branch.networks) and all(
            network.covers(passes, one) for one in branch.networks
        )

    def _place(self, branch: Branch) -> int:
        """Last, but before what would take all of its mail and let none pass. What
        takes a part was excepted by the user, and stays so."""
        places = takers(self.branches, branch)
        return places[0] if places else len(self.branches)

    def _all(self) -> list[Branch]:
        return [*self.branches, *(self._branch(term) for term in self.redirects)]

    def shrink(self) -> None:
        """Leaves out what is there twice, covered or outdated, until nothing more is:
        what goes may have stood between two that then do the same."""
        while idle := dict(spare(self.branches)) or self._outdated():
            numbered = list(enumerate(self.branches))
            self.branches = [one for at, one in numbered if at not in idle]
            self.dropped += [
                Dropped(one.term.text, idle[at]) for at, one in numbered if at in idle
            ]
        left = {id(one) for one in self.branches}
        self.added = [one for one in self.added if id(one) in left]

    def _outdated(self) -> dict[int, str]:
        """``ptr``, which receivers may leave out (5.5), once other terms let pass."""
        every = self._all()
        if not any(one.lets_pass and one.term.name != PTR for one in every):
            return {}
        found = [one.term.name == PTR and not self._is_needed(one) for one in every]
        return {place: PTR for place, is_found in enumerate(found) if is_found}

    def merge(self) -> Merge:
        lookups = sum(branch.lookups for branch in self._all())
        moves = self._moves(lookups - MOST_LOOKUPS)
        return Merge(
            self._text(self.branches),
            tuple(branch.term.text for branch in self.added),
            tuple(self.dropped),
            lookups,
            tuple(branch.term.text for branch in moves),
            self._text([one for one in self.branches if one not in moves]),
        )

    def _moves(self, excess: int) -> list[Branch]:
        """As few includes as can be, those that our own servers need last."""
        moves: list[Branch] = []
        while excess > 0:
            left = [one for one in self.branches if one.node and one not in moves]
            if not left:
                break
            own = [one for one in left if one not in self.added] or left
            moves.append(max(own, key=lambda one: one.lookups))
            excess -= moves[-1].lookups
        return moves

    def _text(self, branches: Iterable[Branch]) -> str:
        terms = [branch.term.text for branch in branches]
        terms += [term.text for term in self.redirects] or [f"{self._ending()}all"]
        rest = [term.text for term in self.rest]
        return " ".join([spf_record.VERSION, *terms, *rest])

    def _ending(self) -> str:
        known = [one for one in self.endings if one in _MILD_FIRST and one]
        return min(known, key=_MILD_FIRST.index, default=USUAL)
