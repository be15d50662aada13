# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Delivery status notifications: RFC 3464, RFC 6533, and what programs make of them."""

import time

import pytest

from odoo.addons.mail_gateway_plus.core.message import delivery_status

HEAD = b"Content-Type: multipart/report; boundary=b\r\n"
PART = b"\r\n--b\r\nContent-Type: "
STATUS = PART + b"message/delivery-status\r\n\r\n"
RETURNED = PART + b"text/rfc822-headers\r\n\r\nMessage-ID: <1@a.example>"
FINAL = b"Final-Recipient: rfc822;a@b.example"
FAILED = b"Action: failed"


def report(status, returned=RETURNED, head=HEAD):
    return head + b"\r\n--b\r\n\r\nSorry." + status + returned + b"\r\n--b--\r\n"


def of(*lines):
    return delivery_status.read(report(STATUS + b"\r\n".join(lines) + b"\r\n"))


def recipient(*lines):
    (found,) = of(b"Reporting-MTA: dns; a.example", b"", *lines).recipients
    return found


def test_all_that_is_stated():
    found = of(
        b"Reporting-MTA: dns; mx.a.example",
        b"Original-Envelope-Id: 42",
        b"",
        b"Original-Recipient: rfc822;Ann@a.example",
        b"Final-Recipient: rfc822; ann@b.example",
        b"Action: failed",
        b"Status: 5.1.1",
        b"Remote-MTA: dns; mx.b.example",
        b"Diagnostic-Code: smtp; 550 5.1.1 <ann@b.example>:",
        b"    User unknown",
    )
    assert (found.message_id, found.reporting_mta) == ("<1@a.example>", "mx.a.example")
    assert found.envelope_id == "42"
    assert found.recipients == (
        delivery_status.RecipientStatus(
            *("ann@b.example", "ann@a.example", "failed", "5.1.1"),
            *("550 5.1.1 <ann@b.example>: User unknown", "mx.b.example"),
        ),
    )
    assert found.failed[0].is_permanent
    assert found.failed[0].meaning.code == "smtp_recipient_unknown"


#: The fields of one recipient, and its (address, action, status, permanent).
RECIPIENTS = [
    (
        [FINAL, b"Action: delayed", b"Status: 4.4.1"],
        ("a@b.example", "delayed", "4.4.1", False),
    ),
    (
        [FINAL, b"Action: delivered", b"Status: 2.0.0"],
        ("a@b.example", "delivered", "2.0.0", False),
    ),
    # Given up after days: the address may be good
    (
        [FINAL, FAILED, b"Status: 4.4.7"],
        ("a@b.example", "failed", "4.4.7", False),
    ),
    # Comments, brackets, no type, capitals, blanks
    (
        [b"Final-Recipient: <A@B.example>", b"Action: Failed (x)", b"Status:5.1.1(x)"],
        ("a@b.example", "failed", "5.1.1", True),
    ),
    (
        [b"Final-Recipient: RFC822; Ann <a@b.example>", b"Action: failure"],
        ("a@b.example", "failed", "", True),
    ),
    # The status stands in what was said only
    (
        [FINAL, b"Diagnostic-Code: smtp;550 5.2.2 full"],
        ("a@b.example", "failed", "5.2.2", False),
    ),
    (
        [FINAL, FAILED,
         b"Diagnostic-Code: x-unix; user unknown"],
        ("a@b.example", "failed", "", True),
    ),
    # Final is a mailbox on the server; the address is what was written
    (
        [b"Final-Recipient: x-local; ann", b"Original-Recipient: rfc822;a@b.example",
         FAILED, b"Status: 5.0.0"],
        ("a@b.example", "failed", "5.0.0", True),
    ),
    (
        [b"Final-Recipient: rfc822; ann", b"X-Actual-Recipient: rfc822; a@b.example",
         FAILED, b"Status: 5.0.0"],
        ("a@b.example", "failed", "5.0.0", True),
    ),
    # RFC 6533
    (
        [b"Final-Recipient: utf-8; \\x{FC}@b.example", FAILED,
         b"Status: 5.1.1"],
        ("\xfc@b.example", "failed", "5.1.1", True),
    ),
    (
        ["Final-Recipient: utf-8; \xfc@b\xfc.example".encode(), FAILED,
         b"Status: 5.1.1"],
        ("\xfc@b\xfc.example", "failed", "5.1.1", True),
    ),
    # A limit passes, whatever its number
    (
        [FINAL, FAILED, b"Status: 5.7.1",
         b"Diagnostic-Code: smtp; 550 5.7.1 Daily sending quota exceeded"],
        ("a@b.example", "failed", "5.7.1", False),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "expected"), RECIPIENTS)
