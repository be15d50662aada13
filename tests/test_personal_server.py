# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Personal outgoing servers: tested by their owners, who need not be administrators."""

import pytest

from odoo.exceptions import AccessError, UserError

from sandbox.accounts import ACCOUNTS

from .live import engine

SALES = ACCOUNTS[0].login
DIAGNOSIS = "mail.gateway.diagnosis"


@pytest.fixture(scope="module")
def live(stack):
    with engine(stack) as made:
        with made.env() as env:
            env["ir.config_parameter"].set_param(
                "base_setup.default_external_email_server", True
            )
        yield made


def user(env, login, *groups, **values):
    ids = [env.ref(group).id for group in groups or ["base.group_user"]]
    return env["res.users"].create(
        {"name": login, "login": login, "email": f"{login}@demo.example",
         "group_ids": [(6, 0, ids)], **values}
    )  # fmt: skip


def personal(live, env, owner, **values):
    """As stock sets them up, on the real relay."""
    name = f"{owner.name}'s outgoing email"
    usual = {"name": name, "login": owner.email_normalized, "owner_user_id": owner.id}
    return live.relay(env, **usual | values)


@pytest.fixture
def case(live):
    """(server, its owner); neither they nor others are administrators."""
    with live.env() as env:
        owner = user(env, "sam", email=SALES)
        server = personal(live, env, owner)
        yield server, owner
        server.exists().unlink()
        owner.unlink()


def by_button(owner):
    """By the button in the preferences."""
    users = owner.env["res.users"].with_user(owner)
    action = users.action_diagnose_outgoing_mail_server()
    return users.env[action["res_model"]].browse(action["res_id"])


def everything(shown):
    """All that the form of a test reads, as its user."""
    names = set(shown._fields) - {"message_ids"}
    spec = {name: {} for name in names}
    for name in ("mail_server_id", "user_id"):
        spec[name] = {"fields": {"display_name": {}}}
    for lines in ("step_ids", "proposal_ids"):
        inner = shown[lines]._fields
        spec[lines] = {"fields": {name: {} for name in inner}}
    return shown.web_read(spec)[0]


def test_owner_tests_and_sees_each_stage(live, case):
    server, owner = case
    shown = by_button(owner)
    read = everything(shown)
    assert read["outcome"] == "ok" and read["sender"] == SALES
    assert [step["stage"] for step in read["step_ids"]][-1] == "rcpt"
    assert read["mail_server_id"]["display_name"] == server.name
    assert read["can_test"] and shown.user_id == owner
    assert "C: AUTH PLAIN ***" in read["transcript"]
    again = shown.action_again()
    assert shown.browse(again["res_id"]).outcome == "ok"
    listed = shown.action_history()
    assert len(shown.search(listed["domain"])) == 2
    with pytest.raises(AccessError):
        server.with_user(owner).read(["smtp_pass"])
    with pytest.raises(AccessError):
        server.with_user(owner).read(["smtp_host"])
    with pytest.raises(AccessError):
        shown.action_send_message() and shown.env["mail.gateway.test.message"].create(
            {"mail_server_id": server.id, "email_to": SALES}
        )


def test_owner_learns_what_failed(case):
    server, owner = case
    server.smtp_pass = "wrong one"
    shown = by_button(owner)
    assert shown.outcome == "failed" and shown.step_ids[-1].stage == "auth"
    assert f"refuses the login of {SALES}" in shown.title


def test_owner_in_another_company(live, case):
    server, owner = case
    other = server.env["res.company"].create({"name": "Other"})
    owner.company_ids += other
    away = owner.with_context(allowed_company_ids=[other.id])
    assert everything(by_button(away).with_context(allowed_company_ids=[other.id]))
    owner.company_ids -= other


def test_nobody_else_tests_or_reads(live, case):
    server, owner = case
    env = server.env
    shown = by_button(owner)
    common = env["ir.mail_server"].create(
        {**server.copy_data()[0], "owner_user_id": False, "name": "Common"}
    )
    common_test = env[DIAGNOSIS].browse(common.action_diagnose()["res_id"])
    plain = user(env, "paula")
    operator = user(env, "olaf", "mail_gateway_plus.group_operator")
    manager = user(env, "mia", "mail_gateway_plus.group_manager")
    admin = user(env, "ada", "base.group_system")
    for other in (plain, operator, manager, admin):
        assert shown not in env[DIAGNOSIS].with_user(other).search([])
        for hidden in (shown, shown.step_ids):
            with pytest.raises(AccessError):
                hidden.with_user(other).read(["display_name"])
        with pytest.raises(AccessError if other != admin else UserError):
            server.with_user(other).action_diagnose()
    with pytest.raises(UserError, match="only sam can test it"):
        server.with_user(admin).action_diagnose()
    # What all share is the managers' and administrators'.
    for other in (plain, operator, owner):
        with pytest.raises(AccessError):
            common_test.with_user(other).read(["title"])
        with pytest.raises(AccessError):
            common_test.step_ids.with_user(other).read(["reply"])
        with pytest.raises(AccessError):
            common.with_user(other).action_diagnose()
    for other in (manager, admin):
        assert common_test.with_user(other).read(["title", "can_test"])
    assert common_test.with_user(admin).can_test
    assert not common_test.with_user(manager).can_test


def test_user_without_a_server_of_their_own(live):
    with live.env() as env:
        users = env["res.users"].with_user(user(env, "noah"))
        with pytest.raises(UserError, match="no outgoing mail server of your own"):
            users.action_diagnose_outgoing_mail_server()
        visitor = user(env, "vera", "base.group_portal")
        with pytest.raises(UserError):
            env["res.users"].with_user(visitor).action_diagnose_outgoing_mail_server()
