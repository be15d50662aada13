# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a message states: recipients, senders, automatic mail, spam marks, loops."""

import time

import pytest

from odoo.addons.mail_gateway_plus.core.message import (
    automatic,
    loop,
    recipients,
    spam,
    statement,
    subaddress,
)

from .. import mutations

HOP = "Received: from x.example by y.example (Postfix)\r\n\tid 42 for {};\r\n\tFri\r\n"


def said(head, body="", **options):
    raw = (head + "\r\n" + body).encode()
    return statement.Statement(raw, **options)


# --- recipients

#: A field, and what of it is a recipient.
NAMED = [
    ("Delivered-To: Ann@a.example", "Delivered-To", "ann@a.example"),
    ("X-Original-To: ann@a.example", "X-Original-To", "ann@a.example"),
    ("Envelope-To: ann@a.example", "Envelope-To", "ann@a.example"),
    ("X-Envelope-To: <ann@a.example>", "X-Envelope-To", "ann@a.example"),
    ("X-Forwarded-To: ann@a.example", "X-Forwarded-To", "ann@a.example"),
    (HOP.format("<ann@a.example>").strip(), "Received", "ann@a.example"),
    (HOP.format("ann@a.example").strip(), "Received", "ann@a.example"),
    ("Resent-To: Ann <ann@a.example>", "Resent-To", "ann@a.example"),
    ("Resent-Cc: Ann <ann@a.example>", "Resent-Cc", "ann@a.example"),
    ('To: "Ann, of A" <ann@a.example>', "To", "ann@a.example"),
    ("Cc: ann@a.example (Ann)", "Cc", "ann@a.example"),
    ("To: ann@a.example,", "To", "ann@a.example"),
    ("To: =?utf-8?q?J=C3=B6rg?= <j@a.example>", "To", "j@a.example"),
]


@pytest.mark.parametrize(("field", "source", "address"), NAMED)
def test_field_names_a_recipient(field, source, address):
    found = said(field + "\r\n").recipients
    assert [(one.source, one.address) for one in found] == [(source, address)]
    assert bool(recipients.envelope(found)) == (source in recipients.ENVELOPE)


@pytest.mark.parametrize(
    "field",
    [
        *(
            "To: undisclosed-recipients:;",
            "Received: from a by b; Fri",
            "To: Ann",
            "To:",
        ),
        *("Received: from a by b (for his sake); Fri", "Received: for ann; Fri"),
        "Subject: for ann@a.example",
    ],
)
def test_field_names_nobody(field):
    assert said(field + "\r\n").recipients == ()


def test_recipient_is_told_once_by_the_surest_field():
    head = (
        "To: b@a.example, a@a.example\r\nCc: c@a.example\r\nDelivered-To: A@a.example"
    )
    found = said(head + "\r\n").recipients
    assert [(one.address, one.source) for one in found] == [
        ("a@a.example", "Delivered-To"),
        ("b@a.example", "To"),
        ("c@a.example", "Cc"),
    ]


def test_subaddress():
    (one,) = said("To: Support+Vip+x@A.example\r\n").recipients
    assert (one.local, one.domain) == ("support+vip+x", "a.example")
    assert (one.plain, one.subaddress) == ("support@a.example", "vip+x")
    (one,) = said("To: support-vip@a.example\r\n", separators="-+").recipients
    assert (one.plain, one.subaddress) == ("support@a.example", "vip")
    for whole in ("+vip@a.example", '"a+b"@a.example', "support@a+b.example"):
        assert subaddress.split(whole) == ("", "")
        (one,) = said(f"To: {whole}\r\n").recipients
        assert (one.plain, one.subaddress) == (whole, "")


# --- sender, list, references


def test_sender():
    found = said(
        "From: Ann <Ann@A.example>\r\nSender: bob@b.example\r\n"
        "Reply-To: c@c.example, d@d.example\r\nReturn-Path: <e@e.example>\r\n"
    ).sender
    assert (found.address, found.domain, found.by) == (
        *("ann@a.example", "a.example"),
        "bob@b.example",
    )
    assert found.reply_to == ("c@c.example", "d@d.example")
    assert found.return_path == "e@e.example"


