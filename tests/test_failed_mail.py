# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A mail that fails says in words why, and what to do."""

import smtplib
import ssl

import pytest

from odoo.addons.mail_gateway_plus.net import smtp_raised

from sandbox import ports
from sandbox.accounts import ACCOUNTS

from . import scripted
from .live import engine

SECRET = "s3cret words"
#: Stock gives the notification a kind of failure then, and the mail none.
CONNECTING = False
OFF = b"535 5.7.139 SmtpClientAuthentication is disabled for the Tenant."


@pytest.fixture(scope="module")
def live(stack):
    with engine(stack) as made:
        yield made


def smtp(**answers):
    """A server that answers a command as told, and yes to all others."""
    usual = {"EHLO": b"250-x\r\n250 AUTH LOGIN PLAIN", "DATA": b"354 go on"}
    usual |= {"AUTH": b"235 in", "QUIT": b"221 bye"} | answers

    def script(self, sock):
        sock.sendall(usual.get("greeting", b"220 ready") + b"\r\n")
        while True:
            verb = self.read(sock).split()[0].decode("latin-1").upper()
            sock.sendall(usual.get(verb, b"250 yes") + b"\r\n")
            while verb == "DATA" and usual["DATA"][:1] == b"3":
                if self.read(sock) == b".":
                    sock.sendall(usual.get("content", b"250 taken") + b"\r\n")
                    verb = ""

    return script


def failed(live, port, sender="ann@erp.example", user=False, encryption="none", **more):
    """A mail that this server does not take."""
    with live.env() as env:
        values = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_user": user}
        values |= {"smtp_encryption": encryption, "name": "Relay", **more}
        server = env["ir.mail_server"].create(values)
        mail = env["mail.mail"].create(
            {
                "email_from": sender,
                "email_to": "bob@away.example",
                "body_html": "Hello",
                "mail_server_id": server.id,
            }
        )
        mail.send()
        assert mail.state == "exception"
        return mail.failure_type, mail.failure_reason


def test_closed_port(live):
    kind, said = failed(live, port := ports.any_free())
    assert kind == CONNECTING
    assert said.startswith(f"Nothing listens on 127.0.0.1, port {port}")
    assert "Check the field SMTP Port" in said


def test_sender_that_the_login_does_not_own(live, stack):
    """Real words of a real Postfix."""
    login = ACCOUNTS[0].login
    kind, said = failed(
        live,
        stack.ports["smtp"],
        sender="ceo@demo.example",
        user=login,
        encryption="starttls",
        smtp_pass=stack.password,
    )
    assert kind == "unknown"
    assert said.startswith(f"{login} may not send as ceo@demo.example")
    assert "553 5.7.1 <ceo@demo.example>: Sender address rejected" in said
    assert "smtpd_sender_login_maps" in said


@pytest.mark.parametrize(
    "answers, kind, words",
    [
        ({"greeting": b"554 5.7.1 No SMTP service here"}, CONNECTING, "no mail here"),
        ({"AUTH": OFF}, CONNECTING, "switched off for the whole organisation"),
        ({"EHLO": b"250 x"}, CONNECTING, "offers no login"),
        ({"MAIL": b"550 5.7.1 Unconfigured Sending Domain <x>"}, "unknown", "as yours"),
        ({"RCPT": b"550 5.1.1 User unknown"}, "unknown", "no mailbox bob@away.example"),
        ({"DATA": b"554 5.7.1 go away"}, "unknown", "no reason we know"),
        ({"content": b"550 5.7.60 no"}, "unknown", "no permission to send as"),
        (
            {"content": b"554 5.7.0 OutboundSpamException; WASCL"},
            "mail_spam",
            "OutboundSpamException",
        ),
    ],
)
def test_refusal_at_each_stage(live, answers, kind, words):
    with scripted.server(smtp(**answers)) as server:
        got, said = failed(live, server.port, user="ann", smtp_pass=SECRET)
    assert got == kind
    assert words in said
    assert len(said.splitlines()) >= 3, "title, cause and remedy"


