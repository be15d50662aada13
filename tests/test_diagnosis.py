# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Test Connection of outgoing servers, against the real relay."""

import base64
import contextlib
import logging
import time

import pytest

from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, config

from odoo.addons.mail_gateway_plus.core.smtp import relay as core_relay
from odoo.addons.mail_gateway_plus.models import mail_gateway_diagnosis

from sandbox import ports
from sandbox.accounts import ACCOUNTS

from . import scripted
from .live import engine

SALES = ACCOUNTS[0].login
STAGES = ["resolve", "connect", "greeting", "ehlo", "tls", "auth", "mail", "rcpt"]
IMPLICIT = ["resolve", "connect", "tls", "greeting", "ehlo", "auth", "mail", "rcpt"]
SECRET = "pl4nted s3cret"


@pytest.fixture(scope="module")
def live(stack):
    with engine(stack) as made:
        yield made


@pytest.fixture
def usual_ports(stack, monkeypatch):
    """Those of the private relay, for nobody listens on the real ones here."""
    for port in [*core_relay.PORTS]:
        monkeypatch.delitem(core_relay.PORTS, port)
    for name, implicit in {"smtps": True, "smtp": False}.items():
        monkeypatch.setitem(core_relay.PORTS, stack.ports[name], implicit)


def diagnosis(server, action=None):
    """What the button opens."""
    action = action or server.action_diagnose()
    assert action["target"] == "new"
    return server.env[action["res_model"]].browse(action["res_id"])


def stages(shown):
    return [(step.stage, step.status) for step in shown.step_ids]


def step(shown, stage):
    return shown.step_ids.filtered(lambda found: found.stage == stage)


def offers(shown):
    return [(one.security, one.port, one.is_weaker) for one in shown.proposal_ids]


@contextlib.contextmanager
def elsewhere(live, script, **values):
    """An outgoing server that misbehaves."""
    with scripted.server(script) as made, live.env() as env:
        place = {"smtp_host": "127.0.0.1", "smtp_port": made.port}
        yield live.relay(env, **place, **values), made


# --- what is found


@pytest.mark.parametrize(
    "port, security, order",
    [("smtp", "starttls_strict", STAGES), ("smtps", "ssl_strict", IMPLICIT)],
)
def test_each_stage_is_shown_when_all_is_well(live, stack, port, security, order):
    with live.env() as env:
        place = {"smtp_port": stack.ports[port], "smtp_encryption": security}
        shown = diagnosis(live.relay(env, **place))
        assert stages(shown) == [(stage, "ok") for stage in order]
        assert shown.outcome == "ok" and "“Relay” works" in shown.title
        assert not (shown.proposal_ids or shown.comparison or shown.cause)
        assert (shown.sender, shown.recipient) == (SALES, "noreply@odoo.com")
        assert shown.user_id == env.user and shown.is_current and not shown.is_sent
        assert "Certificate of localhost" in step(shown, "tls").details
        able = step(shown, "ehlo").details
        assert "Largest message: 50" in able and "PIPELINING" in able
        assert "DSN" in able and "8BITMIME" in able and "SMTPUTF8" in able
        assert "Used: PLAIN" in step(shown, "auth").details
        assert step(shown, "rcpt").reply.startswith("250")
        assert "C: RSET" in shown.transcript and "C: DATA" not in shown.transcript
        assert "C: AUTH PLAIN ***" in shown.transcript


def test_wrong_password_says_why_and_what_to_do(live):
    with live.env() as env:
        shown = diagnosis(live.relay(env, smtp_pass="wrong one"))
        assert stages(shown)[-1] == ("auth", "error")
        assert shown.outcome == "failed" and shown.connects
        assert f"refuses the login of {SALES}" in shown.title
        assert shown.remedy and shown.field_label == "Password"
        assert "535" in step(shown, "auth").reply
        assert not shown.proposal_ids, "another port takes no other password"


def test_sender_that_the_login_does_not_own(live):
    with live.env() as env:
        shown = diagnosis(live.relay(env, from_filter="ceo@demo.example"))
        assert stages(shown)[-1][1] == "error"
        assert "not owned by user" in shown.step_ids[-1].reply


