# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a report is, and what it is not, on small messages in many programs' manner."""

import time

import pytest

from odoo.addons.mail_gateway_plus.core.message import report

DAEMON = "MAILER-DAEMON@a.example"
RETURNED = (
    "Received: by a.example; Fri, 20 Nov 2026 10:00:00 +0000\n"
    "Message-ID: <1@a.example>\nSubject: Hi\nTo: ann@b.example\n\nHello\n"
)


def message(sender, subject, text, head=""):
    fields = f"From: {sender}\nTo: me@a.example\nSubject: {subject}\n{head}"
    return f"{fields}Content-Type: text/plain; charset=utf-8\n\n{text}".encode()


#: (program, sender, subject, text, (address, action, status) of each recipient).
BOUNCES = [
    (
        "qmail", DAEMON, "failure notice",
        "Hi.\n\n<ann@b.example>:\n192.0.2.1 does not like recipient.\n"
        "Remote host said: 550 5.1.1 no such user\nGiving up on 192.0.2.1.\n\n"
        "--- Below this line is a copy of the message.\n\n" + RETURNED,
        [("ann@b.example", "failed", "5.1.1")],
    ),
    (
        "qmail, two", DAEMON, "failure notice",
        "Hi.\n\n<ann@b.example>:\nSorry, no mailbox here. (#5.1.1)\n\n"
        "<bob@b.example>:\nMailbox over quota. (#4.2.2)\nI'm giving up on it.\n\n"
        "--- Below this line is a copy of the message.\n\n" + RETURNED,
        [("ann@b.example", "failed", "5.1.1"), ("bob@b.example", "failed", "4.2.2")],
    ),
    (
        "Exim", "Mail Delivery System <Mailer-Daemon@a.example>",
        "Mail delivery failed: returning message to sender",
        "This is a permanent error. The following address failed:\n\n  ann@b.example\n"
        "    host mx.b.example [192.0.2.1]\n    SMTP error after RCPT TO:"
        "<ann@b.example>:\n    550 unknown user\n\n"
        "------ This is a copy of the message, including all the headers. ------\n\n"
        + RETURNED,
        [("ann@b.example", "failed", "5.0.0")],
    ),
    (
        "Exim, late", "Mail Delivery System <Mailer-Daemon@a.example>",
        "Warning: message 1abc-0001 delayed 24 hours",
        "The address to which the message has not yet been delivered is:\n\n"
        "  ann@b.example\n    Delay reason: 451 4.7.1 greylisted\n\n"
        "No action is required on your part.\n",
        [("ann@b.example", "delayed", "4.7.1")],
    ),
    (
        "Postfix", DAEMON, "Undelivered Mail Returned to Sender",
        "This is the mail system at host a.example.\n\nFor help, please send mail to "
        "postmaster@a.example.\n\n<ann@b.example>: host mx.b.example[192.0.2.1] said:\n"
        "    550 5.1.1 <ann@b.example>: User unknown (in reply to RCPT TO command)\n",
        [("ann@b.example", "failed", "5.1.1")],
    ),
    (
        "Sendmail", "Mail Delivery Subsystem <MAILER-DAEMON>",
        "Returned mail: see transcript for details",
        "   ----- The following addresses had permanent fatal errors -----\n"
        "<ann@b.example>\n    (reason: 550 No such person)\n\n"
        "   ----- Transcript of session follows -----\n"
        "... while talking to mx.b.example.:\n>>> RCPT To:<ann@b.example>\n"
        "<<< 550 No such person\n550 5.1.1 <ann@b.example>... User unknown\n",
        [("ann@b.example", "failed", "5.1.1")],
    ),
    (
        "James", "Postmaster@a.example", "[BOUNCE]",
        "I wasn't able to deliver your message to the following addresses.\n\n"
        "Failed recipient(s):\nann@b.example\n\nError message:\n550 - no such user\n",
        [("ann@b.example", "failed", "5.0.0")],
    ),
    (
        "MailMarshal", "postmaster@a.example", 'Undeliverable Mail: "Hi"',
        "Your message:\n   From:    me@a.example\n   Subject: Hi\n\nCould not be "
        "delivered because of\n\n550 5.1.1 User unknown\n\nThe following recipients "
        "were affected:\n   ann@b.example\n",
        [("ann@b.example", "failed", "5.1.1")],
    ),
    (
        "MailEnable", "postmaster@a.example", "Message Delivery Failure",
        "MailEnable: Message could not be delivered to some recipients.\nThe following "
        "recipient(s) could not be reached:\n\n\tRecipient: [SMTP:ann@b.example]\n"
        "\tReason: Remote SMTP Server Returned: 550 5.1.1 unknown\n\n"
        "Message headers follow:\n\n" + RETURNED,
        [("ann@b.example", "failed", "5.1.1")],
    ),
    (
        "Exchange 5.5", "System Administrator <postmaster@a.example>",
        "Undeliverable: Hi",
        "Your message\n\n  To:      ann@b.example\n  Subject: Hi\n\ndid not reach the "
        "following recipient(s):\n\nann@b.example on Fri, 20 Nov 2026 10:00:00 +0000\n"
        "    The recipient name is not recognized\n",
        [("ann@b.example", "failed", "")],
    ),
    (
        "Lotus Notes", "Postmaster@a.example", "DELIVERY FAILURE: User not listed",
        "Your message\n\n  Subject: Hi\n\nwas not delivered to:\n\n  ann@b.example\n\n"
        "because:\n\n  550 5.1.1 not listed in Domino Directory\n",
        [("ann@b.example", "failed", "5.1.1")],
    ),
    (
        "Gmail", "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
        "Delivery Status Notification (Failure)",
        "Delivery to the following recipient failed permanently:\n\n     ann@b.example"
        "\n\nTechnical details of permanent failure:\nThe error that the other server "
        "returned was:\n550 5.1.1 no such user\n\n----- Original message -----\n\n"
        + RETURNED,
        [("ann@b.example", "failed", "5.1.1")],
    ),
    (
        "Yahoo", "MAILER-DAEMON@yahoo.com", "Failure Notice",
        "Sorry, we were unable to deliver your message to the following address.\n\n"
        "<ann@b.example>:\n554: delivery error: dd No such account [-5] - mta.example\n"
        "\n--- Below this line is a copy of the message.\n\n" + RETURNED,
        [("ann@b.example", "failed", "5.0.0")],
    ),
    (
        "Kerio, IMail", "Postmaster <postmaster@a.example>", "Undeliverable Mail",
        "Unknown user: ann@b.example\n\nOriginal message follows.\n\n" + RETURNED,
        [("ann@b.example", "failed", "")],
    ),
    (
        "Courier", '"Courier mail server at a.example" <postmaster@a.example>',
        "NOTICE: mail delivery status.",
        "Your message to the following recipients cannot be delivered:\n\n"
        "<ann@b.example>:\n    mx.b.example [192.0.2.1]:\n>>> RCPT TO:<ann@b.example>\n"
        "<<< 550 5.1.1 no such user\n",
        [("ann@b.example", "failed", "5.1.1")],
    ),
    (
        "a German provider", '"Mail Delivery System" <mailer-daemon@a.example>',
        "Unzustellbare Nachricht",
        "Ihre E-Mail konnte nicht zugestellt werden:\n\nann@b.example:\n"
        "Der Empfänger ist unbekannt: 550 5.1.1 unknown\n",
        [("ann@b.example", "failed", "5.1.1")],
    ),
    (
        "a French provider", "postmaster@a.example", "Échec de la remise : Hi",
        "Votre message n'a pas pu être remis au destinataire <ann@b.example>\n"
        "Raison : 552 5.2.2 boite pleine\n",
        [("ann@b.example", "failed", "5.2.2")],
    ),
    (
        "a Japanese provider", "postmaster@a.example",
        "=?utf-8?b?6YWN5L+h44Ko44Op44O844Gu44GK55+l44KJ44Gb?=",
        "次のあて先へのメールを配信できませんでした。\n\n"
        "<ann@b.example>\n550 user unknown\n",
        [("ann@b.example", "failed", "5.0.0")],
    ),
    (
        "a Chinese provider", "postmaster@a.example", "系统退信",
        "抱歉，您的邮件无法投递到 ann@b.example\n原因：550 5.1.1 mailbox not found\n",
        [("ann@b.example", "failed", "5.1.1")],
    ),
    (
        "unknown words", "MAILER-DAEMON@a.example", "Hmm",
        "Message could not be delivered.\n\n<ann@b.example>: 550 5.1.1 nee\n",
        [("ann@b.example", "failed", "5.1.1")],
    ),
    (
        "a service of the web", "MAILER-DAEMON@a.example", "There was an error sending",
        "We had trouble delivering your message.\n\n1 error(s):\n\nSMTP Server "
        "<mx.b.example> rejected recipient <ann@b.example>\nIt said: 550 5.1.1 No\n",
        [("ann@b.example", "failed", "5.1.1")],
    ),
    (
        "a report in the text", DAEMON, "Returned mail",
        "Your message could not be delivered.\n\nReporting-MTA: dns; a.example\n\n"
        "Final-Recipient: rfc822; ann@b.example\nAction: failed\nStatus: 5.1.1\n"
        "Diagnostic-Code: smtp; 550 no such user\n",
        [("ann@b.example", "failed", "5.1.1")],
    ),
    (
        "what came back only", "postmaster@a.example", "Delivery failure",
        "The recipient's mailbox is full.\n\nOriginal message:\n\n" + RETURNED,
        [("ann@b.example", "failed", "")],
    ),
]  # fmt: skip


