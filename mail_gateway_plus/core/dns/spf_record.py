# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The terms of an SPF record (RFC 7208, 4.6 and 12).

>>> record = parsed("v=spf1 a:mail.h.example/24 ip4:192.0.2.0/33 -all")
>>> [(term.qualifier, term.name, term.value) for term in record.terms]
[('+', 'a', 'mail.h.example'), ('-', 'all', '')]
>>> record.faults
(Fault(code='spf_syntax_network', text='ip4:192.0.2.0/33', place=32),)
"""

import re
from dataclasses import dataclass, replace
from ipaddress import IPv4Network, IPv6Network

from . import macro

Network = IPv4Network | IPv6Network

VERSION = "v=spf1"
QUALIFIERS = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}
#: Mechanism -> whether a domain follows it: "" for never, "may" or "must".
MECHANISMS = {
    "all": "",
    "include": "must",
    "a": "may",
    "mx": "may",
    "ptr": "may",
    "ip4": "",
    "ip6": "",
    "exists": "must",
}
#: What each evaluation may look up ten of (4.6.4).
LOOKUPS = frozenset({"include", "a", "mx", "ptr", "exists", "redirect"})

MECHANISM = "spf_syntax_mechanism"
DOMAIN = "spf_syntax_domain"
NO_DOMAIN = "spf_syntax_no_domain"
ADDRESS_AS_NAME = "spf_syntax_address_as_name"
MACRO = "spf_syntax_macro"
NETWORK = "spf_syntax_network"
EXTRA = "spf_syntax_extra"
TWICE = "spf_syntax_twice"
NOT_ASCII = "spf_syntax_not_ascii"
LONG = "spf_syntax_long"
#: Characters of a record that are read: many times what fits into an answer that all
#: mail servers can take (3.4).
MOST_TEXT = 16_384
FAULTS = (
    MECHANISM,
    DOMAIN,
    NO_DOMAIN,
    ADDRESS_AS_NAME,
    MACRO,
    NETWORK,
    EXTRA,
    TWICE,
    NOT_ASCII,
    LONG,
)

_MODIFIER = re.compile(r"([A-Za-z][A-Za-z0-9_.-]*)=(.*)", re.S)
_DIRECTIVE = re.compile(r"([+?~-]?)([A-Za-z][A-Za-z0-9_.-]*)([:/].*)?", re.S)
_SIZES = re.compile(r"(?:/(0|[1-9][0-9]?))?(?://(0|[1-9][0-9]{0,2}))?\Z")
_LABEL = re.compile(r"[A-Za-z0-9-]+")
_QUAD = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){3}\.?\Z")


@dataclass(frozen=True, slots=True)
class Fault:
    """``text`` is the term, ``place`` where in the record it is wrong, from 1."""

    code: str
    text: str
    place: int


@dataclass(frozen=True, slots=True)
class Term:
    """A mechanism with its qualifier, or a modifier (whose qualifier is "").

    ``value`` is the domain as it is written, ``parts`` the same with its macros read;
    ``sizes`` are the lengths of the prefix for IPv4 and IPv6.
    """

    text: str
    name: str
    qualifier: str = ""
    value: str = ""
    parts: tuple[macro.Part, ...] = ()
    sizes: tuple[int, int] = (32, 128)
    network: Network | None = None

    @property
    def key(self) -> tuple[str, str, tuple[int, int]]:
        """The same for terms that match the same, whatever their qualifier."""
        value = str(self.network or self.value.lower().removesuffix("."))
        return self.name, value, self.sizes

    @property
    def looks_up(self) -> bool:
        return self.name in LOOKUPS


@dataclass(frozen=True, slots=True)
class Record:
    """``terms`` are those that can be read, in their order."""

    text: str
    terms: tuple[Term, ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def directives(self) -> list[Term]:
        return [term for term in self.terms if term.qualifier]

    def modifier(self, name: str) -> Term | None:
        found = (one for one in self.terms if one.name == name and not one.qualifier)
        return next(found, None)


class Wrong(ValueError):
    """A term that cannot be read; ``at`` is the offset in it."""

    def __init__(self, code: str, at: int = 0) -> None:
        super().__init__(code)
        self.code, self.at = code, at


def is_spf(text: str) -> bool:
    """Whether a TXT record is one of SPF (4.5)."""
    return text[: len(VERSION) + 1].lower().rstrip(" ") == VERSION


def parsed(text: str) -> Record:
    """:param text: a record that ``is_spf``, each character one of its bytes"""
    terms: list[Term] = []
    faults = [Fault(LONG, "", MOST_TEXT + 1)] if len(text) > MOST_TEXT else []
    for found in re.finditer(r"[^ ]+", text[len(VERSION) : MOST_TEXT]):
        place = len(VERSION) + found.start() + 1
        try:
            terms.append(_once(read(found[0]), terms))
        except Wrong as wrong:
            faults.append(Fault(wrong.code, found[0], place + wrong.at))
    return Record(text, tuple(terms), tuple(faults))


def _once(term: Term, before: list[Term]) -> Term:
    """6: these must not stand there twice."""
    if term.name in ("redirect", "exp") and not term.qualifier:
        if any(one.name == term.name for one in before):
            raise Wrong(TWICE)
    return term


def read(text: str) -> Term:
    """One term; raises Wrong."""
    if not text.isascii():
        raise Wrong(NOT_ASCII, next(at for at, sign in enumerate(text) if sign > "~"))
    if found := _MODIFIER.fullmatch(text):
        return _modifier(text, found[1].lower(), found[2])
    found = _DIRECTIVE.fullmatch(text)
    if not found or found[2].lower() not in MECHANISMS:
        raise Wrong(MECHANISM)
    term = Term(text, found[2].lower(), found[1] or "+")
    return _directive(term, found[3] or "", found.end(2))


def _modifier(text: str, name: str, value: str) -> Term:
    at = len(name) + 1
    if name in ("redirect", "exp"):
        parts = _domain(value, at)
    else:
        parts = _macros(value, at)
    return Term(text, name, "", value, parts)


def _directive(term: Term, rest: str, at: int) -> Term:
    if term.name in ("ip4", "ip6"):
        return replace(term, network=_network(term.name, rest, at), value=rest[1:])
    if term.name == "all":
        if rest:
            raise Wrong(EXTRA, at)
        return term
    if term.name in ("a", "mx"):
        rest, sizes = _cut(rest, at)
        term = replace(term, sizes=sizes)
    if not rest:
        if MECHANISMS[term.name] == "must":
            raise Wrong(NO_DOMAIN, at)
        return term
    if rest[0] != ":":
        raise Wrong(EXTRA, at)
    return replace(term, value=rest[1:], parts=_domain(rest[1:], at + 1))


def _cut(rest: str, at: int) -> tuple[str, tuple[int, int]]:
    """(what stands before the lengths of the prefix, the lengths)"""
    found = _SIZES.search(rest)
    # It matches at the end, if nowhere else.
    assert found
    sizes = int(found[1] or 32), int(found[2] or 128)
    if sizes[0] > 32 or sizes[1] > 128:
        raise Wrong(NETWORK, at + found.start())
    return rest[: found.start()], sizes


def _network(name: str, rest: str, at: int) -> Network:
    """5.6: lengths have no leading zero, which ``ipaddress`` would let pass."""
    address, slash, size = rest[1:].partition("/")
    is_size = bool(re.fullmatch(r"0|[1-9][0-9]{0,2}", size)) or not slash
    if rest[:1] != ":" or not is_size or "%" in address:
        raise Wrong(NETWORK, at)
    try:
        made = IPv4Network if name == "ip4" else IPv6Network
        return made(f"{address}{slash}{size}", strict=False)
    except ValueError:
        raise Wrong(NETWORK, at + 1) from None


def _domain(text: str, at: int) -> tuple[macro.Part, ...]:
    """7.1: it ends in a macro or in a label that can be a top-level domain."""
    if not text:
        raise Wrong(NO_DOMAIN, at)
    parts = _macros(text, at)
    last = re.split(r"%(?:\{[^}]*\}|[%_-])", text)[-1]
    if last and not _is_end(last):
        raise Wrong(ADDRESS_AS_NAME if _QUAD.match(text) else DOMAIN, at)
    return parts


def _is_end(text: str) -> bool:
    """12, domain-end: a dot and a label that is neither all digits nor begins or ends
    with a hyphen."""
    _, dot, top = text.removesuffix(".").rpartition(".")
    is_label = bool(_LABEL.fullmatch(top)) and top.strip("-") == top
    return bool(dot) and is_label and not top.isdigit()


def _macros(text: str, at: int) -> tuple[macro.Part, ...]:
    try:
        return macro.parsed(text)
    except macro.Misspelt as misspelt:
        raise Wrong(MACRO, at + misspelt.place) from None
