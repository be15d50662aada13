# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Under which identity mail leaves: what arrives from the real relay.

The stories of the ladder itself stand in ``core/delivery/test_identity.py``.
"""

import email.policy
from email.parser import BytesParser

import pytest

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form

from odoo.addons.mail_gateway_plus.models.mail_gateway_department_field import (
    USUAL_PATHS,
)

from sandbox.accounts import ACCOUNTS

from . import arrival
from .live import engine

#: Logs in to the relay as sales@, which owns orders@ and bounce@, too.
SALES, JOBS = ACCOUNTS[0].login, ACCOUNTS[2].login
ANN = "ann@demo.example"
#: The alias of the team, where answers reach a lead.
THREAD, BOUNCE = "info@demo.example", "bounce@demo.example"


@pytest.fixture(scope="module")
def live(stack):
    with engine(stack) as made:
        yield made


class World:
    """A company with Ann of Sales, a lead of hers, and a customer who gets mail."""

    def __init__(self, live, env):
        self.live, self.env = live, env
        self.company = env.company
        self.domain = live.domain(env)
        self.domain.default_from = "notifications"
        self.company.write({"name": "H Ltd", "alias_domain_id": self.domain.id})
        self.company.email = "h@demo.example"
        self.department = env["hr.department"].create({"name": "Sales"})
        self.ann = self.user("Ann Smith", ANN, self.department)
        self.customer = env["res.partner"].create({"name": "Pat", "email": JOBS})
        env["ir.mail_server"].search([]).unlink()
        self.server = self.relay()
        self.lead = self.new_lead()

    def relay(self, **values):
        defaults = {
            "name": "Relay",
            "smtp_host": self.live.stack.host,
            "smtp_port": self.live.stack.ports["smtp"],
            "smtp_encryption": "starttls",
            "smtp_user": SALES,
            "smtp_pass": self.live.stack.password,
        }
        return self.env["ir.mail_server"].create({**defaults, **values})

    def user(self, name, address, department=None, **values):
        kinds = self.env.ref("base.group_user") + self.env.ref(
            "sales_team.group_sale_salesman"
        )
        made = self.env["res.users"].with_context(no_reset_password=True).create(
            {"name": name, "login": address or name, "email": address,
             "group_ids": kinds.ids, **values}
        )  # fmt: skip
        if department:
            self.env["hr.employee"].create(
                {"name": name, "user_id": made.id, "department_id": department.id}
            )
        return made

    def new_lead(self, **values):
        values = {"name": "Deal", "user_id": self.ann.id, **values}
        return self.env["crm.lead"].create(values)

    def identity(self, name, address, **values):
        defaults = {"company_id": False}
        return self.env["mail.gateway.identity"].create(
            {"name": name, "email": address, **defaults, **values}
        )

    def rule(self, identity, model="crm.lead", **values):
        kind = self.env["ir.model"]._get_id(model)
        return self.env["mail.gateway.identity.rule"].create(
            {"model_id": kind, "identity_id": identity.id, **values}
        )

    def permission(self, address, state, server=None):
        server = server or self.server
        return self.env["mail.gateway.permission"].create(
            {"mail_server_id": server.id, "email": address, "state": state}
        )

    def grant(self, xmlid, user=None):
        (user or self.ann).group_ids += self.env.ref(f"mail_gateway_plus.{xmlid}")

    # --- sending

    def post(self, record=None, user=None, **values):
        """A message in the chatter, as it arrives at the customer's."""
        record = record or self.lead
        defaults = {
            "body": "Hello",
            "partner_ids": self.customer.ids,
            "subtype_xmlid": "mail.mt_comment",
            "message_type": "comment",
            "send_after_commit": False,
            "mail_auto_delete": False,
        }
        self.live.stack.empty(JOBS)
        writer = record.with_user(user or self.ann)
        self.message = writer.message_post(**{**defaults, **values})
        return self.arrived()

    def arrived(self):
        failed = self.mails().failure_reason
        assert not failed, failed
        (raw,) = arrival.arrived(self.live.stack, JOBS)
        self.raw = BytesParser(policy=email.policy.default).parsebytes(raw)
        assert "X-Mail-Gateway-Sender" not in self.raw
        paths = self.raw.get_all("Return-Path")
        assert len(paths) == 1
        replies = self.raw.get_all("Reply-To") or []
        assert len(replies) < 2 and self.raw["Sender"] is None
        to = [one.addr_spec for field in replies for one in field.addresses]
        return str(self.raw["From"]), to, paths[0].strip("<>")

    def mails(self):
        return self.env["mail.mail"].search([], order="id desc", limit=1)

    def why(self):
        return self.mails().sender_choice["reason"]["code"]