@pytest.mark.parametrize(
    "port, security, offer",
    [
        ("closed", "starttls_strict", [("ssl_strict", "smtps"),
                                       ("starttls_strict", "smtp")]),
        ("smtps", "starttls_strict", [("ssl_strict", "smtps"),
                                      ("starttls_strict", "smtp")]),
    ],
)  # fmt: skip
def test_wrong_port_is_mended_by_one_click(
    live, stack, usual_ports, port, security, offer
):
    with live.env() as env:
        wrong = stack.ports.get(port) or ports.any_free()
        place = {"smtp_port": wrong, "smtp_encryption": security}
        server = live.relay(env, **place)
        shown = diagnosis(server)
        assert shown.outcome == "failed" and not shown.connects
        assert offers(shown) == [(kind, stack.ports[p], False) for kind, p in offer]
        again = diagnosis(server, shown.proposal_ids[0].action_use())
        assert again.outcome == "ok"
        assert server.smtp_encryption == "ssl_strict"
        assert server.smtp_port == stack.ports["smtps"]
        assert not shown.is_current, "its proposals are shown no more"


def test_starttls_that_somebody_took_out(live):
    """Nothing is sent in clear text, and nothing weaker is taken over unasked."""
    with elsewhere(live, scripted.smtp()) as (server, made):
        shown = diagnosis(server)
        assert stages(shown)[-1] == ("tls", "error")
        assert step(shown, "tls").finding_code == "smtp_starttls_missing"
        assert offers(shown) == [("none", made.port, True)]
        assert "Weaker" in shown.proposal_ids.protection and shown.is_weaker
        with pytest.raises(UserError, match="once you have agreed"):
            shown.proposal_ids.action_use()
        assert server.smtp_encryption == "starttls_strict"
        assert not any(b"AUTH" in line for line in made.lines)


def test_works_with_warnings(live):
    with live.env() as env:
        shown = diagnosis(live.relay(env, smtp_encryption="starttls"))
        assert shown.outcome == "warning"
        assert offers(shown) == [("starttls_strict", live.stack.ports["smtp"], False)]


def test_clear_text_has_no_certificate(live):
    with live.env() as env:
        shown = diagnosis(live.relay(env, smtp_encryption="none"))
        assert shown.title.endswith("takes no login without encryption")
        assert offers(shown), "another connection has seen one"
        assert step(shown, "tls").finding_code == "test_clear_text"
        assert not step(shown, "tls").facts


# --- the kinds of server


def test_archived_server_is_tested(live):
    with live.env() as env:
        assert diagnosis(live.relay(env, active=False)).outcome == "ok"


def test_server_of_the_configuration_file(live, stack, monkeypatch):
    values = {"smtp_server": stack.host, "smtp_port": stack.ports["smtp"]}
    values |= {"smtp_user": SALES, "smtp_password": stack.password, "smtp_ssl": True}
    for name, value in values.items():
        monkeypatch.setitem(config.options, name, value)
    with live.env() as env:
        kind = {"smtp_authentication": "cli", "smtp_host": False, "smtp_user": False}
        server = live.relay(env, **kind)
        shown = diagnosis(server)
        assert shown.outcome == "warning" and shown.port == stack.ports["smtp"]
        with pytest.raises(UserError, match="configuration file"):
            shown.proposal_ids[0].action_use()


def test_password_of_the_mailbox(live):
    with live.env() as env:
        values = {"server": "x", "user": SALES, "password": live.stack.password}
        box = env["fetchmail.server"].create({"name": "Box", **values})
        kind = {"smtp_authentication": "mailbox", "mailbox_id": box.id}
        server = live.relay(env, **kind, smtp_user=False, smtp_pass=False)
        assert diagnosis(server).outcome == "ok"


def test_token_is_replayed_and_the_answer_is_checked(live, stack):
    """Stock's hook ignores it."""
    with live.env() as env:
        server = live.relay(env, smtp_encryption="starttls", smtp_pass=False)
        server.write(
            {
                "smtp_authentication": "gmail",
                "google_gmail_access_token": SECRET.replace(" ", ""),
                "google_gmail_access_token_expiration": int(time.time()) + 3600,
            }
        )
        shown = diagnosis(server)
        assert stages(shown)[-1] == ("auth", "error")
        assert not shown.proposal_ids, "its module insists on its own"
        assert "Ways to log in" in step(shown, "auth").details


def test_login_hook_that_fails_shows_no_token(live, monkeypatch):
    with live.env() as env:
        server = live.relay(env)

        def hook(self, connection, user, password):
            raise ConnectionError(f"GET https://iap.example/?token={SECRET} failed")

        monkeypatch.setattr(type(server), "_smtp_login__", hook)
        shown = diagnosis(server)
        assert shown.step_ids.finding_code == "smtp_no_login"
        assert SECRET not in str(shown.read()) + str(shown.step_ids.read())


