# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a person sees of a message: its text and its attachments.

The caller has made sure that the message stays within ``bounds``.

>>> content = read(b"Subject: Hi\\r\\n\\r\\nHello")
>>> content.bodies
(Body(kind='text', content='Hello'),)
"""

import email
import email.message
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from . import header

#: What may be shown inside a page by a ``cid:`` address; SVG may hold scripts.
_IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp")
#: For what has no name.
_ENDINGS = {
    **{kind: "." + kind.partition("/")[2] for kind in _IMAGES},
    "application/pdf": ".pdf",
    "message/delivery-status": ".txt",
    "message/rfc822": ".eml",
    "text/calendar": ".ics",
    "text/rfc822-headers": ".txt",
}


@dataclass(frozen=True)
class Body:
    """``kind`` is ``text`` or ``html``; ``content`` is as the sender wrote it."""

    kind: str
    content: str


@dataclass(frozen=True)
class Attachment:
    """``number`` counts the attachments from 0; ``size`` is in bytes, decoded."""

    number: int
    name: str
    content_type: str
    size: int


@dataclass(frozen=True)
class Content:
    """``images`` maps a Content-ID to the number of the attachment with the image."""

    bodies: tuple[Body, ...]
    attachments: tuple[Attachment, ...]
    images: Mapping[str, int]


def read(raw: bytes) -> Content:
    """The bodies in the order in which they are shown, of an alternative only the
    richest (RFC 2046, 5.1.4), and the attachments."""
    bodies, parts = _sorted(email.message_from_bytes(raw))
    attachments = tuple(_attachment(n, part) for n, part in enumerate(parts))
    images = {
        _field(part, "content-id").strip("<> "): attachment.number
        for part, attachment in zip(parts, attachments, strict=True)
        if attachment.content_type in _IMAGES
    }
    images.pop("", None)
    return Content(tuple(_body(part) for part in bodies), attachments, images)


def attachment(raw: bytes, number: int) -> tuple[Attachment, bytes] | None:
    """One attachment with its bytes, None when there are not that many."""
    parts = _sorted(email.message_from_bytes(raw))[1]
    if not 0 <= number < len(parts):
        return None
    return _attachment(number, parts[number]), _bytes(parts[number])


_Part = email.message.Message


def _sorted(message: _Part) -> tuple[list[_Part], list[_Part]]:
    """The parts to show, and those to attach."""
    bodies: list[_Part] = []
    attached: list[_Part] = []
    for part, hidden in _leaves(message):
        if _is_text(part):
            bodies += [] if hidden else [part]
        else:
            attached.append(part)
    return bodies, attached


def _leaves(part: _Part, hidden: bool = False) -> Iterator[tuple[_Part, bool]]:
    """Each part that holds something, and whether a richer alternative hides it. A
    message inside the message is a part as a whole."""
    children = _children(part)
    if not children or part.get_content_maintype() != "multipart":
        yield part, hidden
        return
    best = _richest(part, children)
    for child in children:
        yield from _leaves(child, hidden or (best is not None and child is not best))


def _richest(part: _Part, children: list[_Part]) -> _Part | None:
    """The one of several alternatives that is shown; None when all are."""
    if part.get_content_type() != "multipart/alternative":
        return None
    rich = [child for child in children if _has_html(child)]
    plain = [child for child in children if _is_text(child)]
    return next(iter((rich or plain)[-1:]), None)


def _children(part: _Part) -> list[_Part]:
    payload = part.get_payload() if part.is_multipart() else ()
    return [child for child in payload if isinstance(child, email.message.Message)]


def _has_html(part: _Part) -> bool:
    if part.get_content_maintype() == "multipart":
        return any(_has_html(child) for child in _children(part))
    return _is_text(part) and part.get_content_subtype() == "html"


def _is_text(part: _Part) -> bool:
    """Whether the part is there to be read with the message, not to be kept."""
    return (
        part.get_content_type() in ("text/plain", "text/html")
        and not _field(part, "content-disposition").lower().startswith("attachment")
        and not _name(part)
    )


def _body(part: _Part) -> Body:
    kind = "html" if part.get_content_subtype() == "html" else "text"
    return Body(kind, header.fit(_text(part)))


def _text(part: _Part) -> str:
    data = _bytes(part)
    charset = part.get_content_charset() or "utf-8"
    try:
        return data.decode(charset)
    except (LookupError, UnicodeError, ValueError):
        return header.plain(data)


def _bytes(part: _Part) -> bytes:
    """What the part holds, its transfer encoding undone."""
    children = _children(part)
    if children:
        return b"".join(_whole(child) for child in children)
    try:
        payload = part.get_payload(decode=True)
    except ValueError:  # the standard library stumbles over the name of the charset
        part.set_param("charset", "utf-8")
        payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _whole(message: _Part) -> bytes:
    """A message inside the message."""
    try:
        return message.as_bytes()
    except Exception:  # the standard library cannot write all that it can read
        fields = "".join(f"{name}: {value}\r\n" for name, value in message.raw_items())
        return fields.encode("utf-8", "replace") + b"\r\n" + _bytes(message)


def _attachment(number: int, part: _Part) -> Attachment:
    kind = part.get_content_type()
    name = _name(part) or f"part-{number + 1}{_ENDINGS.get(kind, '')}"
    return Attachment(number, name, kind, len(_bytes(part)))


def _name(part: _Part) -> str:
    """The file name in a form that harms nobody: no folders, no control characters."""
    try:
        name = part.get_filename() or ""
    except Exception:  # whatever is broken in it, there is no name to be had
        return ""
    name = header.decode(name.encode("utf-8", "surrogateescape"))
    name = "".join(c if c.isprintable() else " " for c in name)
    return name.replace("\\", "/").rpartition("/")[2].strip(" .")[-200:]


def _field(part: _Part, name: str) -> str:
    value = part.get(name, "")
    return str(value).strip()
