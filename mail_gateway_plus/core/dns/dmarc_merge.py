# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One DMARC record of what a domain publishes, and the careful way to a stricter one.

Tags of the user stay, in their order. Left out is what nobody reads: tags that the
standard has taken out, that stand there twice, or whose value has no meaning.

>>> merged(["v=DMARC1; p=reject; pct=100; adkim=s"], "d@h.example").text
'v=DMARC1; p=reject; adkim=s; rua=mailto:d@h.example'
>>> merged(['"v=dmarc1 p=none"', "v=DMARC1; p=reject; sp=nonsense"]).text
'v=DMARC1; p=reject'
>>> merged(["v=DMARC1; p=none; rua=d@h.example"], policy="quarantine").text
'v=DMARC1; p=quarantine; rua=mailto:d@h.example'
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from . import dmarc_record, tags
from .dmarc_record import LEFTOVERS, POLICIES, Record

VERSION = "v=DMARC1"

_BEGIN = re.compile(r"""["'\s]*(v\s*=)?\s*["'\s]*dmarc1?["'\s;,:\\]*""", re.I)


@dataclass(frozen=True)
class Merge:
    """``dropped`` are the parts of the present records that are not in the new one."""

    text: str
    dropped: tuple[str, ...] = ()


def merged(texts: Sequence[str], reports: str = "", policy: str = "") -> Merge:
    """The record to publish, whatever stands there today.

    :param texts: the present records, and what was nearly one
    :param reports: an address that reports go to, where the domain names none
    :param policy: in place of the present one; else the mildest of the records holds,
        for no mail is lost by it, and what is nearly one has a say where none is
    """
    in_force = [text for text in texts if dmarc_record.is_dmarc(text)] or texts
    kept: dict[str, str] = {}
    dropped: list[str] = []
    policies = []
    for text in texts:
        found = tags.parsed(tags.respelt(_begun(text)))
        dropped += [fault.text for fault in found.faults]
        for name, value in found.values.items():
            is_policy = name == "p" and value.lower() in POLICIES
            if is_policy and text in in_force:
                policies.append(value.lower())
            elif not _keep(kept, name, value):
                dropped.append(f"{name}={value}")
    _complete(kept, reports)
    policy = policy or min(policies, key=POLICIES.index, default=dmarc_record.NONE)
    parts = [VERSION, f"p={policy}", *(f"{one}={kept[one]}" for one in kept)]
    return Merge("; ".join(parts), tuple(dropped))


def _begun(text: str) -> str:
    """What stands behind the version."""
    begin = _BEGIN.match(text)
    return text[begin.end() if begin else 0 :]


def next_policy(record: Record | None) -> str:
    """The next step on the way none, quarantine, reject; "" behind the last."""
    if record is None or not record.policy:
        return dmarc_record.NONE
    return dict(zip(POLICIES, POLICIES[1:], strict=False)).get(record.policy, "")


def _keep(kept: dict[str, str], name: str, value: str) -> bool:
    """Puts a tag into the new record; whether it belongs there."""
    if name in ("rua", "ruf"):
        places = [*kept.get(name, "").split(","), *_places(value)]
        if joined := ",".join(dict.fromkeys(filter(None, places))):
            kept[name] = joined
        return bool(joined)
    is_right = not dmarc_record.parsed(f"{VERSION}; {name}={value}").wrong
    is_read = name not in (*LEFTOVERS, "v", "p") and name in dmarc_record.KNOWN
    if not is_right or not is_read or name in kept or (name, value.lower()) == _PSD:
        return kept.get(name) == value
    kept[name] = value
    return True


#: Only a registry has it.
_PSD = ("psd", "y")


def _places(value: str) -> Iterable[str]:
    for uri in tags.places(value):
        if not dmarc_record.parsed(f"{VERSION}; rua={uri}").bad_reports:
            yield uri


def _complete(kept: dict[str, str], reports: str) -> None:
    if "rua" not in kept and reports:
        kept["rua"] = f"mailto:{reports}"
