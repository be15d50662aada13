# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The test of an outgoing server, with servers out of a table."""

import pytest

from odoo.addons.mail_gateway_plus.core.smtp import fact, fault, probe
from odoo.addons.mail_gateway_plus.core.smtp.address import path
from odoo.addons.mail_gateway_plus.core.smtp.capability import capabilities
from odoo.addons.mail_gateway_plus.core.smtp.dialogue import Fault, Send
from odoo.addons.mail_gateway_plus.core.smtp.relay import NOBODY, Envelope
from odoo.addons.mail_gateway_plus.core.smtp.reply import meaning

from . import table
from .recorded import (
    MAIL,
    PLAIN,
    SECRET,
    TIMEOUT,
    Server,
    failure,
    offers_starttls,
    outcome,
    relay,
)

WAY = ["resolve", "connect", "greeting", "ehlo", "tls", "auth", "mail", "rcpt"]


def codes(steps):
    return [step.finding.code for step in steps.values()]


def test_all_stages_pass_and_nothing_is_sent():
    server = offers_starttls()
    steps = outcome(server)
    assert [*steps] == WAY
    assert all(step.finding.severity == "ok" for step in steps.values())
    assert set(codes(steps)) <= probe.CODES
    assert [line.split()[0] for line in server.lines] == (
        "EHLO STARTTLS EHLO AUTH MAIL RCPT RSET".split()
    )
    assert server.goodbyes == [True]


def test_encrypted_from_the_first_byte():
    server = Server()
    steps = outcome(server, relay("ssl_strict"))
    assert [*steps][:4] == ["resolve", "connect", "tls", "greeting"]
    assert "STARTTLS" not in server.lines


def test_what_is_not_encrypted_is_told():
    steps = outcome(Server(), relay("none"))
    assert [*steps] == WAY
    assert steps["tls"].finding.severity == "warning"
    assert steps["tls"].finding.code == "test_clear_text"


def test_steps_tell_what_came():
    steps = outcome(offers_starttls(AUTH="235 2.7.0 welcome\nann"))
    assert steps["connect"].finding.params["address"] == "192.0.2.1"
    assert steps["tls"].facts["subject"] == "mx.example.com"
    assert steps["tls"].duration_ms == 2 + 5
    assert steps["auth"].facts == {"offered": "PLAIN LOGIN", "used": "PLAIN"}
    assert steps["auth"].reply == "235 2.7.0 welcome ann"
    assert steps["mail"].finding.params["sender"] == MAIL.sender


def test_what_counts_is_offered_behind_the_encryption():
    """RFC 3207, 4.2"""
    ehlo = outcome(offers_starttls())["ehlo"]
    assert ehlo.facts == {
        "name": "mx.example.com",
        "size": "1000",
        "auth": "PLAIN LOGIN",
        "starttls": "1",
        "8bitmime": "1",
        "smtputf8": "1",
        "pipelining": "1",
        "dsn": "",
    }
    assert ehlo.duration_ms == 4


@pytest.mark.parametrize("security", ["starttls", "starttls_strict"])
def test_offer_of_encryption_taken_out_is_a_refusal(security):
    server = Server()
    steps = outcome(server, relay(security))
    assert failure(steps) == ("tls", "smtp_starttls_missing")
    assert not any(line.startswith(("AUTH", "MAIL")) for line in server.lines)
    assert server.goodbyes == [True]


def test_refused_encryption_keeps_the_password_here():
    server = offers_starttls(STARTTLS="454 4.7.0 TLS not available")
    assert failure(outcome(server)) == ("tls", "smtp_tls_unavailable")
    assert not any(line.startswith("AUTH") for line in server.lines)


def test_server_that_knows_only_helo():
    server = Server(EHLO="502 no", HELO="250 old.example.com at your service")
    steps = outcome(server, relay("none", NOBODY))
    assert steps["ehlo"].facts["name"] == "old.example.com"
    assert [*steps] == WAY and steps["auth"].finding.code == "test_no_login"


@pytest.mark.parametrize("then", [Fault("closed", "gone"), TIMEOUT, "421 bye"])
def test_greeting_is_refused_before_the_server_hangs_up(then):
    """Why, it says at the first of two commands."""
    said = (
        "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using b.example"
    )
    server = Server(EHLO=said, HELO=then)
    steps = outcome(server, relay("none"))
    assert failure(steps) == ("ehlo", "smtp_blocklisted")
    assert steps["ehlo"].reply == said and server.goodbyes == [False]
    server = Server(EHLO="550 no", HELO="554 5.7.1 blocked using b.example")
    assert failure(outcome(server, relay("none"))) == ("ehlo", "smtp_blocklisted")
    assert server.goodbyes == [True]


