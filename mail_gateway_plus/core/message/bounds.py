# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Odoo gets to see is bounded first.

A message with thousands of parts or some megabytes of HTML keeps Odoo's sanitiser
busy for minutes and so holds up all others. Beyond these bounds it goes into
quarantine unread, with its raw bytes.

To measure is to parse, which takes as long as Odoo's own parsing. So the fields that
make parts are counted first; what they leave no room for need not be measured. What
must be measured is parsed without the lines of large attachments, whose number alone
is what the parser takes its time for.
"""

import email
import email.message
import email.policy
import itertools
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass

from ..finding import Finding
from . import header
from .counts import BLANK_LINE, SEPARATOR, Counts, count, flattened
from .tangle import at_most, tangle


@dataclass(frozen=True)
class Bounds:
    """Sizes in bytes; ``depth`` counts multiparts and attached messages inside one
    another. Odoo cleans all HTML anew with each part of it, so ``html_size`` is what
    is cleaned altogether. ``field_size`` is for the fields that describe parts: the
    standard library takes the square of their length, so many count as one that takes
    as long; ``specials`` is for those that hold addresses, where quotes, brackets and
    commas are what takes it. ``blank_lines`` is for reports, where each makes a part,
    ``tangle`` for HTML whose tags have no end (``tangle.py``).
    """

    header_size: int = 256 * 1024
    field_size: int = 8 * 1024
    specials: int = 2_500
    parts: int = 500
    depth: int = 30
    html_size: int = 4 * 1024 * 1024
    html_parts: int = 20
    blank_lines: int = 5_000
    tangle: int = 20_000_000


#: Fields that Odoo has parsed as addresses or message identifiers.
_STRUCTURED = frozenset(
    (
        *("from", "sender", "reply-to", "return-path", "delivered-to"),
        *("to", "cc", "bcc", "resent-to", "resent-cc", "message-id"),
    )
)
_SPECIALS = b'"(),<>'

#: What attachments consist of, and the smallest ones that are worth the effort.
_BASE64 = string.ascii_letters.encode() + string.digits.encode() + b"+/=\r\n"
_LARGE = 64 * 1024
#: HTML of which no tangle can be made (bytes).
_PLAIN = 2_000
#: Around the number of bytes that stood where now this number stands.
_MARK = b"\x01"
_LEFT_OUT = re.compile(rf"{_MARK.decode()}(\d+){_MARK.decode()}")


def _over(code: str, value: int, limit: int) -> Finding:
    return Finding(code, params={"value": str(value), "limit": str(limit)})


def _crowd(value: bytes) -> int:
    """What keeps the parser busy: specials, encoded words, or words, of which three
    take as long."""
    specials = len(value) - len(value.translate(None, _SPECIALS))
    words = len(value) - len(value.translate(None, b" \t"))
    return max(specials, words // 3, value.count(b"=?"))


def _specials(head: bytes) -> int:
    """The most that one of the structured fields has."""
    fields = header.fields(head)
    return max(
        (_crowd(value) for name, value in fields if name in _STRUCTURED), default=0
    )


def _at_least(found: Iterator[re.Match[bytes]], limit: int) -> int:
    """How many, counted no further than one above ``limit``."""
    return sum(1 for _ in itertools.islice(found, limit + 1))


def _unreadable(counts: Counts, flat: bytes, bounds: Bounds) -> Finding | None:
    """What may not even be measured, for it keeps the parser itself busy."""
    if counts.field_size > bounds.field_size:
        return _over("message_header_too_large", counts.field_size, bounds.field_size)
    # The parser compares each line with the boundaries of all levels around it.
    if counts.nests > bounds.parts:
        return _over("message_too_many_parts", counts.nests, bounds.parts)
    if counts.reports:
        blank = _at_least(BLANK_LINE.finditer(flat), bounds.blank_lines)
        if blank > bounds.blank_lines:
            return _over("message_too_many_parts", blank, bounds.blank_lines)
    return None


def _small(counts: Counts, flat: bytes, bounds: Bounds) -> bool:
    """Whether no bound can be exceeded: most mail is so."""
    return (
        not counts.reports
        and counts.nests <= bounds.depth
        and counts.html <= bounds.html_parts
        and counts.html * len(flat) <= bounds.html_size
        and (not counts.html or _untangled(counts, flat, bounds))
        and _at_least(SEPARATOR.finditer(flat), bounds.parts) < bounds.parts
    )


def _untangled(counts: Counts, flat: bytes, bounds: Bounds) -> bool:
    """Whether the bytes tell that no HTML among them is tangled."""
    if counts.html * len(flat) <= _PLAIN:
        return True
    return not counts.veiled and at_most(flat) <= bounds.tangle


def _parts(
    part: email.message.Message, depth: int, bounds: Bounds
) -> Iterator[tuple[int, email.message.Message]]:
    """(depth, part) of all parts; does not descend below the allowed depth."""
    yield depth, part
    children = part.get_payload() if part.is_multipart() else ()
    if depth > bounds.depth or not isinstance(children, list):
        return
    for child in children:
        if isinstance(child, email.message.Message):
            yield from _parts(child, depth + 1, bounds)


def _html_size(part: email.message.Message) -> int | None:
    if part.get_content_type() != "text/html":
        return None
    payload = part.get_payload()
    if not isinstance(payload, str):
        return 0
    told = _LEFT_OUT.finditer(payload)
    return len(payload) + sum(int(size[1]) - len(size[0]) for size in told)


def _tangle(part: email.message.Message) -> int:
    if part.get_content_type() != "text/html":
        return 0
    payload = part.get_payload(decode=True)
    text = payload if isinstance(payload, bytes) else b""
    try:
        return tangle(text.decode(part.get_content_charset("utf-8"), "replace"))
    except (LookupError, UnicodeError, ValueError):
        return tangle(text.decode("latin-1"))


def _without_attachments(raw: bytes) -> bytes:
    """The message with the same parts; large attachments are only told by their size.

    A line of base64 is no field and no boundary, so wherever it stands, those after it
    mean nothing to the parser, unless blank ones among them make parts (reports).
    """
    return raw if _MARK in raw else b"\n--".join(map(_shortened, raw.split(b"\n--")))


def _shortened(piece: bytes) -> bytes:
    """``piece`` reaches from what may be a boundary to the next of these."""
    head, blank, body = piece.partition(b"\r\n\r\n")
    if len(body) < _LARGE or body.translate(None, _BASE64):
        return piece
    kind = head.lower()
    if b"text" in kind or b"=?" in kind:
        return piece
    lines = body.rstrip(b"\r\n")
    size = str(len(lines)).encode()
    return head + blank + _MARK + size + _MARK + body[len(lines) :]


def _structure(raw: bytes, bounds: Bounds) -> Finding | None:
    # With the policy that Odoo has: others understand a broken field differently.
    message = email.message_from_bytes(raw, policy=email.policy.SMTP)
    parts = deepest = 0
    sizes: list[int] = []
    tangled = 0
    for depth, part in _parts(message, 0, bounds):
        parts += 1
        deepest = max(deepest, depth)
        size = _html_size(part)
        sizes += [] if size is None else [size]
        tangled += _tangle(part) if len(sizes) <= bounds.html_parts else 0
    cleaned = sum(itertools.accumulate(sizes))
    measured = (
        ("message_too_deep", deepest, bounds.depth),
        ("message_too_many_parts", parts, bounds.parts),
        ("message_too_many_html_parts", len(sizes), bounds.html_parts),
        ("message_html_too_large", cleaned, bounds.html_size),
        ("message_html_tangled", tangled, bounds.tangle),
    )
    return next((_over(*m) for m in measured if m[1] > m[2]), None)


def exceeded(raw: bytes, bounds: Bounds = Bounds()) -> Finding | None:
    """The first bound that the message exceeds, None when it stays within all."""
    head = header.split(raw)[0]
    if len(head) > bounds.header_size:
        return _over("message_header_too_large", len(head), bounds.header_size)
    specials = _specials(head)
    if specials > bounds.specials:
        return _over("message_header_too_crowded", specials, bounds.specials)
    flat = flattened(raw)
    counts = count(flat)
    unreadable = _unreadable(counts, flat, bounds)
    if unreadable or _small(counts, flat, bounds):
        return unreadable
    read = raw.replace(b"\0", b"")
    read = read if counts.reports else _without_attachments(read)
    try:
        return _structure(read, bounds)
    except RecursionError:
        return _over("message_too_deep", counts.nests, bounds.depth)
    except Exception:
        # Odoo's parser, which is the same, fails in the same way and is told as such.
        return None
