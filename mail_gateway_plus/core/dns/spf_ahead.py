# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an evaluation will probably ask, asked for at once (RFC 7208).

The evaluation itself goes from term to term, and would wait for each. This asks nothing
that the evaluation might not ask too, decides nothing, and stops where that would.
"""

from collections.abc import Callable

from . import macro, spf_published
from .book import Book
from .name import IP, reverse_name, shortened
from .spf_client import Client, Scope
from .spf_record import Term

#: Terms that look something up; the evaluation ends after ten.
MOST = 12


def foresee(book: Book, client: Client, ip: IP) -> None:
    """Breadth first: the more often included comes later in any case."""
    waiting = [client.domain]
    seen = set()
    left = MOST
    while waiting and left:
        domain = waiting.pop(0)
        if domain in seen:
            continue
        seen.add(domain)
        for term in _terms(book, domain)[:left]:
            left -= 1
            target = _target(term, Scope(book, client, ip, domain))
            _ASKED[term.name](book, ip, target)
            if term.name in ("include", "redirect"):
                waiting.append(target)


def _terms(book: Book, domain: str) -> list[Term]:
    found = spf_published.published(book, domain)
    if found.problem or found.record is None:
        return []
    terms = [term for term in found.record.directives if term.looks_up]
    redirect = found.record.modifier("redirect")
    return [*terms, redirect] if redirect else terms


def _target(term: Term, scope: Scope) -> str:
    if not term.parts:
        return scope.domain
    return shortened(macro.expanded(term.parts, scope.value).removesuffix("."))


def _text(book: Book, _ip: IP, target: str) -> None:
    book.ask(target, "TXT")


def _address(book: Book, ip: IP, target: str) -> None:
    book.ask(target, "A" if ip.version == 4 else "AAAA")


def _servers(book: Book, ip: IP, target: str) -> None:
    for _preference, host in book.ask(target, "MX").records[:MOST]:
        _address(book, ip, host)


def _exists(book: Book, _ip: IP, target: str) -> None:
    book.ask(target, "A")


def _names(book: Book, ip: IP, _target: str) -> None:
    book.ask(reverse_name(ip), "PTR")


_ASKED: dict[str, Callable[[Book, IP, str], None]] = {
    "include": _text,
    "redirect": _text,
    "a": _address,
    "mx": _servers,
    "exists": _exists,
    "ptr": _names,
}
