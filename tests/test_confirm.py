# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Test & Confirm over the real servers: its stages, and the settings it proposes."""

import datetime
import ipaddress
import ssl

import pytest

from odoo.exceptions import UserError

from odoo.addons.mail_gateway_plus.core.mailbox import account

from sandbox import authority

from . import scripted
from .live import engine, mail

BOTH = pytest.mark.parametrize("protocol", ["imap", "pop"])


#: What an IMAP server answers about a folder without messages.
EMPTY_BOX = {
    "SELECT": "* OK [UIDVALIDITY 1] x\r\n* OK [UIDNEXT 1] x\r\n* 0 EXISTS\r\n"
    "TAG OK done\r\n"
}


@pytest.fixture(scope="module")
def live(stack):
    with engine(stack) as made:
        yield made


@pytest.fixture
def usual_ports(stack, monkeypatch):
    """Those of the private servers, for nobody may listen on the real ones here."""
    for (protocol, implicit), name in {
        ("imap", True): "imaps",
        ("imap", False): "imap",
        ("pop", True): "pop3s",
        ("pop", False): "pop3",
    }.items():
        monkeypatch.setitem(account.PORTS, (protocol, implicit), stack.ports[name])


def draft(env, stack, login, protocol="imap", port="imaps", **values):
    """A mailbox that nobody has tested yet."""
    return env["fetchmail.server"].create(
        {
            "name": "Box",
            "server_type": protocol,
            "server": stack.host,
            "port": port if isinstance(port, int) else stack.ports.get(port, 1),
            "user": login,
            "password": stack.password,
            **values,
        }
    )


def dialog(server):
    """What the button opens."""
    action = server.action_test_and_confirm()
    assert action["target"] == "new"
    return server.env[action["res_model"]].browse(action["res_id"])


def stages(shown):
    return [(line.stage, line.status) for line in shown.line_ids]


def line(shown, stage):
    return shown.line_ids.filtered(lambda found: found.stage == stage)


def offers(shown):
    return [
        (found.security, found.port, found.is_weaker) for found in shown.proposal_ids
    ]


@pytest.mark.parametrize(
    "protocol, port, security, order",
    [
        ("imap", "imaps", "ssl_strict", ["tls", "greeting"]),
        ("imap", "imap", "starttls_strict", ["greeting", "tls"]),
        ("pop", "pop3s", "ssl_strict", ["tls", "greeting"]),
        ("pop", "pop3", "starttls_strict", ["greeting", "tls"]),
    ],
)
def test_each_stage_is_shown_when_all_is_well(
    live, stack, login, protocol, port, security, order
):
    for _number in range(3):
        stack.deliver(login, mail("nobody@demo.example"))
    with live.env() as env:
        server = draft(env, stack, login, protocol, port, connection_security=security)
        server.write({"failures": 4, "error_message": "x", "error_date": "2026-01-01"})
        shown = dialog(server)
        wanted = ["resolve", "connect", *order, "login", "folder", "waiting"]
        assert stages(shown) == [(stage, "ok") for stage in wanted]
        assert shown.works and "works" in shown.title
        assert shown.waiting == "Messages to be fetched: 3"
        tls = line(shown, "tls")
        assert "TLSv1" in tls.title and "verified" in tls.title
        assert "Certificate of localhost" in tls.details
        assert "issued by Mail Gateway Plus tests" in tls.details
        assert "(364 more days)" in tls.details
        assert "localhost, 127.0.0.1" in tls.details
        assert login in line(shown, "login").title
        assert "Dovecot" in line(shown, "greeting").reply
        assert all(found.duration_ms < 15_000 for found in shown.line_ids)
        assert not shown.proposal_ids
        assert server.state == "done"
        assert not (server.failures or server.error_message or server.error_date)


@BOTH
def test_what_is_fetched_already_does_not_wait(live, stack, login, protocol):
    stack.deliver(login, mail("nobody@demo.example"))
    server = live.mailbox(protocol, login)
    live.fetch(server)
    stack.deliver(login, mail("nobody@demo.example"))
    with live.env() as env:
        shown = dialog(env["fetchmail.server"].browse(server))
        assert shown.waiting == "Messages to be fetched: 1"


