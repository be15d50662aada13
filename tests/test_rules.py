# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Rules of routing, each action from the message to what became of it."""

import xmlrpc.client

import pytest

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command

from .ledger import sender
from .live import boxed, mail


@pytest.fixture(scope="module")
def live(stack):
    with boxed(stack, sales="crm.lead", support="project.task") as made:
        yield made


@pytest.fixture
def rule(live):
    """Makes rules, which are gone after the test."""
    made = []

    def make(*conditions, **values):
        with live.env() as env:
            values.setdefault("name", "Test")
            lines = [
                Command.create(
                    dict(zip(("field", "operator", "value"), c, strict=True))
                )
                for c in conditions
            ]
            found = env["mail.gateway.rule"].create({**values, "condition_ids": lines})
            made.append(found.id)
            return found.id

    yield make
    with live.env() as env:
        env["mail.gateway.rule"].browse(made).unlink()


def topic(live, model, **values):
    with live.env() as env:
        values |= {"name": "Topic", "model_id": env["ir.model"]._get_id(model)}
        return env["mail.gateway.topic"].create(values).id


def alias(live, name):
    with live.env() as env:
        return env["mail.alias"].search([("alias_name", "=", name)]).id


def reached(live, row):
    with live.env() as env:
        outcomes = env["mail.gateway.incoming"].browse(row).outcome_ids
        return [(o.res_model, o.rule_id.id) for o in outcomes]


def test_a_rule_sends_to_an_alias_whatever_the_recipient(live, ledger, rule):
    made = rule(("subject", "contains", "task:"), action="alias")
    with live.env() as env:
        env["mail.gateway.rule"].browse(made).alias_id = alias(live, "support")
    row = ledger.end(mail("sales@demo.example", "Task: paint the wall"))
    assert ledger.read(row, "state", "decided_by") == ("routed", "rules")
    assert reached(live, row) == [("project.task", made)]
    with live.env() as env:
        found = env["mail.gateway.rule"].browse(made)
        assert found.hit_count == 1 and found.last_hit


def test_a_rule_makes_a_record_of_a_topic_for_an_unknown_recipient(live, ledger, rule):
    made = rule(
        ("recipient_local", "wildcard", "help*"),
        action="new",
        topic_id=topic(live, "crm.lead", priority="2", tags="Press, Urgent"),
    )
    row = ledger.end(mail("helpme@demo.example", "No alias takes this"))
    assert reached(live, row) == [("crm.lead", made)]
    with live.env() as env:
        lead = env["crm.lead"].search([("name", "=", "No alias takes this")])
        assert lead.priority == "2"
        assert sorted(lead.tag_ids.mapped("name")) == ["Press", "Urgent"]


def test_a_rule_is_asked_for_a_message_without_recipients(live, ledger, rule):
    rule(("subject", "is", "To nobody"), action="ignore")
    raw = mail("x@demo.example", "To nobody").replace(b"To: x@demo.example\r\n", b"")
    row = ledger.end(raw)
    assert ledger.read(row, "state", "reason_code") == ("ignored", "rule_ignored")


def test_a_subaddress_leads_to_its_alias(live, ledger):
    row = ledger.end(mail("support+vip@demo.example", "Very important"))
    assert ledger.read(row, "state", "decided_by") == ("routed", "subaddress")
    assert reached(live, row) == [("project.task", 0)]


def test_an_alias_with_the_full_address_comes_before_its_subaddress(live, ledger):
    live.alias("sales+direct", "project.task")
    row = ledger.end(mail("sales+direct@demo.example", "Direct"))
    assert ledger.read(row, "decided_by") == "aliases"
    assert reached(live, row) == [("project.task", 0)]


