# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Macros in SPF records (RFC 7208, 7).

>>> from functools import partial
>>> values = {"d": "email.h.example", "l": "strong-bad"}
>>> expand = partial(expanded, value_of=values.__getitem__)
>>> expand(parsed("%{d2}")), expand(parsed("%{dr}")), expand(parsed("%{lr-}"))
('h.example', 'example.h.email', 'bad.strong')
>>> expand(parsed("a%%b%_c%-d")), expand(parsed("%{d1}.%{D}"))
('a%b c%20d', 'example.email.h.example')
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

#: In what names a domain, and in the text of an explanation besides.
LETTERS = "slodiphv"
EXPLANATION_LETTERS = LETTERS + "crt"
#: Those that need nothing but the record's own domain.
STATIC_LETTERS = "d"

_SIGNS = {"%": "%", "_": " ", "-": "%20"}
_MACRO = re.compile(r"%(?:\{([A-Za-z])([0-9]*)([rR]?)([.\-+,/_=]*)\}|([%_-]))")
_VISIBLE = re.compile(r"[!-$&-~]+")
_VISIBLE_OR_SPACE = re.compile(r"[ -$&-~]+")


class Misspelt(ValueError):
    """``place`` is the offset of the character that cannot stand there."""

    def __init__(self, place: int) -> None:
        super().__init__(place)
        self.place = place


@dataclass(frozen=True)
class Macro:
    """``keep`` is how many parts from the right are kept, 0 for all of them."""

    letter: str
    keep: int = 0
    is_reversed: bool = False
    delimiters: str = "."
    is_escaped: bool = False


Part = str | Macro


def parsed(
    text: str, letters: str = LETTERS, with_spaces: bool = False
) -> tuple[Part, ...]:
    """Literal text and macros in turn; raises Misspelt.

    :param letters: the macros that may stand there
    :param with_spaces: whether this is an explanation
    """
    literal = _VISIBLE_OR_SPACE if with_spaces else _VISIBLE
    parts: list[Part] = []
    place = 0
    while place < len(text):
        if found := literal.match(text, place):
            parts.append(found[0])
        elif found := _MACRO.match(text, place):
            parts.append(_part(found, letters))
        else:
            raise Misspelt(place)
        place = found.end()
    return tuple(parts)


def _part(found: re.Match[str], letters: str) -> Part:
    letter, digits, order, delimiters, sign = found.groups()
    if sign:
        return _SIGNS[sign]
    # 7.1: the number of parts is not zero.
    if letter.lower() not in letters or (digits and not digits.strip("0")):
        raise Misspelt(found.start())
    # No name has that many labels, and int() refuses numbers without end.
    keep = int(digits[-4:]) if len(digits.lstrip("0")) < 4 and digits else 0
    is_escaped = letter.isupper()
    return Macro(letter.lower(), keep, bool(order), delimiters or ".", is_escaped)


def letters_in(parts: tuple[Part, ...]) -> set[str]:
    return {part.letter for part in parts if isinstance(part, Macro)}


def is_static(parts: tuple[Part, ...]) -> bool:
    """Whether it is the same for all mail."""
    return letters_in(parts) <= set(STATIC_LETTERS)


def expanded(parts: tuple[Part, ...], value_of: Callable[[str], str]) -> str:
    """:param value_of: the letter of a macro -> what it stands for"""
    return "".join(
        part if isinstance(part, str) else _transformed(part, value_of(part.letter))
        for part in parts
    )


def _transformed(macro: Macro, value: str) -> str:
    pieces = re.split(f"[{re.escape(macro.delimiters)}]", value)
    if macro.is_reversed:
        pieces.reverse()
    text = ".".join(pieces[-macro.keep :])
    return quote(text, safe="-._~") if macro.is_escaped else text