def test_server_that_takes_leave_is_not_asked_on():
    server = Server(EHLO="421 4.7.0 too many connections")
    steps = outcome(server, relay("none"))
    assert failure(steps)[0] == "ehlo"
    assert server.lines == ["EHLO erp.example.com"] and server.goodbyes == [False]


def test_refused_sender_ends_it():
    server = Server(MAIL="550 5.7.60 SMTP; Client does not have permissions to send")
    steps = outcome(server, relay("ssl"))
    assert failure(steps) == ("mail", "smtp_send_as_denied")
    params = steps["mail"].finding.params
    assert params["reply"].startswith("550 5.7.60 SMTP;")
    assert (params["sender"], params["host"]) == (MAIL.sender, "mx.example.com")
    assert server.lines[-1].startswith("MAIL") and server.goodbyes == [True]


def test_message_is_sent_when_there_is_one():
    server = Server(Send="250 2.0.0 queued as 4711")
    steps = outcome(server, relay("ssl_strict"), message=b"Subject: x\r\n\r\nHello\r\n")
    assert [*steps][-1] == "data"
    assert steps["data"].finding.params["reply"] == "2.0.0 queued as 4711"
    assert "MAIL FROM:<ann@example.com> SIZE=21" in server.lines
    assert "RSET" not in server.lines


def test_content_is_refused():
    answer = "554 5.2.252 SendAsDenied; ann not allowed to send as bob"
    steps = outcome(Server(Send=answer), relay("ssl"), message=b"x")
    assert failure(steps) == ("data", "smtp_send_as_denied")


@pytest.mark.parametrize(
    "want, fault, code",
    [
        ("Send", TIMEOUT, "smtp_outcome_uncertain"),
        ("Send", Fault("closed", "gone"), "smtp_outcome_uncertain"),
        # Of a message that was never said nobody has taken anything.
        ("DATA", TIMEOUT, "smtp_command_timeout"),
        ("DATA", Fault("closed", "gone"), "smtp_connection_lost"),
        ("DATA", Fault("closed", "550 5.7.60 no"), "smtp_send_as_denied"),
    ],
)
def test_whether_anybody_knows_what_became_of_a_message(want, fault, code):
    server = Server(**{want: fault})
    steps = outcome(server, relay("ssl"), message=b"x")
    assert failure(steps) == ("data", code)
    assert server.goodbyes == [False]


def test_what_does_not_fit_is_not_begun():
    server = Server()
    steps = outcome(server, relay("ssl"), message=b"x" * 1001)
    assert failure(steps) == ("mail", "smtp_message_too_large")
    assert not any(line.startswith("MAIL") for line in server.lines)
    assert not any(isinstance(want, Send) for want in server.wants)


@pytest.mark.parametrize(
    "sender, offered, expected",
    [
        ("ann@b\u00fccher.example", PLAIN, "<ann@xn--bcher-kva.example>"),
        ("\u00e4nn@x.example", PLAIN, "<\u00e4nn@x.example> SMTPUTF8 BODY=8BITMIME"),
        ("\u00e4nn@x.example", "mx\nAUTH PLAIN", "smtp_address_not_ascii"),
        ("ann@x.example>\r\nRSET", PLAIN, "smtp_sender_syntax"),
        ("ann", PLAIN, "smtp_sender_syntax"),
    ],
)
def test_addresses_as_they_are_sent(sender, offered, expected):
    server = Server(EHLO=f"250 {offered}")
    steps = outcome(server, relay("ssl"), Envelope(sender, "bob@example.org"))
    mails = [line for line in server.lines if line.startswith("MAIL")]
    if expected.startswith("smtp_"):
        assert failure(steps) == ("mail", expected) and not mails
    else:
        assert mails == [f"MAIL FROM:{expected}"]


def test_recipient_that_would_be_a_command_is_not_sent():
    server = Server()
    steps = outcome(server, relay("ssl"), Envelope("a@x.example", "b@x.example>\nDATA"))
    assert failure(steps) == ("rcpt", "smtp_recipient_syntax")
    assert not any("\n" in line for line in server.lines)


def test_path_keeps_what_is_no_name():
    assert path("ann@[192.0.2.1]") == "ann@[192.0.2.1]"