def test_null_return_path_is_not_the_same_as_none():
    assert said("Return-Path: <>\r\n").sender.return_path == ""
    assert said("From: a@a.example\r\n").sender.return_path is None


def test_references_are_told_once_and_in_order():
    head = "In-Reply-To: <3@a> (of Ann)\r\nReferences: <1@a>\r\n\t<2@a>, <3@a> 4@a\r\n"
    assert said(head).references == ("<1@a>", "<2@a>", "<3@a>")
    many = "References: " + " ".join(f"<{n}@a>" for n in range(100)) + "\r\n"
    assert said(many).references[-1] == "<99@a>" and len(said(many).references) == 32


def test_mailing_list():
    found = said(
        "List-Id: =?utf-8?q?N=C3=A9ws?= <News.a.example>\r\n"
        "List-Post: <mailto:news@a.example>\r\nList-Unsubscribe-Post: "
        "List-Unsubscribe=One-Click\r\nList-Unsubscribe: <mailto:x@a>, <https://a/u>\r\n"
    ).mailing_list
    assert (found.identifier, found.post) == ("news.a.example", "mailto:news@a.example")
    assert found.unsubscribe == ("mailto:x@a", "https://a/u") and found.one_click
    assert said("To: a@a.example\r\n").mailing_list is None


# --- automatic mail

#: A field, and the kind of automatic mail that it tells of.
AUTOMATIC = [
    ("Auto-Submitted: auto-generated", "generated"),
    ("Auto-Submitted: auto-generated; owner-email=a@a.example", "generated"),
    ("Auto-Submitted: Auto-Replied (vacation)", "replied"),
    ("Auto-Submitted: auto-notified", "generated"),
    ("Auto-Submitted: x-else", "generated"),
    ("X-Autoreply: yes", "replied"),
    ("X-Autorespond:", "replied"),
    ("X-Auto-Reply-From: a@a.example", "replied"),
    ("Precedence: auto_reply", "replied"),
    ("Precedence: Bulk", "bulk"),
    ("Precedence: junk", "bulk"),
    ("X-Precedence: list", "bulk"),
    ("List-Unsubscribe: <mailto:a@a.example>", "bulk"),
    ("X-FC-MachineGenerated: true", "generated"),
    ("Return-Path: <>", "report"),
    ("Content-Type: multipart/report; boundary=b", "report"),
    ("From: No-Reply <no-reply@a.example>", "generated"),
    ("From: MAILER-DAEMON@a.example", "generated"),
    ("Subject: Automatic reply: Hi", "replied"),
    ("Subject: =?utf-8?q?R=C3=A9ponse_automatique_:_Bonjour?=", "replied"),
    ("Subject: Abwesenheitsnotiz: Angebot", "replied"),
    ("Subject: [Auto-Reply] Hi", "replied"),
    ("Subject: Auto: Out of Office", "replied"),
    ("Auto-Submitted: no\r\nPrecedence: bulk", "bulk"),
    ("Precedence: bulk\r\nAuto-Submitted: auto-replied", "replied"),
    ("Auto-Submitted: auto-generated\r\nAuto-Submitted: no", "generated"),
]
#: What people write as well.
PERSONAL = [
    *("Auto-Submitted: no", "Auto-Submitted: No (a person)", "X-Autoreply: no"),
    *("Precedence: first-class", "Return-Path: <a@a.example>", "Subject: Automation"),
    *("X-Auto-Response-Suppress: All", "From: Noreen <nora@a.example>", "X-Loop: a"),
    *("Content-Type: multipart/mixed; boundary=report", "Subject: Office furniture"),
    *("X-POST-MessageClass: 1", "Subject: Re: Automatic reply to letters"),
]


@pytest.mark.parametrize(("field", "kind"), AUTOMATIC)
def test_automatic(field, kind):
    assert said(field + "\r\n").automatic.kind == kind


@pytest.mark.parametrize("field", PERSONAL)
def test_personal(field):
    assert said(field + "\r\n").automatic is None


@pytest.mark.parametrize("value", ["All", "OOF", "DR, AutoReply", "rn,oof"])
def test_answers_that_are_not_wanted(value):
    found = said(f"X-Auto-Response-Suppress: {value}\r\n")
    assert automatic.suppresses_answers(found.section)
    assert not automatic.suppresses_answers(said(f"X-Other: {value}\r\n").section)


