# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Complaints of recipients and their providers, passed on by feedback loops (RFC 5965),
and reports of single messages that failed authentication (RFC 6591).

>>> raw = (
...     b"Content-Type: multipart/report; boundary=b\\r\\n\\r\\n--b\\r\\n"
...     b"Content-Type: message/feedback-report\\r\\n\\r\\nFeedback-Type: abuse\\r\\n"
...     b"Original-Rcpt-To: <Ann@b.example>\\r\\nSource-IP: 192.0.2.1\\r\\n\\r\\n--b--"
... )
>>> found = of_parts(raw, tuple(entities.walk(raw)))
>>> found.kind, found.addresses, found.source_ip
('abuse_report', ('ann@b.example',), '192.0.2.1')
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from . import delivery_status, entities, header, told

KINDS = frozenset(("message/feedback-report",))
#: RFC 5965, 7.3 and RFC 6650, 4.
TYPES = ("abuse", "fraud", "virus", "other", "not-spam", "auth-failure", "opt-out")
#: Reports that attach the message and nothing else (Microsoft's, and what follows it).
_SUBJECT = re.compile(r"\s*complaint about message from \[?[\da-f.:]+", re.IGNORECASE)
_RECIPIENTS = 20
#: Where large providers write from. Whoever checks it has DMARC pass.
_REPORTERS = re.compile(
    r"feedback@arf\.mail\.yahoo\.com|staff@hotmail\.com|scomp@aol\.(?:net|com)|"
    r"[\w.+-]+@(?:[\w-]+\.)*(?:senderscore|fbl\.validity)\.(?:net|com)"
)


@dataclass(frozen=True)
class AbuseReport:
    """``type`` is one of ``TYPES``; ``addresses`` are who complained, in lower case;
    ``message_id`` is that of the message complained of, in angle brackets."""

    addresses: tuple[str, ...]
    type: str = "abuse"
    message_id: str = ""
    source_ip: str = ""
    reporter: str = ""

    @property
    def kind(self) -> str:
        is_failure = self.type == "auth-failure"
        return "authentication_failure" if is_failure else "abuse_report"


def is_likely(section: header.Section) -> bool:
    """Whether the subject is one of a complaint that has no other mark."""
    return _SUBJECT.match(section.text("subject")) is not None


def is_reporter(address: str) -> bool:
    """Whether a provider passes complaints on from this address, in lower case."""
    return _REPORTERS.fullmatch(address) is not None


def of_parts(raw: bytes, parts: Sequence[entities.Entity]) -> AbuseReport | None:
    """The complaint in a message; None without one."""
    said = told.read(raw, parts)
    stated = next((part for part in parts if part.kind in KINDS), None)
    if stated:
        content = delivery_status.without_blank_lines(stated.content(raw))
        return _report(header.Section(content), said)
    if parts and said.has_returned and is_likely(parts[0].section):
        return _report(header.Section(b""), said)
    return None


def _report(section: header.Section, said: told.Told) -> AbuseReport:
    fields = (
        *section.all("original-rcpt-to"),
        *section.all("removal-recipient"),
        *said.returned.all("x-hmxmroriginalrecipient"),
    )
    named = [delivery_status.address(value) for value in fields[:_RECIPIENTS]]
    kind = section.text("feedback-type").lower().strip()
    return AbuseReport(
        tuple(dict.fromkeys(address for address in named if "@" in address)),
        kind if kind in TYPES else "other" if kind else "abuse",
        said.returned_id,
        section.text("source-ip") or section.text("source"),
        section.text("user-agent"),
    )
