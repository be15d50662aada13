# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Reports as servers and programs write them, about any message."""

import itertools

_numbers = itertools.count(1)

#: Fields of one recipient in a report on delivery.
FAILED = "Action: failed\nStatus: {status}\nDiagnostic-Code: smtp; {said}\n"
DELAYED = "Action: delayed\nStatus: 4.4.1\nDiagnostic-Code: smtp; 451 4.4.1 Timeout\n"
DELIVERED = "Action: delivered\nStatus: 2.0.0\n"

_HEAD = """\
From: {sender}
To: {to}
Subject: {subject}
Message-ID: <report.{number}@mx.customer.example>
Date: Fri, 20 Nov 2026 09:10:00 +0000
Auto-Submitted: auto-replied
Return-Path: <>
MIME-Version: 1.0
"""
_PARTS = """\
Content-Type: multipart/report; report-type={type}; boundary="b"

--b
Content-Type: text/plain

{text}
--b
Content-Type: message/{kind}

{stated}
--b
Content-Type: text/rfc822-headers

From: us@demo.example
To: {recipient}
Subject: Hi
Message-ID: {message_id}
{mark}
--b--
"""


def _bytes(text):
    return text.replace("\n", "\r\n").encode()


def _head(
    subject, to="bounce@demo.example", sender="MAILER-DAEMON@mx.customer.example"
):
    return _HEAD.format(sender=sender, to=to, subject=subject, number=next(_numbers))


def _report(subject, head=None, **values):
    values = {"recipient": "somebody@customer.example", "text": "A report.", **values}
    mark = values.get("mark")
    values["mark"] = f"X-Mail-Gateway-Trace: {mark}\n" if mark else ""
    return _bytes((head or _head(subject)) + _PARTS.format(**values))


def status(message_id, *recipients, kind="delivery-status", named="rfc822", mark=""):
    """A report on delivery; ``recipients`` are (address, its fields), ``mark`` is what
    this database wrote into the message that came back."""
    groups = ["Reporting-MTA: dns; mx.customer.example\n"] + [
        f"Final-Recipient: {named}; {address}\n{fields}"
        for address, fields in recipients
    ]
    return _report(
        "Delivery Status Notification",
        type=kind,
        kind=kind,
        stated="\n".join(groups),
        message_id=message_id,
        mark=mark,
    )


def failed(
    message_id, *addresses, status_="5.1.1", said="550 5.1.1 User unknown", mark=""
):
    fields = FAILED.format(status=status_, said=said)
    recipients = [(address, fields) for address in addresses]
    return status(message_id, *recipients, mark=mark)


def receipt(message_id, reader, disposition="displayed"):
    head = _head("Read: Hi", "us@demo.example", reader)
    return _report(
        "",
        head.replace("Return-Path: <>\n", ""),
        type="disposition-notification",
        kind="disposition-notification",
        stated=f"Final-Recipient: rfc822; {reader}\nOriginal-Message-ID: {message_id}\n"
        f"Disposition: manual-action/MDN-sent-manually; {disposition}\n",
        message_id=message_id,
    )


def complaint(
    message_id, complaining, kind="abuse", mark="", by="feedback@provider.example"
):
    named = f"Original-Rcpt-To: <{complaining}>\n" if complaining else ""
    return _report(
        "",
        _head("FW: Hi", "abuse@demo.example", by),
        type="feedback-report",
        kind="feedback-report",
        stated=f"Feedback-Type: {kind}\nUser-Agent: Loop/1.0\nVersion: 1\n{named}",
        message_id=message_id,
        mark=mark,
    )


def dmarc(to):
    subject = "Report Domain: demo.example Submitter: p.example Report-ID: <{}>"
    subject = subject.format(next(_numbers))
    head = _head(subject, to, "noreply-dmarc@p.example").replace(
        "Return-Path: <>\n", ""
    )
    return _bytes(
        f"{head}Content-Type: application/gzip\nContent-Transfer-Encoding: base64\n"
        'Content-Disposition: attachment; filename="p.example!demo.example'
        '!1763510400!1763596799.xml.gz"\n\nH4sIAAAAAAAAA7MpLinKzEuHAAAA\n'
    )


def worded(text, subject="failure notice", **head):
    """A bounce that knows no RFC 3464."""
    return _bytes(f"{_head(subject, **head)}Content-Type: text/plain\n\n{text}")