@pytest.fixture
def world(live):
    with live.env() as env:
        yield World(live, env)
        env.cr.rollback()
    live.registry.clear_cache()


def test_without_an_identity_all_is_stock(world):
    assert world.post() == ("Ann Smith <notifications@demo.example>", [THREAD], BOUNCE)
    assert not world.mails().sender_choice


def by_rule(world):
    world.rule(world.identity("Orders", "orders@demo.example"))


def by_department(world):
    world.identity("Sales", SALES, department_id=world.department.id)


def by_own_address(world):
    world.identity("H Ltd", SALES)
    world.grant("group_own_address")
    world.permission(ANN, "allowed")


def without_right(world):
    by_own_address(world)
    world.ann.group_ids -= world.env.ref("mail_gateway_plus.group_own_address")


def by_author(world):
    by_department(world)
    world.lead.user_id = False


def by_company(world):
    world.identity("H Ltd", "h@demo.example")


def own_is_refused(world):
    by_own_address(world)
    world.env["mail.gateway.permission"].search([]).state = "refused"


def rule_is_refused(world):
    by_rule(world)
    by_department(world)
    world.permission("orders@demo.example", "refused")


def all_from_the_account(world):
    by_rule(world)
    world.server.from_mode = "account"


def only_listed(world):
    by_rule(world)
    world.server.write({"sender_policy": "listed", "from_filter": "h@demo.example"})


def answers_to_identity(world):
    by_rule(world)
    world.env["mail.gateway.identity"].search([]).reply_to_mode = "identity"


def answers_to_document(world):
    by_rule(world)
    world.env["mail.gateway.identity"].search([]).reply_to_mode = "alias"


def return_path_is_refused(world):
    by_rule(world)
    world.permission(BOUNCE, "refused")


def odd_name(world):
    world.rule(world.identity('Büro, "Köln"', "orders@demo.example"))


def other_company(world):
    other = world.env["res.company"].create({"name": "Other"})
    world.identity("Other", "orders@demo.example", company_id=other.id)
    by_company(world)


def portal_author(world):
    by_company(world)
    portal = {"group_ids": [(6, 0, world.env.ref("base.group_portal").ids)]}
    world.author = world.user("Guest", "guest@away.example", **portal)


BOTH = [ANN, THREAD]
ORDERS = "Orders <orders@demo.example>"
STORIES = {
    by_rule: (ORDERS, BOTH, BOUNCE, "rule"),
    by_department: (f"Sales <{SALES}>", BOTH, BOUNCE, "record_department"),
    by_own_address: (f"Ann Smith <{ANN}>", BOTH, BOUNCE, "author"),
    without_right: (f"H Ltd <{SALES}>", BOTH, BOUNCE, "company"),
    by_author: (f"Sales <{SALES}>", BOTH, BOUNCE, "author_department"),
    by_company: ("H Ltd <h@demo.example>", BOTH, BOUNCE, "company"),
    own_is_refused: (f"Ann Smith via H Ltd <{SALES}>", BOTH, BOUNCE, "via"),
    rule_is_refused: (f"Ann Smith via Sales <{SALES}>", BOTH, BOUNCE, "via"),
    all_from_the_account: (f"Ann Smith <{SALES}>", BOTH, BOUNCE, "server"),
    only_listed: (f"Ann Smith via Orders <{SALES}>", BOTH, SALES, "account"),
    answers_to_identity: (ORDERS, ["orders@demo.example", THREAD], BOUNCE, "rule"),
    answers_to_document: (ORDERS, [THREAD], BOUNCE, "rule"),
    return_path_is_refused: (ORDERS, BOTH, "orders@demo.example", "rule"),
    odd_name: ('"Büro, \\"Köln\\"" <orders@demo.example>', BOTH, BOUNCE, "rule"),
    other_company: ("H Ltd <h@demo.example>", BOTH, BOUNCE, "company"),
    portal_author: (
        "H Ltd <h@demo.example>",
        ["guest@away.example", THREAD],
        BOUNCE,
        "company",
    ),
}


