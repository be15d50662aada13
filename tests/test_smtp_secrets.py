# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""No password and no token in anything that is stored, logged or shown, though the
server gives it back in every form at every stage."""

import base64
import logging
import time
from urllib.parse import quote

import pytest

from odoo.exceptions import UserError
from odoo.tools import SQL, config

from odoo.addons.mail_gateway_plus.core.smtp import relay as core_relay

from sandbox import ports

from . import scripted
from .live import engine

SECRET = "pl4nted.s3cret+words*[of]ann"
TOKEN = "ya29.pl4nted-t0ken_of_ann+0123456789"
BEARER = f"user=ann@h.example\1auth=Bearer {TOKEN}\1\1"
#: Where they belong.
KEPT = {
    "ir_mail_server": ("smtp_pass", "google_gmail_access_token"),
    "fetchmail_server": ("password",),
}


@pytest.fixture(scope="module")
def live(stack):
    with engine(stack) as made:
        yield made


def coded(text):
    return base64.b64encode(text.encode()).decode()


def forms(secret, *whole):
    """What a server may make of it; each gives the secret away."""
    for text in (secret, *whole):
        yield coded(text)
    for before in ("x", "xy"):
        yield coded(before + secret + "xyz")
    yield from (secret, secret.upper(), quote(secret, safe=""), secret.encode().hex())


OF_PASSWORD = [*forms(SECRET, f"\0ann@h.example\0{SECRET}")]
OF_TOKEN = [*forms(TOKEN, BEARER)]
ALL = OF_PASSWORD + OF_TOKEN


def leaks(text):
    """Where parts of a secret stand that are long enough to tell."""
    parts = [form[4:-5] for form in ALL]
    places = [text.find(part) for part in parts if part in text]
    return [text[max(at - 200, 0) : at + 100] for at in places]


def echo(number, known):
    lines = [f"{number}-5.7.1 You said {form}, indeed" for form in known]
    return "\r\n".join([*lines, f"{number} 5.7.1 no"])


def told(answers, capabilities="SIZE=1000000 AUTH=PLAIN"):
    return scripted.server(scripted.smtp(capabilities=capabilities, answers=answers))


def relay(env, port, **values):
    defaults = {
        "name": "Relay",
        "smtp_host": "127.0.0.1",
        "smtp_port": port,
        "smtp_encryption": "none",
        "smtp_user": "ann@h.example",
        "smtp_pass": SECRET,
        "from_filter": "ann@h.example",
    }
    return env["ir.mail_server"].create({**defaults, **values})


def with_token(env, port):
    server = relay(env, port, smtp_pass=False, smtp_encryption="starttls")
    server.write(
        {
            "smtp_authentication": "gmail",
            "google_gmail_refresh_token": "refresh",
            "google_gmail_access_token": TOKEN,
            "google_gmail_access_token_expiration": int(time.time()) + 3600,
        }
    )
    # The way to the server is not what this is about.
    env.flush_all()
    env.cr.execute(
        "UPDATE ir_mail_server SET smtp_encryption = 'none' WHERE id = %s", [server.id]
    )
    env.invalidate_all()
    return server


def dumped(env):
    """All that the database holds, without the fields where secrets belong."""
    env.flush_all()
    tables = env.execute_query(
        SQL("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    )
    return "\n".join(row for (table,) in tables for row in rows(env, table))


def rows(env, table):
    whole, name = SQL("t::text"), SQL.identifier(table)
    if table in KEPT:
        whole = SQL("(to_jsonb(t) - %s::text[])::text", list(KEPT[table]))
    return [
        row for (row,) in env.execute_query(SQL("SELECT %s FROM %s t", whole, name))
    ]


def send(env, server, raise_exception=False):
    mail = env["mail.mail"].create(
        {
            "email_from": "ann@h.example",
            "email_to": "bob@away.example",
            "body_html": "Hello",
            "mail_server_id": server.id,
        }
    )
    mail.send(raise_exception=raise_exception)
    return mail


#: What the server answers with all it knows.
STAGES = ["", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "."]


def answers(stage, known):
    if stage == "EHLO":
        offered = "\r\n".join(f"250-AUTH {form}" for form in known)
        return {"EHLO": f"250-mx\r\n{offered}\r\n250 AUTH PLAIN XOAUTH2"}
    return {stage: echo(550 if stage else 220, known)}


def test_nothing_that_is_stored_or_logged_holds_a_secret(live, caplog, monkeypatch):
    """After tests that failed and such that did not, proposals, questions for many
    senders and mails that failed."""
    caplog.set_level(logging.DEBUG)
    for port in [*core_relay.PORTS]:
        monkeypatch.delitem(core_relay.PORTS, port)
    shown = []
    with live.env() as env:
        live.domain(env)
        env["mail.gateway.identity"].create(
            {"name": "Ceo", "email": "ceo@demo.example"}
        )
        for stage in STAGES:
            for make, known in ((relay, OF_PASSWORD), (with_token, OF_TOKEN)):
                offered = "SIZE=1000000 AUTH=PLAIN AUTH=XOAUTH2"
                with told(answers(stage, known), offered) as other:
                    server = make(env, other.port)
                    test = server._diagnose("ann@h.example")
                    shown.append(str(test.read()) + str(test.step_ids.read()))
                    server.action_check_permissions()
                    mail = send(env, server)
                    # Stock does not look at what becomes of a token.
                    accepts = ["", "EHLO"] + ["AUTH"] * (make == with_token)
                    assert mail.state == "sent" if stage in accepts else "exception"
                    shown.append(str(mail.read()))
        with told({}) as other:
            monkeypatch.setitem(core_relay.PORTS, other.port, False)
            test = relay(env, ports.any_free())._diagnose()
            assert test.proposal_ids
            shown.append(str(test.proposal_ids.read()))
        text = "\n".join([*shown, caplog.text, dumped(env)])
    assert "indeed" in text and "***" in text
    assert leaks(text) == []


def test_round_trips_and_settings_that_are_not_saved_hold_no_secret(live, caplog):
    caplog.set_level(logging.DEBUG)
    shown = []
    with live.env() as env:
        box = env["fetchmail.server"].create({"name": "Box", "user": "ann@h.example"})
        box.write({"server": "box.invalid", "state": "done"})
        for stage in STAGES:
            for make, known in ((relay, OF_PASSWORD), (with_token, OF_TOKEN)):
                offered = "SIZE=1000000 AUTH=PLAIN AUTH=XOAUTH2"
                with told(answers(stage, known), offered) as other:
                    server = make(env, other.port)
                    start = {"mailbox_id": box.id, "mail_server_ids": server.ids}
                    env["mail.gateway.round.trip.start"].create(start).action_send()
                    found = server.permission_ids
                    assert found.trip_ids
                    shown.append(str(found.read()) + str(found.trip_ids.read()))
                    shown.append(unsaved(server))
        text = "\n".join([*shown, caplog.text, dumped(env)])
    assert "is not saved" in text and "indeed" in text and "***" in text
    assert leaks(text) == []


def unsaved(server):
    """What a form is told whose settings are tested before they are saved."""
    try:
        return str(server.web_save({"test_before_save": True}, {"name": {}}))
    except UserError as problem:
        return str(problem)


def test_exception_for_the_caller_holds_no_secret(live):
    """Whoever sends at once shows or logs what is raised."""
    with live.env() as env:
        for stage in ("AUTH", "MAIL", "."):
            with told(answers(stage, OF_PASSWORD)) as other:
                with pytest.raises(Exception) as raised:
                    send(env, relay(env, other.port), raise_exception=True)
            chain, texts = raised.value, []
            while chain:
                texts.append(repr(chain) + str(chain))
                chain = chain.__context__
            assert "indeed" in str(texts) and "***" in str(texts)
            assert leaks(str(texts)) == []


def test_password_of_the_configuration_file(live, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG)
    with live.env() as env, told(answers("MAIL", OF_PASSWORD)) as other:
        for name, value in {
            "smtp_server": "127.0.0.1",
            "smtp_port": other.port,
            "smtp_user": "ann@h.example",
            "smtp_password": SECRET,
            "smtp_ssl": False,
        }.items():
            monkeypatch.setitem(config.options, name, value)
        kind = {"smtp_authentication": "cli", "smtp_host": False, "smtp_user": False}
        for server in (
            relay(env, other.port, **kind, smtp_pass=False),
            env["ir.mail_server"],
        ):
            env["ir.mail_server"].search([]).active = bool(server)
            mail = send(env, server)
            assert mail.state == "exception" and "***" in mail.failure_reason
        text = caplog.text + dumped(env)
    assert leaks(text) == []
