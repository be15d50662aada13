# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Odoo gets to see is bounded first.

A message with thousands of parts or some megabytes of HTML keeps Odoo's sanitiser
busy for minutes and so holds up all others. Beyond these bounds it goes into
quarantine unread, with its raw bytes.
"""

import email
import email.message
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass

from ..finding import Finding
from . import header


@dataclass(frozen=True)
class Bounds:
    """Sizes in bytes; ``depth`` counts multiparts and attached messages inside one
    another."""

    header_size: int = 256 * 1024
    parts: int = 500
    depth: int = 30
    html_size: int = 4 * 1024 * 1024


def _over(code: str, value: int, limit: int) -> Finding:
    return Finding(code, params={"value": str(value), "limit": str(limit)})


def _leaves(
    part: email.message.Message, depth: int, bounds: Bounds
) -> Iterator[tuple[int, email.message.Message]]:
    """(depth, part) of all parts; does not descend below the allowed depth."""
    yield depth, part
    children = part.get_payload() if part.is_multipart() else ()
    if depth > bounds.depth or not isinstance(children, list):
        return
    for child in children:
        if isinstance(child, email.message.Message):
            yield from _leaves(child, depth + 1, bounds)


def _html_size(part: email.message.Message) -> int:
    if part.get_content_type() != "text/html":
        return 0
    payload = part.get_payload()
    return len(payload) if isinstance(payload, str) else 0


def _structure(raw: bytes, bounds: Bounds) -> Finding | None:
    message = email.message_from_bytes(raw, policy=email.policy.compat32)
    count = html_size = deepest = 0
    for depth, part in _leaves(message, 0, bounds):
        count += 1
        deepest = max(deepest, depth)
        html_size += _html_size(part)
    measured = (
        ("message_too_deep", deepest, bounds.depth),
        ("message_too_many_parts", count, bounds.parts),
        ("message_html_too_large", html_size, bounds.html_size),
    )
    return next((_over(*m) for m in measured if m[1] > m[2]), None)


def _small(raw: bytes, boundaries: int, bounds: Bounds) -> bool:
    """Whether no bound can be exceeded, seen without parsing: most mail is so."""
    parts = raw.count(b"\n--") + 1
    return (
        boundaries < bounds.depth
        and parts < bounds.parts
        and len(raw) < bounds.html_size
    )


def exceeded(raw: bytes, bounds: Bounds = Bounds()) -> Finding | None:
    """The first bound that the message exceeds, None when it stays within all."""
    head_size = len(header.split(raw)[0])
    if head_size > bounds.header_size:
        return _over("message_header_too_large", head_size, bounds.header_size)
    # The parser recurses once a level, so a count of bytes comes before it.
    lowered = raw.lower()
    boundaries = lowered.count(b"boundary=") + lowered.count(b"message/rfc822")
    if boundaries > bounds.parts:
        return _over("message_too_many_parts", boundaries, bounds.parts)
    return None if _small(raw, boundaries, bounds) else _structure(raw, bounds)
