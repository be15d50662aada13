# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Mail Health learns from real servers, each fault opened and closed."""

import datetime

import pytest

from odoo.addons.mail_gateway_plus.core import health
from odoo.addons.mail_gateway_plus.models import ir_mail_server_health
from odoo.addons.mail_gateway_plus.models.mail_mail_queue import (
    PAUSED as SENDING_PAUSED,
)

from sandbox import authority, ports
from sandbox.selfsigned import SelfSigned

from .live import engine


@pytest.fixture(scope="module")
def live(stack):
    with engine(stack) as made:
        yield made


def row(env, record):
    Health = env["mail.gateway.health"]
    Health.invalidate_model()
    about = [("res_model", "=", record._name), ("res_id", "=", record.id)]
    return Health.search(about)


def told(env, record):
    found = row(env, record)
    return found.light, found.code


def activities(env):
    return env["mail.activity"].search([("summary", "like", "Mail Health")])


def fetched(live, mailbox):
    with live.env() as env:
        server = env["fetchmail.server"].browse(mailbox)
        server.with_context(fetchmail_cron_running=True)._fetch_mail()


@pytest.mark.parametrize("protocol", ["imap", "pop"])
def test_mailbox_with_a_wrong_port(live, login, protocol):
    mailbox = live.mailbox(protocol, login)
    fetched(live, mailbox)
    with live.env() as env:
        server = env["fetchmail.server"].browse(mailbox)
        assert told(env, server) == ("green", False)
        right, server.port = server.port, 1
    fetched(live, mailbox)
    with live.env() as env:
        server = env["fetchmail.server"].browse(mailbox)
        assert told(env, server) == ("yellow", "mailbox_connection_refused")
        assert "port 1" in row(env, server).title
        server.port = right
    fetched(live, mailbox)
    with live.env() as env:
        server = env["fetchmail.server"].browse(mailbox)
        assert told(env, server) == ("green", False)
        assert [found.closed_on for found in row(env, server).past_ids]


def test_mailbox_whose_certificate_ends(live, stack, login, tmp_path, monkeypatch):
    mailbox = live.mailbox("imap", login)
    monkeypatch.setattr(authority, "VALID", datetime.timedelta(days=5))
    issued = authority.issue(tmp_path)
    port = ports.any_free()
    places = {"imaps_selfsigned": port, "imap": stack.ports["imap"]}
    ending = SelfSigned(places, issued.chain)
    ending.start()
    with live.env() as env:
        server = env["fetchmail.server"].browse(mailbox)
        right, server.port = server.port, port
    with monkeypatch.context() as patched:
        patched.setenv("SSL_CERT_FILE", str(issued.ca))
        fetched(live, mailbox)
    ending.stop()
    with live.env() as env:
        server = env["fetchmail.server"].browse(mailbox)
        assert told(env, server) == ("yellow", health.CERTIFICATE)
        assert len(activities(env)) == 1
        server.port = right
    fetched(live, mailbox)
    with live.env() as env:
        server = env["fetchmail.server"].browse(mailbox)
        assert told(env, server) == ("green", False)
        assert not activities(env)


@pytest.fixture
def only(live):
    """None but those that the test makes are looked at."""
    with live.env() as env:
        env["ir.mail_server"].with_context(active_test=False).search([]).unlink()
        yield env


def test_outgoing_server_is_looked_at_from_time_to_time(only, live):
    env = only
    server = live.relay(env, smtp_pass="wrong one")
    personal = live.relay(env, name="Sam's", owner_user_id=env.user.id)
    Server = env["ir.mail_server"]
    assert told(env, server) == ("grey", "health_unchecked_server")
    Server._cron_look()
    assert told(env, server) == ("red", "smtp_login_refused")
    assert "wrong one" not in str(server.finding_ids.params)
    assert len(activities(env)) == 1
    looked = server.health_checked_on
    assert not personal.health_checked_on and not row(env, personal)
    Server._cron_look()
    assert server.health_checked_on == looked, "its turn has not come"
    server.smtp_pass = live.stack.password
    Server._cron_look()
    assert told(env, server) == ("green", False)
    assert not activities(env)
    assert not server.diagnosis_ids, "the tests of people stay in their list"


def test_test_by_hand_counts_at_once(only, live):
    env = only
    server = live.relay(env, smtp_pass="wrong one")
    server.action_diagnose()
    assert told(env, server) == ("red", "smtp_login_refused")
    server.smtp_pass = live.stack.password
    server.action_diagnose()
    assert told(env, server) == ("green", False)
    assert not activities(env)


def test_few_at_once(only, live, monkeypatch):
    env = only
    monkeypatch.setattr(ir_mail_server_health, "AT_ONCE", 2)
    servers = env["ir.mail_server"]
    for number in range(3):
        servers += live.relay(env, name=f"Relay {number}")
    for looked in (2, 3):
        servers._cron_look()
        servers.invalidate_recordset()
        assert len(servers.filtered("health_checked_on")) == looked


def test_two_who_open_the_screen_at_once_find_a_fault_once(live):
    def opened(env):
        code = [("code", "=", health.SENDING_PAUSED), ("closed_on", "=", False)]
        return env["mail.gateway.finding"].search_count(code)

    with live.env() as env:
        env["ir.config_parameter"].set_param(SENDING_PAUSED, "True")
    try:
        with live.env() as first, live.env() as second:
            first["mail.gateway.health"].action_open()
            second["mail.gateway.health"].action_open()
        with live.env() as env:
            assert opened(env) == 1
            env["mail.gateway.health"].action_open()
            assert opened(env) == 1
    finally:
        with live.env() as env:
            env["ir.config_parameter"].set_param(SENDING_PAUSED, False)
            env["mail.gateway.health"].action_open()