def test_what_decided_stands_in_the_trace(ledger, rule):
    rule(("subject", "is", "other"), name="First", action="ignore", sequence=1)
    rule(("sender", "contains", "zoe"), name="Second", action="quarantine", sequence=2)
    row = ledger.end(mail("sales@demo.example", "Hi", sender=sender("zoe")))
    assert ledger.read(row, "state", "reason_code") == (
        "quarantined",
        "rule_quarantined",
    )
    steps = [(s["step"], s["params"]) for s in ledger.read(row, "trace")["steps"]]
    missed = next(params for code, params in steps if code == "rule_missed")
    matched = next(params for code, params in steps if code == "rule_matched")
    assert missed["rule"] == "First" and "said" not in missed
    assert matched["source"] == "From" and matched["said"] == sender("zoe")


def test_direct_calls_stay_stock(live, rule):
    rule(action="ignore")
    with live.env() as env:
        lead = env["mail.thread"].message_process(
            None, mail("sales@demo.example", "Called directly")
        )
        assert env["crm.lead"].browse(lead).name == "Called directly"


def test_answers_come_before_rules_that_are_not_marked(live, ledger, rule):
    with live.env() as env:
        lead = env["crm.lead"].create({"name": "Talk"})
        known = lead.message_post(body="Hello").message_id
    made = rule(action="ignore")
    answer = mail("sales@demo.example", "Re: Talk", in_reply_to=known)
    row = ledger.end(answer)
    assert ledger.read(row, "state", "decided_by") == ("routed", "reply")
    with live.env() as env:
        env["mail.gateway.rule"].browse(made).before_replies = True
    row = ledger.end(mail("sales@demo.example", "Re: Talk 2", in_reply_to=known))
    assert ledger.read(row, "state", "decided_by") == (
        "ignored",
        "rules_before_replies",
    )


def mails_to(live, address):
    with live.env() as env:
        found = env["mail.mail"].search([("email_to", "=", address)])
        return [
            (one.state, one.subject, one.reply_to, one.attachment_ids.mapped("raw"))
            for one in found
        ]


def test_a_rule_forwards_through_the_queue_as_it_came(live, ledger, rule):
    rule(
        ("recipient_local", "is", "press"), action="forward", forward_to="p@pr.example"
    )
    raw = mail("press@demo.example", "Interview", sender=sender("ida"))
    row = ledger.end(raw)
    assert ledger.read(row, "state", "reason_code") == ("routed", "rule_forwarded")
    assert mails_to(live, "p@pr.example") == [
        ("outgoing", "Fwd: Interview", sender("ida"), [raw])
    ]


def test_what_was_forwarded_does_not_go_round(live, ledger, rule):
    rule(action="forward", forward_to="friend@loop.example")
    ledger.end(mail("x@demo.example", "Round and round"))
    with live.env() as env:
        sent = env["mail.mail"].search([("email_to", "=", "friend@loop.example")])
        mark = env["ir.mail_server"]._mail_gateway_token()
        assert f"'X-Mail-Gateway-Forwarded': '{mark}'" in sent.headers
    raw = mail("x@demo.example", "Fwd: Round and round", x_mail_gateway_forwarded=mark)
    row = ledger.end(raw)
    assert ledger.read(row, "state", "reason_code") == (
        "quarantined",
        "rule_forward_loop",
    )
    assert len(mails_to(live, "friend@loop.example")) == 1


def test_a_rule_does_not_forward_to_an_alias(live, rule):
    with pytest.raises(ValidationError, match="comes back"):
        rule(action="forward", forward_to="sales@demo.example")


def test_a_rule_answers_with_its_template_people_only(live, ledger, rule):
    with live.env() as env:
        template = env["mail.template"].create(
            {
                "name": "No",
                "model_id": env["ir.model"]._get_id("mail.gateway.incoming"),
                "subject": "Sorry: {{ object.subject }}",
                "body_html": "<p>We take no <t t-out='object.subject'/></p>",
            }
        )
    rule(("subject", "contains", "offer"), action="bounce", template_id=template.id)
    row = ledger.end(mail("sales@demo.example", "Cheap offer", sender=sender("kim")))
    assert ledger.read(row, "state", "reason_code") == ("rejected", "rule_bounced")
    assert mails_to(live, sender("kim"))[0][:2] == ("outgoing", "Sorry: Cheap offer")
    raw = mail(
        "sales@demo.example", "Bulk offer", sender=sender("bot"), precedence="bulk"
    )
    row = ledger.end(raw)
    assert ledger.read(row, "state", "reason_code") == ("rejected", "rule_unanswered")
    assert mails_to(live, sender("bot")) == []


