# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Header fields read from raw bytes, whatever is broken in them."""

import email.errors
import email.header
import re
from collections.abc import Iterator

#: The end of the header section: an empty line, however lines end.
_END = re.compile(rb"\r?\n\r?\n|\r\r")
_FOLD = re.compile(rb"\r?\n(?=[ \t])|\r(?=[ \t])")
_LINE = re.compile(rb"\r\n|\n|\r")
#: RFC 5322, 2.2: printable ASCII without the colon.
_NAME = re.compile(rb"([!-9;-~]+)[ \t]*:(.*)", re.DOTALL)
#: What PostgreSQL refuses in a text (NUL) or UTF-8 cannot carry (lone surrogates).
_UNFIT = re.compile("[\x00\ud800-\udfff]")


def split(raw: bytes) -> tuple[bytes, bytes]:
    """The header section and the body; a message without an empty line is all
    header."""
    if raw[:1] in (b"\r", b"\n"):
        return b"", raw
    end = _END.search(raw)
    return (raw[: end.start()], raw[end.end() :]) if end else (raw, b"")


def fields(head: bytes) -> Iterator[tuple[str, bytes]]:
    """(lower-case name, unfolded value) of each field in order; what is no field,
    such as the "From " line of an mbox, is passed over."""
    for line in _LINE.split(_FOLD.sub(b"", head)):
        match = _NAME.fullmatch(line)
        if match:
            yield match[1].decode("ascii").lower(), match[2].strip()


def fit(text: str) -> str:
    """``text`` without what a database refuses."""
    return _UNFIT.sub("\ufffd", text)


def _plain(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _piece(piece: bytes | str, charset: str | None) -> str:
    if isinstance(piece, str):
        return piece
    try:
        return piece.decode(charset or "ascii")
    except (LookupError, UnicodeError, ValueError):
        return _plain(piece)


def decode(value: bytes) -> str:
    """A field's value as text: encoded words (RFC 2047) decoded where they can be,
    else shown as they came."""
    text = _plain(value)
    try:
        pieces = email.header.decode_header(text)
    except (email.errors.HeaderParseError, ValueError, AssertionError):
        return fit(text)
    decoded = "".join(_piece(piece, charset) for piece, charset in pieces).strip()
    return fit(decoded or text)