@pytest.mark.parametrize("prepare", STORIES, ids=lambda one: one.__name__)
def test_what_arrives(world, prepare):
    sender, replies, path, reason = STORIES[prepare]
    world.author = None
    prepare(world)
    if world.author:  # who may not post on leads
        world.lead.message_subscribe(world.author.partner_id.ids)
        author = world.author.partner_id
        values = {"author_id": author.id, "email_from": author.email_formatted}
        found = world.post(user=world.env.user, **values)
    else:
        found = world.post()
    assert found == (sender, replies, path)
    assert world.why() == f"identity_{reason}"
    mail = world.mails()
    assert mail.sender_words and mail.sender_from
    writer = world.author or world.ann
    assert world.message.author_id == writer.partner_id, "the history tells who it was"
    assert world.message.email_from == writer.email_formatted


# --- who else sends


def identities(world):
    """An identity for documents, and one for all else."""
    by_rule(world)
    by_company(world)


def template(world, **values):
    defaults = {
        "name": "Note",
        "model_id": world.env["ir.model"]._get_id("crm.lead"),
        "subject": "Note",
        "body_html": "<p>Hello</p>",
        "email_to": JOBS,
        "auto_delete": False,
        "use_default_to": False,
    }
    return world.env["mail.template"].create({**defaults, **values})


def sent(world, **values):
    world.live.stack.empty(JOBS)
    made = template(world, **values)
    made.with_user(world.ann).sudo().send_mail(world.lead.id, force_send=True)
    return world.arrived()[0]


def test_sender_of_a_template_stays(world):
    identities(world)
    press = "Press <press@demo.example>"
    assert sent(world, email_from=press) == press
    assert world.why() == "identity_explicit"
    assert sent(world, email_from="{{ object.user_id.email_formatted }}") == ORDERS
    assert sent(world, email_from="H <h@demo.example>") == "H <h@demo.example>"
    assert world.why() == "identity_explicit", "also where it is the company's"


def test_sender_that_code_passes_stays(world):
    identities(world)
    press = "Press <press@demo.example>"
    assert world.post(email_from=press, author_id=world.ann.partner_id.id)[0] == press
    assert world.why() == "identity_explicit"
    foreign = "Pat <pat@customer.example>"
    found = world.post(email_from=foreign, author_id=world.ann.partner_id.id)[0]
    assert found == "Pat <notifications@demo.example>", "nobody may write in their name"


def test_message_of_a_stranger_leaves_under_the_identity(world):
    identities(world)
    stranger = "Eve <eve@away.example>"
    values = {"email_from": stranger, "author_id": False, "message_type": "email"}
    sender, replies, _path = world.post(user=world.env.user, **values)
    assert (sender, replies) == (ORDERS, ["eve@away.example", THREAD])


def compose(world, user=None, **values):
    """The composer of the lead, as a person opens it."""
    context = {"default_model": "crm.lead", "default_res_ids": world.lead.ids}
    Composer = world.env["mail.compose.message"].with_user(user or world.ann)
    defaults = {"body": "Hello", "subject": "Deal", "partner_ids": world.customer.ids}
    defaults["auto_delete"] = False
    return Composer.with_context(**context).create({**defaults, **values})


def test_composer_shows_the_sender_and_lets_it_be_chosen(world):
    identities(world)
    sales = world.identity("Sales", SALES)
    world.grant("group_choose_sender")
    composer = compose(world)
    assert composer.mail_gateway_sender == '"Orders" <orders@demo.example>'
    assert "rule" in composer.mail_gateway_why
    usable = [("state", "not in", ["refused", "rewritten"])]
    assert sales in sales.search(usable)
    composer.mail_gateway_identity_id = sales
    assert composer.mail_gateway_sender == f'"Sales" <{SALES}>'
    world.live.stack.empty(JOBS)
    composer.action_send_mail()
    world.mails().send()
    assert world.arrived()[0] == f"Sales <{SALES}>"
    assert world.why() == "identity_explicit"
    assert world.mails().identity_id == sales
    world.permission(SALES, "refused")
    assert sales not in sales.search(usable)


def test_who_may_not_choose_cannot(world):
    identities(world)
    context = {"default_model": "crm.lead", "default_res_ids": world.lead.ids}
    Composer = world.env["mail.compose.message"].with_user(world.ann)
    form = Form(Composer.with_context(**context))
    assert form.mail_gateway_sender == '"Orders" <orders@demo.example>'
    assert "mail_gateway_identity_id" not in form._view["fields"]
    composer = compose(world)
    composer.sudo().mail_gateway_identity_id = world.identity("Sales", SALES)
    with pytest.raises(AccessError, match="may not choose"):
        composer.action_send_mail()