def test_offers_that_are_odd():
    odd = capabilities(["mx", "SIZE " + "9" * 400, "AUTH", " X", "", "size=5"])
    assert odd.size == 0 and odd.mechanisms == () and "X" in odd
    assert capabilities([]).name == ""


#: Where a refusal comes, as what is wanted then.
AT = {"greeting": "Listen", "auth": "AUTH", "mail": "MAIL", "rcpt": "RCPT"}
AT |= {"connect": "Listen", "data": "Send"}
REFUSALS = [row for row in table.refusals() if row[0] in AT]


@pytest.mark.parametrize("stage, reply, kind", REFUSALS)
def test_each_refusal_is_understood_at_its_stage(stage, reply, kind):
    server = Server(**{AT[stage]: f"{reply[:3]} {reply[4:]}"})
    steps = outcome(server, relay("ssl_strict"), message=b"x")
    shown, code = failure(steps)
    assert shown == ("greeting" if stage == "connect" else stage)
    assert code == meaning(stage, reply).code
    assert meaning(stage, reply).kind == kind


def test_nearly_all_refusals_come_in_a_dialogue():
    assert len(REFUSALS) > 45


KINDS = sorted({kind for kind, _stage in fault.CODES} | {"answer"})
WANTS = ["Resolve", "Connect", "Listen", "EHLO", "Secure", "AUTH", "MAIL", "RCPT"]


@pytest.mark.parametrize("want", WANTS)
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_goes_wrong_ends_the_test_with_a_finding(kind, want):
    server = offers_starttls(**{want: Fault(kind, f"no {SECRET} here", 7)})
    steps = outcome(server)
    stage, code = failure(steps)
    assert code in fact.FACTS
    assert SECRET not in str(steps)
    assert stage == WAY[WANTS.index(want)]


def test_login_that_could_not_be_prepared():
    trial = probe.unprepared(relay(), Fault("no_login", "no token"))
    assert failure({step.stage: step for step in trial.steps}) == (
        "auth",
        "smtp_no_login",
    )
    assert trial.steps[0].finding.params["reply"] == "no token"
    assert trial.steps[0].reply == "", "the server said nothing"
    assert not trial.works and trial.connects


def test_certificate_of_ours_that_could_not_be_read():
    trial = probe.unprepared(relay(), Fault("client_certificate", "a.pem: missing"))
    assert failure({step.stage: step for step in trial.steps}) == (
        "tls",
        "smtp_client_certificate",
    )
    assert not trial.works and trial.connects, "no other port would help"


@pytest.mark.parametrize(
    "want, fault, said",
    [
        ("Connect", Fault("refused", "Connection refused"), ""),
        ("Listen", Fault("closed", "hung up"), ""),
        ("Listen", Fault("closed", "421 busy"), "421 busy"),
        ("Listen", Fault("answer", "SSH-2.0-x"), "SSH-2.0-x"),
        ("MAIL", Fault("closed", "reset by peer"), ""),
    ],
)
def test_answer_is_the_server_s_own(want, fault, said):
    last = [*outcome(Server(**{want: fault}), relay("none")).values()][-1]
    assert last.reply == said
    assert fault.said in last.finding.params["reply"]


def test_blocked_port_is_named():
    where = relay("none")
    port_25 = type(where)("mx.example.com", 25, "none")
    steps = outcome(Server(Connect=TIMEOUT), port_25)
    assert failure(steps) == ("connect", "smtp_port25_blocked")
    assert failure(outcome(Server(Connect=TIMEOUT), where)) == (
        "connect",
        "smtp_connect_timeout",
    )


@pytest.mark.parametrize(
    "answer, message, severity",
    [
        ("450 4.2.0 <bob@example.org>: Greylisted", None, "warning"),
        ("450 4.2.0 <bob@example.org>: Greylisted", b"x", "error"),
        ("452 4.2.2 mailbox full", None, "warning"),
        ("552 5.2.2 mailbox full", None, "error"),
        ("450 4.7.1 <a@x.example>: Sender address rejected: not owned", None, "error"),
        ("450 4.7.1 too many mails from this account today", None, "error"),
        ("421 4.3.2 not now", None, "error"),
    ],
)
def test_recipient_that_is_put_off_is_not_the_servers_fault(answer, message, severity):
    last = outcome(Server(RCPT=answer), relay("ssl"), message=message)["rcpt"]
    assert last.finding.severity == severity, last.finding
