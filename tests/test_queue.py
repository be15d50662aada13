# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The queue delivers: again what may pass, never twice what was taken, and what stops
one server stops no other."""

from datetime import timedelta

import pytest

from odoo.exceptions import ValidationError

from sandbox import ports

from .queueing import START

BOB, CY, DEE = (f"{name}@away.example" for name in ("bob", "cy", "dee"))


def test_mails_leave_over_one_connection_and_are_noted(q):
    with q.listening() as server:
        ids = q.write([BOB, CY], q.register(server.port))
        q.run()
        assert q.reached() == [BOB, CY]
        assert sum(line.startswith(b"EHLO") for line in server.lines) == 1
    assert q.mails(ids) == ["sent", "sent"]
    assert q.deliveries("mail_id", "recipient", "state", "reply", "attempts") == [
        (ids[0], BOB, "accepted", "250 taken", 1),
        (ids[1], CY, "accepted", "250 taken", 1),
    ]


def test_server_that_is_away_costs_one_attempt_of_one_mail(q):
    port = ports.any_free()
    ids = q.write([BOB, CY, DEE], q.register(port))
    q.run()
    assert q.mails(ids, "state", "attempts", "scheduled_date", "failure_class") == [
        ("outgoing", 1, START + timedelta(minutes=1), "connection"),
        ("outgoing", 0, False, False),
        ("outgoing", 0, False, False),
    ]
    reason, other, _third = q.mails(ids, "failure_reason")
    assert reason.startswith(f"Nothing listens on 127.0.0.1, port {port}") and not other
    assert q.holds("state", "faults") == [("held", 1)]
    with q.listening(port):
        q.run()
        assert q.reached() == [], "it is not asked before its time"
        q.run(minutes=1)
        assert q.reached() == [BOB, CY, DEE]
    assert q.mails(ids) == ["sent"] * 3
    assert q.holds() == []


def test_what_may_pass_is_tried_again_by_schedule_and_then_given_up(q):
    q.answers[f"RCPT TO:<{BOB}>"] = "450 4.2.1 not now"
    with q.listening() as server:
        (bob, cy) = q.write([BOB, CY], q.register(server.port))
        message_id = q.mails([bob], "message_id")
        waits = []
        while q.mails([bob]) == ["outgoing"]:
            q.run()
            (due,) = q.mails([bob], "scheduled_date")
            waits.append(round((due - q.now).total_seconds() / 60))
            q.now = max(q.now, due)
    assert waits[:5] == [1, 5, 15, 30, 60] and 54 <= waits[5] <= 66
    assert 45 < (q.now - START).total_seconds() / 3600 <= 48
    assert q.mails([bob, cy]) == ["exception", "sent"]
    assert "450 4.2.1 not now" in q.mails([bob], "failure_reason")[0]
    assert q.mails([bob], "message_id") == message_id
    assert q.reached() == [CY]


def test_schedule_of_a_server_is_numbers(q):
    for odd in ({"retry_minutes": "soon"}, {"retry_minutes": "0"}, {"retry_hours": -1}):
        with pytest.raises(ValidationError, match="write the minutes as numbers"):
            q.register(1, **odd)


def test_login_that_is_refused_stops_the_server_until_a_test_passes(q):
    q.answers["AUTH"] = "535 5.7.8 no"
    with q.listening(capabilities="PIPELINING AUTH=PLAIN") as server:
        values = {"smtp_user": "ann", "smtp_pass": "secret"}
        relay = q.register(server.port, **values)
        ids = q.write([BOB, CY], relay)
        q.run()
        assert q.mails(ids, "state", "attempts") == [("outgoing", 0)] * 2
        ((state, title, activities),) = q.holds("state", "title", "activity_ids")
        assert (state, len(activities)) == ("stopped", 1) and "ann" in title
        q.run(minutes=600)
        assert q.reached() == []
        q.answers["AUTH"] = "235 welcome"
        with q.live.env() as env:
            env["ir.mail_server"].browse(relay).action_diagnose()
        assert q.holds() == []
        q.run()
        assert q.reached() == [BOB, CY]
    assert q.mails(ids) == ["sent"] * 2


def test_who_was_taken_is_never_sent_again_when_another_is_refused(q):
    q.answers[f"RCPT TO:<{CY}>"] = "452 4.2.2 mailbox full"
    q.answers[f"RCPT TO:<{DEE}>"] = "550 5.1.1 nobody here"
    with q.listening() as server:
        ids = q.write(", ".join([BOB, CY, DEE]), q.register(server.port))
        q.run()
        assert q.reached().count(BOB) == 1
        assert q.mails(ids, "state", "attempts") == [("outgoing", 1)]
        del q.answers[f"RCPT TO:<{CY}>"]
        server.lines.clear()
        q.run(minutes=1)
        assert q.reached() == [CY]
    assert q.mails(ids) == ["exception"]
    assert "nobody here" in q.mails(ids, "failure_reason")[0]
    assert set(q.deliveries("recipient", "state", "is_final")) == {
        (BOB, "accepted", False),
        (CY, "accepted", False),
        (DEE, "refused", True),
    }


def test_personal_mail_leaves_before_mass_mailing(q):
    with q.listening() as server:
        relay = q.register(server.port)
        q.write([BOB], relay, is_mass=True)
        q.write([CY], relay)
        q.run()
        assert q.reached() == [CY, BOB]


def test_all_sending_is_paused_by_one_switch(q):
    with q.listening() as server:
        ids = q.write([BOB], q.register(server.port))
        with q.live.env() as env:
            settings = env["res.config.settings"].create({"mail_gateway_send": False})
            settings.execute()
        q.run()
        assert q.mails(ids) == ["outgoing"] and q.reached() == []


def test_ten_minutes_without_a_server_lose_nothing_and_repeat_nothing(q):
    """The mails of people first, each once; stock has all of them failed."""
    port = ports.any_free()
    relay = q.register(port)
    mass = [f"mass{number}@away.example" for number in range(250)]
    people = [f"person{number}@away.example" for number in range(250)]
    ids = q.write(mass, relay, is_mass=True) + q.write(people, relay)
    for _minute in range(10):
        q.run(minutes=1)
        assert set(q.mails(ids)) == {"outgoing"}
    attempts = [count for count in q.mails(ids, "attempts") if count]
    assert len(attempts) <= 10, "one mail an attempt"
    with q.listening(port):
        for _minute in range(10):
            q.run(minutes=1)
        reached = q.reached()
        assert sorted(reached[:250]) == sorted(people)
        assert sorted(reached[250:]) == sorted(mass)
    assert set(q.mails(ids)) == {"sent"}


def test_sender_that_is_refused_stops_no_other_sender(q):
    q.answers["MAIL FROM:<ceo@erp.example>"] = "553 5.7.1 not owned by user"
    with q.listening(capabilities="PIPELINING") as server:
        relay = q.register(server.port)
        ceo = q.write([BOB, CY], relay, email_from="ceo@erp.example")
        ann = q.write([DEE], relay)
        q.run()
        assert q.reached() == [DEE], b" | ".join(server.lines)
        assert q.mails(ceo, "state", "attempts") == [("outgoing", 0)] * 2
        assert q.mails(ann) == ["sent"]
        ((state, sender),) = q.holds("state", "sender")
        assert (state, sender) == ("stopped", "ceo@erp.example")
        asked = sum(b"ceo@" in line for line in server.lines)
        q.run(minutes=120)
        assert sum(b"ceo@" in line for line in server.lines) == asked
        q.answers.clear()
        with q.live.env() as env:
            rows = env["mail.gateway.permission"].search([("state", "=", "refused")])
            assert rows.mapped("email") == ["ceo@erp.example"]
            rows.state = "allowed"
        q.run()
        assert q.reached() == [DEE, BOB, CY]


def test_another_server_goes_on_while_one_is_away(q):
    with q.listening() as server:
        here = q.register(server.port)
        q.write([BOB, CY], q.register(ports.any_free()))
        ids = q.write([DEE], here)
        q.run()
        assert q.reached() == [DEE]
    assert q.mails(ids) == ["sent"]


def test_server_that_hangs_up_after_each_mail_delays_none(q):
    """Many servers take so many mails a connection."""
    q.answers["MAIL FROM:<ann@erp.example>"] = ["250 ok", "421 4.7.0 enough"]
    with q.listening(capabilities="SIZE=1000000") as server:
        ids = q.write([BOB, CY], q.register(server.port))
        q.answers["MAIL FROM:<ann@erp.example>"] += ["250 ok"]
        q.run()
        assert q.reached() == [BOB, CY]
    assert q.mails(ids) == ["sent", "sent"]


def test_archived_server_fails_its_mail_as_stock_does(q):
    with q.listening() as server:
        relay = q.register(server.port)
        ids = q.write([BOB], relay)
        with q.live.env() as env:
            env.cr.execute("UPDATE ir_mail_server SET active = false")
        q.run()
        assert q.reached() == []
    ((state, reason),) = q.mails(ids, "state", "failure_reason")
    assert state == "exception" and "archived" in reason


def test_mail_to_nobody_fails_and_the_others_leave(q):
    with q.listening() as server:
        relay = q.register(server.port)
        nobody = q.write(["no address at all"], relay)
        q.write([BOB], relay)
        q.run()
        assert q.reached() == [BOB]
    assert q.mails(nobody, "state", "failure_type") == [
        ("exception", "mail_email_missing")
    ]


def test_worker_that_died_leaves_what_is_uncertain(q):
    with q.listening() as server:
        ids = q.write([BOB], q.register(server.port))
        q.begun(ids[0], BOB)
        q.run()
        assert q.reached() == []
    assert q.deliveries("state") == [("uncertain",)]
    assert q.mails(ids, "state", "failure_class") == [("exception", "connection")]


def test_addon_that_sends_in_its_own_way_is_left_to(q):
    """A method in place of what our run does without: stock's queue takes over."""
    sent = []

    def send(mails, *_args, **_named):
        sent.extend(mails.ids)

    with q.listening() as server:
        ids = q.write([BOB], q.register(server.port))
        send.__module__ = "odoo.addons.own_way.models.mail_mail"
        kept = q.live.registry["mail.mail"]
        kept.send = send
        try:
            q.run()
        finally:
            del kept.send
        assert q.reached() == []
    assert sent == ids


