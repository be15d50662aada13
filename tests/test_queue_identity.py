# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the queue's own connection shows of a server changes who speaks next."""

import pytest

from .queueing import queue

BOB = "bob@away.example"


@pytest.fixture(scope="module")
def q(stack):
    with queue(stack) as made:
        yield made


@pytest.fixture
def partner(q):
    """A document whose mail is for Zoë to write, else for the office."""
    with q.live.env() as env:
        identities = env["mail.gateway.identity"].create(
            [
                {"name": "Zoë", "email": "zoë@erp.example", "company_id": False},
                {"name": "Office", "email": "office@erp.example", "company_id": False},
            ]
        )
        kind = env["ir.model"]._get_id("res.partner")
        env["mail.gateway.identity.rule"].create(
            {"model_id": kind, "identity_id": identities[0].id}
        )
        return env["res.partner"].create({"name": "Pat", "email": BOB}).id


def senders(q):
    return [one for one in q.server.lines if one.startswith(b"From: ")]


def test_server_without_smtputf8_is_learned_of(q, partner):
    q.begin()
    about = {"model": "res.partner", "res_id": partner, "email_from": False}
    with q.listening(capabilities="PIPELINING 8BITMIME") as server:
        relay = q.register(server.port)
        (mail,) = q.write([BOB], relay, **about)
        q.run()
        assert q.mails([mail], "state", "failure_code") == [
            ("exception", "smtp_address_not_ascii")
        ]
        assert "SMTPUTF8" in q.mails([mail], "failure_reason")[0]
        assert q.read("ir.mail_server", [relay], "smtputf8") == ["no"]
        with q.live.env() as env:
            env["mail.mail"].browse(mail).mark_outgoing()
        q.run()
        assert q.mails([mail]) == ["sent"]
        (sender,) = senders(q)
        assert sender.endswith(b"via Office <office@erp.example>")
        with q.live.env() as env:
            env["ir.mail_server"].browse(relay).action_diagnose()
        assert q.read("ir.mail_server", [relay], "smtputf8") == [False]
    with q.listening() as server:
        with q.live.env() as env:
            env["ir.mail_server"].browse(relay).smtp_port = server.port
        (mail,) = q.write([BOB], relay, **about)
        q.run()
        assert q.mails([mail]) == ["sent"]
        assert q.read("ir.mail_server", [relay], "smtputf8") == ["yes"]
        assert any(b"zo\xc3\xab@erp.example" in one for one in senders(q))
