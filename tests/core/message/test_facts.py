# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.mail_gateway_plus.core.message import bounds, facts, repair

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus"

ORDER = (
    b"Received: from a by b\r\n"
    b"Delivered-To: sales@demo.example\r\n"
    b"Message-ID: <1@out.example>\r\n"
    b"From: =?utf-8?q?J=C3=B6rg?= <joerg@out.example>\r\n"
    b"To: Sales <Sales@demo.example>, ann@out.example\r\n"
    b"Cc: sales@demo.example\r\n"
    b"Date: Fri, 20 Nov 2026 10:00:00 +0200\r\n"
    b"Subject: Order\r\n"
    b"\r\n"
    b"Two, please.\r\n"
)


def test_facts_of_an_order():
    found = facts.read(ORDER)
    assert found.message_id == "<1@out.example>"
    assert found.email_from == "Jörg <joerg@out.example>"
    assert found.recipients == "sales@demo.example, ann@out.example"
    assert found.subject == "Order"
    assert found.date == datetime.datetime(2026, 11, 20, 8)
    assert found.size == len(ORDER)


def test_recipient_that_only_a_server_on_the_way_names():
    """A blind copy, in a mailbox that takes the mail of a whole domain."""
    hop = b"Received: from a by b with ESMTP id 1\r\n\tfor <jobs@demo.example>; now\r\n"
    assert facts.read(hop + ORDER).recipients.endswith(", jobs@demo.example")


def test_fingerprint_passes_over_the_trace_of_a_delivery():
    again = ORDER.replace(b"from a by b", b"from c by d").replace(
        b"Delivered-To: sales@", b"Delivered-To: office@"
    )
    one, two = facts.read(ORDER), facts.read(again)
    assert one.fingerprint == two.fingerprint
    assert one.digest != two.digest


@pytest.mark.parametrize(
    "old, new",
    [
        (b"Two, please", b"Three, please"),
        (b"<1@out", b"<2@out"),
        (b"Subject: Order", b"Subject: Other"),
        (b"joerg@", b"ann@"),
    ],
)
def test_fingerprint_tells_mails_apart(old, new):
    other = facts.read(ORDER.replace(old, new))
    assert other.fingerprint != facts.read(ORDER).fingerprint


def test_same_alert_without_message_id_is_another_mail():
    alert = b"Received: by mx; 10:00\r\nSubject: Disk full\r\n\r\nMove!\r\n"
    again = alert.replace(b"10:00", b"11:00")
    assert facts.read(alert).fingerprint != facts.read(again).fingerprint
    assert facts.read(alert).fingerprint == facts.read(alert).fingerprint


@pytest.mark.parametrize(
    "date",
    [
        b"yesterday",
        b"Fri, 99 Nov 2026 10:00:00 +0000",
        b"Fri, 01 Jan 1066 00:00:00 +0000",
        b"Fri, 20 Nov 2026 10:00:00 +99999999",
        b"",
    ],
)
def test_date_that_is_none(date):
    assert facts.read(b"Date: " + date + b"\r\n\r\n").date is None


@given(st.binary(max_size=2000))
def test_any_bytes_are_read(raw):
    found = facts.read(raw)
    assert found.size == len(raw)
    assert "\x00" not in found.subject + found.email_from + found.message_id


@given(st.binary(max_size=200), st.sampled_from(["From", "To", "Date", "Message-ID"]))
def test_any_value_of_a_field_is_read(value, name):
    facts.read(name.encode() + b": " + value + b"\r\n\r\nbody")


def test_real_messages_are_read():
    if not CORPUS.is_dir():
        pytest.skip("shared material: the collection of real messages is not here")
    paths = sorted(CORPUS.rglob("*.eml"))
    assert paths
    for path in paths:
        raw = path.read_bytes()
        found = facts.read(raw)
        assert found.size == len(raw)
        bounds.exceeded(raw)


@pytest.mark.parametrize(
    "start, field, value",
    [
        (b"\xef\xbb\xbf", "message_id", "<1@out.example>"),
        (b"\r\n", "subject", "Order"),
        (b"a line of nobody's\r\n", "message_id", "<1@out.example>"),
        (b"X-One: 1\r\na line of nobody's\r\n", "recipients", "sales@demo.example"),
        (b"To: ann@out.example\rCc: bo@out.example\r\n", "subject", "Order"),
    ],
)
def test_broken_header_hides_no_fact(start, field, value):
    found = facts.read(start + ORDER)
    assert getattr(found, field).startswith(value)
    assert found.email_from == "Jörg <joerg@out.example>"
    assert found.size == len(start + ORDER)


def test_facts_are_those_that_odoo_gets_to_see():
    """A Message-ID that differs here from what Odoo reads has two mails taken for one,
    or one for two."""
    raw = (
        b"Received: from a by b; Fri, 20 Nov 2026 10:00:00 +0200\r\n"
        b"From: Ann\r\nSender: ann@out.example\r\nMessage-ID: <1 2@out.example>\r\n"
        b"\r\nHello"
    )
    found, repaired = facts.read(raw), facts.read(repair.repaired(raw))
    assert found.message_id == repaired.message_id == "<12@out.example>"
    assert found.email_from == repaired.email_from == "ann@out.example"
    assert found.date == repaired.date == datetime.datetime(2026, 11, 20, 8)


def test_who_cannot_be_known_is_not_made_up():
    assert facts.read(b"From: Ann\r\n\r\nHello").email_from == "Ann"
