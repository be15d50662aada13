# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whether the addresses of a mail that leaves go together (RFC 9989, 4.4).

DMARC asks whether the domain of the return path, checked by SPF, is that of From, or a
signature's is. The first is seen here; a mail without it stands on its signature alone.

>>> fields = Fields("ann@h.example", "bounce@mailer.example", message_id="<1@erp>")
>>> [one.code for one in findings(fields)]
['identity_unaligned', 'identity_message_id']
>>> findings(Fields("ann@h.example", "bounce@mail.h.example"))
[]
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..finding import Finding
from ..smtp.address import with_ascii_domain
from .arrival import organisation

UNALIGNED = "identity_unaligned"
UNCOVERED = "identity_uncovered"
FOREIGN_SENDER = "identity_foreign_sender"
FOREIGN_MESSAGE_ID = "identity_message_id"
CODES = frozenset({UNALIGNED, UNCOVERED, FOREIGN_SENDER, FOREIGN_MESSAGE_ID})


@dataclass(frozen=True)
class Fields:
    """Bare addresses of a mail as it leaves. ``sender`` is From, ``added`` the field
    Sender ("" where it has none), ``message_id`` with its brackets or without."""

    sender: str
    envelope: str
    added: str = ""
    message_id: str = ""


def near(one: str, other: str) -> bool:
    """Whether two domains are of one organisation, as far as their names tell."""
    return organisation(one) == organisation(other)


def _unknown(_domain: str) -> bool | None:
    return None


def findings(
    fields: Fields, covers: Callable[[str], bool | None] = _unknown
) -> list[Finding]:
    """What does not go together. An empty return path (of a bounce) is in order.

    :param covers: a domain -> whether its SPF covers the server; None if unknown
    """
    return list(_findings(fields, covers))


def _findings(
    fields: Fields, covers: Callable[[str], bool | None]
) -> Iterator[Finding]:
    domain, path = domain_of(fields.sender), domain_of(fields.envelope)
    values = {"sender": fields.sender, "domain": domain, "envelope": path}
    if path and not near(domain, path):
        yield Finding(UNALIGNED, "info", fields.sender, values)
    if path and covers(path) is False:
        yield Finding(UNCOVERED, "warning", path, values)
    added = domain_of(fields.added)
    if added and not near(domain, added):
        values = {**values, "added": fields.added}
        yield Finding(FOREIGN_SENDER, "info", fields.added, values)
    made_by = domain_of(fields.message_id.strip("<> "))
    if made_by and not near(domain, made_by):
        yield Finding(FOREIGN_MESSAGE_ID, "info", made_by, {**values, "host": made_by})


def domain_of(address: str) -> str:
    """In ASCII and small letters; "" for none.

    >>> domain_of("ann@Bücher.example")
    'xn--bcher-kva.example'
    """
    _local, at, domain = with_ascii_domain(address).rpartition("@")
    return domain.lower() if at else ""
