# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a message says in each field that a condition may ask for."""

import pytest

from odoo.addons.mail_gateway_plus.core.routing import condition
from odoo.addons.mail_gateway_plus.core.routing.condition import Said
from odoo.addons.mail_gateway_plus.core.routing.letter import Letter

RAW = (
    b"Delivered-To: box@b.example\r\n"
    b"From: Ann <Ann@A.example>\r\n"
    b"To: Support <support+vip@b.example>, box@b.example\r\n"
    b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
    b"X-Priority: 1\r\n"
    b"X-Priority: 5\r\n"
    b"Auto-Submitted: auto-replied\r\n"
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n"
    b"--b\r\nContent-Type: application/pdf\r\n"
    b'Content-Disposition: attachment; filename="bill.pdf"\r\n\r\n%PDF\r\n--b--\r\n'
)


@pytest.mark.parametrize(
    ("field", "header", "said"),
    [
        (
            "recipient",
            "",
            [("box@b.example", "Delivered-To"), ("support+vip@b.example", "To")],
        ),
        ("recipient_local", "", [("box", "Delivered-To"), ("support+vip", "To")]),
        ("recipient_subaddress", "", [("vip", "To")]),
        ("recipient_domain", "", [("b.example", "Delivered-To"), ("b.example", "To")]),
        ("sender", "", [("ann@a.example", "From")]),
        ("sender_domain", "", [("a.example", "From")]),
        ("subject", "", [("Grüße", "Subject")]),
        ("header", "x-priority", [("1", "X-Priority"), ("5", "X-Priority")]),
        ("header", "x-none", []),
        ("attachments", "", [("1", "")]),
        ("attachment_name", "", [("bill.pdf", "Content-Disposition")]),
        ("automatic", "", [("1", "Auto-Submitted")]),
        ("folder", "", []),
    ],
)
def test_fields(field, header, said):
    assert Letter(RAW)(field, header) == tuple(Said(*one) for one in said)


CHECKED = (
    b"Authentication-Results: mx.b.example; spf=pass; dmarc=fail\r\n"
    b"X-Spam-Status: Yes, score=7.5 required=5.0\r\nSubject: Hi\r\n\r\n"
)


def test_what_servers_on_the_way_thought_of_it():
    letter = Letter(CHECKED, trusted={"mx.b.example"})
    source = "Authentication-Results"
    assert letter("authentication", "") == (
        Said("spf=pass", source),
        Said("dmarc=fail", source),
    )
    assert letter("spam", "") == (Said("1", "X-Spam-Status"),)
    assert letter("spam_score", "") == (Said("7.5", "X-Spam-Status"),)
    assert Letter(CHECKED)("authentication", "") == ()
    assert Letter(RAW)("spam", "") == Letter(RAW)("spam_score", "") == ()


def test_others_are_asked_once():
    asked = []

    def known(letter):
        asked.append(letter)
        return [Said("Ann", "From")]

    letter = Letter(RAW, (), {"sender_known": known})
    assert (
        letter("sender_known", "")
        == letter("sender_known", "")
        == (Said("Ann", "From"),)
    )
    assert asked == [letter]


def test_a_letter_and_its_accent_are_one():
    letter = Letter(RAW, (), {"folder": lambda _letter: [Said("Entwu\u0308rfe")]})
    assert letter("folder", "") == (Said("Entw\u00fcrfe"),)


def test_recipients_of_other_deliveries_count():
    letter = Letter(RAW, ["box@b.example", "sales@b.example"])
    assert Said("sales@b.example", "") in letter("recipient", "")
    assert len(letter("recipient", "")) == 3


@pytest.mark.parametrize("raw", [b"", b"\xff\x00", b"From: <<<<@@\r\nTo: (((\r\n\r\n"])
@pytest.mark.parametrize("field", sorted(condition.FIELDS))
def test_nothing_raises(raw, field):
    assert all(isinstance(said, Said) for said in Letter(raw)(field, "to"))