@BOTH
def test_failed_test_shows_where_and_changes_nothing(live, stack, login, protocol):
    with live.env() as env:
        port = {"imap": "imaps", "pop": "pop3s"}[protocol]
        server = draft(env, stack, login, protocol, port, password="wrong one")
        before = server.read()
        shown = dialog(server)
        assert stages(shown)[-1] == ("login", "error")
        assert [status for _stage, status in stages(shown)[:-1]] == ["ok"] * 4
        assert not shown.works
        assert f"refuses the login of {login}" in shown.title
        assert shown.field_label == "Password" and shown.remedy
        assert "wrong one" not in str(shown.read()) + str(shown.line_ids.read())
        assert not shown.proposal_ids, "another port takes no other password"
        assert shown.connects
        server.invalidate_recordset()
        assert server.read() == before


def test_confirmed_mailbox_stays_confirmed_when_a_test_fails(live, stack, login):
    server = live.mailbox("imap", login)
    with live.env() as env:
        box = env["fetchmail.server"].browse(server)
        box.password = "wrong one"
        assert not dialog(box).works
        assert box.state == "done"


def test_code_gets_true_or_a_user_error(live, stack, login):
    with live.env() as env:
        good = draft(env, stack, login)
        bad = draft(env, stack, login, password="wrong one")
        assert good.button_confirm_login() is True
        assert good.state == "done"
        with pytest.raises(UserError, match="refuses the login"):
            (good | bad).button_confirm_login()
        assert bad.state == "draft"


@pytest.mark.parametrize(
    "protocol, port, security, code, offer",
    [
        # The other security on the port that was chosen.
        ("imap", "imap", "ssl_strict", "mailbox_tls_not_spoken", "starttls_strict"),
        ("pop", "pop3", "ssl_strict", "mailbox_tls_not_spoken", "starttls_strict"),
        ("imap", "imaps", "none", "mailbox_greeting_missing", "ssl_strict"),
        ("pop", "pop3s", "starttls_strict", "mailbox_greeting_missing", "ssl_strict"),
    ],
)
def test_wrong_security_is_told_with_the_right_one(
    live, stack, login, monkeypatch, protocol, port, security, code, offer
):
    # Dovecot waits for the client's first byte for three minutes.
    with live.env() as env:
        server = draft(env, stack, login, protocol, port, connection_security=security)
        shown = dialog(server)
        failed = shown.line_ids.filtered(lambda found: found.status == "error")
        assert failed.finding_code in (code, "mailbox_greeting_timeout")
        assert offers(shown) == [(offer, stack.ports[port], False)]
        assert not shown.connects
        assert server.state == "draft" and server.connection_security == security
        again = shown.proposal_ids.action_use()
        assert server.state == "done" and server.connection_security == offer
        assert env[again["res_model"]].browse(again["res_id"]).works


@pytest.mark.parametrize(
    "protocol, names", [("imap", ("imaps", "imap")), ("pop", ("pop3s", "pop3"))]
)
def test_wrong_port_is_told_with_the_usual_ones(
    live, stack, login, usual_ports, protocol, names
):
    with live.env() as env:
        shown = dialog(draft(env, stack, login, protocol, "closed"))
        assert line(shown, "connect").finding_code == "mailbox_connection_refused"
        assert shown.field_label == "Port"
        assert offers(shown) == [
            ("ssl_strict", stack.ports[names[0]], False),
            ("starttls_strict", stack.ports[names[1]], False),
        ]


def test_certificate_that_does_not_verify(live, stack, login):
    """The variant without verification is offered, but only after a question."""
    with live.env() as env:
        server = draft(env, stack, login, port="imaps_selfsigned")
        shown = dialog(server)
        tls = line(shown, "tls")
        assert tls.finding_code == "mailbox_certificate_untrusted"
        assert "self-signed certificate" in tls.reply.replace(
            "self signed", "self-signed"
        )
        assert "Certificate of localhost, issued by localhost" in tls.details
        offer = shown.proposal_ids
        assert offers(shown) == [("ssl", stack.ports["imaps_selfsigned"], True)]
        assert "is not trusted" in offer.reason
        assert "Weaker" in offer.protection
        with pytest.raises(UserError, match="once you have agreed"):
            offer.action_use()
        assert server.connection_security == "ssl_strict"
        offer.action_use_weaker()
        assert server.connection_security == "ssl" and server.state == "done"