def test_signature_of_the_identity_stands_below(world):
    world.ann.signature = "<p>Ann, yours</p>"
    world.rule(world.identity("Orders", "orders@demo.example"))
    world.post()
    assert "Ann, yours" in world.raw.get_body(("html",)).get_content()
    world.env["mail.gateway.identity"].search([]).signature = "<p>Your Orders Desk</p>"
    world.post()
    found = world.raw.get_body(("html",)).get_content()
    assert "Your Orders Desk" in found and "Ann, yours" not in found


def test_identity_stands_for_the_colleague_who_answers(world):
    world.rule(world.identity("Orders", "orders@demo.example", keeps_author=False))
    values = {"message_type": "email", "author_id": world.ann.partner_id.id}
    message = world.lead.message_post(
        body="It is on its way", email_from=world.ann.email_formatted, **values
    )
    assert not message.author_id
    assert message.email_from == '"Orders" <orders@demo.example>'
    world.env["mail.gateway.identity"].search([]).keeps_author = True
    assert world.lead.message_post(body="It is", **values).author_id


def test_forced_server_is_not_overruled(world):
    other = world.relay(name="Other", sequence=99)
    world.rule(world.identity("Orders", "orders@demo.example", mail_server_id=other.id))
    world.post()
    assert world.mails().sender_choice["server"] == other.id
    world.post(mail_server_id=world.server.id)
    assert world.mails().sender_choice["server"] == world.server.id
    assert world.why() == "identity_rule"


def test_server_that_has_become_somebodys_own_is_not_shown(world):
    other = world.relay(name="Other", sequence=99)
    identity = world.identity("Orders", "orders@demo.example", mail_server_id=other.id)
    world.permission("orders@demo.example", "refused", other)
    assert (identity.used_server_id, identity.state) == (other, "refused")
    bob = world.user("Bob", "bob@demo.example")
    other.write({"owner_user_id": bob.id, "from_filter": bob.email})
    identity.invalidate_recordset(["used_server_id", "state"])
    assert (identity.used_server_id, identity.state) == (world.server, "unknown")
    world.rule(identity)
    assert world.post()[0] == ORDERS


def test_personal_server_is_its_owners(world):
    identities(world)
    own = world.relay(
        name="Ann's", owner_user_id=world.ann.id, from_filter=ANN, smtp_user=False
    )
    world.ann.outgoing_mail_server_id = own
    assert world.post()[0] == f"Ann Smith <{ANN}>"
    assert world.why() == "identity_personal"


def test_refusal_that_is_learned_of_changes_the_next_attempt(world):
    world.rule(world.identity("Nobody", "ceo@demo.example"))
    by_department(world)
    # So that the return path is the sender's, which this relay looks at.
    world.server.from_filter = "ceo@demo.example"
    world.env["mail.gateway.identity"].search([]).mail_server_id = world.server
    world.live.stack.empty(JOBS)
    with pytest.raises(AssertionError, match="may not send as ceo"):
        world.post()
    mail = world.mails()
    assert mail.state == "exception" and "ceo@demo.example" in mail.failure_reason
    mail.write({"state": "outgoing"})
    mail.send()
    assert world.arrived()[0] == f"Ann Smith via Sales <{SALES}>"
    assert world.why() == "identity_via"


def test_two_domains_each_has_its_own_return_path(world):
    other = world.env["mail.alias.domain"].create({"name": "other.example"})
    world.server.smtp_user = False
    world.rule(world.identity("Orders", "orders@other.example"))
    sender, _replies, path = world.post()
    assert (sender, path) == ("Orders <orders@other.example>", other.bounce_email)
    assert world.raw["Message-ID"].endswith("@demo.example>"), "of the document's"


def test_author_without_an_address_can_write(world):
    by_rule(world)
    world.ann.partner_id.email = False
    sender, replies, _path = world.post()
    assert (sender, replies) == (ORDERS, ["orders@demo.example", THREAD])


def test_archived_author_gets_no_answers(world):
    by_rule(world)
    world.ann.active = False
    author = world.ann.partner_id
    values = {"author_id": author.id, "email_from": author.email_formatted}
    sender, replies, _path = world.post(user=world.env.user, **values)
    assert (sender, replies) == (ORDERS, ["orders@demo.example", THREAD])


