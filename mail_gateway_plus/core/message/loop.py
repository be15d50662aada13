# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Signs that a message has been here before: our own mail coming back, or mail that
goes round between servers.

>>> own = Own("7f3a", {"info@a.example"}, lambda one: one.endswith("@erp.example>"))
>>> section = header.Section(b"Message-ID: <1@erp.example>\\r\\nX-Loop: 1\\r\\n")
>>> [sign.code for sign in signs(section, own)]
['loop_own_message']
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from . import header, origin, recipients

#: What we write into all that we send, so that we know it again; its value is a token
#: of the database. It comes from outside only on what has been inside.
TRACE = "X-Mail-Gateway-Trace"

#: How the names of our own fields begin, and of those that Odoo writes for others to
#: sort by. They mean nothing when others write them.
INTERNAL = ("x-mail-gateway-", "x-odoo-")

#: Every code of a sign, the surest first.
CODES = ("loop_trace", "loop_own_message", "loop_delivered_twice", "loop_hops")

#: Servers give up from 25 to 100 on (RFC 5321, 6.3 asks for no fewer than 100).
HOPS = 100
#: As many fields as are looked at for a second delivery.
_FIELDS = 1_000


@dataclass(frozen=True)
class Own:
    """What is ours: the token in ``TRACE``, addresses in lower case that lead here,
    and whether a Message-ID is one that we have given."""

    token: str
    addresses: Collection[str]
    is_own_id: Callable[[str], bool]


@dataclass(frozen=True)
class Sign:
    """``code`` is one of ``CODES``; ``source`` the field, ``value`` what it says."""

    code: str
    source: str
    value: str


def signs(section: header.Section, own: Own) -> Iterator[Sign]:
    """What tells of a loop, the surest first."""
    for value in section.all(TRACE.lower()):
        if own.token and header.plain(value[:200]).split(" ")[0] == own.token:
            yield Sign("loop_trace", TRACE, own.token)
            break
    message_id = origin.message_id(section)
    if message_id and own.is_own_id(message_id):
        yield Sign("loop_own_message", "Message-ID", message_id)
    yield from _twice(section, own)
    hops = len(section.all("received"))
    if hops > HOPS:
        yield Sign("loop_hops", "Received", str(hops))


def _twice(section: header.Section, own: Own) -> Iterator[Sign]:
    """A server that delivers to an address notes that, and sees its own note when the
    message is back. Two notes by one delivery are of one run of fields."""
    seen: set[str] = set()
    run: set[str] = set()
    for name, value in section.fields[:_FIELDS]:
        if name == "received":
            seen, run = seen | run, set()
        elif name == "delivered-to":
            for address in recipients.addresses(value[:1_000]):
                run.add(address)
                if address in seen and address in own.addresses:
                    yield Sign("loop_delivered_twice", "Delivered-To", address)
                    return


def without_internal(head: bytes) -> bytes:
    """A header section without the fields that are ours alone, once they have been
    looked at.

    :param head: with line ends as they came
    """
    kept: list[bytes] = []
    keep = True
    for line in head.splitlines(keepends=True):
        if line[:1] not in (b" ", b"\t"):
            name = line.partition(b":")[0].strip().lower().decode("latin-1")
            keep = not name.startswith(INTERNAL)
        if keep:
            kept.append(line)
    return b"".join(kept)


def outside(raw: bytes) -> bytes:
    """A message with a header section like that; itself where it has no such field.

    >>> outside(b"X-Odoo-Tags: vip\\r\\nSubject: Hi\\r\\n\\r\\nX-Odoo-Tags: 1")
    b'Subject: Hi\\r\\n\\r\\nX-Odoo-Tags: 1'
    """
    whole, _body = header.split(raw)
    kept = without_internal(whole)
    return raw if len(kept) == len(whole) else kept + raw[len(whole) :]