# --- spam

#: A field, whether it tells of spam, and the number.
SPAM = [
    ("X-Spam-Flag: YES", True, None),
    ("X-Spam-Flag: NO", False, None),
    ("X-Spam-Status: Yes, score=7.2 required=5.0 tests=A,B", True, 7.2),
    ("X-Spam-Status: No, score=-1.9 required=5.0", False, -1.9),
    ("X-Spam-Status: No, hits=1.5 required=5", False, 1.5),
    ("X-Spam-Score: 3.1", None, 3.1),
    ("X-Spam-Score: 3.1 (+++)", None, 3.1),
    ("X-Spam: Yes", True, None),
    ("X-Spamd-Result: default: False [1.20 / 15.00]; A(0.00)[]", False, 1.2),
    ("X-Spamd-Result: default: True [16.0 / 15.0]", True, 16.0),
    ("X-Rspamd-Action: add header", True, None),
    ("X-Rspamd-Action: no action", False, None),
    ("X-MS-Exchange-Organization-SCL: 6", True, 6.0),
    ("X-MS-Exchange-Organization-SCL: -1", False, -1.0),
    ("X-Forefront-Antispam-Report: CIP:192.0.2.1;CTRY:DE;SCL:5;SFV:SPM", True, 5.0),
    ("X-Forefront-Antispam-Report: CIP:192.0.2.1;SCL:1;SFV:NSPM", False, 1.0),
    ("X-Barracuda-Spam-Status: Yes, SCORE=4.50 using global", True, 4.5),
    ("X-Proofpoint-Spam-Details: rule=notspam policy=default score=0", False, 0.0),
    ("X-Bogosity: Spam, tests=bogofilter, spamicity=0.99", True, 0.99),
    ("X-Bogosity: Ham, tests=bogofilter", False, None),
    ("X-Yandex-Spam: 1", False, None),
]


@pytest.mark.parametrize(("field", "is_spam", "score"), SPAM)
def test_spam_mark(field, is_spam, score):
    found = said(field + "\r\n").spam
    assert (found.source, found.is_spam) == (field.partition(":")[0], is_spam)
    assert found.score == score


def test_one_filter_that_says_yes_is_enough():
    head = "X-Spam-Score: 2.5\r\nX-Spam-Flag: NO\r\nX-Rspamd-Action: reject\r\n"
    assert said(head).spam == spam.Mark("X-Rspamd-Action", True, 2.5)
    assert said("X-Spam-Report: what\r\nX-Spam-Flag:\r\n").spam is None


def test_proofpoint_says_not_spam_in_one_word():
    assert said("X-Proofpoint-Spam-Details: rule=spam score=90\r\n").spam.is_spam


# --- loops

OWN = loop.Own("7f3a", {"info@a.example"}, lambda one: one.endswith("@erp.example>"))
TRACES = "Received: from c by d; Fri\r\n"


def loops(head):
    return [sign.code for sign in loop.signs(said(head).section, OWN)]


def test_own_mail_that_comes_back():
    assert loops("Message-ID: <1@erp.example>\r\n") == ["loop_own_message"]
    assert loops("X-Mail-Gateway-Trace: 7f3a out\r\n") == ["loop_trace"]
    assert loops("X-Mail-Gateway-Trace: 7f3b\r\nMessage-ID: <1@b.example>\r\n") == []
    assert loops("References: <1@erp.example>\r\n") == []


def test_second_delivery_of_one_server():
    note = "Delivered-To: info@a.example\r\n"
    assert loops(note + TRACES + note) == ["loop_delivered_twice"]
    # The note of the server, and that of the program behind it
    assert loops(note + note + TRACES) == []
    assert loops("Delivered-To: b@b.example\r\n" + TRACES + note) == []


def test_too_many_hops():
    assert loops(TRACES * loop.HOPS) == []
    assert loops(TRACES * (loop.HOPS + 1)) == ["loop_hops"]


