# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import pytest

from odoo.addons.mail_gateway_plus.core.message import answerable

PERSON = b"From: Ann <ann@a.example>\r\nSubject: Hi\r\n"


@pytest.mark.parametrize(
    "field",
    [
        b"",
        b"Auto-Submitted: No\r\n",
        b"Return-Path: <ann@a.example>\r\n",
        b"Precedence: first-class\r\n",
        # Odoo writes it into what people write.
        b"X-Auto-Response-Suppress: OOF\r\n",
        b"Content-Type: multipart/mixed; boundary=report\r\n",
    ],
)
def test_people_are_answered(field):
    assert answerable.refused(field + PERSON, ()) is None


@pytest.mark.parametrize(
    ("field", "code"),
    [
        (b"Return-Path: <>\r\n", "answer_null_sender"),
        (b"Return-Path: < >\r\n", "answer_null_sender"),
        (b"Auto-Submitted: auto-generated; x=y\r\n", "answer_automatic"),
        (b"X-Autoreply: yes\r\n", "answer_automatic"),
        (b"Precedence: BULK\r\n", "answer_bulk"),
        (b"Precedence: list\r\n", "answer_bulk"),
        (b"Precedence: junk\r\n", "answer_bulk"),
        (b"List-Unsubscribe: <mailto:off@a.example>\r\n", "answer_bulk"),
        (b"List-Owner: <mailto:owner@a.example>\r\n", "answer_bulk"),
        (b"List-Subscribe: <mailto:on@a.example>\r\n", "answer_bulk"),
        (b"List-Archive: <https://a.example>\r\n", "answer_bulk"),
        (b"Content-Type: multipart/report; boundary=b\r\n", "answer_report"),
        (b"Precedence: bulk (newsletter)\r\n", "answer_bulk"),
        # Whoever passes a message on adds fields to those that are there.
        (
            b"Return-Path: <>\r\nReturn-Path: <ann@a.example>\r\n",
            "answer_null_sender",
        ),
        (
            b"Auto-Submitted: auto-replied\r\nAuto-Submitted: no\r\n",
            "answer_automatic",
        ),
        (b"Precedence: list\r\nPrecedence: first-class\r\n", "answer_bulk"),
    ],
)
def test_programs_are_not(field, code):
    assert answerable.refused(field + PERSON, ()).code == code


@pytest.mark.parametrize(
    ("sender", "code"),
    [
        (b"", "answer_no_address"),
        (b"From: Ann\r\n", "answer_no_address"),
        (b"From: " + b"(" * 5000 + b"\r\n", "answer_no_address"),
        (b"From: =?utf-8?q?=22a=0ABcc=3A_b=22=40a.example?=\r\n", "answer_no_address"),
        (b'From: "bo@b.example, ann"@a.example\r\n', "answer_no_address"),
        (b"From: MAILER-DAEMON@a.example\r\n", "answer_automatic"),
        (b"From: no-reply@a.example\r\n", "answer_automatic"),
        (b"From: do_not_reply@a.example\r\n", "answer_automatic"),
        (b"From: owner-sloops@a.example\r\n", "answer_automatic"),
        (b"From: sloops-bounces@a.example\r\n", "answer_automatic"),
        (b"From: Catchall@own.example\r\n", "answer_own_address"),
    ],
)
def test_senders_that_nobody_writes_to(sender, code):
    found = answerable.refused(sender, ["catchall@own.example"])
    assert found.code == code


def test_each_reason_has_a_name():
    assert "answer_already" in answerable.CODES
    assert len(set(answerable.CODES)) == len(answerable.CODES)


@pytest.mark.parametrize(
    ("local", "code"),
    [
        *(
            (local, "answer_automatic")
            for local in (
                *("noreply", "No.Reply", "noreply1", "donotreply", "do.not_reply"),
                *("noreply+4711", "no-reply-orders", "calendar-noreply"),
                *("naoresponda", "ne-pas-repondre", "nichtantworten", "no-contestar"),
                *("mailer-daemon+x", "majordomo", "bounce", "bounces+12=3", "Listserv"),
            )
        ),
        *(
            (local, "")
            for local in ("nora", "info", "noreplay", "casino.reply", "nicht", "bob")
        ),
    ],
)
def test_names_that_nobody_writes_from(local, code):
    found = answerable.refused(f"From: {local}@a.example\r\n".encode(), ())
    assert (found.code if found else "") == code