@pytest.mark.parametrize("row", BOUNCES, ids=lambda row: row[0])
def test_bounce_in_words(row):
    _program, sender, subject, text, expected = row
    found = report.read(message(sender, subject, text))
    assert found and found.kind == "delivery_status"
    assert [(r.address, r.action, r.status) for r in found.recipients] == expected
    assert bool(found.failed) == (expected[0][1] != "delayed")
    assert found.message_id == ("<1@a.example>" if RETURNED in text else "")


def test_refusal_that_is_told_in_words_is_classified():
    for _program, sender, subject, text, expected in BOUNCES:
        if "No such user" in text or "no such user" in text:
            (one,) = report.read(message(sender, subject, text)).recipients
            assert one.meaning.code == "smtp_recipient_unknown", expected
            assert one.is_permanent


def test_addresses_that_the_header_names_count_alone():
    head = "X-Failed-Recipients: ann@b.example, bob@b.example\n"
    text = (
        "Sorry.\n\n  ann@b.example\n    550 5.1.1 no\n  bob@b.example\n    552 full\n"
    )
    found = report.read(message(DAEMON, "Mail delivery failed", text, head))
    assert [(r.address, r.status) for r in found.recipients] == [
        ("ann@b.example", "5.1.1"),
        ("bob@b.example", "5.0.0"),
    ]


