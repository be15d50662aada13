# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Real bounces are recognised and read, and real mail is not taken for one.

``pytest -s`` on this file prints the figures and what is missed.
"""

import email
import re

import pytest

from odoo.addons.mail_gateway_plus.core.message import (
    delivery_status,
    report,
    statement,
)

from . import corpus

RECOGNISED = 0.99
EXTRACTED = 0.95

#: What is a report among the messages of the other collections, and of which kind.
OTHERS = {
    "flanker/bounce_mailbox-full": "delivery_status",
    "flanker/bounce_office365": "delivery_status",
    "flanker/bounce_zed": "delivery_status",
    "flanker/complaints_aol": "abuse_report",
    "flanker/complaints_yahoo": "abuse_report",
    "flanker/messages_disposition-notification": "read_receipt",
    "mime4j/mimetools-testmsgs_badbound.msg": "delivery_status",
    "mimekit/messages_delivery-status-multiple-blank-lines.txt": "delivery_status",
    "mimekit/messages_delivery-status.anonymized": "delivery_status",
    "mimekit/messages_delivery-status2.txt": "delivery_status",
    "mimekit/messages_disposition-notification.txt": "read_receipt",
    "mimekit/messages_feedback-report.txt": "abuse_report",
    "ruby-mail/multipart_report_emails_multi_address_bounce1": "delivery_status",
    "ruby-mail/multipart_report_emails_multipart_report_multiple_status": (
        "delivery_status"
    ),
    "ruby-mail/multipart_report_emails_report_422": "delivery_status",
    "ruby-mail/multipart_report_emails_report_530": "delivery_status",
}

_ADDRESS = re.compile(r"[\w.+=-]+@[\w.-]+\w")
_STATUS = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")


@pytest.fixture(scope="module")
def found():
    """(name, label, raw, report) of each message of the collection of bounces."""
    rows = [(n, label, raw, report.read(raw)) for n, label, raw in corpus.labelled()]
    if not rows:
        pytest.skip("shared material: no ../shared/corpus")
    return rows


def share(title, hits):
    """How many of (name, whether it is as it should be) are; misses are printed."""
    missed = [name for name, hit in hits if not hit]
    print(f"\n{title}: {len(hits) - len(missed)} of {len(hits)}; missed: {missed}")
    return 1 - len(missed) / len(hits)


def kind(one):
    return one.kind if one else ""


def test_bounces_are_recognised(found):
    hits = [(n, kind(one) == "delivery_status") for n, label, _raw, one in found
            if label == "bounce"]  # fmt: skip
    assert share("bounces", hits) >= RECOGNISED


def test_complaints_and_answers_are_no_bounces(found):
    kinds = {"abuse": "abuse_report", "answer": ""}
    hits = [(n, kind(one) == kinds[label]) for n, label, _raw, one in found
            if label in kinds]  # fmt: skip
    assert share("complaints and answers", hits) == 1


def test_answers_are_automatic(found):
    hits = [
        (name, statement.Statement(raw).automatic.kind == "replied")
        for name, label, raw, _one in found
        if label == "answer"
    ]
    assert share("answers", hits) == 1


def fields(raw, name):
    """What the fields of this name say in the report parts, as Python reads them."""
    for part in email.message_from_bytes(raw).walk():
        if part.get_content_type() in delivery_status.KINDS:
            groups = part.get_payload()
            for group in groups if isinstance(groups, list) else ():
                yield from map(str, group.get_all(name, []))


def recipients(raw):
    """The recipients that a message states in fields."""
    stated = " ".join(fields(raw, "Final-Recipient"))
    failed = str(email.message_from_bytes(raw).get("X-Failed-Recipients", ""))
    return set(_ADDRESS.findall(stated.lower() or failed.lower()))


def statuses(raw):
    return set(_STATUS.findall(" ".join(fields(raw, "Status"))))


def in_words(raw):
    """The text of a bounce that has no report part, above the message it returns."""
    whole = email.message_from_bytes(raw)
    if whole.is_multipart() or list(fields(raw, "Action")):
        return ""
    text = (whole.get_payload(decode=True) or b"").decode("utf-8", "replace")
    return re.split(r"(?m)^(?:Received|Return-Path|Message-ID):", text, maxsplit=1)[0]


def bounces(found):
    for name, _label, raw, one in found:
        if kind(one) == "delivery_status":
            yield name, raw, one.recipients


def test_recipients_are_extracted(found):
    hits = [
        (name, stated == {one.address for one in read})
        for name, raw, read in bounces(found)
        if (stated := recipients(raw))
    ]
    assert share("recipients stated in fields", hits) >= EXTRACTED
    hits = [
        (name, any("@" in one.address for one in read))
        for name, raw, read in bounces(found)
        if _ADDRESS.search(in_words(raw))
    ]
    assert share("recipients in words", hits) >= EXTRACTED


def test_status_is_extracted(found):
    hits = [
        (name, stated == {one.status for one in read if one.status})
        for name, raw, read in bounces(found)
        if (stated := statuses(raw))
    ]
    assert share("status stated in fields", hits) >= EXTRACTED
    hits = [
        (name, bool(stated & {one.status for one in read}))
        for name, raw, read in bounces(found)
        if (stated := set(_STATUS.findall(in_words(raw))))
    ]
    assert share("status in words", hits) >= EXTRACTED
    hits = [
        (name, all(one.status for one in read))
        for name, raw, read in bounces(found)
        if re.search(r"(?<![\d.])[45][0-5]\d[ -][A-Z<]", in_words(raw))
    ]
    assert share("class of status in words", hits) >= EXTRACTED


def test_message_that_came_back_is_named(found):
    hits = [
        (name, one.message_id != "")
        for name, _label, raw, one in found
        if kind(one) == "delivery_status" and len(_MESSAGE_IDS.findall(raw)) > 1
    ]
    assert share("original Message-ID", hits) >= EXTRACTED


_MESSAGE_IDS = re.compile(rb"^message-id: *<[^>\s]+>", re.MULTILINE | re.IGNORECASE)


def test_ordinary_mail_is_no_report():
    rows = list(corpus.ordinary())
    if not rows:
        pytest.skip("shared material: no ../shared/corpus")
    kinds = {name: kind(report.read(raw)) for name, raw in rows}
    assert {name: one for name, one in kinds.items() if one} == OTHERS