def test_address_in_other_letters_needs_smtputf8(world):
    """The relay has it, though the mailboxes behind it have not."""
    zoe = world.identity("Zoë", "zoë@demo.example")
    world.rule(zoe)
    by_department(world)
    world.server.smtp_user = False
    defaults = {"email_to": "pat@away.example", "body_html": "Hello"}
    mail = world.env["mail.mail"].create(
        {**defaults, "model": "crm.lead", "res_id": world.lead.id, "reply_to": ANN}
    )
    mail.send()
    assert (mail.identity_id, world.server.smtputf8) == (zoe, "yes")
    world.server.write({"smtputf8": "no", "smtp_user": SALES})
    assert world.post()[0] == f"Ann Smith via Sales <{SALES}>"


def test_broken_filter_of_a_rule_stops_no_mail(world):
    identities(world)
    rule = world.env["mail.gateway.identity.rule"].search([])
    with pytest.raises(ValidationError, match="cannot be used"):
        rule.domain = "[('no_such_field', '=', 1)]"
    world.env.cr.execute(
        "UPDATE mail_gateway_identity_rule SET domain = '[(''gone'', ''='', 1)]'"
    )
    rule.invalidate_recordset()
    assert world.post()[0] == "H Ltd <h@demo.example>"


def test_rule_is_for_the_documents_of_its_filter(world):
    identities(world)
    world.env["mail.gateway.identity.rule"].search([]).domain = "[('name', '=', 'Big')]"
    assert world.post()[0] == "H Ltd <h@demo.example>"
    assert world.post(world.new_lead(name="Big"))[0] == ORDERS


def test_first_rule_of_the_company_decides(world):
    other = world.env["res.company"].create({"name": "Other"})
    press = world.identity("Press", "press@demo.example")
    first = world.rule(press, sequence=1, company_id=other.id)
    world.rule(world.identity("Sales", SALES), sequence=3)
    world.rule(world.identity("Orders", "orders@demo.example"), sequence=2)
    assert world.post()[0] == ORDERS
    first.company_id = world.company
    assert world.post()[0] == "Press <press@demo.example>"


def test_way_to_the_department_is_mapped(world):
    press = world.env["hr.department"].create({"name": "Press"})
    world.identity("Press", "press@demo.example", department_id=press.id)
    by_department(world)
    bob = world.user("Bob", "bob@demo.example", press)
    lead = world.lead.with_user(bob).sudo().copy({"user_id": world.ann.id})
    assert world.post(lead)[0] == f"Sales <{SALES}>"
    Mapped = world.env["mail.gateway.department.field"]
    kind = world.env["ir.model"]._get_id("crm.lead")
    Mapped.create({"model_id": kind, "path": "create_uid.employee_ids.department_id"})
    assert world.post(lead)[0] == "Press <press@demo.example>"


def test_usual_ways_lead_to_a_department(world):
    """One that does not is passed over without a word."""
    there = [model for model in USUAL_PATHS if model in world.env]
    assert {"crm.lead", "project.task", "calendar.event"} <= {*there}
    Mapped = world.env["mail.gateway.department.field"]
    for model in there:
        assert Mapped._leads_to_department(model, USUAL_PATHS[model]), model


# --- what Odoo sends by itself


def newcomer(world, **values):
    """A user who gets what is sent to the customer."""
    made = {"name": "Newcomer", "login": "newcomer", "email": JOBS, **values}
    quiet = world.env["res.users"].with_context(no_reset_password=True)
    return quiet.create(made)


def send_digest(world):
    user = newcomer(world)
    digest = world.env["digest.digest"].create(
        {"name": "Week", "user_ids": user.ids, "company_id": world.company.id}
    )
    digest._action_send_to_user(user, tips_count=0, consume_tips=False)


def send_invitation(world):
    asked = newcomer(world).with_user(world.env.ref("base.user_admin"))
    asked.with_context(create_user=1).action_reset_password()


def send_password_reset(world):
    newcomer(world).action_reset_password()


def send_calendar(world):
    event = world.env["calendar.event"].with_context(no_mail_to_attendees=True)
    made = event.create(
        {
            "name": "Talk",
            "start": "2030-01-01 10:00:00",
            "stop": "2030-01-01 11:00:00",
            "user_id": world.ann.id,
            "partner_ids": world.customer.ids,
        }
    )
    asked = made.attendee_ids.with_context(no_mail_to_attendees=False)
    asked.with_user(world.ann).sudo()._send_invitation_emails()