def test_a_rule_adds_to_a_record_and_says_when_it_is_gone(live, ledger, rule):
    with live.env() as env:
        lead_id = env["crm.lead"].create({"name": "Collects"}).id
        model_id = env["ir.model"]._get_id("crm.lead")
    made = rule(action="record", res_model_id=model_id, res_id=lead_id)
    row = ledger.end(mail("sales@demo.example", "One more"))
    assert reached(live, row) == [("crm.lead", made)]
    with live.env() as env:
        assert "One more" in env["crm.lead"].browse(lead_id).message_ids.mapped(
            "subject"
        )
        env["crm.lead"].browse(lead_id).unlink()
    row = ledger.end(mail("sales@demo.example", "Too late"))
    assert ledger.read(row, "state", "reason_code") == (
        "quarantined",
        "rule_record_gone",
    )


def test_rules_that_go_on_set_department_and_tags_for_the_one_that_decides(
    live, ledger, rule
):
    with live.env() as env:
        press = env["hr.department"].create({"name": "Press"}).id
    rule(("sender_domain", "is", "customer.example"), action="mark", tags="Customer")
    rule(action="mark", department_id=press)
    rule(action="new", topic_id=topic(live, "crm.lead", tags="Mail"))
    row = ledger.end(mail("any@demo.example", "All three"))
    assert ledger.read(row, "department_id").id == press
    with live.env() as env:
        lead = env["crm.lead"].search([("name", "=", "All three")])
        assert sorted(lead.tag_ids.mapped("name")) == ["Customer", "Mail"]


def test_a_department_says_what_its_mail_becomes(live, ledger, rule):
    with live.env() as env:
        office = env["hr.department"].create({"name": "Office"})
        office_id = office.id
    rule(action="department", department_id=office_id)
    row = ledger.end(mail("sales@demo.example", "For the office"))
    assert ledger.read(row, "reason_code") == "rule_department_unset"
    made = topic(live, "project.task")
    with live.env() as env:
        env["hr.department"].browse(office_id).mail_gateway_topic_id = made
    row = ledger.end(mail("sales@demo.example", "For the office again"))
    assert [model for model, _rule in reached(live, row)] == ["project.task"]


def explained(live, raw, **options):
    with live.env() as env:
        before = counted(env)
        found = env["mail.gateway.rule"].explain(raw, **options)
        env.flush_all()
        assert counted(env) == before
        return found


def counted(env):
    names = ("mail.message", "mail.mail", "crm.lead", "project.task", "crm.tag")
    names += ("mail.gateway.incoming", "mail.gateway.rule.hit", "res.partner")
    return {name: env[name].search_count([]) for name in names}


def test_explained_is_what_processing_does(live, ledger, rule):
    """Each way of the chain, forecast first and then gone."""
    with live.env() as env:
        lead = env["crm.lead"].create({"name": "Known"})
        known = lead.message_post(body="Hello").message_id
    rule(("subject", "contains", "junk"), action="ignore", before_replies=True)
    rule(
        ("recipient_local", "is", "desk"),
        action="new",
        topic_id=topic(live, "crm.lead"),
    )
    rule(("subject", "is", "pr"), action="forward", forward_to="a@pr.example")
    letters = [
        mail("sales@demo.example", "An order"),
        mail("sales@demo.example, support@demo.example", "Two aliases"),
        mail("support+vip@demo.example", "A subaddress"),
        mail("sales@demo.example", "Re: Known", in_reply_to=known),
        mail("support@demo.example", "Fwd: Known", in_reply_to=known),
        mail("sales@demo.example", "Re: junk", in_reply_to=known),
        mail("desk@demo.example", "By a rule"),
        mail("desk@demo.example", "PR"),
        mail("bounce@demo.example", sender="MAILER-DAEMON@mx.example"),
        mail("catchall@demo.example", "To all"),
        mail("catchall@demo.example, nobody@demo.example", "Among others"),
        mail("nobody@demo.example", "No way"),
        mail("x@demo.example", "Nobody named").replace(b"To: x@demo.example\r\n", b""),
    ]
    for raw in letters:
        found = explained(live, raw, server_id=live.mailbox_id)
        row = ledger.end(raw)
        state, reason, stage = ledger.read(row, "state", "reason_code", "decided_by")
        assert (found["state"], found["reason_code"], found["decided_by"]) == (
            state,
            reason,
            stage,
        ), raw
        assert sorted((to["model"]) for to in found["destinations"]) == sorted(
            model for model, _rule in reached(live, row)
        )


