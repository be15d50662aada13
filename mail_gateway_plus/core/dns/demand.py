# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What large receivers demand of those who send to them, as a list to check off.

Sources: Google, "Email sender guidelines" (February 2024, enforced harder since
November 2025); Yahoo, "Sender requirements" (February 2024); Microsoft, "High volume
senders" (May 2025, for its consumer domains).

>>> facts = Facts(volume_day=10, spf=True, dkim=False, tls=True, ptr=None)
>>> [(item.code, item.is_met) for item in items(facts)][:3]
[('demand_spf_or_dkim', True), ('demand_ptr', None), ('demand_tls', True)]
"""

from collections.abc import Callable
from dataclasses import dataclass

from .domain_finding import Findings, made
from .tristate import either, every

#: Mails a day to one receiver from which on it asks for more.
BULK_DAY = 5_000
#: RFC 8301; Yahoo asks for it in so many words.
LEAST_KEY_BITS = 1_024

EITHER = "demand_spf_or_dkim"
BOTH = "demand_spf_and_dkim"
DMARC = "demand_dmarc"
ALIGNED = "demand_aligned"
PTR = "demand_ptr"
TLS = "demand_tls"
KEY = "demand_key"
UNSUBSCRIBE = "demand_unsubscribe"
MET = "demand_met"
CODES = frozenset({EITHER, BOTH, DMARC, ALIGNED, PTR, TLS, KEY, UNSUBSCRIBE, MET})

GOOGLE, YAHOO, MICROSOFT = "Google", "Yahoo", "Microsoft"


@dataclass(frozen=True)
class Facts:
    """What is known of the mail of a domain; None where it is not.

    ``volume_day`` is the number of mails a day; ``spf`` and ``dkim`` tell whether they
    pass for all of its servers, ``key_bits`` is the size of the shortest RSA key,
    ``dmarc`` whether there is a record, ``aligned`` whether one of them speaks for the
    domain in From, ``ptr`` whether the servers that deliver have a name that leads
    back, ``unsubscribe`` whether marketing has one click for it.
    """

    volume_day: int = 0
    spf: bool | None = None
    dkim: bool | None = None
    key_bits: int | None = None
    dmarc: bool | None = None
    aligned: bool | None = None
    ptr: bool | None = None
    tls: bool | None = None
    unsubscribe: bool | None = None


@dataclass(frozen=True)
class Item:
    """``from_day`` is the number of mails a day from which on it is demanded."""

    receiver: str
    code: str
    from_day: int
    is_met: bool | None


def _key(facts: Facts) -> bool | None:
    return None if facts.key_bits is None else facts.key_bits >= LEAST_KEY_BITS


_IS_MET: dict[str, Callable[[Facts], bool | None]] = {
    EITHER: lambda facts: either((facts.spf, facts.dkim)),
    BOTH: lambda facts: every((facts.spf, facts.dkim)),
    DMARC: lambda facts: facts.dmarc,
    ALIGNED: lambda facts: facts.aligned,
    PTR: lambda facts: facts.ptr,
    TLS: lambda facts: facts.tls,
    KEY: _key,
    UNSUBSCRIBE: lambda facts: facts.unsubscribe,
}

#: (receiver, demand, mails a day from which on it holds)
DEMANDS = (
    (GOOGLE, EITHER, 0),
    (GOOGLE, PTR, 0),
    (GOOGLE, TLS, 0),
    (GOOGLE, BOTH, BULK_DAY),
    (GOOGLE, DMARC, BULK_DAY),
    (GOOGLE, ALIGNED, BULK_DAY),
    (GOOGLE, UNSUBSCRIBE, BULK_DAY),
    (YAHOO, EITHER, 0),
    (YAHOO, PTR, 0),
    (YAHOO, KEY, 0),
    (YAHOO, BOTH, BULK_DAY),
    (YAHOO, DMARC, BULK_DAY),
    (YAHOO, ALIGNED, BULK_DAY),
    (YAHOO, UNSUBSCRIBE, BULK_DAY),
    (MICROSOFT, BOTH, BULK_DAY),
    (MICROSOFT, DMARC, BULK_DAY),
    (MICROSOFT, ALIGNED, BULK_DAY),
)


def items(facts: Facts) -> list[Item]:
    """The whole list, those for more mail than there is included."""
    return [
        Item(receiver, code, from_day, _IS_MET[code](facts))
        for receiver, code, from_day in DEMANDS
    ]


def findings(domain: str, facts: Facts) -> Findings:
    """What is demanded at this volume and known not to be met, each with the receivers
    that demand it; ``demand_met`` alone where there is none."""
    found: dict[str, list[str]] = {}
    for item in items(facts):
        if item.is_met is False and facts.volume_day >= item.from_day:
            found.setdefault(item.code, []).append(item.receiver)
    if not found:
        return [made(MET, domain, "ok", volume=facts.volume_day)]
    return [
        made(code, domain, "error", receivers=", ".join(receivers))
        for code, receivers in found.items()
    ]
