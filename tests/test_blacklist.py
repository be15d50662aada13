# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bounces beside ``mass_mailing``: its rule decides who is put on the blacklist."""

from datetime import timedelta

import pytest

from odoo import fields

from . import reporting
from .live import boxed


@pytest.fixture(scope="module")
def live(stack):
    with boxed(stack) as made:
        made.install("mass_mailing")
        yield made


def mailed(live, address, before, last=None):
    """A contact that got a mailing now, and has bounced ``before`` times."""
    with live.env() as env:
        values = {"name": "Ann", "email": address, "message_bounce": before}
        partner = env["res.partner"].create(values)
        place = {"model": "res.partner", "res_id": partner.id, "email": address}
        traces = env["mailing.trace"].create(
            [
                place | {"trace_status": "bounce", "message_id": f"<{n}.{address}>"}
                for n in range(before)
            ]
        )
        last = last or f"<last.{address}>"
        env["mailing.trace"].create(
            place | {"trace_status": "sent", "message_id": last}
        )
        env.flush_all()
        for days, trace_id in enumerate(traces.ids, start=10):
            env.cr.execute(
                "UPDATE mailing_trace SET write_date = %s WHERE id = %s",
                [fields.Datetime.now() - timedelta(days=days), trace_id],
            )
        return last


def blacklisted(live, address):
    with live.env() as env:
        return bool(env["mail.blacklist"].search_count([("email", "=", address)]))


def trace(live, message_id):
    with live.env() as env:
        found = env["mailing.trace"].search([("message_id", "=", message_id)])
        return found.trace_status, found.failure_reason or ""


@pytest.mark.parametrize(("before", "expected"), [(3, False), (4, True)])
def test_who_bounced_five_times_is_on_the_blacklist(live, ledger, before, expected):
    address = f"bounced-{before}@customer.example"
    message_id = mailed(live, address, before)
    ledger.end(reporting.failed(message_id, address))
    assert blacklisted(live, address) is expected
    state, reason = trace(live, message_id)
    assert state == "bounce" and "User unknown" in reason


def test_each_recipient_of_one_report_is_judged(live, ledger):
    addresses = ["one@customer.example", "two@customer.example"]
    for address in addresses:
        mailed(live, address, 9, "<both@demo.example>")
    ledger.end(reporting.failed("<both@demo.example>", *addresses))
    assert [blacklisted(live, address) for address in addresses] == [True, True]


@pytest.mark.parametrize(("message_id", "expected"), [("known", False), ("gone", True)])
def test_a_bounce_of_mail_to_somebody_else_is_no_reason(
    live, ledger, message_id, expected
):
    address, ours = f"victim.{message_id}@customer.example", f"<{message_id}@x.example>"
    mailed(live, address, 9)
    for other in ("a", "b") if message_id == "known" else ():
        mailed(live, f"{other}@customer.example", 0, ours)
    ledger.end(reporting.failed(ours, address))
    assert blacklisted(live, address) is expected


def test_a_full_mailbox_is_never_a_reason(live, ledger):
    address = "full@customer.example"
    message_id = mailed(live, address, 9)
    raw = reporting.failed(message_id, address, status_="4.2.2", said="452 4.2.2 Full")
    ledger.end(raw)
    assert not blacklisted(live, address)
    assert trace(live, message_id)[0] == "bounce"


def test_a_complaint_of_a_mailing(live, ledger):
    address = "angry@customer.example"
    message_id = mailed(live, address, 0)
    ledger.end(reporting.complaint(message_id, address))
    assert blacklisted(live, address)
