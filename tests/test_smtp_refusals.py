# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Each of the refusals that are known, from a server at its stage: what the test of the
server finds, and what a mail that fails says of it."""

import re

import pytest

from odoo.addons.mail_gateway_plus.core.smtp import reply

from . import scripted
from .core.smtp import table
from .live import engine

REFUSALS = table.refusals()
#: Stage -> what the server answers with the refusal.
AT = {"connect": "", "greeting": "", "auth": "AUTH", "mail": "MAIL", "rcpt": "RCPT"}
AT |= {"data": "."}
USER, SENDER, RECIPIENT = "erp@h.example", "erp@h.example", "bob@away.example"
MEANT = (
    *("auth_off_tenant", "auth_off_mailbox", "basic_auth_off", "login_refused"),
    *("security_defaults", "login_refused", "basic_auth_off", "auth_required"),
    *("tls_required", "app_password", "web_login", "login_refused", "login_refused"),
    *("auth_needs_tls", "auth_mechanism", "send_as_denied", "send_as_denied"),
    *("send_as_denied", "send_as_denied", "sender_not_owned", "sender_domain_unknown"),
    *("sender_not_account", "sender_syntax", "sender_not_verified"),
    *("sender_domain_not_verified", "sender_not_verified", "relay_denied"),
    *("relay_own_domains", "relay_connector", "recipient_unknown"),
    *("recipient_unknown", "mailbox_full", "mailbox_full", "message_too_large"),
    *("message_too_large", "too_many_connections", "submission_quota"),
    *("rate_limited", "too_many_connections", "recipient_throttled", "greylisted"),
    *("server_busy", "server_fault", "daily_quota", "unauthenticated"),
    *("dmarc_failed", "authentication_level", "dmarc_failed", "ptr_missing"),
    *("blocklisted", "ip_banned", "content_spam", "content_spam", "no_service"),
    *("service_unavailable",),
)
ROWS = [
    (stage, said, f"smtp_{code}")
    for (stage, said, _kind), code in zip(REFUSALS, MEANT, strict=True)
]


@pytest.fixture(scope="module")
def live(stack):
    with engine(stack) as made:
        yield made


def refuses(stage, said):
    """A server that says yes until then. What is cut off behind 550- goes on."""
    whole = f"{said}\r\n{said[:3]} abc - gsmtp" if said[3] == "-" else said
    answers = {AT[stage]: whole}
    return scripted.server(scripted.smtp(capabilities="AUTH=PLAIN", answers=answers))


def outgoing(env, port):
    return env["ir.mail_server"].create(
        {
            "name": "Relay",
            "smtp_host": "127.0.0.1",
            "smtp_port": port,
            "smtp_encryption": "none",
            "smtp_user": USER,
            "smtp_pass": "secret",
            "from_filter": SENDER,
        }
    )


def test_each_is_found_at_its_stage(live, monkeypatch):
    """Also of the content, for which a message must be sent."""
    wrong = []
    with live.env() as env:
        model = type(env["ir.mail_server"])
        monkeypatch.setattr(model, "_diagnosis_sender", lambda self: SENDER)
        for stage, said, code in ROWS:
            with refuses(stage, said) as server:
                relay = outgoing(env, server.port)
                shown = relay._diagnose(RECIPIENT if stage == "data" else "")
            last = shown.step_ids[-1]
            at = "greeting" if stage == "connect" else stage
            is_put_off = stage == "rcpt" and last.status == "warning"
            if (last.stage, last.finding_code) != (at, code):
                wrong.append((said, last.stage, last.finding_code))
            assert is_put_off or shown.outcome == "failed", said
            assert said[4:40] in last.reply or "-" in said[:4]
    assert not wrong


def test_mail_that_fails_says_the_same(live):
    wrong = []
    with live.env() as env:
        for stage, said, code in ROWS:
            with refuses(stage, said) as server:
                mail = env["mail.mail"].create(
                    {
                        "email_from": SENDER,
                        "email_to": RECIPIENT,
                        "body_html": "Hello",
                        "mail_server_id": outgoing(env, server.port).id,
                    }
                )
                mail.send()
            words = mail.failure_reason or ""
            if not all(part in words for part in title(env, code)):
                wrong.append((said, words.splitlines()[:1]))
    assert not wrong


def title(env, code):
    """What of a title stays the same whatever it is about."""
    advice = env["mail.gateway.advice"].search([("code", "=", code)])
    return re.split(r"%\(\w+\)s", advice.title)


@pytest.mark.parametrize("stage, said, code", ROWS)
def test_table_says_the_same(stage, said, code):
    assert reply.meaning(stage, said).code == code