def test_explained_in_words(live, rule):
    made = rule(("subject", "contains", "bill"), name="Bills", action="quarantine")
    found = explained(live, mail("sales@demo.example", "Your bill"))
    assert found["rule_id"] == made
    [line] = [line for line in found["lines"] if line["rule_id"] and line["said"]]
    assert line["stage"] == "Rules"
    assert (line["what"], line["matched"]) == ("Bills", True)
    assert line["why"] == "Subject contains “bill”"
    assert line["said"] == "Subject: Your bill"
    # As Odoo answers over XML-RPC: it refuses None.
    assert xmlrpc.client.dumps((found,))


def test_a_try_tells_of_all_rules_and_the_ledger_of_the_first(live, ledger, rule):
    made = [rule(("subject", "is", "x-never"), action="ignore") for _n in range(32)]
    raw = mail("sales@demo.example", "Asks all")
    tried = explained(live, raw)["lines"]
    assert [line["rule_id"] for line in tried if line["asked"]] == made
    steps = ledger.read(ledger.end(raw), "trace")["steps"]
    told = [int(s["params"]["rule_id"]) for s in steps if s["step"] == "rule_missed"]
    assert told == made[:30]
    [untold] = [s["params"]["count"] for s in steps if s["step"] == "rules_missed"]
    assert untold == "2"


def test_explained_for_operators_only(live):
    with live.env() as env:
        user = env["res.users"].create({"name": "U", "login": "u-explain"})
        with pytest.raises(AccessError):
            env["mail.gateway.rule"].with_user(user).explain(b"Subject: x\r\n\r\n")


def test_tags_reach_records_of_aliases_and_of_answers(live, ledger, rule):
    rule(("subject", "contains", "press"), action="mark", tags="Press")
    rule(("subject", "contains", "press"), action="mark", tags="Late", before_replies=1)
    ledger.end(mail("sales@demo.example", "press question"))
    with live.env() as env:
        lead = env["crm.lead"].search([("name", "=", "press question")])
        assert sorted(lead.tag_ids.mapped("name")) == ["Late", "Press"]
        talk = env["crm.lead"].create({"name": "Talk"})
        known = talk.message_post(body="Hello").message_id
        talk_id = talk.id
    ledger.end(mail("sales@demo.example", "Re: press", in_reply_to=known))
    with live.env() as env:
        assert env["crm.lead"].browse(talk_id).tag_ids.mapped("name") == ["Late"]


def test_rules_believe_servers_that_the_mailbox_trusts(live, ledger, rule):
    rule(("authentication", "is", "dmarc=fail"), action="quarantine")
    said = {"authentication_results": "mx.demo.example; dmarc=fail"}
    row = ledger.end(mail("sales@demo.example", "Not trusted", **said))
    assert ledger.read(row, "state") == "routed"
    with live.env() as env:
        box = env["fetchmail.server"].browse(live.mailbox_id)
        box.trusted_hosts = "mx.other.example, MX.demo.example"
    row = ledger.end(mail("sales@demo.example", "Trusted", **said))
    assert ledger.read(row, "reason_code") == "rule_quarantined"