def test_password_that_the_server_quotes_is_hidden(live):
    quoted = f"535 5.7.8 not with {SECRET}".encode()
    with scripted.server(smtp(AUTH=quoted)) as server:
        _kind, said = failed(live, server.port, user="ann", smtp_pass=SECRET)
    assert "refuses the login of ann" in said
    assert SECRET not in said and "***" in said


def test_clear_text_on_a_port_for_tls_and_the_reverse(live, stack):
    with scripted.server(smtp()) as server:
        kind, said = failed(live, server.port, encryption="ssl")
    assert kind == CONNECTING
    assert "does not speak SSL/TLS on port" in said
    with scripted.server(smtp()) as server:
        kind, said = failed(live, server.port, encryption="starttls")
    assert "offers no encryption" in said


def test_what_is_not_of_the_dialogue_keeps_stock_words(live):
    with scripted.server(smtp()) as server:
        kind, said = failed(live, server.port, sender="strange@example¢¡.com")
    assert kind == "mail_from_invalid"
    assert said.startswith("Malformed 'Return-Path'")


@pytest.mark.parametrize(
    "problem, code",
    [
        (smtplib.SMTPServerDisconnected("Connection unexpectedly closed"),
         "connection_lost"),
        (smtplib.SMTPServerDisconnected("Connection unexpectedly closed: timed out"),
         "command_timeout"),
        (smtplib.SMTPConnectError(421, b"4.3.2 later"), "service_unavailable"),
        (smtplib.SMTPHeloError(550, b"5.7.1 HELO rejected"), "helo_refused"),
        (smtplib.SMTPAuthenticationError(535, b"5.7.8 no"), "login_refused"),
        (smtplib.SMTPSenderRefused(550, b"no", "a@b"), "sender_refused"),
        (smtplib.SMTPRecipientsRefused({}), "answer_odd"),
        (smtplib.SMTPRecipientsRefused({"a@b": (450, b"4.2.1")}), "temporary"),
        (smtplib.SMTPDataError(552, b"5.3.4 too big"), "message_too_large"),
        (smtplib.SMTPResponseException(454, "4.7.0 no TLS"), "tls_unavailable"),
        (smtplib.SMTPNotSupportedError("STARTTLS extension not supported by server."),
         "starttls_missing"),
        (smtplib.SMTPNotSupportedError("SMTP AUTH extension not supported"),
         "auth_missing"),
        (smtplib.SMTPNotSupportedError("SMTPUTF8 not supported by server"),
         "address_not_ascii"),
        (smtplib.SMTPException("No suitable authentication method found."),
         "auth_mechanism"),
        (TimeoutError("timed out"), "connect_timeout"),
        (TimeoutError("_ssl.c:990: The handshake operation timed out"), "tls_timeout"),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER]"), "tls_failed"),
        (ssl.SSLError("bad handshake: x"), "tls_failed"),
        (ssl.SSLEOFError(8, "EOF occurred"), "tls_not_spoken"),
        (OSError(113, "No route to host"), "host_unreachable"),
    ],
)  # fmt: skip
def test_each_exception_has_its_meaning(problem, code):
    assert smtp_raised.meaning(problem, port=587).code == f"smtp_{code}"


def test_blocked_port_is_told_from_a_dead_server():
    problem = TimeoutError("timed out")
    assert smtp_raised.meaning(problem, port=25).code == "smtp_port25_blocked"


def test_fault_of_our_own_has_no_meaning():
    for problem in (ValueError("x"), None):
        assert smtp_raised.meaning(problem) is None


def test_exception_that_tells_nothing_keeps_stock_words():
    for cls in (smtplib.SMTPException, ssl.SSLError, TimeoutError, OSError):
        assert smtp_raised.meaning(cls("what?")) is None


def test_mails_that_fail_together_all_say_why(live):
    with live.env() as env:
        server = {"name": "Relay", "smtp_host": "127.0.0.1", "smtp_encryption": "none"}
        server = env["ir.mail_server"].create(server | {"smtp_port": ports.any_free()})
        values = {"email_from": "ann@erp.example", "mail_server_id": server.id}
        mails = env["mail.mail"].create(
            [values | {"email_to": f"{name}@away.example"} for name in "abc"]
        )
        mails.send()
        for mail in mails:
            assert mail.failure_reason.startswith("Nothing listens on 127.0.0.1")
