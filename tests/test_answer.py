# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The answer to a sender, as it arrives there over a real relay."""

import email
import email.policy

import pytest

from .arrival import arrived
from .live import boxed, mail

ANN = "ann@demo.example"


@pytest.fixture(scope="module")
def live(stack):
    with boxed(stack) as made:
        with made.env() as env:
            # The relay knows its own users and lets others write to them.
            ours = env["mail.alias.domain"].create({"name": "erp.example"})
            env.company.alias_domain_id = ours
            env["ir.mail_server"].create(
                {
                    "name": "Relay",
                    "smtp_host": "127.0.0.1",
                    "smtp_port": stack.ports["smtp"],
                    "smtp_encryption": "none",
                    "from_filter": "erp.example",
                }
            )
        yield made


def send(live):
    """What the scheduled action of the mail queue does."""
    with live.env() as env:
        env["mail.mail"].process_email_queue()


def test_answer_arrives_as_an_automatic_one(live, ledger, stack):
    stack.empty(ANN)
    raw = mail("lost@demo.example", "SUBJECT", sender=f"Ann <{ANN}>")
    raw = raw.replace(b"SUBJECT", b"=?utf-8?q?Where=0D=0Ais_it=3F?=")
    row_id = ledger.end(raw)
    original = email.message_from_bytes(raw)["Message-ID"]
    with live.env() as env:
        row = env["mail.gateway.incoming"].browse(row_id)
        assert row.state == "quarantined"
        wizard = env["mail.gateway.answer.wizard"].create({"incoming_ids": row.ids})
        assert wizard.recipients == ANN
        wizard.action_send()
    assert stack.messages(ANN) == [], "it waits for the queue"
    send(live)
    (got,) = arrived(stack, ANN)
    answer = email.message_from_bytes(got, policy=email.policy.default)
    assert answer["Subject"] == "Re: Where is it?"
    assert answer["Auto-Submitted"] == "auto-replied"
    assert answer["In-Reply-To"] == original
    assert original in answer["References"]
    assert "catchall@erp.example" in answer["From"]
    assert answer["Return-Path"] == "<bounce@erp.example>"
    text = answer.get_body(("plain",)).get_content()
    assert "could not be delivered" in text and "lost@demo.example" in text

    row_id = ledger.end(got.replace(b"catchall@", b"gateway@"))
    with live.env() as env:
        row = env["mail.gateway.incoming"].browse(row_id)
        assert row._unanswerable().code == "answer_automatic", "nor do gateways loop"


@pytest.mark.parametrize(
    "own", ["Help@erp.example", "box@erp.example", "other@isp.example"]
)
def test_answer_to_an_address_that_leads_here_is_not_sent(live, ledger, own):
    with live.env() as env:
        ours = env["mail.alias.domain"].search([("name", "=", "erp.example")])
        values = {"alias_name": "help", "alias_domain_id": ours.id}
        if not env["mail.alias"].search_count([("alias_name", "=", "help")]):
            partners = env["ir.model"]._get_id("res.partner")
            env["mail.alias"].create({**values, "alias_model_id": partners})
        env["fetchmail.server"].browse(live.mailbox_id).user = "Box@erp.example"
        env["fetchmail.server"].create({"name": "Other", "user": "Other@isp.example"})
    row_id = ledger.end(mail("lost@demo.example", sender=own))
    with live.env() as env:
        row = env["mail.gateway.incoming"].browse(row_id)
        assert row._unanswerable().code == "answer_own_address"


def test_answer_of_an_autoresponder_has_no_return_path(live, ledger, stack):
    """RFC 3834, 3.3; and a bounce of it would go to nobody."""
    stack.empty(ANN)
    with live.env() as env:
        responder = env["mail.gateway.autoresponder"].create(
            {"name": "Thanks", "body": "<p>It is <b>here</b>.</p>"}
        )
        env["mail.alias"].create(
            {
                "alias_name": "desk",
                "alias_domain_id": env.company.alias_domain_id.id,
                "alias_model_id": env["ir.model"]._get_id("crm.lead"),
                "mail_gateway_autoresponder_id": responder.id,
            }
        )
    raw = mail("desk@erp.example", "My roof", sender=f"Ann <{ANN}>")
    ledger.end(raw)
    send(live)
    (got,) = arrived(stack, ANN)
    answer = email.message_from_bytes(got, policy=email.policy.default)
    assert answer["Return-Path"] == "<>"
    assert answer["Subject"] == "Re: My roof"
    assert answer["Auto-Submitted"] == "auto-replied"
    assert answer["X-Auto-Response-Suppress"] == "All"
    assert answer["In-Reply-To"] == email.message_from_bytes(raw)["Message-ID"]
    assert "here" in answer.get_body(("plain",)).get_content()
    with live.env() as env:
        lead = env["crm.lead"].search([("name", "=", "My roof")])
        shown = lead.message_ids.filtered(lambda one: "is" in (one.body or ""))
        assert shown, "the mail is gone, what it said stays on the record"
