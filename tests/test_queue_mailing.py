# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mass mailing through the queue: its traces tell the truth, and people go first."""

import pytest

from .queueing import queue

ADDRESSES = [f"contact{number}@away.example" for number in range(3)]


@pytest.fixture(scope="module")
def q(stack):
    with queue(stack) as made:
        made.live.install("mass_mailing")
        yield made


def launch(q, server):
    """A mailing that waits in the queue; returns its id."""
    with q.live.env() as env:
        contacts = env["mailing.list"].create(
            {
                "name": "List",
                "contact_ids": [(0, 0, {"email": one}) for one in ADDRESSES],
            }
        )
        mailing = env["mailing.mailing"].create(
            {
                "subject": "News",
                "body_html": "<p>News</p>",
                "email_from": "ann@erp.example",
                "mailing_model_id": env["ir.model"]._get_id("mailing.list"),
                "contact_list_ids": contacts.ids,
                "mail_server_id": server,
                "keep_archives": False,
            }
        )
        # The composer would send at once.
        mailing.with_context(mail_gateway_queue_only=True).action_send_mail()
        return mailing.id


def traces(q, mailing):
    with q.live.env() as env:
        found = env["mailing.trace"].search([("mass_mailing_id", "=", mailing)])
        return {one.email: one.trace_status for one in found}


def test_traces_stay_as_they_are_until_it_is_known(q):
    away, gone, well = ADDRESSES
    q.answers[f"RCPT TO:<{away}>"] = "451 4.3.0 not now"
    q.answers[f"RCPT TO:<{gone}>"] = "550 5.1.1 nobody here"
    with q.listening() as server:
        relay = q.register(server.port)
        mailing = launch(q, relay)
        before = traces(q, mailing)
        q.write("person@away.example", relay)
        q.run()
        assert q.reached() == ["person@away.example", well]
        assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in server.lines
        found = traces(q, mailing)
        assert found == {away: before[away], gone: "error", well: "sent"}
        q.answers.clear()
        q.run(minutes=1)
        assert q.reached()[2:] == [away]
    assert traces(q, mailing) == {away: "sent", gone: "error", well: "sent"}
    with q.live.env() as env:
        left = env["mail.mail"].search([("mailing_id", "=", mailing)])
        assert left.mapped("state") == ["exception"], "the others are deleted"