#: What looks like a bounce and is none: (sender, subject, text, further fields).
ORDINARY = [
    ("ann@a.example", "Hi", "Hello", ""),
    # People write about bounces, answer them and pass them on
    ("ann@a.example", "Undelivered mail", "My mail could not be delivered, why?", ""),
    ("ann@a.example", "Fwd: failure notice", BOUNCES[0][3], ""),
    ("ann@a.example", "Re: Mail delivery failed", BOUNCES[2][3], "In-Reply-To: <1>\n"),
    ("ann@a.example", "AW: Unzustellbar", "> 550 5.1.1 User unknown", ""),
    ("list@a.example", "[mta] User unknown", "550 5.1.1 unknown", "List-Id: <p.a>\n"),
    # Shops deliver and return as well
    ("shop@a.example", "Delivery failed", "Your parcel could not be delivered.", ""),
    ("no-reply@a.example", "Your order was returned", "Not delivered: code 550.", ""),
    ("no-reply@a.example", "Delivery status of your order", "It is delayed.", ""),
    ("no-reply@a.example", "Delivery failed", "Your parcel was not delivered.", ""),
    ("ann@a.example", "Undelivered mail", "What is this?\n\n" + BOUNCES[0][3], ""),
    # Postmasters write letters
    ("postmaster@a.example", "Quarantine: 5 messages blocked", "Rejected by us.", ""),
    ("postmaster@a.example", "Automatic reply: Hi", "I can not be reached.",
     "Return-Path: <>\n"),
    ("postmaster@a.example", "Mailbox storage", "Your mailbox is almost full.", ""),
    ("postmaster@a.example", "Maintenance on Sunday", "Mail will be late.", ""),
    ("postmaster@a.example", "Your question", "Your domain's SPF is fine now.", ""),
    # Answers of machines
    ("ann@a.example", "Auto: Out of office", "I am away.", "Return-Path: <>\n"),
    ("ann@a.example", "Automatic reply: Hi", "I no longer work here.",
     "Return-Path: <>\nAuto-Submitted: auto-replied\nIn-Reply-To: <1@a>\n"),
    ("ann@a.example", "Hi", "550 people came", "Return-Path: <>\n"),
]  # fmt: skip


