# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a message's parts say of themselves, mended where nobody can make sense of it:
unknown charsets, transfer encodings nobody has heard of, boundaries that are not
there."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from . import charset, head, words

_SEPARATOR = re.compile(rb"--(?<=[\r\n]--)([^\s-][^\r\n]*|-[^\r\n]*[^\s-][^\r\n]*)")
_REST_BLANK = re.compile(rb"[ \t]*(?:[\r\n]|\Z)")
_TOKEN = rb"\s*=\s*(\"[^\"]*\"|[^\s;]*)"
_CHARSET = re.compile(rb"(;\s*charset)" + _TOKEN, re.IGNORECASE)
_BOUNDARY = re.compile(rb"((?:;\s*|\b)boundary)(\*?)" + _TOKEN, re.IGNORECASE)

#: Of others, such as font/woff2, Python makes no content, and so Odoo raises.
_MAIN_TYPES = frozenset(
    (
        *(b"text", b"multipart", b"message", b"application"),
        *(b"image", b"audio", b"video"),
    )
)
#: RFC 2045, 6.1, and the names of what came before it.
_ENCODINGS = frozenset(
    (
        *(b"7bit", b"8bit", b"binary", b"base64", b"quoted-printable"),
        *(b"x-uuencode", b"uuencode", b"x-uue", b"uue"),
    )
)
#: Spellings without anything but letters and figures.
_MISSPELT = {
    **dict.fromkeys((b"base64", b"b64", b"base64mime"), b"base64"),
    **dict.fromkeys(
        (b"quotedprintable", b"quotedprintible", b"quotedprint", b"qp"),
        b"quoted-printable",
    ),
    **dict.fromkeys((b"7bit", b"7bits"), b"7bit"),
    **dict.fromkeys((b"8bit", b"8bits"), b"8bit"),
}
#: As much of a text as is looked at to guess its charset, in bytes.
_SAMPLE = 65_536
#: More parts than that no message has that Odoo gets to see.
_PARTS = 1_000
#: Candidates that are tried as the boundary of a multipart that names none.
_CANDIDATES = 20


@dataclass(frozen=True)
class Edit:
    """``text`` belongs in place of the bytes from ``start`` to ``end``."""

    start: int
    end: int
    text: bytes


def applied(raw: bytes, edits: list[Edit]) -> bytes:
    """With all edits done, which are in order and do not overlap."""
    pieces, done = [], 0
    for edit in edits:
        pieces += [raw[done : edit.start], edit.text]
        done = edit.end
    return b"".join([*pieces, raw[done:]])


def _first(fields: list[bytes], name: str) -> bytes:
    found = (words.value_of(field) for field in fields if words.name_of(field) == name)
    return next(found, b"")


def _encoding(field: bytes) -> bytes:
    value = words.value_of(field).lower()
    if value in _ENCODINGS:
        return field
    plain = re.sub(rb"[^a-z0-9]", b"", re.split(rb"[;(]", value[:100])[0])
    known = _MISSPELT.get(plain)
    return words.with_value(field, known) if known else field


def _kind(field: bytes) -> bytes:
    """The Content-Type as one that Odoo makes something of."""
    kind, semicolon, params = words.value_of(field).partition(b";")
    # What has no slash, or two, is text to Python (RFC 2045, 5.2).
    if kind.count(b"/") != 1 or kind.partition(b"/")[0].lower() in _MAIN_TYPES:
        return field
    kind = b"multipart/mixed" if _declared(params) else b"application/octet-stream"
    return words.with_value(field, kind + semicolon + params)


def _charset(field: bytes, sample: bytes) -> bytes:
    """The Content-Type with a charset that Python knows."""
    value = words.value_of(field)
    found = _CHARSET.search(value)
    if not found:
        return field
    name = found[2].strip(b'"').decode("ascii", "replace")
    better = charset.proper(name, sample)
    if better is None:
        return field
    named = found[1] + b"=" + better.encode()
    return words.with_value(
        field, value[: found.start()] + named + value[found.end() :]
    )


_MENDED = {"content-transfer-encoding": _encoding, "content-type": _kind}


def _sample(raw: bytes, start: int, encoding: bytes) -> bytes:
    body = raw[start : start + _SAMPLE]
    end = _SEPARATOR.search(body)
    return words.unpacked(body[: end.start()] if end else body, encoding)


def content(fields: list[bytes], raw: bytes, body: int) -> list[bytes]:
    """The fields of a part, with those about its content mended.

    :param body: where the content begins in ``raw``
    """
    mended = [
        _MENDED[name](field) if (name := words.name_of(field)) in _MENDED else field
        for field in fields
    ]
    encoding = _first(mended, "content-transfer-encoding")
    for index, field in enumerate(mended):
        if words.name_of(field) == "content-type" and b"charset" in field.lower():
            mended[index] = _charset(field, _sample(raw, body, encoding))
    return mended