def test_certificate_of_ours_that_cannot_be_used_is_named(live, stack):
    """Not the server's: it is not even asked for the sender."""
    with live.env() as env:
        garbage = base64.b64encode(b"no PEM at all")
        server = live.relay(
            env,
            smtp_authentication="certificate",
            smtp_ssl_certificate=garbage,
            smtp_ssl_private_key=garbage,
        )
        shown = diagnosis(server)
        assert stages(shown)[-1] == ("tls", "error")
        assert shown.step_ids[-1].finding_code == "smtp_client_certificate"
        assert "certificate that Odoo shows to" in shown.title
        assert "PEM" in shown.remedy and not shown.proposal_ids


def test_certificate_of_the_configuration_file_that_is_not_there(
    live, stack, monkeypatch, tmp_path
):
    missing = str(tmp_path / "missing.pem")
    options = {
        "smtp_server": stack.host,
        "smtp_port": stack.ports["smtp"],
        "smtp_ssl": True,
        "smtp_ssl_certificate_filename": missing,
        "smtp_ssl_private_key_filename": missing,
    }
    for name, value in options.items():
        monkeypatch.setitem(config.options, name, value)
    with live.env() as env:
        server = live.relay(env, smtp_authentication="cli")
        shown = diagnosis(server)
        assert shown.step_ids.finding_code == "smtp_client_certificate"
        assert f"{missing}: No such file or directory" in shown.cause


def test_words_in_place_of_numbers_and_none_in_the_server_s_mouth(live):
    with live.env() as env:
        shown = diagnosis(live.relay(env, smtp_port=1))
        assert stages(shown)[-1] == ("connect", "error")
        assert "Nothing listens" in shown.title
        assert not shown.step_ids[-1].reply, "no server said anything"
        assert "refused: Connection refused" in shown.transcript
        texts = str(shown.read()) + str(shown.step_ids.read())
        assert "Errno" not in texts


@pytest.mark.parametrize("kind", ["login", "mailbox"])
def test_size_limit_button_of_stock_goes_on_working(live, stack, kind):
    with live.env() as env:
        box = env["fetchmail.server"].create(
            {"name": "Box", "server": "x", "user": SALES, "password": stack.password}
        )
        server = live.relay(env, smtp_authentication=kind, mailbox_id=box.id)
        said = server.action_retrieve_max_email_size()
        assert server.max_email_size == 50
        assert "Relay: 50.00 Mb" in said["params"]["message"]
        assert server._get_max_email_size() == 50


# --- who may


def owned(env, login, **values):
    group = env.ref("base.group_system")
    return env["res.users"].create(
        {"name": login, "login": login, "email": f"{login}@demo.example",
         "group_ids": [(6, 0, [group.id])], **values}
    )  # fmt: skip


def test_personal_server_is_its_owners_own(live):
    with live.env() as env:
        owner, other = owned(env, "olga"), owned(env, "pete")
        server = live.relay(env, owner_user_id=owner.id)
        with pytest.raises(UserError, match="only olga can test it"):
            server.with_user(other).action_diagnose()
        shown = diagnosis(server.with_user(owner))
        assert shown.outcome == "ok" and shown.user_id == owner
        assert shown.company_id == owner.company_id
        hidden = shown.with_user(other)
        with pytest.raises(AccessError):
            hidden.read(["transcript"])
        with pytest.raises(AccessError):
            hidden.step_ids.browse(shown.step_ids.ids).read(["reply"])


def test_managers_see_and_administrators_test(live):
    with live.env() as env:
        group = env.ref("mail_gateway_plus.group_manager")
        manager = owned(env, "mia", group_ids=[(6, 0, [group.id])])
        plain = owned(env, "uma", group_ids=[(6, 0, [env.ref("base.group_user").id])])
        server = live.relay(env)
        shown = diagnosis(server)
        assert shown.with_user(manager).read(["title", "transcript", "comparison"])
        with pytest.raises(AccessError):
            server.with_user(manager).action_diagnose()
        with pytest.raises(AccessError):
            shown.with_user(plain).read(["title"])


# --- the test message


def asked(server, to):
    action = diagnosis(server).action_send_message()
    wizard = server.env[action["res_model"]].with_context(**action["context"])
    return wizard.create({"email_to": to})


