# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Logins as they are spoken, and what is shown of them."""

import base64

import pytest

from odoo.addons.mail_gateway_plus.core.account import Credentials
from odoo.addons.mail_gateway_plus.core.smtp.dialogue import Done, Say
from odoo.addons.mail_gateway_plus.core.smtp.probe import Probe

from .recorded import ANN, MAIL, SECRET, Server, failure, outcome, relay

TOKEN = Credentials("", "user=ann\1auth=Bearer ya29.a-token-of-ann\1\1", "XOAUTH2")


def coded(text):
    return base64.b64encode(text.encode()).decode()


def offering(mechanisms, **answers):
    return Server(EHLO=f"250 mx\nAUTH {mechanisms}", **answers)


def spoken(server, credentials=ANN, security="ssl_strict"):
    """(steps, lines of the login)"""
    steps = outcome(server, relay(security, credentials))
    begins = ("EHLO", "MAIL", "RCPT", "RSET")
    return steps, [line for line in server.lines if not line.startswith(begins)]


def test_plain():
    steps, lines = spoken(offering("LOGIN PLAIN"))
    assert lines == [f"AUTH PLAIN {coded(chr(0) + ANN.user + chr(0) + SECRET)}"]
    assert steps["auth"].facts["used"] == "PLAIN"


def test_domain_of_the_user_is_sent_in_ascii():
    """As stock does it, before it calls the hook."""
    _steps, (line,) = spoken(offering("PLAIN"), Credentials("ann@bücher.example", "x"))
    assert base64.b64decode(line.split()[-1]) == b"\0ann@xn--bcher-kva.example\0x"


def test_login_with_both_prompts_in_one_order():
    prompts = {"AUTH": f"334 {coded('Password:')}", coded(SECRET): "235 ok"}
    steps, lines = spoken(offering("LOGIN", **prompts))
    assert lines == [f"AUTH LOGIN {coded(ANN.user)}", coded(SECRET)]
    assert steps["auth"].passed


def test_cram_md5_comes_first_and_the_password_is_not_sent():
    """The example of RFC 2195, 2."""
    tim = Credentials("tim", "tanstaaftanstaaf")
    challenge = "<1896.697170952@postoffice.reston.mci.net>"
    response = coded("tim b913a602c7eda7a495b4e6e7334d3890")
    server = offering(
        "PLAIN CRAM-MD5", AUTH=f"334 {coded(challenge)}", **{response: "235 ok"}
    )
    steps, lines = spoken(server, tim)
    assert lines == ["AUTH CRAM-MD5", response]
    assert steps["auth"].facts["used"] == "CRAM-MD5"


def test_next_mechanism_is_tried_as_stock_does():
    server = offering(
        "CRAM-MD5 PLAIN", **{"AUTH CRAM": "535 no", "AUTH PLAIN": "235 ok"}
    )
    steps, _lines = spoken(server)
    assert steps["auth"].passed and steps["auth"].facts["used"] == "PLAIN"


def test_refusal_that_says_most_is_shown():
    answers = {"AUTH PLAIN": "535 5.7.8 wrong", "AUTH LOGIN": "504 5.5.4 what?"}
    steps, _lines = spoken(offering("PLAIN LOGIN", **answers))
    assert failure(steps) == ("auth", "smtp_login_refused")
    assert steps["auth"].reply == "535 5.7.8 wrong"


def test_server_that_takes_leave_is_not_asked_for_the_next_mechanism():
    server = offering("PLAIN LOGIN", AUTH="421 4.7.0 Too many bad logins")
    steps, lines = spoken(server)
    assert len(lines) == 1 and server.goodbyes == [False]


def test_endless_challenges_end():
    server = offering("LOGIN", AUTH="334 ", **{coded(SECRET): "334 "})
    steps, lines = spoken(server)
    assert failure(steps)[0] == "auth" and len(lines) == 6


def test_challenge_that_is_no_base64():
    steps, _lines = spoken(offering("CRAM-MD5", AUTH="334 a"))
    assert failure(steps)[0] == "auth"


def test_token_is_refused_with_what_the_server_says_of_it():
    """Google's way: a challenge that tells why, which wants an empty line back."""
    why = coded('{"status":"400","schemes":"Bearer"}')
    server = offering(
        "XOAUTH2",
        AUTH=f"334 {why}",
        **{"": "535 5.7.8 Username and Password not accepted"},
    )
    steps, lines = spoken(server, TOKEN)
    assert lines == [f"AUTH XOAUTH2 {coded(TOKEN.secret)}", ""]
    assert failure(steps) == ("auth", "smtp_token_refused")
    assert '{"status":"400"' in steps["auth"].reply


@pytest.mark.parametrize(
    "offered, security, credentials, code",
    [
        ("mx", "ssl", ANN, "smtp_auth_missing"),
        ("mx\nSTARTTLS", "none", ANN, "smtp_auth_needs_tls"),
        ("mx\nAUTH GSSAPI", "ssl", ANN, "smtp_auth_mechanism"),
        ("mx\nAUTH PLAIN", "ssl", TOKEN, "smtp_auth_mechanism"),
        ("mx\nAUTH PLAIN", "ssl", Credentials("a", "x\r\n"), "smtp_login_unsendable"),
        ("mx\nAUTH PLAIN", "ssl", Credentials("a", "\u00e9"), "smtp_login_not_ascii"),
    ],
)
def test_password_stays_here_where_there_is_no_way(
    offered, security, credentials, code
):
    server = Server(EHLO=f"250 {offered}")
    steps, lines = spoken(server, credentials, security)
    assert failure(steps) == ("auth", code)
    assert lines == [] and server.goodbyes == [True]


def test_no_secret_in_what_a_server_offers():
    """Nor more of it than a person wants to read."""
    many = "\n".join(f"AUTH {number}{'x' * 5_000}" for number in range(100))
    hello = f"250 mx {SECRET}\nAUTH PLAIN {SECRET.upper()}\n{many}"
    certificate = {"subject": "words of ann\x00", "names": "x" * 5_000}
    server = Server(EHLO=hello, Secure=Done(certificate))
    steps = outcome(server, relay("ssl"))
    assert steps["tls"].facts["subject"] == "words of ann"
    assert [*steps][-1] == "rcpt"
    assert SECRET not in str(steps) and SECRET.upper() not in str(steps)
    assert steps["ehlo"].finding.params["auth"].startswith("PLAIN ***")
    assert steps["auth"].facts["offered"].startswith("PLAIN ***")
    assert len(str(steps)) < 10_000


def test_what_cannot_be_seen_is_not_shown():
    """Nor what turns the reading order of a line."""
    steps = outcome(Server(AUTH="535 \x1b[31m\u202eno\x07"), relay("ssl"))
    assert steps["auth"].reply == "535 ?[31m?no?"


@pytest.mark.parametrize("credentials", [ANN, TOKEN])
@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2"])
def test_no_secret_in_steps_or_in_what_is_shown(mechanism, credentials):
    """Whatever of it the server gives back."""
    whole = f"{credentials.secret} {coded(credentials.secret)}"
    server = offering(mechanism, AUTH=["334 PDFAeD4=", f"535 {whole}"])
    test = Probe(relay("ssl", credentials), MAIL)
    server.hold(test.run())
    secrets = [line.split()[-1] for line in server.lines if line and "EHLO" not in line]
    said = [want.shown or want.line for want in server.wants if isinstance(want, Say)]
    for text in (str(test.steps), str(said), repr(server.wants)):
        assert credentials.secret not in text
        assert coded(credentials.secret) not in text
        assert not [s for s in secrets if len(s) > 10 and s in text]
