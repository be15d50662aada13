# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A test message that goes out through a server and comes back into a mailbox here.

It carries a token that only its receivers can know; the database has its digest. What
has no such token is mail as any other, whoever says that it is a test. The token stands
in a field of its own, and in the Message-ID: some reports give nothing else back.

>>> token = "0123456789abcdef0123456789abcdef01234567"
>>> mark = b"X-Mail-Gateway-Round-Trip: " + token.encode()
>>> carried(mark + b"\\r\\n\\r\\nHello") == token
True
>>> carried(b"Subject: no test\\r\\n\\r\\nHello")
''
"""

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass

from ..message import delivery_status, entities, head, header
from ..smtp import reply
from ..smtp.address import with_ascii_domain
from ..smtp.probe import refuses_sender
from ..smtp.reply import Meaning
from .arrival import Arrival

FIELD = "X-Mail-Gateway-Round-Trip"
#: Bytes of randomness in a token, which is written in hexadecimal digits.
TOKEN_BYTES = 20
#: Nothing that is larger (bytes) is a test message, or the report of one.
_LARGEST = 1_000_000
_TOKEN = re.compile(r"[0-9a-f]{40}")
_WITHIN = re.compile(
    rb"(?i:" + FIELD.encode() + rb":\s*|<round-trip\.)([0-9a-f]{40})\b"
)
_ID = re.compile(rb"<round-trip\.([0-9a-f]{40})@[^<>\s]+>")
_DAEMON = re.compile(r"<?(mailer-daemon|postmaster)@", re.IGNORECASE)
#: A reply in words: "550 5.7.1 not allowed", "550-5.7.1 not allowed".
_REPLY = re.compile(r"\b[45][0-9]{2}[ -](?:#?[45]\.[0-9]{1,3}\.[0-9]{1,3}\b)?[^\r\n]+")

#: What may still come back, and for how many days: later its token is worth nothing.
OPEN = ("sent", "unsent", "missing")
VALID_DAYS = 7

KEPT, REWRITTEN, MISSING = "trip_kept", "trip_rewritten", "trip_missing"
#: A real mail was taken where one was refused before.
TAKEN = "permission_mail_taken"
CODES = {KEPT, REWRITTEN, MISSING, TAKEN}

#: Kinds of refusal that stop what a sender writes, whoever reads it.
_STOPPING = ("identity", "content", "authentication", "reputation")


def digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def message_id(token: str, sender: str) -> str:
    """RFC 5322, 3.6.4."""
    return f"<round-trip.{token}@{with_ascii_domain(sender).rpartition('@')[2]}>"


def carried(raw: bytes, section: header.Section | None = None) -> str:
    """The token in a message's own header; "" where there is none, or more than one.

    :param section: its header section, where it has been read
    """
    if len(raw) > _LARGEST:
        return ""
    section = section or header.Section(head.split(raw)[0])
    own = section.all(FIELD.lower())
    if not own:
        known = _ID.fullmatch(section.first("message-id").strip())
        return known[1].decode() if known else ""
    values = {value.decode("latin-1").strip() for value in own}
    token = values.pop()
    return token if not values and _TOKEN.fullmatch(token) else ""


def reported(raw: bytes, section: header.Section | None = None) -> str:
    """The token of a message that this one reports about; "" where it is no report.

    :param section: its header section, where it has been read
    """
    if len(raw) > _LARGEST:
        return ""
    if not _is_report(section or header.Section(head.split(raw)[0])):
        return ""
    contents = (part.content(raw) for part in entities.walk(raw))
    found = {token for content in contents for token in _WITHIN.findall(content)}
    return found.pop().decode() if len(found) == 1 else ""


def _is_report(section: header.Section) -> bool:
    """Whether a server has written it; some do so in words only."""
    if b"multipart/report" in section.first("content-type").lower():
        return True
    by_nobody = section.first("return-path").strip() == b"<>"
    return by_nobody or bool(_DAEMON.search(section.text("from")))


@dataclass(frozen=True)
class Ending:
    """What came of a trip: a state of mail.gateway.permission, a finding's code, and
    the words that are evidence."""

    state: str
    code: str
    evidence: str


def returned(sender: str, arrival: Arrival) -> Ending:
    """:param sender: the address it was sent from"""
    kept = arrival.sender == sender.lower()
    lines = [f"From: {arrival.shown}"]
    if arrival.added and arrival.added != arrival.sender:
        lines.append(f"Sender: {arrival.added}")
    if arrival.return_path not in (None, sender.lower()):
        lines.append(f"Return-Path: <{arrival.return_path}>")
    evidence = "; ".join(lines)
    if kept:
        return Ending("allowed", KEPT, evidence)
    return Ending("rewritten", REWRITTEN, evidence)


def refused(meaning: Meaning, stage: str) -> str:
    """The state that a refusal amounts to. That of one recipient says nothing about the
    sender, nor does one that passes by itself.

    :param stage: one of ``smtp.fact.STAGES``; "after" for what a report says
    """
    if refuses_sender(meaning):
        return "refused"
    is_stopped = stage in ("data", "after") and meaning.kind in _STOPPING
    return "refused" if is_stopped and meaning.permanent else "unknown"


def bounced(raw: bytes) -> Meaning | None:
    """What a report means; None where the message is only late, or has arrived."""
    status = delivery_status.read(raw)
    if status and status.failed:
        return status.failed[0].meaning
    if status and any(one.action for one in status.recipients):
        return None
    texts = (part.text(raw) for part in entities.walk(raw))
    said = (found[0] for text in texts if (found := _REPLY.search(text)))
    return reply.meaning("after", next(said, ""))


def outdates(state: str) -> bool:
    """Whether a trip that has not come back replaces what is known: it was taken, so
    it says nothing against a refusal."""
    return state != "refused"


def is_redeemed(state: str, params: dict[str, str] | None, depth: str) -> bool:
    """Whether a real mail that a server has taken shows that a refusal is over. One
    that came later, in a report, may come again: such a server takes what it is
    given."""
    came_later = (params or {}).get("stage") == "after"
    return state == "refused" and not (came_later and depth == "content")


def names_of(host: str, *addresses: str) -> Collection[str]:
    """By which names a mailbox's server may go: its host, its addresses' domains."""
    domains = (address.rpartition("@")[2] for address in addresses)
    return {name.lower() for name in (host, *domains) if "." in name}
