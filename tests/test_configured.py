# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The server of Odoo's configuration file, which has no record of its own."""

import pytest

from odoo.exceptions import AccessError, UserError
from odoo.tools import config

from sandbox.accounts import ACCOUNTS

from .live import engine

SALES = ACCOUNTS[0].login


@pytest.fixture(scope="module")
def live(stack):
    with engine(stack) as made:
        yield made


@pytest.fixture
def configured(live, stack, monkeypatch):
    """An environment of a database without outgoing servers."""
    values = {"smtp_server": stack.host, "smtp_port": stack.ports["smtp"]}
    values |= {"smtp_user": SALES, "smtp_password": stack.password, "smtp_ssl": True}
    values["from_filter"] = f"{SALES}, demo.example"
    for name, value in values.items():
        monkeypatch.setitem(config.options, name, value)
    with live.env() as env:
        live.domain(env)
        env["mail.gateway.identity"].search([]).unlink()
        env["ir.mail_server"].with_context(active_test=False).search([]).unlink()
        yield env


def test_is_tested_from_the_settings(live, configured):
    env, Server = configured, configured["ir.mail_server"]
    settings = env["res.config.settings"].create({})
    action = settings.action_mail_gateway_test_configured()
    shown = env[action["res_model"]].browse(action["res_id"])
    assert shown.outcome == "warning" and shown.login == SALES
    assert shown.host == live.stack.host
    assert shown.sender == SALES
    settings.action_mail_gateway_test_configured()
    assert shown.mail_server_id.diagnosis_count == 2
    # Mail takes the same way as before.
    assert not Server.search([])
    assert Server._find_mail_server(SALES) == (None, SALES)


def test_matrix(configured, monkeypatch):
    env = configured
    for name in ("orders", "ceo"):
        address = f"{name}@demo.example"
        env["mail.gateway.identity"].create({"name": name, "email": address})
    env["mail.gateway.identity"].create({"name": "x", "email": "x@away.example"})
    settings = env["res.config.settings"].create({})
    settings.action_mail_gateway_check_configured()
    server = env.ref("mail_gateway_plus.configured_mail_server")
    states = {one.email: one.state for one in server.permission_ids}
    assert states[SALES] == states["orders@demo.example"] == "allowed"
    assert states["ceo@demo.example"] == "refused"
    assert "x@away.example" not in states, "not through this server"
    monkeypatch.setitem(config.options, "from_filter", "")
    settings.action_mail_gateway_check_configured()
    assert "x@away.example" in server.permission_ids.mapped("email")
    # Nobody is asked about what is archived unless somebody presses the button.
    server.permission_ids.checked_on = "2020-01-01"
    env["ir.mail_server"]._cron_check_permissions()
    dates = {one.checked_on.year for one in server.permission_ids}
    assert dates == {2020}


def sent(env, sender):
    mail = env["mail.mail"].create(
        {"email_from": sender, "email_to": "jobs@demo.example", "body_html": "Hello"}
    )
    mail.send()
    return mail


def test_refused_mail_is_evidence_and_the_choice_mends_it(configured, monkeypatch):
    env = configured
    # Else stock takes the bounce address as return path, which may pass.
    monkeypatch.setitem(config.options, "from_filter", f"ceo@demo.example, {SALES}")
    assert sent(env, "ceo@demo.example").state == "exception"
    # Known from its first test on.
    server = env["ir.mail_server"]._configured()
    assert not server.permission_ids
    assert sent(env, "ceo@demo.example").state == "exception"
    (refused,) = server.permission_ids
    assert (refused.email, refused.state) == ("ceo@demo.example", "refused")
    refused.action_send_from_account()
    assert sent(env, "ceo@demo.example").state == "sent"
    server.write({"sender_policy": "any", "from_mode": "keep"})
    server.unlink()
    assert sent(env, SALES).state == "sent"


def test_what_is_left_of_an_archived_server_waits_for_the_button(configured):
    env = configured
    server = env["ir.mail_server"]._configured()
    server.write({"limit_minute": 2, "from_filter": False})
    for number in range(4):
        address = f"left-{number}@demo.example"
        env["mail.gateway.identity"].create({"name": address, "email": address})
    said = server.action_check_permissions()["params"]["message"]
    assert "when you press Check Permissions again" in said
    assert "in the background" not in said
    server.active = True
    said = server.action_check_permissions()["params"]["message"]
    assert "in the background" in said and "press Check" not in said
    server.active = False


def test_option_at_fault_is_called_as_in_the_file(configured, monkeypatch):
    monkeypatch.setitem(config.options, "smtp_password", "wrong one")
    action = configured["ir.mail_server"].action_diagnose_configured()
    shown = configured[action["res_model"]].browse(action["res_id"])
    assert shown.outcome == "failed" and shown.field_label == "smtp_password"


def test_file_that_names_no_server(configured, monkeypatch):
    monkeypatch.setitem(config.options, "smtp_server", "")
    with pytest.raises(UserError, match="names no smtp_server"):
        configured["ir.mail_server"].action_diagnose_configured()


def test_administrators_only(configured):
    group = configured.ref("mail_gateway_plus.group_manager")
    manager = configured["res.users"].create(
        {"name": "mia", "login": "mia", "group_ids": [(6, 0, group.ids)]}
    )
    Server = configured["ir.mail_server"].with_user(manager)
    for press in (Server.action_diagnose_configured, Server.action_check_configured):
        with pytest.raises(AccessError):
            press()