def test_recipient(lines, expected):
    found = recipient(*lines)
    assert (found.address, found.action, found.status, found.is_permanent) == expected


def test_recipients_are_told_apart_without_blank_lines():
    first = [
        FINAL,
        FAILED,
        b"Status: 5.1.1",
    ]
    second = [b"Final-Recipient: rfc822;c@b.example", b"Action: delayed"]
    for between in ([b""], [], [b"", b" \t", b""]):
        found = of(b"Reporting-MTA: dns; x", *between, *first, *between, *second)
        assert [(r.address, r.action, r.status) for r in found.recipients] == [
            ("a@b.example", "failed", "5.1.1"),
            ("c@b.example", "delayed", ""),
        ]


#: What brings the message back, and the identifier found in it.
RETURNS = [
    (PART + b"message/rfc822\r\n\r\nMessage-ID: <2@a>\r\n\r\n1", "<2@a>"),
    (PART + b"message/rfc822\r\n\r\n\r\nMessage-Id:\r\n <2@a>", "<2@a>"),
    (PART + b"message/global\r\n\r\nMessage-ID: <2@\xc3\xbc>", "<2@\xfc>"),
    (
        PART + b"text/rfc822-headers\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\nTWVzc2FnZS1JRDogPDJAYT4K",
        "<2@a>",
    ),
    (PART + b"text/plain\r\n\r\nMessage-ID: <2@a>\r\n", ""),
    (b"", ""),
]  # fmt: skip


@pytest.mark.parametrize(("returned", "expected"), RETURNS)
def test_original_message_id(returned, expected):
    raw = report(STATUS + b"Final-Recipient: rfc822; a@b.example\r\n", returned)
    assert delivery_status.read(raw).message_id == expected


def test_identifier_that_the_report_states_itself():
    said = (
        STATUS + b"X-Original-Message-ID: <3@a>\r\n\r\nFinal-Recipient: rfc822;a@b\r\n"
    )
    assert delivery_status.read(report(said, b"")).message_id == "<3@a>"


def test_report_in_an_attached_message_is_not_of_this_one():
    inner = report(STATUS + b"Final-Recipient: rfc822; a@b.example\r\n")
    outer = b"From: ann@a.example\r\nContent-Type: multipart/mixed; boundary=o\r\n\r\n"
    part = b"--o\r\nContent-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--o--\r\n"
    assert delivery_status.read(outer + part) is None
    assert delivery_status.read(b"Subject: Hi\r\n\r\nHello") is None
    assert delivery_status.read(b"") is None


def test_nothing_in_the_report_is_no_recipient():
    assert of(b"").recipients == of(b"\xff\x00").recipients == ()


@pytest.mark.parametrize(
    "piece",
    [
        *(
            b"Final-Recipient: rfc822; a@b\r\n",
            b"Action: failed\r\n\r\n",
            b"a@",
            b"\r\n",
        ),
        *(
            b"Diagnostic-Code: ",
            b" ",
            b"<",
            b"5.1.1 ",
            b"5.",
            b"\\x{",
            b"\n--b",
            b"--b\n",
        ),
        *(b"Content-Type: message/delivery-status\r\n\r\n", b'"', b"=?utf-8?q?a?= "),
        b"--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n",
    ],
)
def test_hostile_reports_take_no_time(piece):
    much = piece * (1_000_000 // len(piece))
    begin = time.process_time()
    for start in (b"", b"Final-Recipient: ", b"Diagnostic-Code: smtp; "):
        found = delivery_status.read(report(STATUS + start + much))
        for one in found.recipients if found else ():
            assert one.meaning and len(one.address) <= 320
    assert time.process_time() - begin < 5