@pytest.mark.parametrize("row", ORDINARY, ids=lambda row: row[1])
def test_ordinary_message(row):
    sender, subject, text, head = row
    assert report.read(message(sender, subject, text, head)) is None


def parts(kind, *content, head=""):
    """A report in parts: its type, and (media type, content) of each part."""
    pieces = [f"\n--b\nContent-Type: {k}\n\n{text}" for k, text in content]
    top = f"From: x@b.example\n{head}Content-Type: {kind}; boundary=b\n\n"
    return (top + "".join(pieces) + "\n--b--\n").encode()


def test_report_that_a_person_attached_is_ordinary_mail():
    status = ("message/delivery-status", "Final-Recipient: rfc822; ann@b.example\n")
    for head in ("", "Subject: Undelivered mail\n", "Subject: failure notice\n"):
        raw = parts("multipart/mixed", ("text/plain", "Look:"), status, head=head)
        assert report.read(raw) is None


def test_read_receipt():
    raw = parts(
        "multipart/report; report-type=disposition-notification",
        ("text/plain", "Seen."),
        (
            "message/disposition-notification",
            "Original-Recipient: rfc822;ann@b.example\nFinal-Recipient: rfc822;a@c.d\n"
            "Original-Message-ID: <1@a.example>\n"
            "Disposition: automatic-action/MDN-sent-automatically; deleted\n",
        ),
    )
    found = report.read(raw)
    assert (found.kind, found.address) == ("read_receipt", "a@c.d")
    assert (found.original, found.message_id) == ("ann@b.example", "<1@a.example>")
    assert (found.disposition, found.automatic, found.was_read) == (
        *("deleted", True),
        False,
    )


RFC822 = ("message/rfc822", RETURNED)


def feedback(kind):
    stated = f"Feedback-Type: {kind}\nVersion: 1\n\nOriginal-Rcpt-To: <Ann@b.example>\n"
    return parts(
        "multipart/report; report-type=feedback-report",
        ("text/plain", "A complaint."),
        ("message/feedback-report", stated + "Source-IP: 192.0.2.1\n"),
        RFC822,
    )


def test_abuse_report():
    found = report.read(feedback("abuse"))
    assert (found.kind, found.type) == ("abuse_report", "abuse")
    assert found.addresses == ("ann@b.example",)
    assert (found.message_id, found.source_ip) == ("<1@a.example>", "192.0.2.1")


def test_complaint_in_a_message_that_looks_like_any_other():
    raw = feedback("abuse").replace(b"report; report-type=feedback-report", b"mixed")
    assert report.read(raw).kind == "abuse_report"


def test_report_of_a_message_that_failed_authentication():
    assert report.read(feedback("auth-failure")).kind == "authentication_failure"


def test_complaint_that_says_so_in_its_subject_only():
    returned = (
        "message/rfc822",
        "X-HmXmrOriginalRecipient: Ann@b.example\n" + RETURNED,
    )
    head = "Subject: complaint about message from 192.0.2.1\n"
    found = report.read(parts("multipart/mixed", returned, head=head))
    assert (found.kind, found.addresses) == ("abuse_report", ("ann@b.example",))


DMARC = "Report Domain: a.example Submitter: b.example Report-ID: <42>"


