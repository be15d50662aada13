# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What programs write to us, and what we write by ourselves."""

from datetime import timedelta

import pytest

from .ledger import sender
from .live import boxed, mail
from .test_rules import explained, reached, rule, topic  # noqa: F401


@pytest.fixture(scope="module")
def live(stack):
    with boxed(stack, sales="crm.lead") as made:
        with made.env() as env:
            department = env["hr.department"].create({"name": "Help"})
            env["mail.gateway.identity"].create(
                {
                    "name": "Help Desk",
                    "email": "help@demo.example",
                    "department_id": department.id,
                }
            )
            responder = env["mail.gateway.autoresponder"].create(
                {"name": "Thanks", "subject": "Thank you", "body": "<p>It is here.</p>"}
            )
            department.mail_gateway_autoresponder_id = responder
            made.department_id, made.responder_id = department.id, responder.id
        made.alias("help", "crm.lead", mail_gateway_department_id=made.department_id)
        made.alias("closed", "crm.lead", alias_contact="followers")
        yield made


def answers(live, recipient):
    with live.env() as env:
        found = env["mail.mail"].search([("email_to", "=", recipient)])
        return [(one.subject, one.email_from, one.state) for one in found]


def steps(ledger, row):
    return {step["step"] for step in ledger.read(row, "trace")["steps"]}


def test_a_department_answers(live, ledger):
    raw = mail("help@demo.example", "My printer", sender=sender("ann"))
    row = ledger.end(raw)
    assert "autoresponse_queued" in steps(ledger, row)
    assert answers(live, sender("ann")) == [
        ("Thank you", '"Help Desk" <help@demo.example>', "outgoing")
    ]
    with live.env() as env:
        found = env["mail.mail"].search([("email_to", "=", sender("ann"))])
        for header in ("'Auto-Submitted': 'auto-replied'", "'In-Reply-To'", "'<>'"):
            assert header in found.headers
        lead = env["crm.lead"].search([("name", "=", "My printer")])
        assert found.mail_message_id in lead.message_ids


def test_an_answer_to_the_answer_goes_to_the_record(live, ledger):
    ledger.end(mail("help@demo.example", "My lamp", sender=sender("lea")))
    with live.env() as env:
        lead = env["crm.lead"].search([("name", "=", "My lamp")])
        sent = env["mail.mail"].search([("email_to", "=", sender("lea"))]).message_id
    again = mail(
        "help@demo.example", "Re: Thank you", in_reply_to=sent, sender=sender("lea")
    )
    row = ledger.end(again)
    assert ledger.read(row, "decided_by") == "reply"
    with live.env() as env:
        outcome = env["mail.gateway.incoming"].browse(row).outcome_ids
        assert outcome.res_id == lead.id
    assert len(answers(live, sender("lea"))) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"auto_submitted": "auto-generated"},
        {"precedence": "bulk"},
        {"list_id": "<a.list.example>"},
        {"x_auto_response_suppress": "OOF"},
        {"x_spam_flag": "YES"},
        {"return_path": "<>"},
        {"sender": "no-reply@customer.example"},
        {"sender": "sales@demo.example"},
    ],
)
def test_no_answer(live, ledger, headers):
    headers.setdefault("sender", sender(f"quiet-{next(iter(headers))}"))
    row = ledger.end(mail("help@demo.example", **headers))
    assert ledger.read(row, "state") == "routed"
    assert "autoresponse_queued" not in steps(ledger, row)
    assert answers(live, headers["sender"]) == []


def test_one_answer_beside_a_notice_of_absence(live, ledger):
    with live.env() as env:
        boss = env["res.users"].create(
            {
                "login": "away",
                "name": "Away",
                "email": "away@office.example",
                "out_of_office_from": "2020-01-01",
                "out_of_office_message": "<p>Back soon</p>",
            }
        )
        env["hr.department"].browse(
            live.department_id
        ).mail_gateway_responsible_id = boss
    row = ledger.end(mail("help@demo.example", "Anybody?", sender=sender("eve")))
    robot = mail(
        "help@demo.example",
        "Monitor",
        sender=sender("robot"),
        auto_submitted="auto-generated",
    )
    ledger.end(robot)
    with live.env() as env:
        env["hr.department"].browse(
            live.department_id
        ).mail_gateway_responsible_id = False
        notices = env["mail.message"].search([("message_type", "=", "out_of_office")])
        assert notices.mapped("outgoing_email_to") == [sender("eve")]
    assert "autoresponse_away" in steps(ledger, row)
    assert not any(subject == "Thank you" for subject, *_ in answers(live, "eve"))


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "autoresponse_due"),
        ({"precedence": "bulk"}, "autoresponse_refused"),
        ({"x_auto_response_suppress": "OOF"}, "autoresponse_suppressed"),
    ],
)
def test_a_try_says_whether_it_would_be_answered(live, ledger, headers, code):
    who = sender(f"tries-{code}")
    found = explained(live, mail("help@demo.example", sender=who, **headers))
    assert found["autoresponse"] == code
    assert any(line["code"] == code for line in found["lines"])
    assert answers(live, who) == []
    none = explained(live, mail("sales@demo.example", sender=who, **headers))
    assert none["autoresponse"] == ""