AUTOMATIC = {
    send_digest: "H Ltd <h@demo.example>",
    send_invitation: "H Ltd <h@demo.example>",
    send_password_reset: "H Ltd <h@demo.example>",
    send_calendar: f"Sales <{SALES}>",
}


@pytest.mark.parametrize("send", AUTOMATIC, ids=lambda one: one.__name__)
def test_what_odoo_sends_by_itself(world, send):
    identities(world)
    by_department(world)
    world.live.stack.empty(JOBS)
    send(world)
    # What waits for the end of the transaction.
    world.env["mail.mail"].search([("state", "=", "outgoing")]).send()
    assert world.arrived()[0] == AUTOMATIC[send]


def uncovered(world, name):
    """The SPF record of a domain that leaves out its servers."""
    domain = world.env["mail.gateway.domain"].create({"name": name})
    domain.checked_on = "2026-11-20 10:00:00"
    spf = {"domain_id": domain.id, "host": name, "type": "TXT"}
    return world.env["mail.gateway.domain.record"].create(
        {**spf, "status": "different", "expected_value": '"v=spf1 mx -all"'}
    )


def test_return_path_that_spf_does_not_cover_is_a_finding(world):
    identity = world.identity("Orders", "orders@demo.example")
    assert not identity.finding_ids
    record = uncovered(world, "demo.example")
    identity._renew_sender_findings()
    identity.invalidate_recordset(["finding_ids"])
    assert identity.finding_ids.mapped("code") == ["identity_uncovered"]
    by_rule(world)
    world.post()
    noted = world.mails().sender_choice["noted"]
    assert [one["code"] for one in noted] == ["identity_uncovered"]
    record.status = "ok"
    identity._renew_sender_findings()
    identity.invalidate_recordset(["finding_ids"])
    assert not identity.finding_ids


def test_sender_field_of_another_organisation_is_noted(world):
    by_rule(world)
    mail = world.env["mail.mail"].create(
        {
            "model": "crm.lead",
            "res_id": world.lead.id,
            "email_to": JOBS,
            "headers": repr({"Sender": "Erp <erp@other.example>"}),
        }
    )
    list(mail._split_by_mail_configuration())
    (noted,) = mail.sender_choice["noted"]
    assert noted["code"] == "identity_foreign_sender"
    assert noted["params"]["added"] == "erp@other.example"


def test_findings_are_about_the_return_path_that_mail_has(world):
    """That of the company stays where it is of the same organisation."""
    world.env["mail.alias.domain"].create({"name": "desk.demo.example"})
    uncovered(world, "desk.demo.example")
    company = {"company_id": world.company.id}
    identity = world.identity("Orders", "orders@desk.demo.example", **company)
    world.rule(identity)
    assert world.post()[2] == BOUNCE
    assert not world.mails().sender_choice["noted"]
    assert not identity.finding_ids


# --- at what cost


def test_many_mails_cost_a_few_queries(world):
    identities(world)
    by_department(world)
    world.permission("orders@demo.example", "refused")
    asked = []
    for count in (10, 100):
        mails = world.env["mail.mail"].create(
            [
                {
                    "model": "crm.lead",
                    "res_id": world.new_lead(name=f"Deal {number}").id,
                    "author_id": world.ann.partner_id.id,
                    "email_from": world.ann.email_formatted,
                    "email_to": JOBS,
                }
                for number in range(count)
            ]
        )
        world.env.flush_all()
        world.env.invalidate_all()
        before = world.env.cr.sql_log_count
        groups = list(mails._split_by_mail_configuration())
        world.env.flush_all()
        asked.append(world.env.cr.sql_log_count - before)
        assert len(groups) == 1
    assert asked[1] <= asked[0] + 3, asked


def test_what_nobody_has_set_up_asks_nothing(world):
    mails = world.env["mail.mail"].create([{"email_to": JOBS}] * 5)
    list(mails._split_by_mail_configuration())  # what is remembered from then on
    world.env.flush_all()
    asked = []
    for kind in (type(mails), None):
        world.env.invalidate_all()
        before = world.env.cr.sql_log_count
        if kind is None:
            stock = next(
                c
                for c in type(mails).__mro__
                if "odoo.addons.mail." in c.__module__
                and "_split_by_mail_configuration" in vars(c)
            )
            list(stock._split_by_mail_configuration(mails))
        else:
            list(mails._split_by_mail_configuration())
        asked.append(world.env.cr.sql_log_count - before)
    assert asked[0] == asked[1]