def test_fields_of_ours_are_taken_off_what_comes_from_outside():
    head = (
        b"Subject: Hi\r\nX-Mail-Gateway-Trace: 1\r\n\tmore\r\n"
        b"x-mail-gateway-route : 2\r\nX-Mail-Gateway: 3\r\nTo: a\r\n\tb\r\n"
    )
    kept = b"Subject: Hi\r\nX-Mail-Gateway: 3\r\nTo: a\r\n\tb\r\n"
    assert loop.without_internal(head) == kept


# --- all together

MIXED = (
    "Authentication-Results: mx.a.example; dmarc=pass header.from=b.example\r\n"
    "From: b@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n"
)
PARTS = (
    "--b\r\n\r\nHi\r\n--b\r\nContent-Type: text/csv; name=a.csv\r\n\r\n1\r\n"
    "--b\r\nContent-Disposition: attachment; filename=\"b c.pdf\"\r\n\r\n2\r\n"
    "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n"
    "--b\r\nContent-Disposition: attachment; filename*=utf-8''%C3%A9%20e.pdf\r\n\r\n3"
    "\r\n--b\r\nContent-Type: image/png\r\n\r\n4\r\n--b--\r\n"
)  # fmt: skip


def test_statement_of_a_whole_message():
    found = said(MIXED, PARTS, trusted={"mx.a.example"})
    assert found.verdicts == {"dmarc": "pass"}
    assert found.attachments == ("a.csv", "b c.pdf", "", "é e.pdf", "")
    assert found.size == len((MIXED + "\r\n" + PARTS).encode())
    assert said(MIXED, PARTS).verdicts == {}
    assert (found.report, found.automatic, found.spam) == (None, None, None)


def stated(found):
    """Each fact of a message."""
    names = [name for name in vars(statement.Statement) if not name.startswith("_")]
    return [getattr(found, name) for name in names]


def test_nothing_is_stated_by_nothing():
    for raw in (b"", b"\r\n", b"\0", b":", b"\xff" * 100):
        assert stated(statement.Statement(raw, {"", "a"}))


PIECES = [
    *(
        "(",
        ")",
        "<",
        ">",
        "@",
        ",",
        ";",
        ":",
        '"',
        "\\",
        " ",
        "\t",
        "=",
        "a@b.example, ",
    ),
    *("=?utf-8?q?a?= ", "<1@a> ", "for a@b ", "for ", "a+", "score=", "Yes, ", "SCL:"),
    *("\r\n ", "\r\nReceived: for a@b", "\r\nDelivered-To: a@b", "\r\nX-Spam-Flag: no"),
    *("\r\nX-Autoreply:", "\r\nAuto-Submitted: no", "[", "auto ", "x.", "\xa0"),
]
FIELDS = [
    *("Received", "To", "Delivered-To", "From", "References", "List-Id", "Subject"),
    *("X-Spam-Status", "X-Forefront-Antispam-Report", "Auto-Submitted", "Message-ID"),
    *("X-Spamd-Result", "X-Proofpoint-Spam-Details", "Content-Type", "Return-Path"),
]


@pytest.mark.parametrize("piece", PIECES)
def test_hostile_header_takes_no_time(piece):
    """A megabyte of it in one, some of it in each."""
    for number, field in enumerate(FIELDS):
        size = 50_000 if number else 1_000_000
        begin = time.process_time()
        found = said(f"{field}: {piece * (size // len(piece))}\r\n")
        assert stated(found)
        list(loop.signs(found.section, OWN))
        assert time.process_time() - begin < 3, field


def test_many_hostile_fields_of_recipients_take_no_time():
    line = "To: " + "@" * 32_000 + "\r\n"
    begin = time.process_time()
    assert said(line * 30).recipients == ()
    assert time.process_time() - begin < 2


def test_decision_costs_little():
    """Of ordinary mail all facts but the attachments, which ask for the body."""
    raw = [raw for raw in mutations.messages(mutations.OWN) for _ in range(10)]
    begin = time.process_time()
    for one in raw:
        found = statement.Statement(one, {"mx.example"})
        assert (
            found.recipients is not None and found.sender and found.subject is not None
        )
        assert (found.automatic, found.spam, found.verdicts, found.report) is not None
    assert (time.process_time() - begin) / len(raw) < 0.003
