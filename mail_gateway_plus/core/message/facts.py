# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The facts of one message, from its raw bytes.

>>> facts = read(b"From: Ann <ann@a.example>\\r\\nSubject: Hi\\r\\n\\r\\nHello")
>>> facts.email_from, facts.subject, facts.date
('Ann <ann@a.example>', 'Hi', None)
"""

import datetime
import email.utils
import hashlib
from dataclasses import dataclass

from . import header

#: Fields that name a recipient, the surest first: what the delivering server wrote
#: at the end of the way before what the sender wrote at its beginning.
RECIPIENT_FIELDS = (
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "to",
    "cc",
    "resent-to",
    "resent-cc",
)

#: Longer lists of recipients than this (characters) are cut: reading them costs more
#: than it tells.
_RECIPIENTS_READ = 32_768

#: What makes two deliveries the same mail. Trace fields (Received, Delivered-To)
#: differ with each delivery and so do not count.
_SAME = ("message-id", "from", "date", "subject")


@dataclass(frozen=True)
class Facts:
    """``digest`` and ``fingerprint`` are SHA-256 in hexadecimal, ``size`` is in
    bytes, ``date`` is in UTC and without a zone, as Odoo keeps it."""

    message_id: str
    email_from: str
    recipients: str
    subject: str
    date: datetime.datetime | None
    size: int
    digest: str
    fingerprint: str


def _date(value: str) -> datetime.datetime | None:
    try:
        date = email.utils.parsedate_to_datetime(value)
        if date.tzinfo is not None:
            date = date.astimezone(datetime.UTC).replace(tzinfo=None)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
    # PostgreSQL and the web client agree on years of four digits only.
    return date if date.year >= 1900 else None


def _recipients(found: dict[str, list[bytes]]) -> str:
    """Addresses in the order of RECIPIENT_FIELDS, each once, joined by commas."""
    values = [
        header.decode(value)
        for name in RECIPIENT_FIELDS
        for value in found.get(name, ())
    ]
    pairs = email.utils.getaddresses([value[:_RECIPIENTS_READ] for value in values])
    addresses = (address.strip().lower() for _name, address in pairs)
    return ", ".join(dict.fromkeys(a for a in addresses if "@" in a))


def _fingerprint(found: dict[str, list[bytes]], raw: bytes, body: bytes) -> str:
    if not any(found.get("message-id", ())):
        # Programs that write no Message-ID also write the same alert twice; only
        # their trace fields tell the two apart.
        return hashlib.sha256(raw).hexdigest()
    digest = hashlib.sha256()
    for name in _SAME:
        for value in found.get(name, ()):
            digest.update(name.encode() + b":" + b" ".join(value.split()) + b"\n")
    digest.update(b"\n" + body.replace(b"\r\n", b"\n").rstrip())
    return digest.hexdigest()


def read(raw: bytes) -> Facts:
    """State the facts of a message; what is missing or broken is empty."""
    head, body = header.split(raw)
    found: dict[str, list[bytes]] = {}
    for name, value in header.fields(head):
        found.setdefault(name, []).append(value)

    def first(name: str) -> str:
        return header.decode(found[name][0]) if name in found else ""

    return Facts(
        message_id=first("message-id"),
        email_from=first("from"),
        recipients=_recipients(found),
        subject=first("subject"),
        date=_date(first("date")),
        size=len(raw),
        digest=hashlib.sha256(raw).hexdigest(),
        fingerprint=_fingerprint(found, raw, body),
    )