def _declared(value: bytes) -> bytes | None:
    """The boundary of a multipart; None where it stands in a way (RFC 2231) that is
    left to Python."""
    found = _BOUNDARY.search(value)
    if not found:
        return b""
    return None if found[2] else found[3].strip(b'"').rstrip()


def _separates(raw: bytes, boundary: bytes, start: int) -> bool:
    """Whether a line of its own begins a part with it (RFC 2046, 5.1.1)."""
    line = b"--" + boundary
    found = start - 1
    for _number in range(_CANDIDATES):
        found = raw.find(line, found + 1)
        if found < 0:
            return False
        at_begin = found == start or raw[found - 1 : found] in (b"\r", b"\n")
        if at_begin and _REST_BLANK.match(raw, found + len(line)):
            return True
    return True


def _used(raw: bytes, start: int, taken: set[bytes]) -> bytes:
    """The boundary that separates parts from ``start`` on, whatever was declared."""
    for number, match in enumerate(_SEPARATOR.finditer(raw, start)):
        line = match[1].rstrip()
        if number >= _CANDIDATES:
            break
        again = raw.find(b"--" + line, match.end())
        if again >= 0 and line not in taken and len(line) <= 200 and b'"' not in line:
            return line
    return b""


def boundary(field: bytes, raw: bytes, body: int, taken: set[bytes]) -> bytes | None:
    """The Content-Type of a multipart with the boundary that it has; None when it has
    none at all. What it declares, and finds, is added to ``taken``."""
    value = words.value_of(field)
    declared = _declared(value)
    if declared is None:
        return field
    if declared and _separates(raw, declared, body):
        taken.add(declared)
        return field
    found = _used(raw, body, taken)
    if not found:
        return None
    taken.add(found)
    return _with_boundary(field, found)


def _with_boundary(field: bytes, found: bytes) -> bytes:
    """First of the parameters: what is broken in those behind it does no harm."""
    kind, _semicolon, params = words.value_of(field).partition(b";")
    rest = _BOUNDARY.sub(b"", b";" + params).strip(b"; ")
    if rest.count(b'"') % 2:
        rest = rest.replace(b'"', b"")
    named = kind.rstrip() + b'; boundary="' + found + b'"'
    return words.with_value(field, named + b"; " + rest if rest else named)


def wrapped(
    fields: list[bytes], index: int, content: bytes
) -> tuple[list[bytes], bytes]:
    """A multipart without parts becomes one with one: a report stays a report, and
    its text is not lost.

    :param index: which of the fields is the Content-Type
    """
    line = (
        b"mail-gateway-" + hashlib.sha256(content[:_SAMPLE]).hexdigest()[:24].encode()
    )
    encoding = [f for f in fields if words.name_of(f) == "content-transfer-encoding"]
    sample = words.unpacked(
        content[:_SAMPLE], _first(encoding, "content-transfer-encoding")
    )
    kind = b"Content-Type: text/plain; charset=" + charset.guessed(sample).encode()
    outer = [f for f in fields if f not in encoding]
    outer[outer.index(fields[index])] = _with_boundary(fields[index], line)
    text = content.rstrip(b"\r\n")
    inner = b"\r\n".join([b"--" + line, kind, *encoding, b"", text])
    return outer, inner + b"\r\n--" + line + b"--\r\n"


def is_multipart(field: bytes) -> bool:
    return words.name_of(field) == "content-type" and words.value_of(
        field
    ).lower().startswith(b"multipart/")


def _holds_message(fields: list[bytes]) -> bool:
    return _first(fields, "content-type").lower().startswith(b"message/")


def heads(
    raw: bytes, top: head.Head, boundaries: set[bytes] | None = None
) -> Iterator[tuple[int, head.Head]]:
    """(where it begins, header section) of each part, in order.

    :param boundaries: what separates parts, to which the caller adds those of the
        parts as it goes; None for whatever looks like a boundary
    """
    nested, position, number = _holds_message(top.fields), top.body, 0
    while number < _PARTS:
        if nested:
            start = position
        else:
            match = _SEPARATOR.search(raw, position)
            if not match:
                return
            start = _next_line(raw, match.end())
            if boundaries is not None and match[1].rstrip() not in boundaries:
                position = max(start, position)
                continue
        found = head.read(raw, start) if start else top
        nested = _holds_message(found.fields) and found.body > position
        position, number = max(found.body, start), number + 1
        yield start, found


def _next_line(raw: bytes, end: int) -> int:
    if raw[end : end + 2] == b"\r\n":
        return end + 2
    return min(end + 1, len(raw))