def test_why_the_second_message_is_not_answered(live, ledger):
    who = sender("twice")
    ledger.end(mail("help@demo.example", "First", sender=who))
    raw = mail("help@demo.example", "Second", sender=who)
    assert explained(live, raw)["autoresponse"] == "autoresponse_again"
    with live.env() as env:
        lead = env["crm.lead"].search([("name", "=", "First")])
        known = lead.message_post(body="Hello").message_id
    answer = mail("help@demo.example", "Re: First", sender=who, in_reply_to=known)
    assert explained(live, answer)["autoresponse"] == "autoresponse_reply"
    assert "autoresponse_reply" in steps(ledger, ledger.end(answer))


def test_an_autoresponder_has_its_own_period_and_limit(live, ledger):
    with live.env() as env:
        responder = env["mail.gateway.autoresponder"].browse(live.responder_id)
        before, responder.period_hours = responder.hour_limit, 2
        answered = env["mail.gateway.answered"]
        kind = f"autoresponder {responder.id}"
        answered._note(kind, sender("patient"))
        late = answered.search([("kind", "=", kind), ("email", "=", sender("patient"))])
        late.answered_on -= timedelta(hours=3)
        responder.hour_limit = 1 + answered._within_hour(kind)
    row = ledger.end(mail("help@demo.example", "Hours later", sender=sender("patient")))
    many = ledger.end(mail("help@demo.example", "One more", sender=sender("third")))
    with live.env() as env:
        responder = env["mail.gateway.autoresponder"].browse(live.responder_id)
        responder.write({"period_hours": 24, "hour_limit": before})
    assert "autoresponse_queued" in steps(ledger, row)
    assert "autoresponse_many" in steps(ledger, many)


# --- automatic mail


def test_an_alert_makes_a_record(live, ledger):
    raw = mail("sales@demo.example", "Disk full", auto_submitted="auto-generated")
    row = ledger.end(raw)
    assert ledger.read(row, "state", "decided_by") == ("routed", "aliases")
    assert "automatic_found" in steps(ledger, row)


def test_an_automatic_answer_shows_on_its_thread(live, ledger):
    with live.env() as env:
        lead = env["crm.lead"].create({"name": "Known"})
        known = lead.message_post(body="Hello").message_id
    raw = mail(
        "catchall@demo.example",
        "Away",
        in_reply_to=known,
        auto_submitted="auto-replied",
    )
    row = ledger.end(raw)
    assert ledger.read(row, "state", "decided_by") == ("routed", "reply")


@pytest.mark.parametrize(
    ("to", "subject", "says"),
    [
        ("sales", "Away", "auto-replied"),
        ("catchall", "Away", "auto-replied"),
        ("sales", "Automatic reply: Hi", "auto-generated"),
    ],
)
def test_an_automatic_answer_to_nothing_makes_no_record(
    live, ledger, to, subject, says
):
    raw = mail(f"{to}@demo.example", subject, auto_submitted=says)
    expected = explained(live, raw)
    row = ledger.end(raw)
    decided = ledger.read(row, "state", "reason_code", "decided_by")
    assert decided == ("ignored", "automatic_alone", "automatic_alone")
    assert expected["decided_by"] == "automatic_alone"


@pytest.mark.parametrize("to", ["sales", "catchall"])
def test_a_rule_takes_an_answer_to_nothing(live, ledger, rule, to):  # noqa: F811
    made = rule(
        ("automatic", "is_set", ""),
        ("subject", "contains", "out of office"),
        action="new",
        topic_id=topic(live, "project.task"),
    )
    raw = mail(
        f"{to}@demo.example", f"Out of office {to}", auto_submitted="auto-replied"
    )
    expected = explained(live, raw)
    row = ledger.end(raw)
    assert ledger.read(row, "state", "decided_by") == ("routed", "rules")
    assert expected["decided_by"] == "rules"
    assert reached(live, row) == [("project.task", made)]


def test_what_was_ignored_can_be_sent_on_by_hand(live, ledger):
    raw = mail("sales@demo.example", "Away for ever", auto_submitted="auto-replied")
    row = ledger.end(raw)
    with live.env() as env:
        found = env["mail.gateway.incoming"].browse(row)
        assert found.reason_code == "automatic_alone" and found.may_send_on
        action = found.action_route_to()
        wizard = env[action["res_model"]].with_context(**action["context"])
        wizard.create({"res_model": "crm.lead"}).action_send()
        assert found.state == "routed" and found.outcome_ids.res_model == "crm.lead"
        assert env["crm.lead"].search([("name", "=", "Away for ever")])


def test_a_subject_alone_makes_no_program(live, ledger):
    row = ledger.end(mail("sales@demo.example", "Auto: golf, first owner"))
    assert reached(live, row) == [("crm.lead", 0)]


@pytest.mark.parametrize(
    ("to", "automatic", "most"),
    [("help", "auto-replied", 0), ("help", "no", 2), ("closed", "no", 1)],
)
def test_a_storm_is_answered_once(live, ledger, to, automatic, most):
    """Auto-replies never; a person of a storm hears of the receipt once, and once that
    it was too much."""
    who = sender(f"storm-{automatic}-{to}")
    storm = [
        mail(
            f"{to}@demo.example",
            f"Storm {to} {automatic} {number}",
            sender=who,
            auto_submitted=automatic,
        )
        for number in range(500)
    ]
    ledger.receive_all(storm)
    assert ledger.process() == 500
    found = answers(live, who)
    assert len(found) <= most
    assert [subject for subject, *_ in found].count("Thank you") <= 1
