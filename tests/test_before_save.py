# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Test Before Save: what the form of an outgoing server does with the switch on.

``web_save`` is what the web client calls.
"""

import contextlib
import logging
import time

import pytest

from odoo.exceptions import UserError

from odoo.addons.mail_gateway_plus.models import diagnosis_question
from odoo.addons.mail_gateway_plus.net.deadline import Limits

from sandbox.accounts import ACCOUNTS

from . import scripted
from .live import engine
from .relaying import relay

SALES = ACCOUNTS[0].login
SECRET = "pl4nted s3cret"
DEFAULT = "mail_gateway_plus.test_before_save"


@pytest.fixture(scope="module")
def live(stack):
    with engine(stack) as made:
        yield made


def values(live, **others):
    """A form that works, with the switch on."""
    return relay(live.stack, **{"test_before_save": True, **others})


def saved(server, **vals):
    """The server as its form has it afterwards."""
    spec = {"name": {}, "diagnosis_count": {}}
    (row,) = server.web_save(vals, spec)
    return server.browse(row["id"]), row


def servers(env):
    return env["ir.mail_server"].with_context(active_test=False).search([])


def history(server):
    return server.env["mail.gateway.diagnosis"].search(
        [("mail_server_id", "in", server.ids)]
    )


def outcomes(server):
    return [(test.outcome, test.is_unsaved) for test in history(server)]


@contextlib.contextmanager
def refused(match):
    with pytest.raises(UserError, match=match) as caught:
        yield caught


# --- saved or not


def test_new_server_that_works_is_saved_with_its_test(live):
    with live.env() as env:
        server, row = saved(env["ir.mail_server"], **values(live))
        assert server.smtp_pass == live.stack.password
        assert outcomes(server) == [("ok", False)] and row["diagnosis_count"] == 1


def test_new_server_with_a_wrong_password_is_not_saved(live):
    with live.env() as env:
        before = servers(env)
        with refused("“Relay” is not saved") as caught:
            saved(env["ir.mail_server"], **values(live, smtp_pass="wrong one"))
        said = str(caught.value)
        assert "failed at the stage Login" in said, said
        assert f"refuses the login of {SALES}" in said and "535" in said
        assert "Field to look at: Password" in said
        assert "switch off Test Before Save" in said and "wrong one" not in said
        assert servers(env) == before
    with live.env() as env:
        assert servers(env) == before
        with refused("Login"):
            saved(env["ir.mail_server"], **values(live, smtp_pass="wrong one"))
        off = values(live, smtp_pass="wrong one", test_before_save=False)
        server, _row = saved(env["ir.mail_server"], **off)
        assert server.exists() and not history(server)


def test_settings_that_fail_leave_the_server_as_it_is(live):
    with live.env() as env:
        server, _row = saved(env["ir.mail_server"], **values(live))
        number = server.id
        with refused("stage Login"):
            saved(server, smtp_pass="wrong one", name="Other")
        assert server.name == "Relay" and server.smtp_pass == live.stack.password
    with live.env() as env:
        server = env["ir.mail_server"].browse(number)
        assert server.name == "Relay" and server.smtp_pass == live.stack.password
        # The evidence outlives the refusal.
        assert outcomes(server) == [("failed", True), ("ok", False)]
        failed = history(server)[0]
        assert failed.comparison.endswith(": Login.")
        saved(server, smtp_pass="wrong one", test_before_save=False)
        assert server.smtp_pass == "wrong one"
        with refused("stage Login"):
            saved(server, test_before_save=True)
        saved(server, test_before_save=True, smtp_pass=live.stack.password)
        assert server.test_before_save
        assert server.smtp_pass == live.stack.password


def test_other_settings_that_would_work_are_named(live, monkeypatch):
    with scripted.server(scripted.smtp()) as other, live.env() as env:
        place = {"smtp_host": "127.0.0.1", "smtp_port": other.port}
        with refused("stage Encryption") as caught:
            saved(env["ir.mail_server"], **values(live, **place))
        said = str(caught.value)
        assert "These settings would work:\nNone, port" in said
        assert "Weaker: anybody" in said
        assert not any(b"AUTH" in line for line in other.lines)


def test_sender_that_the_server_does_not_let_through(live):
    with live.env() as env:
        with refused("not owned by user") as caught:
            saved(env["ir.mail_server"], **values(live, from_filter="ceo@demo.example"))
        assert "ceo@demo.example" in str(caught.value)


def test_what_must_not_be_saved_anyway_is_not_tested(live):
    with scripted.server(scripted.smtp()) as other, live.env() as env:
        place = {"smtp_host": "127.0.0.1", "smtp_port": other.port}
        with pytest.raises(UserError, match="certificate is missing|key is missing"):
            kind = {"smtp_authentication": "certificate"}
            saved(env["ir.mail_server"], **values(live, **place, **kind))
        assert not other.lines


def test_spelling_of_the_host_counts_as_it_is_saved(live, stack):
    with live.env() as env:
        host = f"ssl://{stack.host}:{stack.ports['smtps']}"
        server, _row = saved(env["ir.mail_server"], **values(live, smtp_host=host))
        assert server.smtp_encryption == "ssl_strict"
        assert history(server).port == stack.ports["smtps"]


def test_password_of_the_mailbox(live):
    with live.env() as env:
        account = {"server": "x", "user": SALES, "password": "wrong one"}
        box = env["fetchmail.server"].create({"name": "Box", **account})
        kind = {"smtp_authentication": "mailbox", "mailbox_id": box.id}
        kind |= {"smtp_user": False, "smtp_pass": False}
        with refused("stage Login"):
            saved(env["ir.mail_server"], **values(live, **kind))
        box.password = live.stack.password
        server, _row = saved(env["ir.mail_server"], **values(live, **kind))
        assert outcomes(server) == [("ok", False)]


# --- what is saved without a test


def silent(live, **others):
    """With the switch on, of a server that nobody should ask."""
    return values(live, smtp_host="silent.invalid", **others)


def test_only_what_a_test_depends_on_is_tested(live):
    with live.env() as env:
        # What code, an import or an upgrade writes is its own affair.
        server = env["ir.mail_server"].create(silent(live))
        server.write({"smtp_port": 26})
        saved(server, name="Renamed", sequence=3, limit_day=100)
        copied = server.copy()
        assert copied.test_before_save and not history(server | copied)
        steps = env["mail.gateway.provider"].search([], limit=1)
        saved(server, provider_id=steps.id)
        with refused("stage Name"):
            saved(server, smtp_port=27)


def test_address_that_all_mail_leaves_from_is_tested(live):
    """Another one is tested once mail leaves from another."""
    with live.env() as env:
        account = {"sender_policy": "account", "from_filter": "ceo@demo.example"}
        server, _row = saved(env["ir.mail_server"], **values(live, **account))
        assert history(server).sender == SALES
        with refused("not owned by user"):
            saved(server, sender_policy="any")
        server.sender_policy = "any"
        with refused("not owned by user"):
            saved(server, from_mode="keep")
        saved(server, from_mode="account")
        assert server.from_mode == "account"


def test_server_that_becomes_everybodys_is_tested(live):
    with live.env() as env:
        owner = {"owner_user_id": env.ref("base.user_admin").id}
        server, _row = saved(env["ir.mail_server"], **silent(live, **owner))
        with refused("stage Name"):
            saved(server, owner_user_id=False)
        server.unlink()


def test_test_is_kept_when_the_form_goes_on_to_the_next(live):
    with live.env() as env:
        server, _row = saved(env["ir.mail_server"], **values(live))
        other = server.copy()
        port = {"smtp_port": live.stack.ports["smtps"], "smtp_encryption": "ssl_strict"}
        (row,) = server.web_save(port, {"name": {}}, next_id=other.id)
        assert row["id"] == other.id and len(history(server)) == 2
        assert not history(other)


def test_archived_and_personal_servers_are_saved_without_a_test(live):
    with live.env() as env:
        saved(env["ir.mail_server"], **silent(live, active=False))
        owner = {"owner_user_id": env.ref("base.user_admin").id}
        server, _row = saved(env["ir.mail_server"], **silent(live, **owner))
        saved(server, smtp_port=26)
        server.unlink()


def test_account_that_is_not_connected_yet_is_saved_first(live):
    with live.env() as env:
        kind = {"smtp_authentication": "gmail", "smtp_encryption": "starttls"}
        server, _row = saved(
            env["ir.mail_server"], **silent(live, **kind, smtp_pass=False)
        )
        server.google_gmail_refresh_token = "token"
        server.google_gmail_access_token = "token"
        server.google_gmail_access_token_expiration = int(time.time()) + 3600
        with refused("stage Name"):
            saved(server, smtp_port=588)


def test_new_token_of_an_account_is_kept_and_keeps_nobody_waiting(live, monkeypatch):
    """Though the settings are not saved."""
    fetched = []

    def fetch(self, refresh_token):
        with live.env() as other:
            assert other["ir.mail_server"].browse(self.id).try_lock_for_update()
        fetched.append(refresh_token)
        return "fresh", int(time.time()) + 3600

    with live.env() as env:
        kind = {"smtp_authentication": "gmail", "smtp_encryption": "starttls"}
        server = env["ir.mail_server"].create(silent(live, **kind, smtp_pass=False))
        server.google_gmail_refresh_token = "refresh"
        env.cr.commit()
        monkeypatch.setattr(type(server), "_fetch_gmail_access_token", fetch)
        with refused("stage Name"):
            saved(server, smtp_port=588)
        assert fetched == ["refresh"]
        assert server.google_gmail_access_token == "fresh"


def test_default_of_new_servers(live):
    with live.env() as env:
        Settings = env["res.config.settings"]
        name = "mail_gateway_test_before_save"
        assert not Settings.create({})[name]
        assert not env["ir.mail_server"].new().test_before_save
        Settings.create({name: True}).execute()
        assert env["ir.mail_server"].new().test_before_save
        unsaid = silent(live)
        del unsaid["test_before_save"]
        with refused("stage Name"):
            saved(env["ir.mail_server"], **unsaid)
        Settings.create({name: False}).execute()
        saved(env["ir.mail_server"], **unsaid)


# --- while it is tested


def test_silent_server_keeps_nobody_waiting(live, monkeypatch):
    monkeypatch.setattr(diagnosis_question, "PROBE", Limits(1, 2, 3))
    with scripted.server(scripted.silent) as other, live.env() as env:
        place = {"smtp_host": "127.0.0.1", "smtp_port": other.port}
        begin = time.monotonic()
        with refused("stage Greeting"):
            saved(env["ir.mail_server"], **values(live, **place))
        assert time.monotonic() - begin < 12


def test_nothing_is_locked_while_the_server_is_asked(live):
    """Another one writes the same server in the meantime."""
    seen = []

    def script(self, sock):
        with live.env() as other:
            other.cr.execute("SET LOCAL lock_timeout = '2s'")
            other.cr.execute(
                "UPDATE ir_mail_server SET sequence = 42 WHERE id = %s", [number]
            )
            seen.append(other.cr.rowcount)
        sock.sendall(b"554 5.3.2 not today\r\n")

    with scripted.server(script) as slow:
        with live.env() as env:
            server, _row = saved(env["ir.mail_server"], **values(live))
            number = server.id
        with live.env() as env:
            server = env["ir.mail_server"].browse(number)
            with refused("stage Greeting"):
                saved(server, smtp_host="127.0.0.1", smtp_port=slow.port)
    assert seen and set(seen) == {1}
    with live.env() as env:
        assert env["ir.mail_server"].browse(number).sequence == 42


def test_server_that_is_deleted_in_the_meantime(live):
    def script(self, sock):
        with live.env() as other:
            other["ir.mail_server"].browse(number).exists().unlink()
        sock.sendall(b"554 5.3.2 not today\r\n")

    with scripted.server(script) as slow, live.env() as env:
        server, _row = saved(env["ir.mail_server"], **values(live))
        number = server.id
        with refused("“Relay” is not saved"):
            saved(server, smtp_host="127.0.0.1", smtp_port=slow.port)
        assert not server.exists()


def test_no_secret_is_told_or_logged(live, caplog):
    said = f"535 5.7.8 no: {SECRET} is wrong"
    caplog.set_level(logging.DEBUG)
    with scripted.server(scripted.smtp(answers={"AUTH": said})) as other:
        with live.env() as env:
            place = {"smtp_host": "127.0.0.1", "smtp_port": other.port}
            place |= {"smtp_encryption": "none", "smtp_pass": SECRET}
            with refused("stage Login") as caught:
                saved(env["ir.mail_server"], **values(live, **place))
            assert SECRET not in str(caught.value) + caplog.text
