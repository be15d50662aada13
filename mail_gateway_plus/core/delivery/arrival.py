# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a message shows that has come back: how it left the server, how it got here.

>>> raw = b"From: Ann <ann@h.example>\\r\\nReturn-Path: <ann@h.example>\\r\\n\\r\\nHi"
>>> arrival = read(raw)
>>> arrival.sender, arrival.return_path, arrival.checked_by
('ann@h.example', 'ann@h.example', '')
"""

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from ..message import authentication, head, header, received, recipients
from ..message.received import Hop

#: As much of the header (bytes) as is read.
_READ = 262_144
_ADDRESSES = 2_048
#: What is told of ``Authentication-Results``, and which of its properties says of whom.
METHODS: Mapping[str, tuple[str, ...]] = {
    "spf": ("smtp.mailfrom", "smtp.mail", "smtp.helo"),
    "dkim": ("header.d", "header.i"),
    "dmarc": ("header.from",),
}
RESULTS = "authentication-results"
#: Microsoft 365 leaves its name out (RFC 8601, 2.2 asks for it).
NAMELESS = "outlook.com"
#: Domains of two labels under which anybody registers: ac.uk, com.au.
_SHORT = 3


@dataclass(frozen=True)
class Arrival:
    """Addresses are bare and in lower case.

    ``sender`` is that of From: "" where it has none, all of them where it has several.
    ``added`` is that of ``Sender``, ``return_path`` the envelope's: None where nobody
    wrote it. ``results`` are method -> (result, of whom), and ``checked_by`` is whose
    they are. ``moment`` is when the last server got it, with a zone.
    """

    sender: str
    shown: str = ""
    added: str = ""
    return_path: str | None = None
    results: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    checked_by: str = ""
    last_hop: Hop | None = None
    moment: datetime.datetime | None = None


def read(raw: bytes, hosts: Collection[str] = ()) -> Arrival:
    """The facts of a message in the mailbox.

    :param hosts: names that are the mailbox's own: of its server, of its domain
    """
    fields = [*header.fields(head.split(raw)[0][:_READ])]
    found: dict[str, bytes] = {}
    for name, value in fields:
        found.setdefault(name, value)
    own = _own(fields, hosts)
    checked = _checked(own)
    path = found.get("return-path")
    hops = [received.hop(value) for name, value in fields if name == "received"]
    return Arrival(
        sender=_bare(found.get("from", b"")),
        shown=header.decode(found.get("from", b"")[:_ADDRESSES]),
        added=_bare(found.get("sender", b"")),
        return_path=None if path is None else _bare(path),
        results=_results(checked, _bare(found.get("from", b""))),
        checked_by=next((results.host or NAMELESS for results in checked), ""),
        last_hop=_last_hop(own.hops),
        moment=next((hop.moment for hop in hops if hop.moment), None),
    )


def _bare(value: bytes) -> str:
    return ", ".join(recipients.addresses(value[:_ADDRESSES]))


# --- whose word counts


def organisation(host: str) -> str:
    """What the hosts of one operator have in common, near enough.

    >>> organisation("mx1.mail.h.example"), organisation("mx.h.co.uk")
    ('h.example', 'h.co.uk')
    """
    labels = host.strip(".").lower().split(".")
    is_short = len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= _SHORT
    return ".".join(labels[-3 if is_short else -2 :])


@dataclass(frozen=True)
class _Own:
    """What the mailbox's own house has written on top of a message: ``fields``, among
    them ``hops``; ``houses`` are organisations."""

    houses: set[str]
    fields: list[tuple[str, bytes]]
    hops: list[Hop]


def _own(fields: list[tuple[str, bytes]], hosts: Collection[str]) -> _Own:
    """Up to the first server of another house: what stands below its line came from
    outside, whoever it says that it is from."""
    own = _Own({organisation(host) for host in hosts if "." in host}, [], [])
    house = ""
    for name, value in fields:
        if name == "received":
            hop = received.hop(value)
            named = organisation(hop.by) if _is_name(hop.by) else ""
            house = house or named
            if named not in ("", house):
                break
            own.hops.append(hop)
        own.fields.append((name, value))
    if house:
        own.houses.add(house)
    return own


def _is_name(host: str) -> bool:
    """Not an address, and not a name that is good within a machine only."""
    return "." in host and ":" not in host and not host.strip("[]")[-1:].isdigit()


def _checked(own: _Own) -> tuple[authentication.Results, ...]:
    """Results under the name of the mailbox's own house."""
    said = (authentication.parse(v) for n, v in own.fields if n == RESULTS)
    names = {results.host for results in said if results}
    trusted = {one for one in names if organisation(one or NAMELESS) in own.houses}
    return authentication.of_fields(own.fields, trusted)


def _results(
    checked: Collection[authentication.Results], sender: str
) -> dict[str, tuple[str, str]]:
    """Of several signatures the one that counts for DMARC, else one that holds."""
    domain = sender.rpartition("@")[2]
    found: dict[str, tuple[str, str]] = {}
    rank: dict[str, int] = {}
    for result in (one for results in checked for one in results.results):
        if result.method not in METHODS:
            continue
        names = METHODS[result.method]
        whom = next((result.properties[n] for n in names if n in result.properties), "")
        is_own = organisation(whom.rpartition("@")[2]) == organisation(domain)
        worth = 2 * (result.result == "pass") + is_own
        if worth > rank.get(result.method, -1):
            found[result.method], rank[result.method] = (result.result, whom), worth
    return found


def _last_hop(hops: list[Hop]) -> Hop | None:
    """The one over which it came into the mailbox's house, and not over which it was
    handed on there. Where server and mailbox are of one house, that is not where Odoo
    handed it in, unless there is no other."""
    ways = [hop for hop in hops if hop.is_smtp]
    handed = [hop for hop in ways if not hop.is_submission]
    return next(reversed(handed or ways), None)
