# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Programs that answer programs, with everything switched on that answers here."""

import collections
import email
import email.utils

import pytest

from .arrival import settled
from .ledger import sender
from .live import boxed, mail


@pytest.fixture(scope="module")
def live(stack):
    with boxed(stack) as made:
        with made.env() as env:
            department = env["hr.department"].create({"name": "Help"})
            thanks = {"name": "Thanks", "subject": "Thank you", "body": "<p>Here.</p>"}
            department.mail_gateway_autoresponder_id = env[
                "mail.gateway.autoresponder"
            ].create({**thanks, "replies_too": True})
            made.department_id = department.id
        made.alias("help", "crm.lead", mail_gateway_department_id=made.department_id)
        yield made


def offer(live, *followers):
    """(Message-ID of what was posted on a lead, its id)."""
    with live.env() as env:
        lead = env["crm.lead"].create({"name": "Offer"})
        for address in followers:
            partner = env["res.partner"].create({"name": address, "email": address})
            lead.message_subscribe(partner.ids)
        posted = lead.message_post(
            body="Our offer",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            email_from="sales@demo.example",
        )
        return posted.message_id, lead.id


def storm(ours):
    """Of a program that answers our offer, of programs that only their subjects tell,
    and of those that nothing tells."""
    robot = {"sender": sender("robot"), "in_reply_to": ours}
    for _number in range(100):
        yield mail("help@demo.example", "Away", auto_submitted="auto-replied", **robot)
    for number in range(200):
        who = sender(f"subject-{number % 40}")
        yield mail("help@demo.example", "Automatic reply: Hi", sender=who)
    for number in range(200):
        yield mail("help@demo.example", "Away", sender=sender(f"mute-{number % 40}"))


def test_storm_of_500_automatic_answers(live, ledger):
    ours, _lead = offer(live)
    with live.env() as env:
        last = env["mail.mail"].search([], order="id desc", limit=1).id or 0
    rows = ledger.receive_all(storm(ours))
    assert len(rows) == 500 == ledger.process()
    with live.env() as env:
        queue = env["mail.mail"].search([("id", ">", last)])
        answered = collections.Counter(queue.mapped("email_to"))
        found = env["mail.gateway.incoming"].browse(rows)
        states = collections.Counter(found.mapped("state"))
        assert all(row.trace["steps"] and row._raw() for row in found), "none is lost"
    assert set(answered.values()) == {1}, "one answer each"
    assert set(answered) == {sender(f"mute-{number}") for number in range(40)}
    assert states == {"routed": 401, "ignored": 99}


# --- over real servers

ABSENT = ("away-one@demo.example", "away-two@demo.example")
REPLIES = "catchall@demo.example"


@pytest.fixture
def answering(live, stack):
    """Programs of two people who are away; they answer each message
    and Postfix carries what Odoo sends them."""
    if not stack.relay.is_real:
        pytest.skip("no real Postfix")
    for login in (*ABSENT, REPLIES):
        stack.empty(login)
    server = live.mailbox("imap", REPLIES)
    with live.env() as env:
        env.company.alias_domain_id = live.domain(env)
        live.relay(env, from_filter=False)
    yield server
    with live.env() as env:
        env["ir.mail_server"].search([]).unlink()
        env["fetchmail.server"].browse(server).unlink()
    for login in (*ABSENT, REPLIES):
        stack.empty(login)


def answers_of(stack, login):
    """What the program answers to all that lies in its mailbox."""
    for raw in stack.messages(login):
        got = email.message_from_bytes(raw)
        yield mail(
            email.utils.parseaddr(got["Reply-To"] or got["From"])[1],
            f"Automatic reply: {got['Subject']}",
            sender=login,
            auto_submitted="auto-replied",
            in_reply_to=got["Message-ID"],
            references=f"{got['References'] or ''} {got['Message-ID']}".strip(),
        )
    stack.empty(login)


def exchange(live, stack, server):
    """One round: what waits is sent, each program answers, and that is fetched. How
    many answers there were."""
    with live.env() as env:
        env["mail.mail"].search([("state", "=", "outgoing")]).send()
    settled(stack)
    answers = [raw for login in ABSENT for raw in answers_of(stack, login)]
    for raw in answers:
        stack.deliver(REPLIES, raw)
    live.fetch(server)
    return len(answers)


def test_two_who_are_away_do_not_write_to_each_other_for_ever(live, stack, answering):
    """Each answer is posted on the lead and sent to the other, who follows it as well:
    without the guard that never ends."""
    _ours, lead = offer(live, *ABSENT)
    rounds = [exchange(live, stack, answering) for _round in range(5)]
    # To our offer, then to each other's answer; what comes next is stopped.
    assert rounds == [2, 2, 0, 0, 0]
    found = live.ledger(answering, "state", "reason_code")
    assert found == [("routed", "routed")] * 2 + [("ignored", "loop_rounds")] * 2
    with live.env() as env:
        posted = env["crm.lead"].browse(lead).message_ids.mapped("email_from")
        assert sorted(filter(ABSENT.__contains__, posted)) == sorted(ABSENT)