def test_rules_of_the_company_whose_domain_is_written_to(live, ledger, rule):
    """Equal local parts on two domains, in a mailbox of no company."""
    with live.env() as env:
        here = env.company
        domain = env["mail.alias.domain"].create({"name": "other.example"})
        there = env["res.company"].create(
            {"name": "Other", "alias_domain_id": domain.id}
        )
        ids = here.id, there.id
        server = env["fetchmail.server"].create({"name": "Both", "company_id": False})
        server_id = server.id
    info = ("recipient_local", "is", "info")
    first = rule(info, action="ignore", company_id=ids[0])
    second = rule(info, action="quarantine", company_id=ids[1])
    row = ledger.end(mail("info@demo.example", "To the first"), server_id)
    assert ledger.read(row, "state") == "ignored"
    row = ledger.end(mail("info@other.example", "To the second"), server_id)
    assert ledger.read(row, "reason_code") == "rule_quarantined"
    with live.env() as env:
        hits = env["mail.gateway.rule"].browse([first, second]).mapped("hit_count")
        assert hits == [1, 1]


def test_rules_of_all_companies_where_nobody_knows_which(live, ledger, rule):
    """Several companies, none of whose domains the message is written to."""
    with live.env() as env:
        company = env["res.company"].create({"name": "Third"})
        company_id = company.id
        server = env["fetchmail.server"].create({"name": "Any", "company_id": False})
        server_id = server.id
    written = ("subject", "contains", "whoever")
    rule(written, action="ignore", company_id=company_id)
    rule(written, action="quarantine")
    row = ledger.end(mail("info@nowhere.example", "To whoever"), server_id)
    assert ledger.read(row, "reason_code") == "rule_quarantined"


def test_rules_know_contacts_and_colleagues(live, ledger, rule):
    with live.env() as env:
        env["res.partner"].create({"name": "Known", "email": "Known@friend.example"})
        env["res.users"].create(
            {"name": "Inge", "login": "inge", "email": "inge@demo.example"}
        )
    rule(("sender_internal", "is_set", ""), name="Colleague", action="ignore")
    rule(("sender_known", "is_set", ""), name="Contact", action="quarantine")
    row = ledger.end(mail("sales@demo.example", sender="inge@demo.example"))
    assert ledger.read(row, "reason_code") == "rule_ignored"
    row = ledger.end(mail("sales@demo.example", sender="known@friend.example"))
    assert ledger.read(row, "reason_code") == "rule_quarantined"
    row = ledger.end(mail("sales@demo.example", sender="stranger@far.example"))
    assert ledger.read(row, "state") == "routed"


def test_a_worker_learns_of_a_change_at_once(live, ledger, rule):
    """Another worker's change, as one that this process hears of by nothing but the
    database."""
    made = rule(("subject", "is", "watched"), action="ignore")
    row = ledger.end(mail("sales@demo.example", "watched"))
    assert ledger.read(row, "state") == "ignored"
    with live.env() as env:
        env.cr.execute(
            "UPDATE mail_gateway_rule SET action = 'quarantine' WHERE id = %s;"
            "UPDATE mail_gateway_rule_condition SET value = 'seen' WHERE rule_id = %s;"
            "UPDATE ir_config_parameter SET value = 'another worker'"
            " WHERE key = 'mail_gateway_plus.rules_version'",
            [made, made],
        )
    row = ledger.end(mail("sales@demo.example", "watched"))
    assert ledger.read(row, "state") == "routed"
    row = ledger.end(mail("sales@demo.example", "seen"))
    assert ledger.read(row, "state") == "quarantined"


def test_a_change_that_is_rolled_back_leaves_nothing(live, ledger, rule):
    rule(("subject", "is", "x-never"), action="ignore")
    with live.env() as env:
        savepoint = env.cr.savepoint()
        env["mail.gateway.rule"].create({"name": "All", "action": "quarantine"})
        found = env["mail.gateway.rule"].explain(mail("sales@demo.example"))
        assert found["reason_code"] == "rule_quarantined"
        savepoint.close(rollback=True)
    row = ledger.end(mail("sales@demo.example"))
    assert ledger.read(row, "state") == "routed"


