# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where mail for a domain goes (RFC 5321, 5.1; RFC 7505; RFC 2181, 10.3).

>>> from .answer import FOUND, Answer, Question
>>> book = Book({
...     Question("h.example", "MX"):
...         Answer(FOUND, ((10, "M.h.example."), (5, "n.example."))),
... })
>>> hosts(book, "h.example")
('n.example', 'm.h.example')
"""

from collections.abc import Iterator
from ipaddress import ip_network

from ..finding import Finding
from .answer import NO_NAME
from .book import Book, is_missing
from .domain_finding import Findings, made, worst_first
from .name import address_of, plain

OK = "mx_ok"
UNCHECKED = "mx_unchecked"
MISSING = "mx_missing"
NO_NAME_AT_ALL = "mx_no_name"
IMPLICIT = "mx_implicit"
NULL = "mx_null"
NULL_BESIDE = "mx_null_beside"
ADDRESS = "mx_address"
HOST_MISSING = "mx_host_missing"
HOST_ALIAS = "mx_host_alias"
HOST_PRIVATE = "mx_host_private"
CODES = frozenset(
    {
        OK, UNCHECKED, MISSING, NO_NAME_AT_ALL, IMPLICIT, NULL, NULL_BESIDE, ADDRESS,
        HOST_MISSING, HOST_ALIAS, HOST_PRIVATE,
    }
)  # fmt: skip

#: Addresses that nobody elsewhere can reach (RFC 1918, 3927, 4193, 4291, 6598).
LOCAL = tuple(
    ip_network(one)
    for one in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.168.0.0/16", "::/128", "::1/128", "fc00::/7", "fe80::/10",
    )
)  # fmt: skip

#: Servers that are looked at; senders stop trying well before.
MOST = 20


def hosts(book: Book, domain: str) -> tuple[str, ...]:
    """The servers that take mail for a domain, the preferred first."""
    records = sorted(book.ask(domain, "MX").records)
    names = dict.fromkeys(plain(str(name)) for _preference, name in records)
    return tuple(name for name in names if name)[:MOST]


def findings(book: Book, domain: str) -> Findings:
    """Worst first; ``mx_ok`` alone where there is nothing to say."""
    answer = book.ask(domain, "MX")
    if not answer.known:
        return [made(UNCHECKED, domain, "warning")]
    servers = hosts(book, domain)
    if is_missing(answer):
        found = [_without(book, domain, answer.status == NO_NAME)]
    else:
        found = _null(domain, [str(name) for _preference, name in answer.records])
        for host in servers:
            found += _of_host(book, domain, host)
    if not found:
        return [made(OK, domain, "ok", hosts=", ".join(servers))]
    return worst_first(found)


def _without(book: Book, domain: str, is_no_name: bool) -> Finding:
    if is_no_name:
        return made(NO_NAME_AT_ALL, domain, "error")
    if book.addresses(domain):
        return made(IMPLICIT, domain, "warning")
    return made(MISSING, domain, "error")


def _null(domain: str, names: list[str]) -> Findings:
    """A record that names the root says that the domain takes no mail at all."""
    null = [name for name in names if not plain(name)]
    if null and len(null) == len(names):
        return [made(NULL, domain, "warning")]
    return [made(NULL_BESIDE, domain, "error")] if null else []


def _of_host(book: Book, domain: str, host: str) -> Iterator[Finding]:
    if address_of(host):
        yield made(ADDRESS, domain, "error", host=host)
        return
    alias = book.ask(host, "CNAME")
    answers = [book.ask(host, kind) for kind in ("A", "AAAA")]
    if alias.records:
        target = plain(str(alias.records[0][0]))
        yield made(HOST_ALIAS, domain, "warning", host=host, target=target)
    if all(is_missing(one) for one in answers):
        yield made(HOST_MISSING, domain, "error", host=host)
    elif not any(one.records for one in answers):
        yield made(UNCHECKED, domain, "warning")
    found = [record[0] for one in answers for record in one.records]
    if found and not any(map(is_public, found)):
        values = {"host": host, "address": found[0]}
        yield made(HOST_PRIVATE, domain, "warning", **values)


def is_public(address: str) -> bool:
    """Whether others can reach it."""
    ip = address_of(address)
    return ip is not None and not any(ip in one for one in LOCAL)