@pytest.mark.parametrize(
    "changed, code, status, offered",
    [
        ({"VALID": datetime.timedelta(days=5)}, "test_certificate_expiring",
         "warning", []),
        ({"VALID": datetime.timedelta(minutes=-5)}, "mailbox_certificate_expired",
         "error", ["ssl"]),
        ({"HOST": "other.example", "ADDRESS": "192.0.2.1"}, "mailbox_certificate_name",
         "error", ["ssl"]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_certificate(
    live, stack, login, tmp_path, monkeypatch, changed, code, status, offered
):
    """Of an authority that is trusted; Dovecot has but one good certificate."""
    for name, value in changed.items():
        if name == "ADDRESS":
            value = ipaddress.ip_address(value)
        monkeypatch.setattr(authority, name, value)
    issued = authority.issue(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(issued.ca))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(issued.chain)
    script = scripted.encrypted(context, scripted.imap(answers=EMPTY_BOX))
    with scripted.server(script) as made, live.env() as env:
        server = draft(env, stack, login, port=made.port)
        shown = dialog(server)
        tls = line(shown, "tls")
        assert (tls.finding_code, tls.status) == (code, status)
        assert [offer.security for offer in shown.proposal_ids] == offered
        assert "issued by Mail Gateway Plus tests" in tls.details
        assert tls.remedy


def test_local_server_has_nothing_to_be_tested(live, stack, login):
    with live.env() as env:
        server = draft(env, stack, login, "local")
        for button in ("button_confirm_login", "action_test_and_confirm"):
            with pytest.raises(UserError, match="no server to be tested"):
                getattr(server, button)()


def test_unverified_certificate_is_told_to_be_bad(live, stack, login):
    with live.env() as env:
        server = draft(
            env, stack, login, port="imaps_selfsigned", connection_security="ssl"
        )
        shown = dialog(server)
        assert shown.works and line(shown, "tls").status == "warning"
        assert line(shown, "tls").finding_code == "test_tls_untrusted"
        assert not shown.proposal_ids


@pytest.mark.parametrize(
    "port, security, code, better",
    [
        ("imaps", "ssl", "test_tls_trustworthy", "ssl_strict"),
        ("imap", "starttls", "test_tls_trustworthy", "starttls_strict"),
        ("imap", "none", "test_clear_text", "starttls_strict"),
    ],
)
def test_mailbox_that_works_is_offered_what_protects_better(
    live, stack, login, port, security, code, better
):
    with live.env() as env:
        server = draft(env, stack, login, port=port, connection_security=security)
        shown = dialog(server)
        assert shown.works and server.state == "done"
        assert line(shown, "tls").finding_code == code
        assert offers(shown) == [(better, stack.ports[port], False)]


def test_missing_folder_is_named_and_the_others_are_tested(live, stack, login):
    with live.env() as env:
        server = draft(env, stack, login)
        for name in ("No such folder", "INBOX"):
            env["mail.gateway.folder"].create({"server_id": server.id, "name": name})
        shown = dialog(server)
        found = {f.title: f.status for f in line(shown, "folder")}
        assert sorted(found.values()) == ["error", "ok"]
        assert any("No such folder" in title for title in found), found
        assert not shown.works and server.state == "draft"


def test_login_hook_that_fails_shows_no_token(live, stack, login, monkeypatch):
    with live.env() as env:
        server = draft(env, stack, login)

        def hook(self, connection):
            raise ConnectionError("GET https://iap.example/?token=SECRET failed")

        monkeypatch.setattr(type(server), "_imap_login__", hook)
        shown = dialog(server)
        assert not shown.works
        assert shown.line_ids.finding_code == "mailbox_no_login"
        assert "SECRET" not in str(shown.read()) + str(shown.line_ids.read())
