# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Terms of SPF as people misspell them, and what they meant.

>>> [term.text for term in meant("ipv4:192.0.2.1,ip4:192.0.2.2;")]
['ip4:192.0.2.1', 'ip4:192.0.2.2']
>>> [term.text for term in meant("a:192.0.2.1/24")], meant("nonsense")
(['ip4:192.0.2.1/24'], [])
>>> words('"v = spf1;include: a.example -all"')
['include:a.example', '-all']
"""

import re

from . import spf_record
from .spf_record import Term, Wrong

_BEGIN = re.compile(r"""["'\s]*(v?\s*=)?\s*["'\s]*spf1?["'\s;:,]*""", re.I)
#: A dash, as word processors make it of "-": its UTF-8, each character one byte.
_DASH = re.compile("\xe2\x80[\x93\x94]")
#: A blank between a mechanism and its domain.
_GAP = re.compile(r"([A-Za-z0-9]:) +(?=[^ :=]+\.[^ :=]+(?: |$))")
_SPELT = re.compile(r"([+?~-]?)([A-Za-z][A-Za-z0-9_-]*)\.?(?:[:=]+(.*))?", re.S)
_ADDRESS = re.compile(
    r"([+?~-]?)(?:[a-z0-9]+:)?([0-9]+(?:\.[0-9]+){3}(?:/[0-9]+)?)", re.I
)

#: As it is written -> what it is called.
_NAMES = {
    "ip": "ip4",
    "ipv4": "ip4",
    "ip4": "ip4",
    "ipv6": "ip6",
    "ip6": "ip6",
    "includes": "include",
    "inlcude": "include",
    "mx": "mx",
    "a": "a",
    "all": "all",
    "al": "all",
    "ptr": "ptr",
    "exist": "exists",
    "exists": "exists",
    "include": "include",
}


def words(text: str) -> list[str]:
    """What stands between the blanks of a record, or of what nearly is one."""
    rest = _DASH.sub("-", text)
    begin = _BEGIN.match(rest)
    rest = rest[begin.end() if begin else 0 : spf_record.MOST_TEXT].rstrip("\"' ")
    return _GAP.sub(r"\1", rest).split()


def meant(word: str) -> list[Term]:
    """The terms that a word stands for; none where nobody can know."""
    found = [_one(piece) for piece in re.split("[,;]", word.strip("\"'")) if piece]
    return [term for term in found if term]


def _one(text: str) -> Term | None:
    for spelt in (text, _address(text), _named(text)):
        try:
            term = spf_record.read(spelt)
        except Wrong:
            continue
        # "ip4=192.0.2.1" can be read: as a modifier that nobody knows.
        if term.qualifier or term.name not in _NAMES:
            return term
    return None


def _address(text: str) -> str:
    """An address where a name belongs, or under the name of the other kind."""
    if found := _ADDRESS.fullmatch(text):
        return f"{found[1]}ip4:{found[2]}"
    head, _colon, address = text.partition(":")
    is_six = ":" in address and not re.search("[^0-9A-Fa-f:./]", address)
    return f"{head[: head[:1] in '+?~-']}ip6:{address}" if is_six else ""


def _named(text: str) -> str:
    found = _SPELT.fullmatch(text)
    if not found:
        return ""
    qualifier, name, value = found[1], found[2].lower(), found[3]
    if name == "redirect":
        return f"redirect={value or ''}"
    if name not in _NAMES:
        return ""
    ending = "" if not value or name in ("all", "al") else f":{value}"
    return f"{qualifier}{_NAMES[name]}{ending}"
