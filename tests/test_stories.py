# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Stories of routing, over real servers from the sender to what became of the message.

Each is a line of ``STORIES``: a message goes to Postfix, which hosts the domains of two
companies in one mailbox, lies in Dovecot, is fetched from there, and ends in a record,
in the ledger, or with somebody outside whose mailbox the answer lies in. A try of the
message has said so before. The storm of 500 automatic answers is ``test_storm.py``.
"""

import smtplib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import pytest

from odoo.fields import Command

from .arrival import arrived, settled
from .live import Engine, engine, mail

LOGIN = "office@demo.example"
#: Two who are not of the two companies, and whose mailboxes are looked into.
DESK, ASKER = "desk@demo.example", "asker@demo.example"
MODELS = {"lead": "crm.lead", "task": "project.task"}


@dataclass(frozen=True)
class Story:
    """``given`` prepares the database and may return header fields of the message.
    That goes to ``to`` in the envelope, ``apart`` to each alone. ``ends`` is how its
    rows end, ``reaches`` what stands in their outcomes; ``told`` is who gets which
    subject."""

    tells: str
    to: str = "sales@north.example"
    apart: bool = False
    given: Callable = lambda env: None
    written: dict = field(default_factory=dict)
    ends: tuple = (("routed", "routed"),)
    reaches: tuple = ()
    then: Callable = lambda env, rows: None
    told: tuple = ()


# --- what is given


def of(env, kind):
    return env["ir.model"]._get_id(MODELS[kind])


def alias(env, name, domain="north"):
    whole = f"{name}@{domain}.example"
    return env["mail.alias"].search([("alias_full_name", "=", whole)])


def rule(action, values=lambda env: {}):
    """A rule for the messages of its own story."""

    def given(env):
        condition = {"field": "subject", "value": env.context["story"]}
        env["mail.gateway.rule"].create(
            {
                "name": env.context["story"],
                "action": action,
                "condition_ids": [Command.create(condition)],
                **values(env),
            }
        )

    return given


def topic(env):
    """All that a help topic may say of a new record."""
    return env["mail.gateway.topic"].create(
        {
            "name": "Press",
            "model_id": of(env, "lead"),
            "defaults": "{'city': 'Bergen'}",
            "priority": "2",
            "tags": "Press, Urgent",
            "department_id": env["hr.department"].create({"name": "Press"}).id,
        }
    )


def as_the_topic_says(env, rows):
    lead = env["crm.lead"].browse(rows.outcome_ids.res_id)
    assert (lead.city, lead.priority) == ("Bergen", "2")
    assert sorted(lead.tag_ids.mapped("name")) == ["Press", "Urgent"]
    assert rows.department_id.name == "Press"


def department(env):
    """One whose mail becomes tasks."""
    tasks = {"name": "Tasks", "model_id": of(env, "task")}
    made = env["mail.gateway.topic"].create(tasks)
    values = {"name": "Workshop", "mail_gateway_topic_id": made.id}
    return {"department_id": env["hr.department"].create(values).id}


def template(env):
    made = env["mail.template"].create(
        {
            "name": "No",
            "model_id": env["ir.model"]._get_id("mail.gateway.incoming"),
            "subject": "Sorry: {{ object.subject }}",
            "body_html": "<p>We take no <t t-out='object.subject'/></p>",
        }
    )
    return {"template_id": made.id}


def collecting(env, model_field="res_model_id", id_field="res_id"):
    lead = env["crm.lead"].create({"name": "Collects"})
    return {model_field: of(env, "lead"), id_field: lead.id}


def marks(env):
    """What goes on is decided by the alias."""
    made = env["hr.department"].create({"name": "Marked"})
    return {"tags": "Marked", "department_id": made.id}


def as_marked(env, rows):
    assert rows.department_id.name == "Marked"
    assert env["crm.lead"].browse(rows.outcome_ids.res_id).tag_ids.name == "Marked"


def policy(name, values=lambda env: {}):
    def given(env):
        domain = env["mail.alias.domain"].search([("name", "=", "north.example")])
        domain.write({"catchall_policy": name, **values(env)})

    return given


def reader(env):
    return env["res.users"].create(
        {
            "name": "Reader",
            "login": f"reader-{env.context['story']}",
            "email": "reader@office.example",
            "notification_type": "inbox",
        }
    )


def in_the_inbox(env, rows):
    found = env["mail.message"].search([("subject", "=", rows.subject)])
    assert found.notified_partner_ids.name == "Reader"
    assert found.notification_ids.notification_type == "inbox"


def offered(env):
    lead = env["crm.lead"].create({"name": "Offer"})
    sent = lead.message_post(body="Our offer", message_type="comment")
    return lead, {"In-Reply-To": sent.message_id}


def offer_deleted(env):
    lead, headers = offered(env)
    lead.unlink()
    return headers


def renamed(env):
    alias(env, "before").alias_name = "after"


def of_company(name):
    def then(env, rows):
        lead = env["crm.lead"].browse(rows.outcome_ids.res_id)
        assert lead.company_id.name == name

    return then


def known_from_the_envelope(env, rows):
    assert "sales@north.example" in rows[0].recipients


def collected(env, rows):
    _is_on("Collects", env, rows)


# What a rule and a policy may both make of a message.
TASK = {"reaches": ("project.task",)}
OF_THE_TOPIC = {"reaches": ("crm.lead",), "then": as_the_topic_says}
COLLECTED = {"reaches": ("crm.lead",), "then": collected}

WAITS = (("quarantined", "catchall_quarantined"),)
LISTED = {
    "To": "users@lists.example",
    "List-Id": "<users.lists.example>",
    "Precedence": "list",
}

STORIES = (
    # One an action.
    Story(
        "A rule sends to an alias",
        given=rule("alias", lambda env: {"alias_id": alias(env, "tasks").id}),
        **TASK,
    ),
    Story(
        "A rule makes a record of a topic",
        to="unknown@north.example",
        given=rule("new", lambda env: {"topic_id": topic(env).id}),
        **OF_THE_TOPIC,
    ),
    Story(
        "A rule adds to a record",
        given=rule("record", collecting),
        **COLLECTED,
    ),
    Story(
        "A rule leaves it to a department",
        given=rule("department", department),
        **TASK,
    ),
    Story(
        "A rule forwards",
        given=rule("forward", lambda env: {"forward_to": DESK}),
        ends=(("routed", "rule_forwarded"),),
        told=((DESK, "Fwd: A rule forwards"),),
    ),
    Story(
        "A rule answers with a template",
        given=rule("bounce", template),
        ends=(("rejected", "rule_bounced"),),
        told=((ASKER, "Sorry: A rule answers with a template"),),
    ),
    Story(
        "A rule ignores",
        given=rule("ignore"),
        ends=(("ignored", "rule_ignored"),),
    ),
    Story(
        "A rule puts into quarantine",
        given=rule("quarantine"),
        ends=(("quarantined", "rule_quarantined"),),
    ),
    Story(
        "A rule marks, and the alias decides",
        given=rule("mark", marks),
        reaches=("crm.lead",),
        then=as_marked,
    ),
    # One a policy of catchall.
    Story(
        "Catchall waits for a person",
        to="catchall@north.example",
        given=policy("quarantine"),
        ends=WAITS,
    ),
    Story(
        "Catchall is answered",
        to="catchall@north.example",
        given=policy("bounce"),
        ends=(("rejected", "written_to_catchall"),),
        told=((ASKER, "Re: Catchall is answered"),),
    ),
    Story(
        "Catchall goes to an alias",
        to="catchall@north.example",
        given=policy(
            "alias", lambda env: {"catchall_alias_id": alias(env, "tasks").id}
        ),
        **TASK,
    ),
    Story(
        "Catchall makes a record of a topic",
        to="catchall@north.example",
        given=policy("new", lambda env: {"catchall_topic_id": topic(env).id}),
        **OF_THE_TOPIC,
    ),
    Story(
        "Catchall is added to a record",
        to="catchall@north.example",
        given=policy(
            "record",
            partial(
                collecting, model_field="catchall_model_id", id_field="catchall_res_id"
            ),
        ),
        **COLLECTED,
    ),
    Story(
        "Catchall shows in an inbox",
        to="catchall@north.example",
        given=policy("inbox", lambda env: {"catchall_user_id": reader(env).id}),
        reaches=("res.users",),
        then=in_the_inbox,
    ),
    # Two companies.
    Story(
        "The same name in the north",
        to="contact@north.example",
        reaches=("crm.lead",),
        then=of_company("North"),
    ),
    Story(
        "The same name in the south",
        to="contact@south.example",
        reaches=("crm.lead",),
        then=of_company("South"),
    ),
    Story(
        "The other company's catchall is its own",
        to="catchall@south.example",
        given=policy("bounce"),
        ends=WAITS,
    ),
    # What mail goes through on its way.
    Story(
        "An answer to a record",
        given=lambda env: offered(env)[1],
        reaches=("crm.lead",),
        then=lambda env, rows: _is_on("Offer", env, rows),
    ),
    Story(
        "An answer to a deleted record",
        given=offer_deleted,
        reaches=("crm.lead",),
        then=lambda env, rows: _is_on("An answer to a deleted record", env, rows),
    ),
    Story(
        "An answer to a deleted record, to nobody else",
        to="unknown@north.example",
        given=offer_deleted,
        ends=(("quarantined", "no_route"),),
    ),
    Story(
        "A blind copy to an alias",
        written={"To": "somebody@far.example"},
        reaches=("crm.lead",),
        then=known_from_the_envelope,
    ),
    Story(
        "A copy of a mailing list",
        written=LISTED,
        reaches=("crm.lead",),
        then=known_from_the_envelope,
    ),
    Story(
        "Forwarded by another server",
        written={
            "To": "old@far.example",
            "X-Forwarded-To": "tasks@north.example",
            "X-Forwarded-For": "old@far.example tasks@north.example",
        },
        to="tasks@north.example",
        reaches=("project.task",),
    ),
    Story(
        "Sent on by hand",
        written={
            "To": "old@far.example",
            "Resent-To": "tasks@north.example",
            "Resent-From": "old@far.example",
        },
        to="tasks@north.example",
        reaches=("project.task",),
    ),
    Story(
        "To two aliases at once",
        to="sales@north.example, tasks@north.example",
        reaches=("crm.lead", "project.task"),
    ),
    Story(
        "To two aliases, one delivery each",
        to="sales@north.example, tasks@north.example",
        written={"To": "all@far.example"},
        apart=True,
        ends=(("routed", "routed"), ("duplicate", "same_mail")),
        reaches=("crm.lead", "project.task"),
    ),
    Story(
        "To two aliases of two companies",
        to="contact@north.example, contact@south.example",
        reaches=("crm.lead", "crm.lead"),
    ),
    Story(
        "To the new name of an alias",
        to="after@north.example",
        given=renamed,
        reaches=("crm.lead",),
    ),
    Story(
        "To the old name of an alias",
        to="before@north.example",
        given=renamed,
        ends=(("quarantined", "no_route"),),
    ),
    Story(
        "To an alias and a detail",
        to="tasks+vip@north.example",
        reaches=("project.task",),
    ),
)


def _is_on(name, env, rows):
    lead = env["crm.lead"].browse(rows.outcome_ids.res_id)
    assert lead.name == name
    assert rows.subject in lead.message_ids.mapped("subject")


# --- the world


class World:
    """Two companies, their domains, and one mailbox for both."""

    def __init__(self, live: Engine, protocol):
        self.live = live
        with live.env() as env:
            for name in ("North", "South"):
                self._company(env, name)
            for name in ("sales", "before"):
                self._alias(env, name, "lead", "North")
            self._alias(env, "tasks", "task", "North")
            env["ir.mail_server"].create(
                {
                    "name": "Relay",
                    "smtp_host": "127.0.0.1",
                    "smtp_port": live.stack.ports["smtp"],
                    "smtp_encryption": "none",
                }
            )
        self.box = live.mailbox(protocol, LOGIN, company_id=False)

    def _company(self, env, name):
        domain = env["mail.alias.domain"].create({"name": f"{name.lower()}.example"})
        company = env["res.company"].create(
            {"name": name, "alias_domain_id": domain.id}
        )
        defaults = {"company_id": company.id}
        self._alias(env, "contact", "lead", name, alias_defaults=repr(defaults))

    def _alias(self, env, name, kind, company, **values):
        domain = f"{company.lower()}.example"
        domain = env["mail.alias.domain"].search([("name", "=", domain)])
        env["mail.alias"].create(
            {
                "alias_name": name,
                "alias_domain_id": domain.id,
                "alias_model_id": of(env, kind),
                **values,
            }
        )

    def send(self, story, headers):
        """Over the relay, into the mailbox; returns what lies there then."""
        headers = {"sender": f"Ann <{ASKER}>", **story.written, **(headers or {})}
        raw = mail(headers.pop("To", story.to), story.tells, **headers)
        recipients = story.to.split(", ")
        turns = [[one] for one in recipients] if story.apart else [recipients]
        stack = self.live.stack
        with smtplib.SMTP("127.0.0.1", stack.ports["smtp"], timeout=30) as client:
            for turn in turns:
                client.sendmail(ASKER, turn, raw)
        settled(stack)
        return arrived(stack, LOGIN, len(turns), story.tells)[0]

    def forecast(self, raw):
        """What a try says before: state, reason and models."""
        with self.live.env() as env:
            found = env["mail.gateway.rule"].explain(raw, self.box)
        models = [to["model"] for to in found["destinations"]]
        return found["state"], found["reason_code"], sorted(models)

    def fetch(self):
        """The rows of what is fetched and processed, as ids. One look is enough."""
        known = self._rows()
        self.live.fetch(self.box)
        with self.live.env() as env:
            env["mail.gateway.incoming"]._process_received()
            env["mail.mail"].process_email_queue()
        return [row for row in self._rows() if row not in known]

    def _rows(self):
        return [row for (row,) in self.live.ledger(self.box, "id")]


@pytest.fixture(scope="module", params=["imap", "pop"])
def world(stack, request):
    stack.empty(LOGIN)
    with engine(stack) as live:
        yield World(live, request.param)
    stack.empty(LOGIN)


@pytest.fixture(autouse=True)
def empty(stack):
    for login in (LOGIN, DESK, ASKER):
        stack.empty(login)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.tells)
def test_story(world, stack, story):
    with world.live.env() as env:
        headers = story.given(env(context={"story": story.tells}))
    expected = world.forecast(world.send(story, headers))
    found = world.fetch()
    with world.live.env() as env:
        rows = env["mail.gateway.incoming"].browse(found)
        ends = [(row.state, row.reason_code) for row in rows]
        assert ends == list(story.ends), rows.mapped("reason_cause")
        assert sorted(rows.outcome_ids.mapped("res_model")) == sorted(story.reaches)
        assert expected[:2] == ends[0]
        if not story.apart:
            assert expected[2] == sorted(story.reaches)
        story.then(env, rows)
        rules = env["mail.gateway.rule"].search([("name", "=", story.tells)])
        assert all(one.hit_count == 1 for one in rules)
    settled(stack)
    for login, subject in story.told:
        [got] = stack.messages(login)
        assert f"Subject: {subject}".encode() in got
    assert bool(stack.messages(ASKER)) == any(to == ASKER for to, _what in story.told)
