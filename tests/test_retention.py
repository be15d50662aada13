# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is removed from the ledger when, and what must not come of it."""

import logging

import pytest

from odoo.exceptions import UserError

from odoo.addons.mail_gateway_plus.models.server_locks import ServerLocks

from .live import engine, mail


@pytest.fixture
def live(stack):
    with engine(stack) as made:
        made.alias("sales", "crm.lead")
        yield made


@pytest.fixture
def box(request, live, stack):
    """A mailbox that keeps its mail, with one message for a record and one for
    nobody, fetched."""
    protocol = getattr(request, "param", "imap")
    login = f"keeps-{protocol}@demo.example"
    stack.empty(login)
    stack.deliver(login, mail("sales@demo.example", "Order", body="y" * 3_000_000))
    stack.deliver(login, mail("nobody@demo.example", "Lost"))
    server_id = live.mailbox(protocol, login, name="Box", after_fetch="keep")
    live.fetch(server_id)
    assert live.ledger(server_id, "subject", "state") == [
        ("Order", "routed"),
        ("Lost", "quarantined"),
    ]
    return server_id


def age(live, days):
    """Let all that is in the ledger be older."""
    with live.env() as env:
        env.cr.execute(
            "UPDATE mail_gateway_incoming SET state_since = state_since - %s * interval"
            " '1 day', create_date = create_date - %s * interval '1 day'",
            [days, days],
        )


def purge(live):
    with live.env() as env:
        env["mail.gateway.incoming"]._cron_purge()


def keep(live, **days):
    with live.env() as env:
        for name, value in days.items():
            key = f"mail_gateway_plus.keep_{name}_days"
            env["ir.config_parameter"].set_param(key, str(value))


def sum_of(live, server_id):
    with live.env() as env:
        return env["fetchmail.server"].browse(server_id).reconciliation


SUM = (
    "Fetched 2 = 1 routed + 0 bounce + 0 ignored + 0 rejected + 0 duplicate"
    " + 1 quarantined"
)


def test_content_goes_first_and_the_headers_stay(live, box):
    age(live, 6)
    purge(live)
    assert live.ledger(box, "raw_purged") == [(False,), (False,)]
    age(live, 2)
    purge(live)
    (order, lost) = live.ledger(box, "raw_purged", "raw", "steps", "head", "size")
    assert order[0] and len(order[1]) < 2000 and order[4] > 3_000_000
    assert order[2] and "Subject: Order" in order[3]
    assert not lost[0] and b"Hello" in lost[1], "quarantine stays as it came"
    with live.env() as env:
        row = env["mail.gateway.incoming"].search([("raw_purged", "=", True)])
        assert "Only the headers" in row.get_preview()["note"]
        with pytest.raises(UserError, match="Only the headers"):
            row.action_download()


def test_rows_go_after_their_time_and_quarantine_stays_for_ever(live, box):
    assert sum_of(live, box) == SUM
    age(live, 91)
    purge(live)
    assert live.ledger(box, "subject") == [("Lost",)]
    age(live, 5000)
    purge(live)
    assert live.ledger(box, "subject") == [("Lost",)]
    assert sum_of(live, box) == SUM, "what is gone still counts"


@pytest.mark.parametrize("box", ["imap", "pop"], indirect=True)
def test_nothing_that_was_purged_comes_again(live, stack, box):
    keep(live, quarantined=1)
    age(live, 91)
    purge(live)
    assert live.ledger(box, "subject") == []
    live.fetch(box)
    assert live.ledger(box, "subject") == [], "still in the mailbox, and known"
    with live.env() as env:
        login = env["fetchmail.server"].browse(box).user
    stack.deliver(login, mail("sales@demo.example", "New"))
    live.fetch(box)
    assert live.ledger(box, "subject") == [("New",)]
    assert sum_of(live, box) == (
        "Fetched 3 = 2 routed + 0 bounce + 0 ignored + 0 rejected + 0 duplicate"
        " + 0 quarantined + 1 deleted"
    )


def test_setting_that_is_no_number_removes_nothing(live, box, caplog):
    keep(live, content="a week")
    age(live, 30)
    with caplog.at_level(logging.WARNING, "odoo.addons.mail_gateway_plus"):
        purge(live)
    assert live.ledger(box, "raw_purged") == [(False,), (False,)]
    assert "keep_content_days: “a week” is no number of days" in caplog.text
    with live.env() as env:
        days = env["res.config.settings"].create({}).mail_gateway_keep_content_days
    assert days == 0, "the form opens all the same"


def test_what_waits_is_never_purged(live, box):
    keep(live, quarantined=1)
    with live.env() as env:
        rows = env["mail.gateway.incoming"].search([])
        rows.write({"state": "received"})
    age(live, 5000)
    purge(live)
    assert live.ledger(box, "state", "raw_purged") == 2 * [("received", False)]


def test_reprocessed_message_begins_anew(live, box):
    """A message that lay in quarantine for long is not gone the day it is routed."""
    age(live, 400)
    live.alias("nobody", "crm.lead")
    with live.env() as env:
        lost = env["mail.gateway.incoming"].search([("state", "=", "quarantined")])
        lost.action_reprocess()
    with live.env() as env:
        env["mail.gateway.incoming"]._process_received()
    purge(live)
    assert live.ledger(box, "subject", "state", "raw_purged") == [
        ("Lost", "routed", False)
    ]


def test_without_content_nothing_is_processed_again(live, box):
    with live.env() as env:
        row = env["mail.gateway.incoming"].search([("state", "=", "quarantined")])
        row._purge_content()
    with live.env() as env:
        row = env["mail.gateway.incoming"].search([("state", "=", "quarantined")])
        row.action_reprocess()
        assert row.state == "quarantined"


def test_mailbox_in_use_waits_for_the_next_time(live, box):
    age(live, 91)
    with ServerLocks(live.registry) as fetching:
        assert fetching.take(box)
        purge(live)
        assert len(live.ledger(box, "id")) == 2
    purge(live)
    assert len(live.ledger(box, "id")) == 1


def test_large_ledger_is_purged_in_portions(live, box):
    with live.env() as env:
        server = env["fetchmail.server"].browse(box)
        rows = env["mail.gateway.incoming"]._receive(
            server, "Old", "1", [(str(n), mail("a@b.example")) for n in range(450)]
        )
        rows.write({"state": "ignored"})
    age(live, 91)
    purge(live)
    assert live.ledger(box, "state") == [("quarantined",)]
    assert sum_of(live, box).startswith("Fetched 452 = 1 routed + 0 bounce + 450 ign")
