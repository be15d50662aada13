# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How long HTML keeps Odoo's sanitiser looking for the ends of its tags.

Its expressions search from each ``<`` to the next ``>``, and from each ``encoding=`` in
between once more (html_normalize, 19.0). Where tags have no end that takes the square
of the length: a page of half a megabyte of ``<`` takes it a quarter of an hour.

>>> tangle("<p>Hello</p>"), tangle("<" * 1000)
(5, 500500)
"""

import re

_OPEN = re.compile("<")


def tangle(html: str) -> int:
    """The characters that are passed in these searches."""
    return sum(_searched(piece) for piece in html.split(">") if "<" in piece)


def at_most(written: bytes) -> int:
    """No less than the tangle of HTML that stands among these lower-case bytes, as it
    is or as quoted-printable."""
    return sum(map(_searched_at_most, written.split(b">")))


def _searched_at_most(piece: bytes) -> int:
    opened = piece.count(b"<") + piece.count(b"=3c")
    return opened * len(piece) * (1 + piece.count(b"=")) if opened else 0


def _searched(piece: str) -> int:
    passed = sum(len(piece) - found.start() for found in _OPEN.finditer(piece))
    return passed * (1 + piece.count("encoding="))
