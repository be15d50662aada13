# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Notices of Amazon SES in JSON, as its notification service sends them by mail: of
bounces, complaints and deliveries. Field names are those of its manual.

>>> found = of_text('{"notificationType":"Bounce","bounce":{"bounceType":"Permanent",'
...     '"bouncedRecipients":[{"emailAddress":"ann@b.example","status":"5.1.1"}]}}')
>>> found.recipients[0].address, found.recipients[0].action
('ann@b.example', 'failed')
"""

import json
from collections.abc import Iterator
from typing import Any

from . import header
from .abuse import AbuseReport
from .delivery_status import RECIPIENTS, DeliveryStatus, RecipientStatus, status_in

_READ = 131_072


def is_likely(section: header.Section) -> bool:
    return b"sns.amazonaws.com" in section.first("from").lower()


def of_text(text: str) -> DeliveryStatus | AbuseReport | None:
    """The notice that a text begins with; None where it is none."""
    begin = text.find("{")
    notice = _object(text[begin : begin + _READ]) if begin >= 0 else {}
    kind = notice.get("notificationType") or notice.get("eventType")
    message_id = _message_id(_mapping(notice.get("mail")))
    if kind == "Complaint":
        complaint = _mapping(notice.get("complaint"))
        named = tuple(
            _said(one, "emailAddress").lower()
            for one in _list(complaint.get("complainedRecipients"))
        )
        return AbuseReport(
            named, "abuse", message_id, "", _said(complaint, "userAgent")
        )
    if kind == "Bounce":
        bounce = _mapping(notice.get("bounce"))
        return DeliveryStatus(tuple(_bounced(bounce)), message_id)
    if kind == "Delivery":
        delivery = _mapping(notice.get("delivery"))
        return DeliveryStatus(tuple(_delivered(delivery)), message_id)
    return None


def _object(text: str) -> dict[str, Any]:
    """The object that a text begins with; mail has lines broken (with a mark, where
    Sendmail did it)."""
    joined = text.replace("!\n ", "").replace("!\n", "").replace("\n", "")
    try:
        return _mapping(json.JSONDecoder(strict=False).raw_decode(joined)[0])
    except (ValueError, RecursionError):
        return {}


def _bounced(bounce: dict[str, Any]) -> Iterator[RecipientStatus]:
    status = "5.0.0" if bounce.get("bounceType") == "Permanent" else "4.0.0"
    for one in _list(bounce.get("bouncedRecipients"))[:RECIPIENTS]:
        yield RecipientStatus(
            _said(one, "emailAddress").lower(),
            "",
            _said(one, "action") or "failed",
            _said(one, "status") or status,
            _said(one, "diagnosticCode").removeprefix("smtp;").strip(),
        )


def _delivered(delivery: dict[str, Any]) -> Iterator[RecipientStatus]:
    named = delivery.get("recipients")
    for one in (named if isinstance(named, list) else [])[:RECIPIENTS]:
        said = _said(delivery, "smtpResponse")
        address, status = str(one)[:320].lower(), status_in(said) or "2.0.0"
        yield RecipientStatus(header.fit(address), "", "delivered", status, said)


def _message_id(mail: dict[str, Any]) -> str:
    """What the message's header says; SES gives it another identifier on the way."""
    for one in _list(mail.get("headers")):
        if _said(one, "name").lower() == "message-id":
            return _said(one, "value")
    return _said(_mapping(mail.get("commonHeaders")), "messageId")


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[dict[str, Any]]:
    return (
        [one for one in value if isinstance(one, dict)]
        if isinstance(value, list)
        else []
    )


def _said(value: dict[str, Any], name: str) -> str:
    said = value.get(name)
    return header.fit(said[:1_000]) if isinstance(said, str) else ""