def test_personal_server_keeps_the_pace_of_stock(q):
    with q.listening(capabilities="PIPELINING AUTH=PLAIN") as server:
        with q.live.env() as env:
            set_param = env["ir.config_parameter"].set_param
            set_param("mail.server.personal.limit.minutes", "2")
            owner = env.ref("base.user_admin")
            owner.email = "ann@erp.example"
        values = {"owner_user_id": owner.id, "from_filter": "ann@erp.example"}
        values |= {"smtp_user": "ann@erp.example", "smtp_pass": "secret"}
        relay = q.register(server.port, **values)
        ids = q.write([BOB, CY, DEE], relay, user=owner.id)
        q.run()
        assert q.reached() == [BOB, CY]
    states = q.mails(ids, "state", "attempts")
    assert states == [("sent", 0), ("sent", 0), ("outgoing", 0)]
    assert q.mails(ids[2:], "scheduled_date") != [False]


def test_mail_that_is_given_another_server_waits_no_more(q):
    with q.listening() as server:
        ids = q.write([BOB, CY], q.register(ports.any_free()))
        q.run()
        with q.live.env() as env:
            other = env["ir.mail_server"].create(
                {"name": "Other", "smtp_host": "127.0.0.1", "smtp_port": server.port}
            )
            env["mail.mail"].browse(ids[1]).mail_server_id = other
        q.run()
        assert q.reached() == [CY]


