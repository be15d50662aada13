# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Header fields read from raw bytes, whatever is broken in them."""

import email.header
import re
from collections.abc import Collection, Iterator

#: A line's end, whichever program wrote it.
_END = rb"(?:\r\n|\n|\r|\Z)"
#: RFC 5322, 2.2: a name of printable ASCII without the colon.
_NAME = rb"[!-9;-~]*[ \t]*:"
#: A field (be its name missing), a continuation line or an mbox's first line, wherever
#: that stands. What is none of these ends the header section, as it does for Python's
#: parser and so for Odoo.
_LINE = re.compile(rb"(?:" + _NAME + rb"|[ \t]|From )[^\r\n]*" + _END)
_EMPTY = re.compile(rb"\r\n|\n|\r")
_FOLD = re.compile(rb"(?:\r\n|\n|\r)(?=[ \t])")
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:(.*)", re.DOTALL)
#: What PostgreSQL refuses in a text (NUL) or UTF-8 cannot carry (lone surrogates).
_UNFIT = re.compile("[\x00\ud800-\udfff]")
#: As much of a section and of a value (bytes) as is read. The parsers take more than
#: linear time, and no real one comes near.
_SECTION_READ = 1_048_576
_TEXT_READ = 8_192


def split(raw: bytes) -> tuple[bytes, bytes]:
    """The header section and the body, without the empty line between them."""
    end = 0
    # Line by line: one expression for all lines keeps its place in each of them, which
    # takes a hundred times the memory of the header.
    while line := _LINE.match(raw, end):
        end = line.end()
    empty = _EMPTY.match(raw, end)
    return raw[:end], raw[empty.end() if empty else end :]


def fields(head: bytes) -> Iterator[tuple[str, bytes]]:
    """(lower-case name, unfolded value) of each field in order."""
    for line in _EMPTY.split(_FOLD.sub(b"", head)):
        match = _FIELD.fullmatch(line)
        if match:
            yield match[1].decode("ascii").lower(), match[2].strip()


class Section:
    """The fields of one header section, in order and by their lower-case names.

    >>> section = Section(b"To: a@a.example\r\nSubject: Hi\r\nTo: b@b.example\r\n")
    >>> section.all("to"), section.text("subject"), section.first("cc")
    ([b'a@a.example', b'b@b.example'], 'Hi', b'')
    """

    def __init__(self, head: bytes) -> None:
        self.fields = tuple(fields(head[:_SECTION_READ]))
        self._named: dict[str, list[bytes]] = {}
        self._texts: dict[str, str] = {}
        for name, value in self.fields:
            self._named.setdefault(name, []).append(value)

    def __contains__(self, name: str) -> bool:
        return name in self._named

    @property
    def names(self) -> Collection[str]:
        return self._named.keys()

    def all(self, name: str) -> list[bytes]:
        """The values of this name from the top; none where there is no such field."""
        return self._named.get(name, [])

    def first(self, name: str) -> bytes:
        return next(iter(self.all(name)), b"")

    def text(self, name: str) -> str:
        """The first value of this name as text, "" where there is none."""
        if name not in self._texts:
            self._texts[name] = decode(self.first(name)[:_TEXT_READ])
        return self._texts[name]


def fit(text: str) -> str:
    """``text`` without what a database refuses."""
    return _UNFIT.sub("\ufffd", text)


def plain(value: bytes) -> str:
    """Bytes of no known charset as text."""
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
        return plain(piece)


def decode(value: bytes) -> str:
    """A field's value as text: encoded words (RFC 2047) decoded where they can be,
    else shown as they came."""
    text = plain(value)
    try:
        pieces = email.header.decode_header(text)
    except Exception:  # whatever it is, the words cannot be decoded
        return fit(text)
    decoded = "".join(_piece(piece, charset) for piece, charset in pieces).strip()
    return fit(decoded or text)