def test_an_expression_that_takes_too_long_does_not_match(live, ledger, rule):
    rule(("subject", "regex", "(a|aa)+$"), name="Slow", action="quarantine")
    row = ledger.end(mail("sales@demo.example", "a" * 400 + "!"))
    assert ledger.read(row, "state") == "routed"
    steps = ledger.read(row, "trace")["steps"]
    [missed] = [s["params"] for s in steps if s["step"] == "rule_missed"]
    assert missed["late"] == "1"


def test_slow_expressions_keep_no_message(live, ledger, rule):
    """As many as would take a second together: all but the first are not asked, which
    the trace says, and the rules say that they are slow."""
    slow = ("subject", "regex", "(a|aa)+$")
    made = [rule(slow, name=f"Slow {n}", action="ignore") for n in range(50)]
    raw = mail("sales@demo.example", "a" * 400 + "?")
    row = ledger.end(raw)
    assert ledger.read(row, "state", "decided_by") == ("routed", "aliases")
    steps = ledger.read(row, "trace")["steps"]
    [unasked] = [s["params"] for s in steps if s["step"] == "rules_unasked"]
    # Those that were, had their time: ten times two hundredths of a second.
    assert int(unasked["count"]) >= 35
    with live.env() as env:
        lines = env["mail.gateway.rule"].explain(raw)["lines"]
        assert "Not asked: other expressions took too long." in [
            line["said"] for line in lines
        ]
        env["mail.gateway.rule.hit"]._compact()
        first, last = (env["mail.gateway.rule"].browse(made[n]) for n in (0, -1))
        assert first.slow_on and not first.hit_count and not first.last_hit
        assert not last.slow_on
        assert env["mail.gateway.rule"].search([("slow_on", "!=", False)]) >= first
        first.condition_ids.value = "b"
        first.invalidate_recordset()
        assert not first.slow_on


def forwarding(live, limit):
    return {"action": "forward", "forward_to": "p@pr.example", "hour_limit": limit}


def test_what_is_too_much_to_forward_waits(live, ledger, rule):
    made = rule(("subject", "begins", "flood"), **forwarding(live, 2))
    rows = [ledger.end(mail("x@demo.example", f"flood {n}")) for n in range(3)]
    reasons = [ledger.read(row, "reason_code") for row in rows]
    assert reasons == ["rule_forwarded"] * 2 + ["rule_forward_many"]
    assert ledger.read(rows[2], "state") == "quarantined"
    with live.env() as env:
        sent = env["mail.mail"].search([("subject", "like", "Fwd: flood")])
        assert len(sent) == 2
        rule_ = env["mail.gateway.rule"].browse(made)
        assert explain_reason(env, "flood 4") == "rule_forward_many"
        rule_.hour_limit = 3
        env["mail.gateway.incoming"].browse(rows[2]).action_reprocess()
    ledger.process()
    assert ledger.read(rows[2], "reason_code") == "rule_forwarded"


def explain_reason(env, subject):
    raw = mail("x@demo.example", subject)
    return env["mail.gateway.rule"].explain(raw)["reason_code"]


def test_a_rule_answers_a_sender_once_an_hour_and_not_a_storm(live, ledger, rule):
    rule(("subject", "begins", "no:"), action="bounce", hour_limit=3)
    again = [mail("x@demo.example", f"no: {n}", sender=sender("pam")) for n in "ab"]
    reasons = [ledger.read(ledger.end(raw), "reason_code") for raw in again]
    assert reasons == ["rule_bounced", "rule_told"]
    storm = [mail("x@demo.example", "no: s", sender=sender(f"s{n}")) for n in range(9)]
    rows = ledger.receive_all(storm)
    ledger.process()
    reasons = [ledger.read(row, "reason_code") for row in rows]
    assert reasons == ["rule_bounced"] * 2 + ["rule_told_many"] * 7
    assert {ledger.read(row, "state") for row in rows} == {"rejected"}
    with live.env() as env:
        assert env["mail.mail"].search_count([("subject", "=like", "Re: no:%")]) == 3


