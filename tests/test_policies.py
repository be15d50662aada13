# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Catchall, departments and people's own addresses: from the message to its outcome."""

import pytest

from odoo.exceptions import ValidationError

from odoo.addons.mail_gateway_plus.models.res_users import OWN_ADDRESSES

from .ledger import sender
from .live import boxed, mail
from .test_rules import explained, reached


@pytest.fixture(scope="module")
def live(stack):
    with boxed(stack, sales="crm.lead", support="project.task") as made:
        yield made


@pytest.fixture
def policy(live):
    """Sets the policy of demo.example, which is the default again after the test."""

    def choose(name, **values):
        with live.env() as env:
            live.domain(env).write({"catchall_policy": name, **values})

    yield choose
    choose("quarantine")


def user(live, login, **values):
    with live.env() as env:
        return (
            env["res.users"]
            .create({"login": login, "name": login, "email": login, **values})
            .id
        )


# --- catchall


def test_mail_to_catchall_waits_for_a_person(live, ledger):
    row = ledger.end(mail("catchall@demo.example", "Meant for somebody"))
    assert ledger.read(row, "state", "reason_code", "decided_by") == (
        "quarantined",
        "catchall_quarantined",
        "catchall_alone",
    )
    assert not ledger.answers("Meant for somebody")


def test_mail_to_catchall_among_strangers_waits_as_well(ledger):
    row = ledger.end(mail("catchall@demo.example, nobody@demo.example"))
    assert ledger.read(row, "reason_code", "decided_by") == (
        "catchall_quarantined",
        "catchall_among",
    )


@pytest.mark.parametrize("field", ["To", "Cc", "Delivered-To"])
def test_an_alias_beside_catchall_takes_the_message(live, ledger, policy, field):
    policy("bounce")
    raw = mail("catchall@demo.example", f"Beside in {field}")
    if field == "To":
        raw = mail("catchall@demo.example, sales@demo.example", "Beside in To")
    else:
        raw = f"{field}: sales@demo.example\r\n".encode() + raw
    expected = explained(live, raw, server_id=live.mailbox_id)
    row = ledger.end(raw)
    assert ledger.read(row, "state", "decided_by") == ("routed", "aliases")
    assert expected["decided_by"] == "aliases"
    assert reached(live, row) == [("crm.lead", 0)]
    assert not ledger.answers(f"Beside in {field}")


def test_catchall_to_a_record_until_it_is_gone(live, ledger, policy):
    with live.env() as env:
        lead = env["crm.lead"].create({"name": "All of it"}).id
        model = env["ir.model"]._get_id("crm.lead")
    policy("record", catchall_model_id=model, catchall_res_id=lead)
    row = ledger.end(mail("catchall@demo.example", "One more"))
    assert ledger.read(row, "state", "decided_by") == ("routed", "catchall_alone")
    with live.env() as env:
        found = env["crm.lead"].browse(lead)
        assert "One more" in found.message_ids.mapped("subject")
        found.unlink()
    row = ledger.end(mail("catchall@demo.example", "Too late"))
    assert ledger.read(row, "reason_code") == "catchall_target_gone"


def test_catchall_to_an_inbox(live, ledger, policy):
    ann = user(live, "ann@office.example", notification_type="inbox")
    policy("inbox", catchall_user_id=ann)
    raw = mail("catchall@demo.example", "For Ann", sender=sender("zoe"))
    assert explained(live, raw)["destinations"][0]["res_id"] == ann
    row = ledger.end(raw)
    assert ledger.read(row, "state", "reason_code") == ("routed", "routed")
    with live.env() as env:
        found = env["mail.message"].search([("subject", "=", "For Ann")])
        assert found.notified_partner_ids == env["res.users"].browse(ann).partner_id
        assert found.notification_ids.notification_type == "inbox"
        assert sender("zoe") in found.reply_to and not found.model


def test_programs_get_no_answer_from_catchall(live, ledger, policy):
    policy("bounce")
    raw = mail("catchall@demo.example", "Robot", auto_submitted="auto-generated")
    expected = explained(live, raw)
    row = ledger.end(raw)
    assert ledger.read(row, "state", "reason_code") == (
        "rejected",
        "catchall_unanswered",
    )
    assert expected["reason_code"] == "catchall_unanswered"
    assert not ledger.answers("Robot")


