# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the bytes of a message allow at most, without parsing it.

>>> count(flattened(b"Content-Type: text/html; charset=utf-8\\r\\n\\r\\n<p>"))
Counts(nests=0, reports=0, html=1, field_size=25, veiled=False)
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

#: For the counts: lower case, and no NUL, for those are taken out before Odoo reads.
_LOWER = bytes(range(256)).lower()

# The expressions begin with plain text, which is found fast in megabytes of base64,
# and look back from there to the line's start. A bare CR ends a line for Python too.
_FIELD = re.compile(
    rb"content-(?<![^\r\n]content-)(type|disposition|transfer-encoding):"
    rb"((?:[^\r\n]|(?:\r\n|\r|\n)[ \t])*)"
)
SEPARATOR = re.compile(rb"--(?<=[\r\n]--)")
BLANK_LINE = re.compile(rb"\n(?=[\r\n])|\r(?=\r)")

#: Transfer encodings and charsets in which each "<" of HTML shows in the bytes.
_OPEN = (b"7bit", b"8bit", b"binary", b"quoted-printable")
_OPEN_CHARSET = re.compile(
    rb"charset *= *(\"?)(?:utf-8|us-ascii|iso-8859-\d+|windows-125\d)\1 *(?:;|\Z)"
)


@dataclass(frozen=True)
class Counts:
    """At most, whatever the bytes mean: ``nests`` containers, ``reports`` parts that
    blank lines divide, ``html`` parts of HTML, which are ``veiled`` when their tags may
    be coded; ``field_size`` as in ``bounds.Bounds``."""

    nests: int
    reports: int
    html: int
    field_size: int
    veiled: bool


def flattened(raw: bytes) -> bytes:
    """The bytes in which to count."""
    return raw.translate(_LOWER, b"\0")


def _headers(flat: bytes) -> Iterator[list[tuple[bytes, bytes]]]:
    """The fields (kind, value) that describe parts; those of one header together."""
    header: list[tuple[bytes, bytes]] = []
    end = 0
    for match in _FIELD.finditer(flat):
        if header and BLANK_LINE.search(flat, end, match.start()):
            yield header
            header = []
        header.append((match[1], match[2]))
        end = match.end()
    yield header


def _is_open(kind: bytes, value: bytes) -> bool:
    if kind == b"transfer-encoding":
        return value.strip() in _OPEN
    return len(_OPEN_CHARSET.findall(value)) == value.count(b"charset")


def _header(fields: list[tuple[bytes, bytes]]) -> tuple[int, int, int, int, bool]:
    """What one header adds to each of the counts."""
    nests = reports = html = squares = 0
    for kind, value in fields:
        squares += len(value) ** 2
        if kind != b"type":
            continue
        # Python decodes encoded words here, so they may be anything.
        encoded = b"=?" in value.partition(b";")[0]
        # The parts of a digest are messages without saying so.
        message = b"message/" in value or b"/digest" in value or encoded
        nests += message or b"boundary" in value
        reports += message
        html += encoded or b"text/html" in value
    veiled = bool(html) and not all(_is_open(*field) for field in fields)
    return nests, reports, html, squares, veiled


def count(flat: bytes) -> Counts:
    """:param flat: a message, ``flattened``"""
    columns = zip(*map(_header, _headers(flat)), strict=True)
    nests, reports, html, squares, veiled = map(sum, columns)
    return Counts(nests, reports, html, math.isqrt(squares), bool(veiled))