def test_a_stage_has_a_name_where_it_is_grouped(live, ledger, rule):
    made = rule(("subject", "is", "named"), name="By name", action="ignore")
    row = ledger.end(mail("x@demo.example", "named"))
    with live.env() as env:
        Incoming = env["mail.gateway.incoming"]
        labels = dict(Incoming.fields_get(["decided_by"])["decided_by"]["selection"])
        assert labels[Incoming.browse(row).decided_by] == "Rules"
        groups = Incoming.web_read_group([("id", "=", row)], ["rule_id"], ["__count"])
        assert groups["groups"][0]["rule_id"] == (made, "By name")


def test_what_tells_of_a_company_is_for_that_company(live, ledger, rule):
    """In a mailbox of all companies, the trace names the rules of the one."""
    with live.env() as env:
        domain = env["mail.alias.domain"].create({"name": "secret.example"})
        company = {
            "name": "Secret",
            "email": "office@secret.example",
            "alias_domain_id": domain.id,
        }
        company_id = env["res.company"].create(company).id
        server = env["fetchmail.server"].create({"name": "All", "company_id": False})
        server_id = server.id
        group = env.ref("mail_gateway_plus.group_operator").id
        reader = env["res.users"].create(
            {"name": "R", "login": "reads", "group_ids": [group]}
        )
        reader_id = reader.id
    common = rule(("subject", "is", "common"), name="Common", action="bounce")
    to_secret = mail("x@secret.example", "common", sender=sender("max"))
    rows = [ledger.end(to_secret, server_id)]
    rule(
        ("subject", "is", "own"),
        name="Their own",
        action="ignore",
        company_id=company_id,
    )
    rows.append(ledger.end(mail("x@secret.example", "own"), server_id))
    rows.append(ledger.end(mail("x@demo.example", "common"), server_id))
    with live.env() as env:
        found = env["mail.gateway.incoming"].browse(rows)
        assert [bool(one.company_id) for one in found] == [False, True, False]
        seen = found.with_user(reader_id).search([("id", "in", rows)])
        assert seen == found[0] + found[2]
        assert found.with_user(reader_id)[0].rule_id.id == common
        answer = env["mail.mail"].search([("email_to", "=", sender("max"))])
        assert "secret.example" in answer.email_from


def test_a_second_delivery_is_not_asked_again(live, ledger, rule):
    made = rule(("subject", "is", "twice"), action="ignore")
    raw = mail("sales@demo.example", "twice")
    first = ledger.end(raw)
    again = ledger.end(b"Delivered-To: other@demo.example\r\n" + raw)
    assert ledger.read(first, "state") == "ignored"
    assert ledger.read(again, "state") == "duplicate"
    with live.env() as env:
        assert env["mail.gateway.rule"].browse(made).hit_count == 1


def test_hits_are_summed_up(live, ledger, rule):
    made = rule(("subject", "is", "counted"), action="ignore")
    for _turn in range(3):
        ledger.end(mail("sales@demo.example", "counted"))
    with live.env() as env:
        env["mail.gateway.rule.hit"]._compact()
        found = env["mail.gateway.rule"].browse(made)
        assert found.hit_count == 3 and len(found.hit_ids) == 1
        assert found in env["mail.gateway.rule"].search([("last_hit", "!=", False)])
        dead = env["mail.gateway.rule"].search([("last_hit", "=", False)])
        assert found not in dead


def test_a_second_delivery_to_a_subaddress_of_another_alias(live, ledger):
    raw = mail("sales@demo.example", "Two deliveries")
    first = ledger.end(raw)
    second = ledger.end(b"Delivered-To: support+late@demo.example\r\n" + raw)
    assert [model for model, _rule in reached(live, first)] == ["crm.lead"]
    assert [model for model, _rule in reached(live, second)] == ["project.task"]