def test_message_is_sent_to_own_addresses_only(live, stack):
    login = "jobs@demo.example"
    stack.empty(login)
    with live.env() as env:
        live.domain(env)
        server = live.relay(env)
        with pytest.raises(UserError, match="none of these, so nothing was sent"):
            asked(server, "ceo@away.example").action_send()
        shown = diagnosis(
            server, asked(server, "Jobs <jobs@demo.example>").action_send()
        )
        assert stages(shown)[-1] == ("data", "ok") and shown.is_sent
        assert "has taken the message" in shown.title
        assert shown.recipient == login
        end = time.monotonic() + 20
        while not stack.flags(login) and time.monotonic() < end:
            time.sleep(0.1)
        assert len(stack.flags(login)) == 1


def test_own_addresses(live):
    with live.env() as env:
        live.domain(env)
        server = env["ir.mail_server"].with_user(
            owned(env, "ida", email="ida@h.example")
        )
        env.company.email = "Us <us@firm.example>"
        owned(env, "ivo", email="ivo@i.example")
        for own in ("ida@h.example", "us@firm.example", "ivo@i.example",
                    "anybody@DEMO.example"):  # fmt: skip
            assert server._is_own_address(own), own
        for foreign in ("bob@h.example", "bob@demo.example.org", "", "x",
                        "ida@h.example, bob@away.example"):  # fmt: skip
            assert not server._is_own_address(foreign), foreign


# --- the history


def test_history_tells_what_has_changed_since_it_was_good(live, stack):
    with live.env() as env:
        server = live.relay(env)
        diagnosis(server)
        assert "All as in the last good test" in diagnosis(server).comparison
        server.smtp_pass = "changed"
        first, second = diagnosis(server), diagnosis(server)
        for shown in (first, second):
            assert "Changed since the last good test" in shown.comparison
            assert shown.comparison.endswith(": Login."), shown.comparison
        server.write({"smtp_port": stack.ports["smtps"]})
        server.write({"smtp_encryption": "ssl_strict", "smtp_pass": stack.password})
        assert "Settings (localhost:" in diagnosis(server).comparison
        assert server.diagnosis_count == 5
        action = server.action_open_diagnoses()
        assert env[action["res_model"]].search_count(action["domain"]) == 5


def test_history_is_bounded_and_keeps_the_last_good(live, monkeypatch):
    monkeypatch.setattr(mail_gateway_diagnosis, "KEPT", 2)
    with live.env() as env:
        server = live.relay(env)
        old, good = diagnosis(server), diagnosis(server)
        server.smtp_pass = "changed"
        bad = [diagnosis(server) for _number in range(3)]
        env["mail.gateway.diagnosis"]._gc_history()
        kept = env["mail.gateway.diagnosis"].search(
            server.action_open_diagnoses()["domain"]
        )
        assert kept == bad[2] | bad[1] | good and not old.exists()
        bad[2].sudo().date = "2020-01-01"
        env["mail.gateway.diagnosis"]._gc_history()
        assert not bad[2].exists()


# --- secrets


def test_no_secret_is_kept_or_logged(live, caplog):
    """Of a server that repeats what it is told."""
    forms = SECRET, f"\0ann\0{SECRET}", f"ann\0ann\0{SECRET}"
    coded = [base64.b64encode(form.encode()).decode() for form in forms]
    said = f"535 5.7.8 no: AUTH PLAIN {coded[1]} that is ann {SECRET}"
    script = scripted.smtp(answers={"AUTH": said})
    caplog.set_level(logging.DEBUG)
    with elsewhere(live, script, smtp_encryption="none") as (server, _made):
        server.write({"smtp_user": "ann", "smtp_pass": SECRET})
        shown = diagnosis(server)
        assert step(shown, "auth").finding_code == "smtp_login_refused"
        assert "that is ann ***" in shown.transcript
        dump = caplog.text + dumped(server.env)
    assert "that is ann ***" in dump
    for form in (SECRET, *coded, *(one[:12] for one in coded)):
        assert form not in dump


def dumped(env):
    """All that is stored about tests."""
    env.flush_all()
    tables = ["mail_gateway_diagnosis", "mail_gateway_diagnosis_step"]
    rows = []
    for table in [*tables, "mail_gateway_diagnosis_proposal", "ir_logging"]:
        whole = SQL("SELECT t::text FROM %s t", SQL.identifier(table))
        rows += [row for (row,) in env.execute_query(whole)]
    return "\n".join(rows)
