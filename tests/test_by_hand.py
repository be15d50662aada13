# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What people send from the ledger to a document of their choice."""

import pytest

from odoo.exceptions import UserError

from odoo.addons.mail_gateway_plus.models import processing

from .live import boxed, mail


@pytest.fixture(scope="module")
def live(stack):
    with boxed(stack, sales="crm.lead") as made:
        yield made


def send(live, row_id, model, thread_id=None, **values):
    with live.env() as env:
        row = env["mail.gateway.incoming"].browse(row_id)
        admin = env.ref("base.user_admin")
        processing.route_to(row.with_user(admin), model, thread_id, values)


def reached(live, row_id):
    with live.env() as env:
        row = env["mail.gateway.incoming"].browse(row_id)
        return [env[o.res_model].browse(o.res_id).exists() for o in row.outcome_ids]


def test_new_document(live, ledger):
    row = ledger.end(mail("nobody@demo.example", "A sloop", body="Please"))
    send(live, row, "crm.lead", priority="2")
    assert ledger.read(row, "state", "reason_code") == ("routed", "routed")
    with live.env() as env:
        lead = env["crm.lead"].search([("name", "=", "A sloop")])
        assert lead.priority == "2"
        assert "Please" in lead.message_ids.filtered("body")[0].body
        told = env["mail.gateway.incoming"].browse(row)
        assert told.outcome_ids.mapped("res_id") == lead.ids
        assert "Sent there by hand" in told.steps
        assert "Nobody to give it to" in told.steps, "what happened before stays"
        assert not told.activity_ids


def test_document_that_is_there(live, ledger):
    with live.env() as env:
        lead = env["crm.lead"].create({"name": "Old"}).id
    row = ledger.end(mail("nobody@demo.example", "For the old one"))
    send(live, row, "crm.lead", lead)
    with live.env() as env:
        messages = env["crm.lead"].browse(lead).message_ids
        assert "For the old one" in messages.mapped("subject")


def test_message_whose_identity_is_taken(live, ledger):
    with live.env() as env:
        partner = env["res.partner"].create({"name": "P"})
        partner.message_post(body="Hello", message_id="<taken@demo.example>")
    row = ledger.end(
        mail("nobody@demo.example", "Taken", message_id="<taken@demo.example>")
    )
    with live.env() as env:
        env["mail.gateway.incoming"].browse(row).state = "quarantined"
    send(live, row, "crm.lead")
    assert ledger.read(row, "state") == "routed"
    with live.env() as env:
        assert env["crm.lead"].search_count([("name", "=", "Taken")]) == 1
        found = env["mail.message"].search(
            [("message_id", "=", "<taken@demo.example>")]
        )
        assert found.mapped("model") == ["res.partner"]


@pytest.mark.parametrize("model", ["res.currency", "no.model", "mail.gateway.incoming"])
def test_model_that_takes_no_mail(live, ledger, model):
    row = ledger.end(mail("nobody@demo.example"))
    with pytest.raises(UserError, match="takes no mail"):
        send(live, row, model)
    assert ledger.read(row, "state") == "quarantined"


def test_document_that_refuses(live, ledger):
    row = ledger.end(mail("nobody@demo.example", "Refused"))
    with pytest.raises(UserError, match="did not take it"):
        send(live, row, "crm.lead", type="no such type")
    assert ledger.read(row, "state", "reason_code") == ("quarantined", "no_route")
    with live.env() as env:
        assert not env["crm.lead"].search([("name", "=", "Refused")])


def test_what_is_routed_is_not_sent_on(live, ledger):
    row = ledger.end(mail("sales@demo.example"))
    with pytest.raises(UserError, match="in quarantine"):
        send(live, row, "crm.lead")
    assert len(reached(live, row)) == 1


def test_message_beyond_bounds_stays_out_of_odoo(live, ledger):
    raw = mail("nobody@demo.example", "Tangled").replace(b"plain", b"html")
    row = ledger.end(raw + b"<" * 200_000)
    assert ledger.read(row, "reason_code") == "message_html_tangled"
    with pytest.raises(UserError, match="HTML without ends"):
        send(live, row, "crm.lead")
    assert ledger.read(row, "state") == "quarantined"


def test_message_that_only_the_parser_finds_fault_with(live, ledger):
    raw = mail("nobody@demo.example", "Chokes")
    raw = raw.replace(b"To: nobody", b"Cc: all:; (of us)\r\nTo: nobody")
    row = ledger.end(raw)
    assert ledger.read(row, "reason_code") == "no_route"
    send(live, row, "crm.lead")
    assert ledger.read(row, "state") == "routed"