def test_reports_on_a_domain():
    file = "b.example!a.example!1700000000!1700086400.xml.gz"
    single = message("x@b.example", DMARC, "").replace(
        b"text/plain", b"application/gzip"
    )
    named = parts(
        "multipart/mixed",
        ("text/plain", "See below."),
        (f'application/gzip; name="{file}"', "x"),
        head=f"Subject: {DMARC}\n",
    )
    tls = parts(
        "multipart/report; report-type=tlsrpt",
        ("application/tlsrpt+gzip", "x"),
        head="TLS-Report-Domain: a.example\nTLS-Report-Submitter: b.example\n",
    )
    kinds = ["dmarc_report", "dmarc_report", "tls_report"]
    found = [report.read(raw) for raw in (single, named, tls)]
    assert [one.kind for one in found] == kinds
    assert {(one.domain, one.submitter) for one in found} == {
        ("a.example", "b.example")
    }
    assert found[0].identifier == "42"


@pytest.mark.parametrize("before", ["Fwd: ", "[ext] WG: ", "Re: "])
def test_report_on_a_domain_that_a_person_passes_on_is_ordinary_mail(before):
    file = "b.example!a.example!1700000000!1700086400.xml.gz"
    raw = parts(
        "multipart/mixed",
        ("text/plain", "What is this?"),
        (f'application/gzip; name="{file}"', "x"),
        head=f"Subject: {before}{DMARC}\n",
    )
    assert report.read(raw) is None


def test_message_that_has_arrived_is_no_failure():
    subject = "Delivery Status Notification (Success)"
    found = report.read(message(DAEMON, subject, "Delivered:\n\n<ann@b.example>\n"))
    assert [(r.address, r.action) for r in found.recipients] == [
        ("ann@b.example", "delivered")
    ]
    assert not found.failed


def test_notice_of_a_provider_in_json():
    text = (
        '{"notificationType":"Bounce","bounce":{"bounceType":"Permanent",'
        '"bouncedRecipients":[{"emailAddress":"Ann@b.example","action":"failed",'
        '"status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user unknown"}]},"mail":'
        '{"headers":[{"name":"Message-ID","value":"<1@a.example>"}]}}\n\n--\nBye\n'
    )
    raw = message("SES <no-reply@sns.amazonaws.com>", "AWS Notification Message", text)
    (one,) = report.read(raw).recipients
    assert (one.address, one.status, one.is_permanent) == (
        "ann@b.example",
        "5.1.1",
        True,
    )
    assert report.read(raw).message_id == "<1@a.example>"
    complaint = '{"notificationType":"Complaint","complaint":{}}'
    assert report.read(raw.replace(text.encode(), complaint.encode())).kind == (
        "abuse_report"
    )


def test_status_in_the_report_and_reason_in_the_text():
    raw = parts(
        "multipart/report; report-type=delivery-status",
        ("text/plain", "ann@b.example: 550 5.7.1 You are not welcome\n"),
        (
            "message/delivery-status",
            "Reporting-MTA: dns; a\n\nFinal-Recipient: rfc822; ann@b.example\n"
            "Action: failed\nStatus: 5.0.0\n",
        ),
    )
    (one,) = report.read(raw).recipients
    assert (one.status, one.diagnostic) == ("5.0.0", "550 5.7.1 You are not welcome")


PIECES = [
    *(
        "<a@b.example>:\n",
        "a@b.example ",
        "@",
        "550 5.1.1 ",
        "<<< 550\n",
        "5.1.1",
        "550 ",
    ),
    *("Final-Recipient: a@b\n", "could not ", "not ", "To: a\n", "\n", " ", "\t", ">"),
    *(
        "Message-ID: <1>\n",
        "{",
        '{"a":',
        "mailto:",
        "[mailto:",
        "<br>",
        "<",
        "delivery ",
    ),
    *("message ", "Original message\n", "a.", "a" * 50 + "@", "following addresses "),
    *("this is a copy ", "warning ", "nicht ", "fail", "the recipient ", "\xa0", "no "),
]


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("kind", ["text/plain", "text/html", "multipart/report"])
def test_hostile_bounces_take_no_time(piece, kind):
    raw = message(DAEMON, "failure notice", "")
    raw = raw.replace(b"text/plain", kind.encode() + b"; boundary=b")
    begin = time.process_time()
    report.read(raw + piece.encode() * (1_000_000 // len(piece)))
    report.read(raw.replace(b"failure", piece.strip().encode() * 20_000 + b" failure"))
    assert time.process_time() - begin < 2
