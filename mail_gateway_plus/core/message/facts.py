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

from . import head, header, recipients, words

#: Fields that name a recipient. Received is the last, for there are many of it.
RECIPIENT_FIELDS = (
    *(name for name in recipients.ENVELOPE if name != "Received"),
    *("To", "Cc", "Resent-To", "Resent-Cc", "Received"),
)

#: As much of the header and of a field (bytes), and as many fields of addresses, as is
#: read. The parsers take more than linear time, and no real field comes near.
_HEADER_READ = 1_048_576
_TEXT_READ = 8_192
_DATE_READ = 256
_RECIPIENT_FIELDS_READ = 40

#: As much as is stated (characters). The Message-ID, in bytes, is the length of a line
#: (RFC 5322, 2.1.1): it is indexed, and PostgreSQL refuses 2,704 bytes there.
_TEXT = 2_000
_RECIPIENTS = 10_000
_MESSAGE_ID = 998

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
    except Exception:  # none of the parser's many faults says more than "no date"
        return None
    # PostgreSQL and the web client agree on years of four digits only.
    return date if date.year >= 1900 else None


def _recipients(found: dict[str, list[bytes]]) -> str:
    """Addresses in the order of RECIPIENT_FIELDS, each once, joined by commas."""
    values = [
        (name, value)
        for name in RECIPIENT_FIELDS
        for value in found.get(name.lower(), ())
    ]
    named = recipients.named(values[:_RECIPIENT_FIELDS_READ])
    addresses = dict.fromkeys(address for _name, address in named)
    joined = ", ".join(addresses)
    if len(joined) > _RECIPIENTS:
        joined = joined[:_RECIPIENTS].rpartition(", ")[0]
    return joined


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


def _cut(text: str, size: int) -> str:
    """The first ``size`` bytes of ``text`` in UTF-8, without blanks around."""
    return text.strip().encode()[:size].decode("utf-8", "ignore").strip()


def _stated(found: dict[str, list[bytes]]) -> dict[str, bytes]:
    """The values of Message-ID, From, Subject and Date as Odoo gets to see them, for
    what is broken or missing there is mended from other fields in the same way."""
    first = {name: found[name][0][:_TEXT_READ] for name in _SAME if name in found}
    first["message-id"] = words.whole_id(first.get("message-id", b""))
    if not any(map(words.has_address, found.get("from", ()))):
        first["from"] = words.named_sender(found)[:_TEXT_READ] or first.get("from", b"")
    if not any(found.get("date", ())):
        first["date"] = words.date(found) or b""
    return first


def read(raw: bytes) -> Facts:
    """State the facts of a message; what is missing or broken is empty."""
    top, body = head.split(raw)
    found: dict[str, list[bytes]] = {}
    for name, value in header.fields(top[:_HEADER_READ]):
        found.setdefault(name, []).append(value)
    first = _stated(found)
    return Facts(
        message_id=_cut(header.decode(first["message-id"]), _MESSAGE_ID),
        email_from=header.decode(first["from"])[:_TEXT],
        recipients=_recipients(found),
        subject=header.decode(first.get("subject", b""))[:_TEXT],
        date=_date(header.decode(first["date"][:_DATE_READ])),
        size=len(raw),
        digest=hashlib.sha256(raw).hexdigest(),
        fingerprint=_fingerprint(found, raw, body),
    )
