# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Rules whose alias, record or company is gone, messages that are none, and who does
not ask the ledger: nothing is lost, and what is wrong is said."""

import xmlrpc.client
from datetime import timedelta

import pytest
from freezegun import freeze_time
from psycopg2.extras import Json

from odoo import fields

from odoo.addons.mail_gateway_plus.core.message import loop

from .ledger import sender
from .live import boxed, mail
from .test_rules import alias, rule, topic  # noqa: F401


@pytest.fixture(scope="module")
def live(stack):
    with boxed(stack, sales="crm.lead", support="project.task") as made:
        yield made


# --- what a rule leads to is gone


def _made(live, model, /, **values):
    with live.env() as env:
        return env[model].create(values).id


def _model(live, name):
    with live.env() as env:
        return env["ir.model"]._get_id(name)


def _deleted(live, model, found):
    with live.env() as env:
        env[model].browse(found).unlink()


def alias_gone(live):
    made = live.alias("short-lived", "crm.lead")
    return {"action": "alias", "alias_id": made}, lambda: _deleted(
        live, "mail.alias", made
    )


def topic_gone(live):
    made = topic(live, "crm.lead")
    return {"action": "new", "topic_id": made}, lambda: _deleted(
        live, "mail.gateway.topic", made
    )


def record_gone(live):
    made = _made(live, "crm.lead", name="Short-lived")
    values = {"res_model_id": _model(live, "crm.lead"), "res_id": made}
    return {"action": "record", **values}, lambda: _deleted(live, "crm.lead", made)


def model_gone(live):
    """As with the module that it belongs to."""
    values = {"name": "Short-lived", "model": "x_short_lived", "is_mail_thread": True}
    model = _made(live, "ir.model", **values)
    made = _made(live, "x_short_lived", x_name="Short-lived")
    values = {"res_model_id": model, "res_id": made}
    return {"action": "record", **values}, lambda: _deleted(live, "ir.model", model)


def department_gone(live):
    made = _made(live, "hr.department", name="Short-lived")
    return {"action": "department", "department_id": made}, lambda: _deleted(
        live, "hr.department", made
    )


def topic_of_department_gone(live):
    kept = topic(live, "crm.lead")
    values = {"name": "Orphan", "mail_gateway_topic_id": kept}
    made = _made(live, "hr.department", **values)
    return {"action": "department", "department_id": made}, lambda: _deleted(
        live, "mail.gateway.topic", kept
    )


def team_of_topic_gone(live):
    team = _made(live, "crm.team", name="Short-lived")
    kept = topic(live, "crm.lead", defaults=f"{{'team_id': {team}}}")
    return {"action": "new", "topic_id": kept}, lambda: _deleted(live, "crm.team", team)


def field_of_topic_gone(live):
    kept = topic(live, "crm.lead")

    def spoil():
        with live.env() as env:
            query = "UPDATE mail_gateway_topic SET defaults = %s WHERE id = %s"
            env.cr.execute(query, ["{'x_gone': 1}", kept])

    return {"action": "new", "topic_id": kept}, spoil


def template_broken(live):
    values = {"name": "Broken", "model_id": _model(live, "mail.gateway.incoming")}
    body = "<p t-out='object.subject'/>"
    made = _made(live, "mail.template", body_html=body, **values)

    def spoil():
        with live.env() as env:
            body = "<p t-out='object.x_gone'/>"
            query = "UPDATE mail_template SET body_html = %s WHERE id = %s"
            env.cr.execute(query, [Json({"en_US": body}), made])

    return {"action": "bounce", "template_id": made}, spoil


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (alias_gone, "rule_alias_gone"),
        (topic_gone, "rule_topic_gone"),
        (record_gone, "rule_record_gone"),
        (model_gone, "rule_model_unfit"),
        (department_gone, "rule_department_unset"),
        (topic_of_department_gone, "rule_department_unset"),
        (team_of_topic_gone, "model_failed"),
        (field_of_topic_gone, "model_failed"),
        (template_broken, "model_failed"),
    ],
)
def test_what_a_rule_leads_to_is_gone(live, ledger, rule, given, code):  # noqa: F811
    values, spoil = given(live)
    made = rule(("subject", "is", code), name="Leads nowhere", **values)
    spoil()
    raw = mail("sales@demo.example", code)
    with live.env() as env:
        tried = env["mail.gateway.rule"].explain(raw)
    if code != "model_failed":
        assert tried["reason_code"] == code
    row = ledger.end(raw)
    assert ledger.read(row, "state", "reason_code") == ("quarantined", code)
    assert len(ledger.read(row, "reason_cause")) > 20
    assert ledger.read(row, "reason") and ledger.read(row, "raw")
    with live.env() as env:
        env["mail.gateway.rule"].browse(made).active = False
        env["mail.gateway.incoming"].browse(row).action_reprocess()
    ledger.process()
    assert ledger.read(row, "state", "decided_by") == ("routed", "aliases")


def test_a_rule_of_a_program_that_says_little(live, ledger):
    """Without a name, and without what its action leads to."""
    with live.env() as env:
        made = env["mail.gateway.rule"].create({"sequence": 1, "action": "alias"})
        assert made.name and made.conditions
        made_id = made.id
    row = ledger.end(mail("sales@demo.example", "Says little"))
    _deleted(live, "mail.gateway.rule", made_id)
    assert ledger.read(row, "reason_code") == "rule_alias_gone"
    assert "never chosen" in ledger.read(row, "reason_cause")


def test_a_template_that_is_gone_leaves_the_usual_words(live, ledger, rule):  # noqa: F811
    values, _spoil = template_broken(live)
    rule(("subject", "is", "No words"), **values)
    _deleted(live, "mail.template", values["template_id"])
    row = ledger.end(mail("sales@demo.example", "No words"))
    assert ledger.read(row, "state", "reason_code") == ("rejected", "rule_bounced")
    assert len(ledger.answers("No words")) == 1


def test_a_rule_goes_with_its_company(live, ledger, rule):  # noqa: F811
    """And is not one for all companies from then on."""
    gone = _made(live, "res.company", name="Short-lived")
    rule(("subject", "is", "Of nobody"), action="ignore", company_id=gone)
    _deleted(live, "res.company", gone)
    row = ledger.end(mail("sales@demo.example", "Of nobody"))
    assert ledger.read(row, "state", "decided_by") == ("routed", "aliases")


# --- companies


@pytest.fixture(scope="module")
def south(live):
    """A company beside the first, on the other side of the world, and a mailbox of
    none of them."""
    with live.env() as env:
        here = env.company
        here.email, here.alias_domain_id = "office@demo.example", live.domain(env)
        here.resource_calendar_id.tz = "Europe/Oslo"
        domain = env["mail.alias.domain"].create({"name": "south.example"})
        values = {"email": "office@south.example", "alias_domain_id": domain.id}
        made = env["res.company"].create({"name": "South", **values})
        made.resource_calendar_id.tz = "Pacific/Auckland"
        box = env["fetchmail.server"].create({"name": "Both", "company_id": False})
        alias = {"alias_domain_id": domain.id, "alias_contact": "followers"}
        box_id = box.id
    live.alias("closed", "crm.lead", **alias)
    return box_id


def sender_of_answer(live, subject):
    with live.env() as env:
        return env["mail.mail"].search([("subject", "=", f"Re: {subject}")]).email_from


def test_answers_are_of_the_company_written_to(live, ledger, south, rule):  # noqa: F811
    rule(("recipient_local", "is", "nobody"), action="bounce")
    for number, domain in enumerate(("demo.example", "south.example")):
        subject = f"To nobody of {domain}"
        who = sender(f"nobody-{number}")
        row = ledger.end(mail(f"nobody@{domain}", subject, sender=who), south)
        assert ledger.read(row, "state", "reason_code") == ("rejected", "rule_bounced")
        assert f"@{domain}" in sender_of_answer(live, subject)
    raw = mail("closed@south.example", "Not yours", sender=sender("zoe"))
    row = ledger.end(raw, south)
    assert ledger.read(row, "state", "reason_code") == ("rejected", "alias_refused")
    assert "@south.example" in sender_of_answer(live, "Not yours")


def test_who_writes_too_much_hears_of_it_from_the_company_written_to(
    live, ledger, south
):
    with live.env() as env:
        env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", 2)
        domain = env["mail.alias.domain"].search([("name", "=", "south.example")])
        domain_id = domain.id
    live.alias("open", "crm.lead", alias_domain_id=domain_id)
    for number in range(3):
        who = sender("much")
        row = ledger.end(
            mail("open@south.example", f"Much {number}", sender=who), south
        )
    with live.env() as env:
        env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", False)
    assert ledger.read(row, "state", "reason_code") == ("rejected", "sender_rate")
    assert "@south.example" in sender_of_answer(live, "Much 2")


def test_the_time_is_that_of_the_company_written_to(live, south, rule):  # noqa: F811
    """Noon in Oslo is midnight in Auckland, where the next day begins."""
    midnight = ("time", "between", "00:00-01:00")
    rule(midnight, ("weekday", "in_list", "7"), action="ignore")
    with live.env() as env, freeze_time("2026-11-21 11:30:00"):
        explain = env["mail.gateway.rule"].explain
        for domain, ignored in (
            ("south.example", True),
            ("demo.example", False),
            ("far.example", False),
        ):
            found = explain(mail(f"info@{domain}"), south)
            assert (found["reason_code"] == "rule_ignored") is ignored, domain


# --- messages that are none


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        "",
        None,
        b"\n",
        b"\x00\xff\xfe" * 1_000,
        "\ud83d half a letter",
        b"Subject: no end",
        b"From: a@b.example\nTo: sales@demo.example\nSubject: bare\n\nHello\n",
        "From: a@b.example\nTo: sales@demo.example\nSubject: Grüße ✓\n\nHei på deg\n",
        xmlrpc.client.Binary(b"To: sales@demo.example\r\n\r\nHello"),
        b"To: sales@demo.example\r\n" * 3_000 + b"\r\n",
        b"To: sales@demo.example\r\n\r\n" + b"x" * 5_000_000,
        b"To: sales@demo.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        + b"--b\r\n\r\n" * 5_000,
    ],
    ids=map(str, range(13)),
)
def test_explained_whatever_it_is(live, rule, raw):  # noqa: F811
    for field in ("subject", "sender", "attachment_name", "recipient"):
        rule((field, "regex", "(a+)+$"), action="quarantine")
    with live.env() as env:
        found = env["mail.gateway.rule"].explain(raw)
        assert found["state"] and found["reason_code"] and found["reason"]
        assert found["trace"]["version"] and found["lines"]


def test_bare_line_ends_change_nothing(live):
    raw = mail("sales@demo.example", "Any line ends")
    with live.env() as env:
        explain = env["mail.gateway.rule"].explain
        bare = raw.replace(b"\r\n", b"\n")
        found = [explain(one) for one in (raw, bare, bare.decode(), raw.decode())]
    for one in found:
        assert one["destinations"] == [
            {"model": "crm.lead", "res_id": 0, "alias_id": alias(live, "sales")}
        ]


# --- stock's own settings, and those who do not ask the ledger


def test_domains_that_count_for_local_parts(live, ledger):
    """``mail.catchall.domain.allowed`` as stock has it: an alias that takes its local
    part of any domain takes it of those."""
    live.alias("any", "crm.lead", alias_incoming_local=True)

    def ends(domain):
        raw = mail(f"any+detail@{domain}", f"Of {domain}")
        with live.env() as env:
            tried = env["mail.gateway.rule"].explain(raw)["state"]
        row = ledger.end(raw)
        assert ledger.read(row, "state") == tried
        return tried

    assert ends("far.example") == "routed"
    with live.env() as env:
        params = env["ir.config_parameter"]
        params.set_param("mail.catchall.domain.allowed", "near.example, demo.example")
    assert ends("near.example") == "routed"
    assert ends("distant.example") == "quarantined"
    with live.env() as env:
        env["ir.config_parameter"].set_param("mail.catchall.domain.allowed", False)


def test_no_stage_of_ours_for_direct_callers(live, rule):  # noqa: F811
    """No rule, policy, guard or silence: stock does what stock does."""
    rule(action="ignore", before_replies=True)
    rule(action="quarantine")

    def process(raw, **options):
        with live.env() as env:
            found = env["mail.thread"].message_process(None, raw, **options)
            return env["crm.lead"].browse(found).name

    with live.env() as env:
        build = env["ir.mail_server"]._build_email__
        mark = build("us@demo.example", ["x@y.example"], "Hi", "Hi")[loop.TRACE]
    to = "sales@demo.example"
    away = {"auto_submitted": "auto-replied"}
    assert process(mail(to, "Direct, a program", **away)) == "Direct, a program"
    own = mail(to, "Direct, our mark", **{loop.TRACE: str(mark)})
    assert process(own) == "Direct, our mark"
    with live.env() as env:
        before = env["mail.mail"].search_count([])
        raw = mail("catchall@demo.example", "Direct, catchall")
        assert not env["mail.thread"].message_process(None, raw)
        assert env["mail.mail"].search_count([]) == before + 1
        with pytest.raises(ValueError, match="No possible route"):
            env["mail.thread"].message_process(None, mail("nobody@demo.example"))
        assert not env["mail.gateway.rule"].search([("last_hit", "!=", False)])
        kept = fields.Datetime.now() - timedelta(minutes=5)
        rows = env["mail.gateway.incoming"].search([("create_date", ">", kept)])
        assert not any("Direct" in (row.subject or "") for row in rows)
