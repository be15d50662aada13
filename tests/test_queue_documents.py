# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the queue does to mails of documents: notifications, their author, what is
deleted once it is sent, and what nobody knows."""

import contextlib
from unittest.mock import patch

from sandbox import ports

BOB, CY, DEE = (f"{name}@away.example" for name in ("bob", "cy", "dee"))


def post(q, *addresses):
    """A message of a document to contacts; it leaves after the commit."""
    with q.live.env() as env:
        partners = env["res.partner"].create(
            [{"name": one.partition("@")[0], "email": one} for one in addresses]
        )
        document = env["res.partner"].create({"name": "Document"})
        document = document.with_context(mail_gateway_clock=lambda: q.now)
        message = document.message_post(
            body="Hello",
            partner_ids=partners.ids,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            email_from="Ann <ann@erp.example>",
        )
        return message.id


def notified(q, message):
    with q.live.env() as env:
        found = env["mail.message"].browse(message).notification_ids
        return {
            one.res_partner_id.email: (
                one.notification_status,
                one.failure_reason or "",
            )
            for one in found
        }


def notes(q, message):
    """Bodies of the notes on the document after a message."""
    with q.live.env() as env:
        record = env["res.partner"].browse(env["mail.message"].browse(message).res_id)
        return [one.body for one in record.message_ids if one.id > message]


def waiting(q, *names):
    with q.live.env() as env:
        mails = env["mail.mail"].search([], order="id")
        return [tuple(mail[name] for name in names) for mail in mails]


def test_message_of_a_document_leaves_after_the_commit_and_its_mail_is_deleted(q):
    with q.listening() as server:
        q.register(server.port)
        message = post(q, BOB, CY)
        assert sorted(q.reached()) == [BOB, CY]
    assert notified(q, message) == {BOB: ("sent", ""), CY: ("sent", "")}
    assert waiting(q, "state") == []
    assert {row[0] for row in q.deliveries("state")} == {"accepted"}


def test_one_of_three_is_lost_one_waits_and_one_has_it(q):
    q.answers[f"RCPT TO:<{CY}>"] = "452 4.2.2 mailbox full"
    q.answers[f"RCPT TO:<{DEE}>"] = "550 5.1.1 nobody here"
    with q.listening() as server:
        q.register(server.port)
        message = post(q, BOB, CY, DEE)
        assert q.reached() == [BOB]
        # The mail would be deleted if it were over.
        assert waiting(q, "state", "attempts") == [("outgoing", 1)]
        found = notified(q, message)
        assert found[CY] == ("ready", "")
        status, reason = found[DEE]
        assert status == "exception" and "nobody here" in reason
        del q.answers[f"RCPT TO:<{CY}>"]
        q.run(minutes=1)
        assert q.reached() == [BOB, CY]
    found = notified(q, message)
    assert found[BOB] == found[CY] == ("sent", "")
    assert found[DEE][0] == "exception"
    (note,) = notes(q, message)
    assert DEE in note and "nobody here" in note and BOB not in note


def test_author_is_told_on_the_document_what_was_given_up(q):
    q.answers[f"RCPT TO:<{BOB}>"] = "450 4.2.1 not now"
    with q.listening() as server:
        q.register(server.port, retry_minutes="1, 2", retry_hours=1)
        message = post(q, BOB)
        assert notes(q, message) == []
        for _hour in range(3):
            q.run(minutes=60)
    ((state, reason),) = waiting(q, "state", "failure_reason")
    assert state == "exception" and "450 4.2.1 not now" in reason
    assert notified(q, message)[BOB][0] == "exception"
    (note,) = notes(q, message)
    assert BOB in note and "450 4.2.1 not now" in note


def test_who_has_it_is_not_told_of_as_lost_with_one_that_cannot_be_noted(q):
    with q.listening() as server:
        q.register(server.port)
        with q.unwritable(f"recipient = '{CY}'"):
            message = post(q, BOB, CY)
        assert q.reached() == [BOB] and waiting(q, "state") == [("exception",)]
        found = notified(q, message)
        assert found[BOB] == ("sent", "") and found[CY][0] == "exception"
        with q.live.env() as env:
            env["mail.mail"].search([]).action_retry()
        q.run()
        assert q.reached() == [BOB, CY]
    assert notified(q, message) == {BOB: ("sent", ""), CY: ("sent", "")}


def test_what_is_cancelled_says_so_on_its_document(q):
    q.register(ports.any_free())
    message = post(q, BOB, CY)
    assert notified(q, message) == {BOB: ("ready", ""), CY: ("ready", "")}
    with q.live.env() as env:
        env["mail.gateway.queue"].search([]).action_cancel()
    assert notified(q, message) == {BOB: ("canceled", ""), CY: ("canceled", "")}
    assert waiting(q, "state") == [("cancel",)]


def test_what_nobody_knows_waits_for_a_choice(q):
    """The server goes after the content and before its answer."""
    q.answers["."] = ""
    with q.listening() as server, short_patience():
        q.register(server.port)
        message = post(q, BOB)
    assert [row[0] for row in q.deliveries("state")] == ["uncertain"]
    ((state, group),) = waiting(q, "state", "failure_class")
    assert (state, group) == ("exception", "connection")
    assert notified(q, message)[BOB][0] == "exception"
    del q.answers["."]
    with q.listening() as server:
        with q.live.env() as env:
            env["ir.mail_server"].search([]).smtp_port = server.port
            # Stock's Retry repeats nothing by itself.
            env["mail.mail"].search([]).action_retry()
        q.run()
        assert q.reached() == []
        with q.live.env() as env:
            env["mail.gateway.delivery"].search([]).action_resend()
        q.run()
        assert q.reached() == [BOB]
    assert notified(q, message)[BOB] == ("sent", "")


def test_what_is_settled_counts_as_sent(q):
    q.answers["."] = ""
    with q.listening() as server, short_patience():
        q.register(server.port)
        message = post(q, BOB)
    with q.live.env() as env:
        env["mail.gateway.delivery"].search([]).action_settle()
    with q.listening() as server:
        with q.live.env() as env:
            env["ir.mail_server"].search([]).smtp_port = server.port
        q.run()
        assert q.reached() == []
    assert notified(q, message)[BOB] == ("sent", "")
    assert waiting(q, "state") == [], "it is deleted, as what is sent"


@contextlib.contextmanager
def short_patience():
    from odoo.addons.mail_gateway_plus.net import deadline, smtp_sending

    limits = deadline.Limits(command_s=1.0)
    with patch.object(smtp_sending.Connection.__init__, "__defaults__", (limits,)):
        yield


def test_what_is_written_to_many_at_once_yields_to_people(q):
    with q.live.env() as env:
        partners = env["res.partner"].create(
            [{"name": one, "email": one} for one in (BOB, CY)]
        )
        composer = env["mail.compose.message"].create(
            {
                "composition_mode": "mass_mail",
                "model": "res.partner",
                "res_ids": repr(partners.ids),
                "subject": "News",
                "body": "<p>News</p>",
                "email_from": "ann@erp.example",
                "force_send": False,
            }
        )
        composer._action_send_mail()
    assert waiting(q, "is_mass") == [(True,), (True,)]