def test_server_that_was_mended_by_hand_is_tried(q):
    with q.listening() as server:
        relay = q.register(ports.any_free())
        q.write([BOB, CY], relay)
        q.run()
        with q.live.env() as env:
            env["ir.mail_server"].browse(relay).smtp_port = server.port
        assert q.holds() == []
        q.run()
        assert q.reached() == [BOB, CY]


def test_mail_that_cannot_be_noted_fails_alone(q):
    """Nothing is sent that cannot be written down before."""
    with q.listening() as server:
        ids = q.write([BOB, CY], q.register(server.port))
        with q.unwritable(f"recipient = '{BOB}'"):
            q.run()
        assert q.reached() == [CY]
    assert q.mails(ids) == ["exception", "sent"]


def test_mail_whose_outcome_cannot_be_noted_is_uncertain_and_not_failed(q):
    with q.listening() as server:
        ids = q.write([BOB, CY], q.register(server.port))
        with q.unwritable(f"recipient = '{BOB}' AND state = 'accepted'"):
            q.run()
        assert q.mails(ids) == ["outgoing", "sent"], "nobody is told that it is lost"
        q.run()
        assert q.reached() == [BOB, CY]
    assert q.deliveries("recipient", "state") == [(BOB, "uncertain"), (CY, "accepted")]
    assert q.mails(ids) == ["exception", "sent"]


def test_scheduled_action_runs_again_when_the_next_mail_is_due(q):
    q.answers[f"RCPT TO:<{BOB}>"] = "450 4.2.1 not now"
    with q.listening() as server:
        q.write([BOB], q.register(server.port))
        for _again in range(2):
            q.run()
    due = START + timedelta(minutes=1)
    with q.live.env() as env:
        found = env["ir.cron.trigger"].search([("call_at", "=", due)])
        assert found.cron_id == env.ref("mail.ir_cron_mail_scheduler_action")
        assert len(found) == 1