@pytest.fixture(scope="module")
def companies(live):
    """Two companies with domains of their own and the same local parts."""
    made = {}
    with live.env() as env:
        for name in ("north", "south"):
            domain = env["mail.alias.domain"].create(
                {"name": f"{name}.example", "catchall_policy": "bounce"}
            )
            company = env["res.company"].create(
                {
                    "name": name,
                    "email": f"office@{name}.example",
                    "alias_domain_id": domain.id,
                }
            )
            model = {"north": "crm.lead", "south": "project.task"}[name]
            env["mail.alias"].create(
                {
                    "alias_name": "info",
                    "alias_domain_id": domain.id,
                    "alias_model_id": env["ir.model"]._get_id(model),
                }
            )
            made[name] = (company.id, domain.id)
    return made


@pytest.mark.parametrize("name", ["north", "south"])
def test_the_answer_is_in_the_name_of_the_right_company(live, ledger, companies, name):
    ledger.end(mail(f"catchall@{name}.example", f"To all of {name}"))
    with live.env() as env:
        found = env["mail.mail"].search([("subject", "=", f"Re: To all of {name}")])
        assert f"bounce@{name}.example" in found.email_from
        assert f"office@{name}.example" in found.reply_to


def test_companies_that_share_a_domain_decide_each(live, ledger, companies):
    company, domain = companies["north"]
    with live.env() as env:
        env["mail.gateway.catchall.company"].create(
            {
                "alias_domain_id": domain,
                "company_id": companies["south"][0],
                "catchall_policy": "quarantine",
            }
        )
        Mailbox = env["fetchmail.server"]
        north = Mailbox.create({"name": "N", "company_id": company}).id
        south = Mailbox.create({"name": "S", "company_id": companies["south"][0]}).id
    for mailbox, reason in (
        (north, "written_to_catchall"),
        (south, "catchall_quarantined"),
    ):
        row = ledger.end(mail("catchall@north.example"), mailbox)
        assert ledger.read(row, "reason_code") == reason


# --- people's own addresses


@pytest.fixture
def own_addresses(live):
    def switch(value):
        with live.env() as env:
            env["ir.config_parameter"].set_param(OWN_ADDRESSES, value)

    switch("True")
    yield
    switch("False")


@pytest.fixture(scope="module")
def bob(live):
    further = "bob.builder@demo.example, B.B@demo.example"
    return user(
        live,
        "bob@demo.example",
        notification_type="inbox",
        mail_gateway_addresses=further,
    )


def test_mail_to_a_person_is_nobodys_unless_switched_on(ledger, bob):
    row = ledger.end(mail("bob@demo.example"))
    assert ledger.read(row, "reason_code") == "no_route"


@pytest.mark.parametrize("address", ["bob", "Bob.Builder", "b.b"])
def test_mail_to_a_person_shows_in_the_inbox(live, ledger, bob, own_addresses, address):
    raw = mail(f"{address}@demo.example", f"Dear {address}")
    expected = explained(live, raw)["decided_by"]
    row = ledger.end(raw)
    assert ledger.read(row, "state", "decided_by") == ("routed", "users")
    assert reached(live, row) == [("res.users", 0)] and expected == "users"
    with live.env() as env:
        found = env["mail.message"].search([("subject", "=", f"Dear {address}")])
        assert found.notified_partner_ids == env["res.users"].browse(bob).partner_id


def test_an_alias_comes_before_a_person(live, ledger, bob, own_addresses):
    row = ledger.end(mail("bob@demo.example, sales@demo.example", "For both"))
    assert reached(live, row) == [("crm.lead", 0)]


def test_an_answer_to_a_person_goes_to_its_thread(live, ledger, bob, own_addresses):
    with live.env() as env:
        lead = env["crm.lead"].create({"name": "Known"})
        known = lead.message_post(body="Hello").message_id
    row = ledger.end(mail("bob@demo.example", "Re: Known", in_reply_to=known))
    assert ledger.read(row, "decided_by") == "reply"


def test_a_person_who_would_not_see_it_loses_nothing(live, ledger, own_addresses):
    user(live, "carl@demo.example", notification_type="email")
    row = ledger.end(mail("carl@demo.example"))
    assert ledger.read(row, "state", "reason_code") == ("quarantined", "inbox_unseen")


# --- departments


@pytest.fixture(scope="module")
def department(live):
    """Makes departments with somebody responsible and a follower."""

    def make(name):
        boss = user(live, f"{name.lower()}@office.example", notification_type="inbox")
        with live.env() as env:
            follower = env["res.partner"].create({"name": f"{name} watcher"}).id
            values = {
                "name": name,
                "mail_gateway_responsible_id": boss,
                "mail_gateway_follower_ids": [follower],
            }
            return env["hr.department"].create(values).id, boss, follower

    return make


