# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What kind of report a message is, if it is one, and what it reports.

Read receipts, complaints and reports on a domain come in the same form as bounces
(RFC 6522), and are something else.

>>> read(b"From: MAILER-DAEMON@a.example\\r\\nSubject: Undelivered mail\\r\\n\\r\\n"
...     b"<ann@b.example>: 550 5.1.1 User unknown\\r\\n").kind
'delivery_status'
>>> read(b"From: ann@a.example\\r\\nSubject: Hi\\r\\n\\r\\nHello") is None
True
"""

import dataclasses
from collections.abc import Iterator, Sequence

from . import (
    abuse,
    bounce_sign,
    bounce_text,
    bounce_words,
    delivery_status,
    entities,
    head,
    header,
    notification,
    policy_report,
    receipt,
    recipients,
    told,
)

Report = (
    delivery_status.DeliveryStatus
    | receipt.ReadReceipt
    | abuse.AbuseReport
    | policy_report.PolicyReport
)

#: What ``Report.kind`` may be.
KINDS = (
    *("delivery_status", "read_receipt", "abuse_report", "authentication_failure"),
    *("dmarc_report", "tls_report"),
)
#: The one part by which a complaint is told where its header does not tell it, and how
#: far (bytes) it is looked for.
_FEEDBACK = b"content-type: message/feedback-report"
_SNIFFED = 65_536
#: The weight of a sender that is a mail system (``bounce_sign.origin``).
_SYSTEM = 2
#: Fields that name to whom, and by whom, a report was sent.
_OWN = ("to", "delivered-to", "x-original-to", "from", "cc")


def read(raw: bytes, section: header.Section | None = None) -> Report | None:
    """What a message reports; None for what is no report.

    :param section: its header section, where it has been read
    """
    section = section or header.Section(head.split(raw)[0])
    if not is_likely(section) and _FEEDBACK not in raw[:_SNIFFED].lower():
        return None
    parts = tuple(entities.walk(raw))
    return (
        _receipt(raw, section, parts)
        or abuse.of_parts(raw, parts)
        or policy_report.of_parts(parts)
        or _delivery(raw, section, parts)
    )


def returned(raw: bytes) -> header.Section:
    """The header section that a report brings back, empty where it brings none."""
    return told.read(raw, tuple(entities.walk(raw))).returned


def is_likely(section: header.Section) -> bool:
    """Whether anything in a header section looks like that of a report. It does not
    for ordinary mail, of which so the body need not be read."""
    kind = section.first("content-type").lower()
    return (
        b"multipart/report" in kind
        or b"report-type" in kind
        or bounce_sign.weight(section) > 0
        or policy_report.is_likely(section)
        or notification.is_likely(section)
        or abuse.is_likely(section)
    )


def _receipt(
    raw: bytes, section: header.Section, parts: Sequence[entities.Entity]
) -> Report | None:
    """A receipt, or the refusal of a mail system in its form: so it tells senders what
    a filter or a full mailbox has sent back (RFC 5429, 2.1.1)."""
    found = receipt.of_parts(raw, parts)
    if not found or found.was_read or bounce_sign.origin(section) < _SYSTEM:
        return found
    said = told.read(raw, parts)
    if not bounce_words.TEXT.search(" ".join(said.text.split())):
        return found
    refused = delivery_status.RecipientStatus(found.address, found.original, "failed")
    return delivery_status.DeliveryStatus(
        (bounce_text.completed(refused, said),), found.message_id
    )


def _delivery(
    raw: bytes, section: header.Section, parts: Sequence[entities.Entity]
) -> Report | None:
    """A report on delivery, in a part of its own or in words."""
    stated = delivery_status.of_parts(raw, parts)
    reports = parts[0].kind == "multipart/report"
    if stated and not (reports or bounce_sign.origin(section)):
        return None
    said = told.read(raw, parts)
    returned = said.returned_id
    if stated and stated.recipients:
        whole = (bounce_text.completed(one, said) for one in stated.recipients)
        return dataclasses.replace(
            stated,
            recipients=tuple(whole),
            message_id=stated.message_id or returned,
        )
    if notification.is_likely(section):
        return notification.of_text(said.text)
    # What calls itself one by its type (RFC 6522, 3) is one, whatever its parts are.
    named = "delivery-status" in section.text("content-type").lower()
    if not (stated or named or bounce_sign.is_bounce(section, said)):
        return None
    found = bounce_text.read(
        said,
        frozenset(_addresses(section, _OWN)),
        section.text("subject"),
        tuple(dict.fromkeys(_addresses(section, ("x-failed-recipients",)))),
    )
    return delivery_status.DeliveryStatus(found, returned)


def _addresses(section: header.Section, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        for value in section.all(name)[:5]:
            yield from recipients.addresses(value[:4_096])
