# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A message that Odoo can read, made of one that it cannot.

What is delivered is kept as it came; only Odoo gets the repaired copy. A healthy
message is handed on as it is. The same bytes are repaired to the same bytes, so that a
second attempt knows what the first one made. The time is linear in the size.

>>> repaired(b"Content-Transfer-Encoding: base-64\\n\\n").partition(b"\\r\\n")[0]
b'Content-Transfer-Encoding: base64'
>>> healthy = b"From: ann@a.example\\nDate: now\\nMessage-ID: <1@a.example>\\n\\nHello"
>>> repaired(healthy) is healthy
True
"""

import hashlib
import re

from . import head, identity, parts, plain, words

#: From the first CR of a row only, else the time is the square of its length.
_MANY_CR = re.compile(rb"(?<!\r)\r{2,}\n")


def repaired(raw: bytes) -> bytes:
    """The message as Odoo gets it."""
    whole = _unified(raw)
    top = head.read(whole)
    if top.too_large:
        return whole
    fields = [words.readable(field) for field in top.fields]
    fields = _completed(fields, raw)
    fields = parts.content(fields, whole, top.body)
    taken: set[bytes] = set()
    fields, body = _top_boundary(fields, whole, top.body, taken)
    if body is None and _has_parts(fields):
        edits = _part_edits(whole, top, taken)
        body = parts.applied(whole, edits)[top.body :] if edits else None
    if body is None and fields == top.fields and not top.broken:
        return whole
    rest = whole[top.body :] if body is None else body
    return head.Head(fields, 0, False).joined() + rest


def rebuilt(raw: bytes) -> bytes:
    """For a repaired message that Odoo's parser fails on all the same: fields that
    Python's parser cannot make sense of keep their addresses, or their kind of
    content, and lose the rest."""
    whole = repaired(raw)
    top = head.read(whole)
    if top.too_large:
        return whole
    found = [(0, top)]
    if _has_parts(top.fields):
        found += parts.heads(whole, top)
    edits = [edit for place in found if (edit := _plain_edit(*place))]
    return parts.applied(whole, edits) if edits else whole


def _plain_edit(start: int, found: head.Head) -> parts.Edit | None:
    fields = [plain.readable(field) for field in found.fields]
    kept = [field for field in fields if field]
    if kept == found.fields:
        return None
    return parts.Edit(start, found.body, head.Head(kept, 0, False).joined())


def _unified(raw: bytes) -> bytes:
    """Without NUL, which PostgreSQL keeps in no text, and with one CR a line's end."""
    if b"\0" in raw:
        raw = raw.replace(b"\0", b"")
    return _MANY_CR.sub(b"\r\n", raw) if b"\r\r\n" in raw else raw


def _completed(fields: list[bytes], raw: bytes) -> list[bytes]:
    """With a Message-ID, a From and a Date."""
    known: dict[str, list[bytes]] = {}
    for field in fields:
        known.setdefault(words.name_of(field), []).append(words.value_of(field))
    done = [
        words.message_id(f) if words.name_of(f) == "message-id" else f for f in fields
    ]
    if not any(known.get("message-id", ())):
        own = identity.derived(hashlib.sha256(raw).hexdigest())
        done = _replaced(done, "message-id", own.encode())
    if not any(words.has_address(value) for value in known.get("from", ())):
        done = _replaced(done, "from", words.sender(known))
    if not any(known.get("date", ())) and (received := words.date(known)):
        done = _replaced(done, "date", received)
    return done


def _replaced(fields: list[bytes], name: str, value: bytes) -> list[bytes]:
    """What stood there stays, under another name."""
    label = {"message-id": "Message-ID", "from": "From", "date": "Date"}[name].encode()
    kept = [
        b"X-Original-" + f if words.name_of(f) == name else f
        for f in fields
        if words.name_of(f) != name or words.value_of(f)
    ]
    return [*kept, label + b": " + value]


def _has_parts(fields: list[bytes]) -> bool:
    value = next(
        (words.value_of(f) for f in fields if words.name_of(f) == "content-type"), b""
    )
    return value.lower().startswith((b"multipart/", b"message/"))


def _top_boundary(
    fields: list[bytes], raw: bytes, body: int, taken: set[bytes]
) -> tuple[list[bytes], bytes | None]:
    """The fields, and the body when it had to be wrapped."""
    for index, field in enumerate(fields):
        if not parts.is_multipart(field):
            continue
        mended = parts.boundary(field, raw, body, taken)
        if mended is None:
            return parts.wrapped(fields, index, raw[body:])
        return [*fields[:index], mended, *fields[index + 1 :]], None
    return fields, None


def _part_edits(raw: bytes, top: head.Head, taken: set[bytes]) -> list[parts.Edit]:
    edits = []
    for start, found in parts.heads(raw, top, taken):
        fields = [words.readable(field) for field in found.fields]
        fields = parts.content(fields, raw, found.body)
        fields = [_part_boundary(field, raw, found.body, taken) for field in fields]
        if fields != found.fields or found.broken:
            text = head.Head(fields, 0, False).joined()
            edits.append(parts.Edit(start, found.body, text))
    return edits


def _part_boundary(field: bytes, raw: bytes, body: int, taken: set[bytes]) -> bytes:
    if not parts.is_multipart(field):
        return field
    mended = parts.boundary(field, raw, body, taken)
    return b"Content-Type: text/plain" if mended is None else mended
