# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whether an address stands on a list of those that mail is refused from (RFC 5782).

>>> query_name("192.0.2.1", "zen.example")
'1.2.0.192.zen.example'
"""

from ipaddress import ip_address, ip_network

from ..finding import Finding
from .book import Book, is_missing
from .domain_finding import made
from .name import address_of, reverse_name

CLEAN = "blocklist_clean"
LISTED = "blocklist_listed"
REFUSED = "blocklist_refused"
STRANGE = "blocklist_strange"
UNCHECKED = "blocklist_unchecked"
CODES = frozenset({CLEAN, LISTED, REFUSED, STRANGE, UNCHECKED})

#: 2.1: what a list answers with; and the part of it that says why there is no answer:
#: the name was misspelt, we ask through a public resolver, or too often.
_LISTED, _REFUSED = ip_network("127.0.0.0/8"), ip_network("127.255.255.0/24")


def query_name(ip: str, zone: str) -> str:
    """Where a list says what it knows of an address; "" for what is none."""
    address = address_of(ip)
    if address is None:
        return ""
    digits = reverse_name(address).removesuffix(".arpa").rpartition(".")[0]
    return f"{digits}.{zone}"


def finding(book: Book, ip: str, zone: str) -> Finding:
    """:param zone: the domain of the list"""
    answer = book.ask(query_name(ip, zone), "A")
    values = {"ip": ip, "list": zone}
    if not answer.known or not query_name(ip, zone):
        return made(UNCHECKED, ip, "info", **values)
    if is_missing(answer):
        return made(CLEAN, ip, "ok", **values)
    addresses = [ip_address(record[0]) for record in answer.records]
    values["answer"] = ", ".join(map(str, addresses))
    if any(one in _REFUSED for one in addresses):
        return made(REFUSED, ip, "info", **values)
    # A zone that was given up answers everything with the address of an advertisement.
    if not all(one in _LISTED for one in addresses):
        return made(STRANGE, ip, "info", **values)
    return made(LISTED, ip, "error", **values)
