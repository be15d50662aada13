# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The queue keeps to the limits of a server, and another server takes over when one is
away."""

from datetime import timedelta

import pytest

from sandbox import ports

from .queueing import START

BOB, CY, DEE = (f"{name}@away.example" for name in ("bob", "cy", "dee"))


def people(count):
    return [f"person{number}@away.example" for number in range(count)]


def connections(server):
    return sum(line.startswith(b"EHLO") for line in server.lines)


# --- the limits


def test_what_a_minute_has_no_room_for_waits_untouched(q):
    with q.listening() as server:
        ids = q.write(people(8), q.register(server.port, limit_minute=3))
        for minute, sent in enumerate([3, 6, 8]):
            q.run(minutes=bool(minute))
            assert q.reached() == people(sent)
            waiting = set(q.mails(ids[sent:], "state", "attempts", "failure_code"))
            assert waiting <= {("outgoing", 0, False)}
            q.run(minutes=0)
            assert q.reached() == people(sent), "the minute is not over"
    assert set(q.mails(ids)) == {"sent"}


def test_what_waits_is_due_when_there_is_room(q):
    with q.listening() as server:
        ids = q.write(people(8), q.register(server.port, limit_minute=3))
        q.run()
    due = [(at - START).total_seconds() for at in q.mails(ids[3:], "scheduled_date")]
    assert set(due) == {60, 120} and due == sorted(due)
    with q.live.env() as env:
        cron = env.ref("mail.ir_cron_mail_scheduler_action")
        triggers = env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        until = START + timedelta(minutes=1)
        assert any(START < one <= until for one in triggers.mapped("call_at"))


def test_limits_of_an_hour_and_a_day_hold_together(q):
    with q.listening() as server:
        q.write(people(12), q.register(server.port, limit_hour=4, limit_day=9))
        for hour, sent in enumerate([4, 8, 9, 9]):
            q.run(minutes=60 if hour else 0)
            assert len(q.reached()) == sent
        q.run(minutes=21 * 60)
        assert len(q.reached()) == 12


def test_mass_mailing_leaves_room_for_people(q):
    with q.listening() as server:
        relay = q.register(server.port, limit_minute=10)
        mass = q.write(people(20), relay, is_mass=True)
        q.run()
        assert len(q.reached()) == 9
        q.write([BOB, CY], relay)
        q.run()
        assert len(q.reached()) == 10 and q.reached()[9] == BOB
    assert q.mails(mass).count("outgoing") == 11


def test_tests_of_senders_count_as_mail(q):
    with q.listening() as server:
        relay = q.register(server.port, limit_hour=5)
        with q.live.env() as env:
            for number in range(3):
                env["mail.gateway.permission"].create(
                    {
                        "mail_server_id": relay,
                        "email": f"asked{number}@erp.example",
                        "state": "allowed",
                        "asked_on": q.now,
                    }
                )
        q.write(people(4), relay)
        q.run()
        assert len(q.reached()) == 2
        with q.live.env() as env:
            env = env(context={"mail_gateway_clock": lambda: q.now})
            (used,) = env["ir.mail_server"].browse(relay)._pace_used()
            assert (used[0].most, used[1]) == (5, 5)
            assert env["ir.mail_server"].browse(relay)._pace_room(7) == 0


def test_retry_after_a_full_minute_is_no_attempt(q):
    """A mail of two messages, of which one fits: the other follows, and no more."""
    with q.listening() as server:
        relay = q.register(server.port, limit_minute=1)
        with q.live.env() as env:
            partners = env["res.partner"].create(
                [{"name": one, "email": one} for one in (BOB, CY)]
            )
        links = [(4, partner) for partner in partners.ids]
        ids = q.write([""], relay, email_to=False, recipient_ids=links)
        q.run()
        assert len(q.reached()) == 1
        assert q.mails(ids, "state", "attempts") == [("outgoing", 0)]
        q.run(minutes=1)
        assert sorted(q.reached()) == [BOB, CY]
    assert q.mails(ids) == ["sent"]


# --- the connections


def test_as_many_connections_as_the_work_is_worth(q):
    with q.listening() as server:
        relay = q.register(server.port, limit_connections=3)
        q.write(people(4), relay)
        q.run()
        assert connections(server) == 1
        server.lines.clear()
        ids = q.write(people(40), relay)
        q.run()
        assert 2 <= connections(server) <= 3
    assert set(q.mails(ids)) == {"sent"}
    rows = q.deliveries("recipient", "state", "attempts")
    assert len(rows) == 44 and {row[1:] for row in rows} == {("accepted", 1)}


def test_server_that_takes_fewer_connections_has_its_way(q):
    """The second is turned away: its mails leave over the first, and none fails."""
    q.answers[""] = ["220 ready", "421 4.7.0 too many connections"]
    with q.listening() as server:
        ids = q.write(people(40), q.register(server.port, limit_connections=3))
        q.run()
        assert connections(server) == 1
    assert set(q.mails(ids, "state", "attempts")) == {("sent", 0)}
    assert q.holds() == []


def test_connections_that_others_have_are_not_opened(q):
    from odoo.addons.mail_gateway_plus.models.queue_lines import Slots

    with q.listening() as server:
        relay = q.register(server.port, limit_connections=2)
        ids = q.write(people(20), relay)
        with Slots(q.live.registry) as others:
            held = others.take_one(relay, 2, ())
            others.take_one(relay, 2, (held,))
            q.run()
            assert connections(server) == 0
            assert set(q.mails(ids, "state", "attempts")) == {("outgoing", 0)}
            others.give_back(held)
            q.run()
            assert connections(server) == 1
    assert set(q.mails(ids)) == {"sent"}


# --- the fallback


@pytest.fixture
def spare(q):
    """Stands in after two faults; ``server`` of the queue is the spare one."""
    with q.listening() as server:
        q.port = ports.any_free()
        q.spare = q.register(server.port, name="Spare")
        q.first = q.register(q.port, fallback_server_id=q.spare, fallback_after=2)
        yield server


def test_fallback_takes_over_and_gives_back(q, spare):
    ids = q.write([BOB, CY, DEE], q.first)
    q.run()
    assert q.holds("health", "connection_faults") == [("doubted", 1)]
    assert q.reached() == []
    q.run(minutes=1)
    assert q.holds("health", "connection_faults") == [("down", 2)]
    # The one that asked as well
    assert sorted(q.reached()) == [BOB, CY, DEE] and set(q.mails(ids)) == {"sent"}
    with q.live.env() as env:
        rows = env["mail.gateway.delivery"].search([])
        assert set(rows.mail_server_id.ids) == {q.spare}
    with q.listening(q.port) as first:
        q.write([BOB], q.first)
        q.run(minutes=60)
        assert q.reached() == [BOB] and connections(first) == 1
    assert q.holds() == []


def test_fallback_takes_no_sender_that_it_may_not_send_as(q, spare):
    with q.live.env() as env:
        env["ir.mail_server"].browse(q.spare).from_filter = "other.example"
    ids = q.write([BOB, CY], q.first)
    for _attempt in range(4):
        q.run(minutes=1)
    assert q.reached() == [] and set(q.mails(ids)) == {"outgoing"}


def test_what_is_uncertain_never_leaves_through_the_fallback(q, spare):
    ids = q.write([BOB], q.first)
    q.begun(ids[0], BOB, server=q.first)
    q.write([CY, DEE], q.first)
    for _attempt in range(5):
        q.run(minutes=2)
    assert sorted(q.reached()) == [CY, DEE]
    assert ("uncertain",) in q.deliveries("state")


def test_sender_rules_of_a_server_hold_in_the_queue(q):
    with q.listening(capabilities="PIPELINING AUTH=PLAIN") as server:
        values = {"sender_policy": "account", "smtp_user": "erp@erp.example"}
        ids = q.write([BOB], q.register(server.port, **values, smtp_pass="x"))
        q.answers["AUTH"] = "235 welcome"
        q.run()
        assert b"MAIL FROM:<erp@erp.example>" in b" ".join(server.lines)
    assert q.mails(ids) == ["sent"]