def test_a_rule_before_an_alias_before_a_mailbox(live, ledger, department):
    by_mailbox, by_alias, by_rule = (
        department(name)[0] for name in ("Mailbox", "Alias", "Rule")
    )
    with live.env() as env:
        box = {"name": "Post", "department_id": by_mailbox}
        mailbox = env["fetchmail.server"].create(box).id
    live.alias("post", "crm.lead", mail_gateway_department_id=by_alias)
    found = {}
    for to in ("sales", "post"):
        raw = mail(f"{to}@demo.example")
        expected = explained(live, raw, server_id=mailbox)["department_id"]
        row = ledger.end(raw, mailbox)
        assert ledger.read(row, "department_id").id == expected
        found[to] = ledger.read(row, "department_id").id
    with live.env() as env:
        rule = env["mail.gateway.rule"].create(
            {"name": "Mark", "action": "mark", "department_id": by_rule}
        )
    row = ledger.end(mail("post@demo.example"), mailbox)
    with live.env() as env:
        rule.with_env(env).unlink()
    assert found == {"sales": by_mailbox, "post": by_alias}
    assert ledger.read(row, "department_id").id == by_rule


def test_a_department_gives_new_records_who_is_responsible(live, ledger, department):
    made, boss, follower = department("Desk")
    live.alias("desk", "crm.lead", mail_gateway_department_id=made)
    live.alias("todo", "project.task", mail_gateway_department_id=made)
    ledger.end(mail("desk@demo.example", "A desk's lead"))
    ledger.end(mail("todo@demo.example", "A desk's task"))
    with live.env() as env:
        lead = env["crm.lead"].search([("name", "=", "A desk's lead")])
        task = env["project.task"].search([("name", "=", "A desk's task")])
        assert lead.user_id.id == boss and task.user_ids.ids == [boss]
        assert follower in lead.message_partner_ids.ids
        assert follower in task.message_partner_ids.ids


def test_the_department_stands_on_documents_that_have_one(live, ledger, department):
    made, _boss, _follower = department("Jobs")
    live.alias("apply", "hr.job", mail_gateway_department_id=made)
    ledger.end(mail("apply@demo.example", "A job"))
    with live.env() as env:
        job = env["hr.job"].search([("name", "=", "A job")])
        assert job.department_id.id == made


def test_what_people_send_on_belongs_to_its_department(live, ledger, department):
    """As the rules had it that matched when it came, to which nobody was found."""
    made, boss, follower = department("Sent")
    with live.env() as env:
        values = {"action": "mark", "department_id": made, "tags": "Sent on"}
        rule = env["mail.gateway.rule"].create({"name": "Mark", **values})
    row = ledger.end(mail("nobody@demo.example", "To be sent on"))
    with live.env() as env:
        rule.with_env(env).unlink()
        rule = env["mail.gateway.rule"].create({"name": "Mark", **values})
    other = ledger.end(mail("nobody@demo.example", "Sent on with tags"))
    with live.env() as env:
        rows = env["mail.gateway.incoming"].browse([row, other])
        assert rows.department_id.id == made
        wizard = {"incoming_ids": rows.ids, "res_model": "crm.lead"}
        env["mail.gateway.route.wizard"].create(wizard).action_send()
        leads = env["crm.lead"].browse(rows.outcome_ids.mapped("res_id"))
        assert leads.user_id.id == boss and follower in leads.message_partner_ids.ids
        assert leads.mapped("tag_ids.name") == ["Sent on"]
        assert leads.filtered("tag_ids").name == "Sent on with tags"
        assert rows.department_id.id == made
        job = {"incoming_ids": [], "res_model": "hr.job"}
        rule.with_env(env).unlink()
    third = ledger.end(mail("nobody@demo.example", "A job by hand"))
    with live.env() as env:
        row = env["mail.gateway.incoming"].browse(third)
        row.sudo().department_id = made
        env["mail.gateway.route.wizard"].create(
            job | {"incoming_ids": row.ids}
        ).action_send()
        assert env["hr.job"].browse(row.outcome_ids.res_id).department_id.id == made


def test_a_department_that_belongs_to_another_record_is_no_field_for_mail(live):
    """Through it, the department of that record would change."""
    with live.env() as env:
        Fields, Mapped = env["ir.model.fields"], env["mail.gateway.department.field"]
        field = Fields.create(
            {
                "name": "x_department_id",
                "model_id": env["ir.model"]._get_id("crm.lead"),
                "ttype": "many2one",
                "relation": "hr.department",
                "related": "user_id.employee_id.department_id",
                "store": True,
            }
        )
        with pytest.raises(ValidationError, match="no department"):
            Mapped.create({"model_id": field.model_id.id, "field_id": field.id})
        field.unlink()
