# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""DMARC records, in the spelling of RFC 9989 and of RFC 7489 before it.

>>> record = parsed("v=DMARC1; p=reject; sp=none; rua=mailto:a@h.example!10m; pct=20")
>>> record.policy, record.policy_below, record.reports, record.leftovers
('reject', 'none', ('a@h.example',), ('pct',))
>>> is_dmarc("v=DMARC1"), is_dmarc("v=dmarc1; p=none"), is_dmarc("p=none; v=DMARC1")
(True, False, False)
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from . import tags

NONE, QUARANTINE, REJECT = "none", "quarantine", "reject"
#: From the mildest to the strictest.
POLICIES = (NONE, QUARANTINE, REJECT)

#: What RFC 9989 took out: receivers that follow it do not look at these.
LEFTOVERS = ("pct", "rf", "ri")
#: Tag -> what may stand there, where that is one of a few (RFC 9989, 4.7).
VALUES = {
    "p": POLICIES,
    "sp": POLICIES,
    "np": POLICIES,
    "adkim": ("r", "s"),
    "aspf": ("r", "s"),
    "psd": ("y", "n", "u"),
    "t": ("y", "n"),
}
KNOWN = ("v", *VALUES, "rua", "ruf", "fo", *LEFTOVERS)

_FAILURES = re.compile(r"[01ds](\s*:\s*[01ds])*", re.I)
_ADDRESS = re.compile(r"(?!//)[^@\s]+@([A-Za-z0-9_.-]+\.[A-Za-z0-9-]+)\.?")
_NEARLY = re.compile(r"""["'\s]*(v\s*=\s*["'\s]*dmarc|dmarc1)""", re.I)


@dataclass(frozen=True)
class Record:
    """``policy`` is "" where ``p`` is missing or none of ``POLICIES``; ``policy_below``
    is for subdomains, ``policy_missing`` for those that do not exist. ``reports`` and
    ``failures`` are addresses that reports go to, ``bad_reports`` what can be none.
    ``wrong`` are tags with a value that has no meaning, ``unknown`` those that nobody
    has defined, ``faults`` what is no tag at all."""

    text: str
    policy: str
    policy_below: str
    policy_missing: str
    dkim_mode: str
    spf_mode: str
    psd: str
    is_test: bool
    percent: int
    reports: tuple[str, ...]
    failures: tuple[str, ...]
    bad_reports: tuple[str, ...]
    leftovers: tuple[str, ...]
    unknown: tuple[str, ...]
    wrong: tuple[str, ...]
    faults: tuple[tags.Fault, ...]

    @property
    def is_usable(self) -> bool:
        """Whether receivers act on it: one without a policy that can be read counts as
        ``none``, and only where it asks for reports (RFC 9989, 4.10.1)."""
        return bool(self.policy or self.reports)

    @property
    def effective(self) -> str:
        return self.policy or NONE


def is_dmarc(text: str) -> bool:
    """Whether a TXT record is one of DMARC: its version comes first, and is written
    exactly so (RFC 9989, 4.8)."""
    found = tags.parsed(text)
    return found.first == "v" and found.get("v") == "DMARC1"


def nearly(text: str) -> bool:
    """Whether it was meant to be a record, and is none: its version is misspelt, comes
    late, or is not there at all.

    >>> [nearly(one) for one in ("p=none; v=DMARC1", "p=reject", "DMARC1; p=none")]
    [True, True, True]
    >>> nearly("v=spf1 -all"), nearly("v=DMARC1; p=none")
    (False, False)
    """
    found = tags.parsed(text)
    is_late = found.get("v") == "DMARC1"
    has_policy = found.first == "p" and found.get("p").lower() in POLICIES
    is_meant = bool(_NEARLY.match(text)) or is_late or has_policy
    return is_meant and not is_dmarc(text)


def parsed(text: str) -> Record:
    """:param text: a record that ``is_dmarc``"""
    found = tags.parsed(text)
    value = {name: _one_of(found, name) for name in VALUES}
    reports, bad = _addresses(found.get("rua"))
    failures, bad_failures = _addresses(found.get("ruf"))
    below = value["sp"] or value["p"]
    return Record(
        text=text,
        policy=value["p"],
        policy_below=below,
        policy_missing=value["np"] or below,
        dkim_mode=value["adkim"] or "r",
        spf_mode=value["aspf"] or "r",
        psd=value["psd"] or "u",
        is_test=value["t"] == "y",
        percent=_percent(found.get("pct")),
        reports=reports,
        failures=failures,
        bad_reports=bad + bad_failures,
        leftovers=tuple(name for name in LEFTOVERS if name in found.values),
        unknown=tuple(name for name in found.values if name not in KNOWN),
        wrong=tuple(f"{name}={found.get(name)}" for name in _wrong(found)),
        faults=found.faults,
    )


def _one_of(found: tags.Tags, name: str) -> str:
    value = found.get(name).lower()
    return value if value in VALUES[name] else ""


def _wrong(found: tags.Tags) -> list[str]:
    names = [one for one in VALUES if one in found.values and not _one_of(found, one)]
    if "fo" in found.values and not _FAILURES.fullmatch(found.get("fo")):
        names.append("fo")
    return names


def _percent(text: str) -> int:
    is_number = re.fullmatch("[0-9]{1,3}", text, re.ASCII)
    return min(int(text), 100) if is_number else 100


def _addresses(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(addresses, what is none) of a list of URIs; a size behind "!" is RFC 7489's."""
    good: list[str] = []
    bad: list[str] = []
    for uri in filter(None, (one.strip() for one in text.split(","))):
        scheme, _colon, rest = uri.partition(":")
        address = unquote(
            re.sub(r"![0-9]+[kmgt]?$", "", rest.partition("?")[0], flags=re.I)
        )
        is_mail = scheme.lower() == "mailto" and _ADDRESS.fullmatch(address)
        (good if is_mail else bad).append(address if is_mail else uri)
    return tuple(good), tuple(bad)
