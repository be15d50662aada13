# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whether mail for a domain reaches a mailbox that is fetched.

What has come in proves it. Before that, the MX records have to lead to where the
mailboxes are: to the same provider, the same house, or the same address.

>>> from .answer import FOUND, Answer, Question
>>> said = Answer(FOUND, ((10, "mx.p.example"),))
>>> book = Book({Question("h.example", "MX"): said})
>>> reach = Reach(is_seen=False, mailboxes=("imap.p.example",))
>>> [finding.code for finding in findings(book, "h.example", reach)]
['mx_reach_likely']
"""

from dataclasses import dataclass

from . import mx
from .book import Book
from .domain_finding import Findings, made
from .name import is_within, plain

SEEN = "mx_reach_seen"
LIKELY = "mx_reach_likely"
NO_MAILBOX = "mx_reach_no_mailbox"
ELSEWHERE = "mx_reach_elsewhere"
ADDRESS_UNSEEN = "mx_reach_address_unseen"
CODES = frozenset({SEEN, LIKELY, NO_MAILBOX, ELSEWHERE, ADDRESS_UNSEEN})


@dataclass(frozen=True)
class Reach:
    """``is_seen`` tells whether mail for the domain has come in lately; ``mailboxes``
    are the servers that Odoo fetches from, ``houses`` what the names of their MX hosts
    end with, where the provider is known; ``unseen`` are addresses that Odoo needs and
    to which nothing has ever come."""

    is_seen: bool = False
    mailboxes: tuple[str, ...] = ()
    houses: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()


def findings(book: Book, domain: str, reach: Reach) -> Findings:
    """Nothing where the domain has no MX record: that is told elsewhere."""
    hosts = mx.hosts(book, domain)
    if not hosts:
        return []
    values = {"hosts": ", ".join(hosts), "mailboxes": ", ".join(reach.mailboxes) or "-"}
    if not reach.is_seen and not reach.mailboxes:
        return [made(NO_MAILBOX, domain, "warning", **values)]
    if not reach.is_seen and not _leads(book, hosts, reach):
        return [made(ELSEWHERE, domain, "warning", **values)]
    code = SEEN if reach.is_seen else LIKELY
    found = [made(code, domain, "ok", **values)]
    for address in reach.unseen:
        found.append(made(ADDRESS_UNSEEN, domain, "info", address=address))
    return found


def _leads(book: Book, hosts: tuple[str, ...], reach: Reach) -> bool:
    houses = [plain(one) for one in (*reach.houses, *map(_house, reach.mailboxes))]
    if any(is_within(host, house) for host in hosts for house in houses if house):
        return True
    # All are asked for before the first is compared: so they share a round.
    at_mx, at_mailbox = (
        {address for one in names for address in book.addresses(one)}
        for names in (hosts, reach.mailboxes)
    )
    return bool(at_mx & at_mailbox)


def _house(host: str) -> str:
    """What the servers of one house have in common, near enough."""
    labels = plain(host).split(".")
    # co.uk, com.au
    is_short = len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3
    return ".".join(labels[-3 if is_short else -2 :]) if len(labels) > 1 else ""
