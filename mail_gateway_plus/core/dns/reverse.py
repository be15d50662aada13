# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whether the name of a sending server leads back to it (RFC 1912, 2.1; RFC 8601, 3).

>>> from .answer import FOUND, NO_DATA, Answer, Question
>>> book = Book({
...     Question("1.2.0.192.in-addr.arpa", "PTR"): Answer(FOUND, (("m.h.example.",),)),
...     Question("m.h.example", "A"): Answer(FOUND, (("192.0.2.1",),)),
... })
>>> finding(book, "192.0.2.1", helo="m.h.example").code
'ptr_ok'
"""

import re

from ..finding import Finding
from .answer import Answer
from .book import Book, is_missing
from .domain_finding import made
from .name import address_of, plain, reverse_name
from .spf_client import host_names

OK = "ptr_ok"
NOT_ADDRESS = "ptr_not_address"
UNCHECKED = "ptr_unchecked"
MISSING = "ptr_missing"
UNCONFIRMED = "ptr_unconfirmed"
GENERIC = "ptr_generic"
HELO = "ptr_helo"
CODES = frozenset({OK, NOT_ADDRESS, UNCHECKED, MISSING, UNCONFIRMED, GENERIC, HELO})

_GENERIC = re.compile(
    r"(^|[.-])(dyn|dynamic|dhcp|pool|dsl|adsl|ppp|cable|dialup)\d*[.-]"
)


def finding(book: Book, ip: str, helo: str = "") -> Finding:
    """:param helo: what the server calls itself, "" where that is not known"""
    address = address_of(ip)
    if address is None:
        return made(NOT_ADDRESS, ip, "error", ip=ip)
    answer = book.ask(reverse_name(address), "PTR")
    notes: list[Answer] = []
    names = [plain(name) for name in host_names(book, address, notes.append)]
    code, severity = _without(answer, len(notes))
    if names:
        code, severity = _with(str(address), names, plain(helo))
    known = [plain(str(record[0])) for record in answer.records]
    values = {"ip": str(address), "name": (names or known or ["-"])[0], "helo": helo}
    return made(code, str(address), severity, **values)


def _without(answer: Answer, known: int) -> tuple[str, str]:
    if is_missing(answer):
        return MISSING, "error"
    # One answer is that of the address itself, the others are those of its names.
    if known <= len(answer.records[:10]):
        return UNCHECKED, "warning"
    return UNCONFIRMED, "error"


def _with(ip: str, names: list[str], helo: str) -> tuple[str, str]:
    digits = re.split(r"[.:]", ip)
    generic = [
        name
        for name in names
        if _GENERIC.search(name)
        or set(digits) <= set(re.split("[.-]", name))
        and len(digits) == 4
    ]
    if len(generic) == len(names):
        return GENERIC, "warning"
    if helo and helo not in names:
        return HELO, "info"
    return OK, "ok"
