# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The parts of a message, found in its raw bytes without parsing the rest of it.

Reports are read part by part. The standard library would take the square of the length
of some fields, and the whole of each attachment; here only the heads are read.

>>> head = b"Content-Type: multipart/mixed; boundary=b\\r\\n\\r\\n"
>>> raw = head + b"--b\\r\\n\\r\\nHi\\r\\n--b--"
>>> [(part.kind, part.content(raw)) for part in walk(raw)]
[('multipart/mixed', b''), ('text/plain', b'Hi')]
"""

import email.message
import re
from collections.abc import Iterator
from dataclasses import dataclass

from . import charset, head, header, parts, words

#: No report has more parts or nests deeper; what lies beyond is not looked at.
_PARTS = 200
_DEPTH = 6
#: As much of a part (bytes) as is read.
READ = 262_144
#: As much of a text as is looked at to guess its charset.
_SAMPLE = 65_536

_KIND = re.compile(rb"\s*([\w.+-]+/[\w.+-]+)")
_PARAMETER = r"(?:^|[;\s]){}\s*=\s*(?:\"([^\"]*)\"|([^\s;\"]+))"
_LINE_END = re.compile(rb"[ \t]*(?:\r\n|\r|\n|\Z)")


@dataclass(frozen=True)
class Entity:
    """A part: its fields, and its content from ``start`` to ``end``. ``kind`` is its
    media type in lower case (RFC 2045, 5.2 where it names none), ``depth`` counts the
    multiparts around it."""

    kind: str
    section: header.Section
    start: int
    end: int
    depth: int

    def parameter(self, name: str) -> str:
        return parameter(self.section.first("content-type"), name)

    def content(self, raw: bytes) -> bytes:
        """What it holds, at most ``READ`` bytes, its transfer encoding undone; nothing
        for a multipart."""
        if self.kind.startswith("multipart/"):
            return b""
        data = raw[self.start : min(self.end, self.start + READ)]
        encoding = self.section.first("content-transfer-encoding")
        return words.unpacked(data, encoding.strip()) if encoding else data

    def text(self, raw: bytes) -> str:
        """The same as text, in the charset that it names or that it seems to have."""
        data = self.content(raw)
        named = self.parameter("charset")
        sample = data[:_SAMPLE]
        if named.lower() in ("", "us-ascii", "ascii") and (
            b"\x1b$" in sample or not sample.isascii()
        ):
            named = charset.guessed(sample)
        known = charset.proper(named, sample) or named
        return header.fit(data.decode(known, "replace"))


def parameter(value: bytes, name: str) -> str:
    """A parameter of a Content-Type, "" where it has none of this name."""
    text = header.plain(value[:4_096])
    found = re.search(_PARAMETER.format(re.escape(name)), text, re.IGNORECASE)
    return (found[1] or found[2] or "").strip() if found else ""


def walk(raw: bytes) -> Iterator[Entity]:
    """The message and its parts in order, each multipart before what it holds. What
    is inside an attached message belongs to that, and is not among them."""
    budget = [_PARTS]
    yield from _walk(raw, 0, len(raw), 0, budget)


def attachments(raw: bytes) -> Iterator[str]:
    """The name of each part that is there to be kept, not to be read with the message;
    "" where it has none."""
    for part in walk(raw):
        value = part.section.first("content-disposition").lower()
        name = _file_name(part.section)
        shown = part.kind in ("text/plain", "text/html")
        if part.kind.startswith("multipart/"):
            continue
        if not shown or name or value.startswith(b"attachment"):
            yield name


def _file_name(section: header.Section) -> str:
    """RFC 2183, 2.3 and RFC 2231."""
    fields = email.message.Message()
    for name in ("content-disposition", "content-type"):
        value = section.first(name)[:4_096]
        if b"name" in value.lower():
            fields[name] = header.fit(header.plain(value))
    try:
        found = fields.get_filename() or ""
    except Exception:  # whatever is broken in it, there is no name to be had
        return ""
    return header.decode(found.encode("utf-8", "surrogateescape"))[:255]


def _walk(
    raw: bytes, start: int, end: int, depth: int, budget: list[int]
) -> Iterator[Entity]:
    budget[0] -= 1
    found = _entity(raw, start, end, depth)
    yield found
    if not found.kind.startswith("multipart/") or depth >= _DEPTH:
        return
    for first, last in _children(raw, found, budget[0]):
        if budget[0] <= 0:
            return
        yield from _walk(raw, first, last, depth + 1, budget)


def _entity(raw: bytes, start: int, end: int, depth: int) -> Entity:
    if start:
        top = head.read(raw, start)
        section, body = header.Section(top.joined()), top.body
    else:
        joined, rest = head.split(raw)
        section, body = header.Section(joined), len(raw) - len(rest)
    stated = _KIND.match(section.first("content-type"))
    kind = stated[1].decode("ascii").lower() if stated else "text/plain"
    return Entity(kind, section, min(body, end), end, depth)


def _boundary(raw: bytes, entity: Entity) -> bytes:
    """The one that it declares, or that separates its parts whatever it declares."""
    field = b"Content-Type: " + entity.section.first("content-type")
    mended = parts.boundary(field[:4_096], raw, entity.start, set())
    return parameter(mended or b"", "boundary").encode()


def _children(raw: bytes, entity: Entity, count: int) -> Iterator[tuple[int, int]]:
    """(begin, end) of its parts; the last may have no end of its own."""
    line = b"--" + _boundary(raw, entity)
    begin, at = -1, entity.start
    while len(line) > 2 and count > 0 and 0 <= at < entity.end:
        found = raw.find(line, at, entity.end)
        if found < 0:
            break
        at = found + len(line)
        closes = raw[at : at + 2] == b"--"
        rest = _LINE_END.match(raw, at + 2 * closes)
        if rest and (found == entity.start or raw[found - 1 : found] in (b"\r", b"\n")):
            if begin >= 0:
                count -= 1
                yield begin, _before_line_end(raw, begin, found)
            begin, at = (-1 if closes else rest.end()), rest.end()
            if closes:
                return
    if begin >= 0:
        yield begin, entity.end


def _before_line_end(raw: bytes, begin: int, end: int) -> int:
    """The line end before a separator belongs to that (RFC 2046, 5.1.1)."""
    for mark in (b"\r\n", b"\n", b"\r"):
        if raw.endswith(mark, begin, end):
            return end - len(mark)
    return end
