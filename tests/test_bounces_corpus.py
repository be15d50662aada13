# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Real bounces of many servers, each about a message that Odoo has sent: the right
message is marked, the right contact is counted, and the reason is told."""

from collections import defaultdict

import pytest

from odoo.tools import email_normalize

from odoo.addons.mail_gateway_plus.core.message import delivery_status, report
from odoo.addons.mail_gateway_plus.core.routing import reports

from .core.message import corpus
from .live import boxed

#: Of those that state the message they are about and whom it did not reach.
SHARE = 0.95


@pytest.fixture(scope="module")
def live(stack):
    with boxed(stack, sales="crm.lead") as made:
        yield made


def stated():
    """(name, raw, Message-ID of what it is about, losses)."""
    for name, label, raw in corpus.labelled():
        read = report.read(raw) if label == "bounce" else None
        if not isinstance(read, delivery_status.DeliveryStatus):
            continue
        losses = [
            loss for loss in reports.losses(read) if email_normalize(loss.address)
        ]
        if losses and read.message_id:
            yield name, raw, read.message_id, losses


def sent(env, message_id, addresses):
    """A message on a lead that has gone to these by mail."""
    Partner = env["res.partner"]
    partners = Partner.browse()
    for address in addresses:
        known = Partner.search([("email_normalized", "=", address)], limit=1)
        partners += known or Partner.create({"name": address, "email": address})
    lead = env["crm.lead"].create({"name": message_id})
    posted = lead.message_post(body="Our offer", subtype_xmlid="mail.mt_comment")
    posted.message_id = message_id
    env["mail.notification"].create(
        [
            {
                "mail_message_id": posted.id,
                "res_partner_id": partner.id,
                "notification_type": "email",
                "notification_status": "sent",
            }
            for partner in partners
        ]
    )
    return posted.id


def test_real_bounces_mark_what_they_are_about(live, ledger):
    found = list(stated())
    if not found:
        pytest.skip("shared material: no ../shared/corpus")
    about = defaultdict(dict)
    for _name, _raw, message_id, losses in found:
        about[message_id].update((email_normalize(loss.address), 0) for loss in losses)
    with live.env() as env:
        messages = {mid: sent(env, mid, known) for mid, known in about.items()}
    rows = ledger.receive_all([raw for _name, raw, *_rest in found])
    ledger.process()
    permanent = {
        email_normalize(loss.address)
        for *_rest, losses in found
        for loss in losses
        if loss.permanent
    }
    missed, checked = [], 0
    with live.env() as env:
        for row, (name, _raw, message_id, losses) in zip(rows, found, strict=True):
            end = env["mail.gateway.incoming"].browse(row)
            assert end.state in ("bounce", "duplicate"), (name, end.reason)
            for loss in losses:
                checked += 1
                if wrong := _wrong(env, messages[message_id], loss, permanent):
                    missed.append((name, loss.address, wrong, end.reason))
    print(f"\n{checked} losses of {len(found)} bounces; missed: {missed}")
    assert len(missed) <= (1 - SHARE) * checked, missed


def _wrong(env, message, loss, permanent):
    address = email_normalize(loss.address)
    partner = env["res.partner"].search([("email_normalized", "=", address)])
    marked = (
        env["mail.message"]
        .browse(message)
        .notification_ids.filtered(lambda one: one.res_partner_id == partner)
    )
    if marked.notification_status != "bounce":
        return f"notification is {marked.notification_status}"
    if len(marked.failure_reason or "") < 20:
        return f"reason is {marked.failure_reason}"
    if bool(partner.message_bounce) is not (address in permanent):
        return f"counted {partner.message_bounce}"
    return ""
