# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Outgoing servers against the real relay: who logs in, and what arrives."""

import base64

import pytest

from sandbox.accounts import ACCOUNTS

from . import scripted
from .live import engine

SALES, SUPPORT = ACCOUNTS[0].login, ACCOUNTS[1].login


@pytest.fixture(scope="module")
def live(stack):
    with engine(stack) as made:
        yield made


def relay(live, env, **values):
    """The only outgoing server: the sandbox's Postfix."""
    env["ir.mail_server"].search([]).unlink()
    defaults = {
        "name": "Relay",
        "smtp_host": live.stack.host,
        "smtp_port": live.stack.ports["smtp"],
        "smtp_encryption": "starttls_strict",
        "smtp_user": SALES,
        "smtp_pass": live.stack.password,
    }
    return env["ir.mail_server"].create({**defaults, **values})


def twin(live, env, login, **values):
    mailbox = env["fetchmail.server"].create(
        {"name": "Box", "server": "x", "user": login, "password": live.stack.password}
    )
    kind = {"smtp_authentication": "mailbox", "mailbox_id": mailbox.id}
    return relay(live, env, **kind, smtp_pass=False, **values)


def sent(env, **values):
    defaults = {"email_to": "bob@away.example", "body_html": "Hello"}
    mail = env["mail.mail"].create({**defaults, **values})
    mail.send()
    return mail


@pytest.mark.parametrize(
    "login, user", [(SALES, False), ("nobody@demo.example", SALES)]
)
def test_password_of_the_mailbox_serves_to_send(live, login, user):
    """Postfix takes sales@ as sender from that login only."""
    with live.env() as env:
        server = twin(live, env, login, smtp_user=user)
        for chosen in (server.id, False):
            mail = sent(env, email_from=SALES, mail_server_id=chosen)
            assert mail.state == "sent", mail.failure_reason
        mail = sent(env, email_from=SUPPORT, mail_server_id=server.id)
        assert f"not owned by user {SALES}" in mail.failure_reason
        server.from_filter = SALES
        assert server.test_smtp_connection()["params"]["type"] == "success"


def test_wrong_password_of_the_mailbox_is_told_and_hidden(live):
    def script(self, sock):
        sock.sendall(b"220 ready\r\n")
        while True:
            verb, _blank, rest = self.read(sock).partition(b" ")
            if verb.upper() == b"EHLO":
                sock.sendall(b"250-x\r\n250 AUTH PLAIN\r\n")
            elif verb.upper() == b"AUTH":
                said = base64.b64decode(rest.split()[1]).split(b"\0")[2]
                sock.sendall(b"535 5.7.8 not with " + said + b"\r\n")
            else:
                sock.sendall(b"250 yes\r\n")

    with scripted.server(script) as other, live.env() as env:
        place = {"smtp_port": other.port, "smtp_encryption": "none"}
        server = twin(live, env, "ann", smtp_user=False, **place)
        server.mailbox_id.password = "pl4nted secret"
        mail = sent(env, email_from="ann@h.example", mail_server_id=server.id)
        said = mail.failure_reason
    assert "refuses the login of ann" in said
    assert "***" in said and "pl4nted" not in said
