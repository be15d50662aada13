# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Under which identity mail leaves: what arrives from the real relay.

The stories of the ladder itself stand in ``core/delivery/test_identity.py``.
"""

import email.policy
import time
from email.parser import BytesParser

import pytest

from sandbox.accounts import ACCOUNTS

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
        end = time.monotonic() + 10
        while not (found := self.live.stack.messages(JOBS)) and time.monotonic() < end:
            time.sleep(0.05)
        assert found, self.mails().mapped("failure_reason")
        (raw,) = found
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
