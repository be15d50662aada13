# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Lists of tags, as DKIM, DMARC, MTA-STS and TLS-RPT have them (RFC 6376, 3.2).

>>> tags = parsed("v=DMARC1; p = none ;rua=mailto:a@h.example;")
>>> tags.first, tags.values["p"], tags.faults
('v', 'none', ())
>>> [(fault.kind, fault.text) for fault in parsed("p=none; p=reject; sp reject").faults]
[('twice', 'p=reject'), ('no_tag', 'sp reject')]
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

#: Characters of a record that are read; the longest key has under 1,500.
MOST_TEXT = 16_384

TWICE = "twice"
NO_TAG = "no_tag"

_TAG = re.compile(r"[ \t\r\n]*([A-Za-z][A-Za-z0-9_]*)[ \t\r\n]*=", re.S)
_BLANKS = " \t\r\n"
#: Where the semicolon before the next tag was forgotten.
_NEXT = re.compile(r"[\s,]+(?=[a-z]{1,5}\s*=)", re.I)
#: Where one stands between two places of a list.
_PLACE = re.compile(r"\s*;\s*(?=mailto:)", re.I)
_BETWEEN = re.compile(r"[,\s]+")
#: As if it were the address of a page.
_SLASHES = re.compile("(?<=^mailto:)/+", re.I)
_ADDRESS = re.compile(r"(?!//)[^@\s:]+@[A-Za-z0-9.-]+\.[A-Za-z0-9-]+")


@dataclass(frozen=True)
class Fault:
    """``place`` is where ``text`` begins, from 1."""

    kind: str
    text: str
    place: int


@dataclass(frozen=True)
class Tags:
    """``values`` by name in lower case, the first of each; ``first`` is the name that
    comes first."""

    values: Mapping[str, str]
    first: str = ""
    faults: tuple[Fault, ...] = ()

    def get(self, name: str, default: str = "") -> str:
        return self.values.get(name, default)


def parsed(text: str) -> Tags:
    values: dict[str, str] = {}
    faults = []
    place = 1
    for piece in text[:MOST_TEXT].split(";"):
        if piece.strip(_BLANKS):
            found = _TAG.match(piece)
            name = found[1].lower() if found else ""
            if not found or name in values:
                kind = TWICE if found else NO_TAG
                faults.append(Fault(kind, piece.strip(_BLANKS), place))
            else:
                values[name] = piece[found.end() :].strip(_BLANKS)
        place += len(piece) + 1
    return Tags(values, next(iter(values), ""), tuple(faults))


def respelt(text: str) -> str:
    """What somebody meant who forgot semicolons, quoted the record or escaped it.

    >>> respelt('"v=STSv1\\\\; id=1"'), respelt("p=none rua=mailto:a@b.c;mailto:d@b.c")
    ('v=STSv1; id=1', 'p=none;rua=mailto:a@b.c,mailto:d@b.c')
    """
    plain = text.strip("\"' ").replace("\\;", ";")
    return _PLACE.sub(",", _NEXT.sub(_semicolon, plain))


def _semicolon(found: re.Match[str]) -> str:
    before = found.string[: found.start()].rstrip(_BLANKS)
    return found[0] if before.endswith(";") else ";"


def places(value: str) -> Iterator[str]:
    """The URIs that reports go to, as somebody meant them who forgot ``mailto:`` or a
    comma.

    >>> list(places("a@h.example, mailto://b@h.example https://h.example/r"))
    ['mailto:a@h.example', 'mailto:b@h.example', 'https://h.example/r']
    """
    for place in filter(None, _BETWEEN.split(value)):
        place = _SLASHES.sub("", place)
        yield f"mailto:{place}" if _ADDRESS.fullmatch(place) else place


def of_version(texts: Iterable[str], version: str) -> list[str]:
    """The records of a version; where there is none, those that were meant to be one,
    which nobody reads.

    >>> of_version(["v=stsv1; id=1", "other"], "STSv1")
    ['v=stsv1; id=1']
    """
    every = list(texts)
    found = [text for text in every if parsed(text).get("v") == version]
    name = version.rstrip("0123456789").lower()
    return found or [text for text in every if name in text[:MOST_TEXT].lower()]
