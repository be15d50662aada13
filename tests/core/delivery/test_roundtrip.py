# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a test message that comes back amounts to."""

import pytest

from odoo.addons.mail_gateway_plus.core.delivery import arrival, roundtrip
from odoo.addons.mail_gateway_plus.core.smtp import reply

TOKEN = "0123456789abcdef0123456789abcdef01234567"
MARK = f"{roundtrip.FIELD}: {TOKEN}"
ID = roundtrip.message_id(TOKEN, "ann@h.example")


def raw(*lines, body="Hello"):
    return "\r\n".join([*lines, "", body]).encode()


@pytest.mark.parametrize(
    "lines, token",
    [
        ([MARK], TOKEN),
        (["From: ann@h.example", MARK.upper().replace(TOKEN.upper(), TOKEN)], TOKEN),
        ([MARK, MARK], TOKEN),
        ([], ""),
        ([f"{roundtrip.FIELD}: {TOKEN[:-1]}"], ""),
        ([f"{roundtrip.FIELD}: {TOKEN}0"], ""),
        ([f"{roundtrip.FIELD}: "], ""),
        ([MARK, MARK[:-1] + "8"], ""),
        ([f"Subject: Re: {MARK}"], ""),
        ([f"Message-ID: {ID}"], TOKEN),
        ([f"Message-ID: {ID}", f"{roundtrip.FIELD}: "], ""),
        ([f"In-Reply-To: {ID}"], ""),
        (["Message-ID: <1@h.example>"], ""),
    ],
)
def test_token_in_the_header(lines, token):
    assert roundtrip.carried(raw(*lines)) == token
    assert roundtrip.carried(raw("To: a@h.example", body=MARK)) == ""


REPORT = """\
Return-Path: <>
From: MAILER-DAEMON@relay.example
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x
Content-Type: text/plain

It could not be delivered.
--x
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; erp@h.example
Action: {action}
Status: {status}
Diagnostic-Code: {said}

--x
Content-Type: {kind}

From: ann@h.example
{mark}

Hello
--x--
"""


def report(action="failed", status="5.7.60", said="x-relay; no", **values):
    values = {"kind": "message/rfc822", "mark": MARK, **values}
    text = REPORT.format(action=action, status=status, said=said, **values)
    return text.replace("\n", "\r\n").encode()


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers"])
def test_token_in_a_report(kind):
    assert roundtrip.reported(report(kind=kind)) == TOKEN
    assert roundtrip.carried(report(kind=kind)) == ""
    assert roundtrip.reported(report(kind=kind, mark="Subject: none")) == ""
    assert roundtrip.reported(report(kind=kind, mark=f"Message-ID: {ID}")) == TOKEN


def test_token_that_somebody_forwards_is_no_report():
    whole = raw("From: Ann <ann@h.example>", body=f"Look at this:\r\n\r\n{MARK}")
    assert roundtrip.reported(whole) == ""


def test_token_in_a_report_of_words():
    words = raw("Return-Path: <>", body=f"550 5.1.1 nobody\r\n\r\n{MARK}\r\n")
    assert roundtrip.reported(words) == TOKEN
    assert roundtrip.bounced(words).code == "smtp_recipient_unknown"


@pytest.mark.parametrize(
    "values, code, state",
    [
        ({"said": "smtp; 554 5.2.252 SendAsDenied; a not allowed to send as b"},
         "smtp_send_as_denied", "refused"),
        ({"said": "X-Postfix; Client does not have permissions to send as this sender"},
         "smtp_send_as_denied", "refused"),
        ({"status": "5.7.26", "said": "smtp; 550-5.7.26 Unauthenticated email from h"
          " is not accepted due to domain's DMARC policy"},
         "smtp_dmarc_failed", "refused"),
        ({"status": "5.1.1", "said": "smtp; 550 5.1.1 User unknown"},
         "smtp_recipient_unknown", "unknown"),
        ({"status": "5.2.2", "said": "smtp; 552 5.2.2 Mailbox full"},
         "smtp_mailbox_full", "unknown"),
        ({"status": "5.0.0", "said": "smtp; 550 Daily user sending limit exceeded"},
         "smtp_daily_quota", "unknown"),
    ],
)  # fmt: skip
def test_report_of_a_failure(values, code, state):
    meaning = roundtrip.bounced(report(**values))
    assert meaning.code == code
    assert roundtrip.refused(meaning, "after") == state


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_report_of_no_failure(action):
    assert roundtrip.bounced(report(action=action)) is None


@pytest.mark.parametrize(
    "stage, said, state",
    [
        ("data", "550 5.7.1 message content rejected", "refused"),
        ("data", "554 5.7.1 Relay access denied", "unknown"),
        ("rcpt", "553 5.7.1 <a@h>: Sender address rejected: not owned by user b",
         "refused"),
        ("rcpt", "550 5.7.26 unauthenticated", "unknown"),
        ("data", "451 4.7.1 try again later", "unknown"),
        ("rcpt", "550 5.1.1 User unknown", "unknown"),
        ("data", "452 4.3.1 Insufficient system storage", "unknown"),
    ],
)  # fmt: skip
def test_refusal_in_the_dialogue(stage, said, state):
    assert roundtrip.refused(reply.meaning(stage, said), stage) == state


@pytest.mark.parametrize(
    "lines, state, evidence",
    [
        (["From: Ann <Ann@h.example>"], "allowed", ["From: Ann <Ann@h.example>"]),
        (["From: ann@h.example", "Sender: erp@h.example"], "allowed",
         ["From: ann@h.example", "Sender: erp@h.example"]),
        (["From: ann@h.example", "Return-Path: <SRS0=x=ann@relay.example>"], "allowed",
         ["From: ann@h.example", "Return-Path: <srs0=x=ann@relay.example>"]),
        (["From: erp@h.example"], "rewritten", ["From: erp@h.example"]),
        (["From: ann@h.example, erp@h.example"], "rewritten",
         ["From: ann@h.example, erp@h.example"]),
        (["From: \"ann@h.example\" <erp@h.example>"], "rewritten",
         ["From: \"ann@h.example\" <erp@h.example>"]),
        ([], "rewritten", ["From: "]),
    ],
)  # fmt: skip
def test_sender_that_arrives(lines, state, evidence):
    ending = roundtrip.returned("ann@h.example", arrival.read(raw(*lines)))
    assert (ending.state, ending.evidence.split("; ")) == (state, evidence)


def test_what_a_mail_that_was_taken_shows():
    assert roundtrip.is_redeemed("refused", {"stage": "data"}, "content")
    assert roundtrip.is_redeemed("refused", None, "envelope")
    assert not roundtrip.is_redeemed("refused", {"stage": "after"}, "content")
    assert not roundtrip.is_redeemed("rewritten", None, "content")
    assert not roundtrip.is_redeemed("allowed", None, "content")
