# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One message an action, out of a real mailbox and to its end."""

import pytest

from odoo.fields import Command

from .live import engine, mail

LOGIN = "stories@demo.example"

#: Action: (state, reason, what was reached)
STORIES = {
    "alias": ("routed", "routed", ["project.task"]),
    "new": ("routed", "routed", ["crm.lead"]),
    "record": ("routed", "routed", ["crm.lead"]),
    "department": ("routed", "routed", ["project.task"]),
    "forward": ("routed", "rule_forwarded", []),
    "bounce": ("rejected", "rule_bounced", []),
    "ignore": ("ignored", "rule_ignored", []),
    "quarantine": ("quarantined", "rule_quarantined", []),
    "mark": ("quarantined", "no_route", []),
}


@pytest.fixture(scope="module")
def live(stack):
    with engine(stack) as made:
        made.alias("tasks", "project.task")
        with made.env() as env:
            for action, values in actions(env).items():
                condition = {"field": "subject", "value": f"To {action}"}
                env["mail.gateway.rule"].create(
                    {
                        "name": f"Rule {action}",
                        "action": action,
                        "condition_ids": [Command.create(condition)],
                        **values,
                    }
                )
        stack.empty(LOGIN)
        for action in STORIES:
            raw = mail("someone@demo.example", f"To {action}")
            stack.deliver(LOGIN, b"Delivered-To: %s\r\n" % LOGIN.encode() + raw)
        made.box = made.mailbox("imap", LOGIN)
        made.fetch(made.box)
        with made.env() as env:
            env["mail.gateway.incoming"]._process_received()
        yield made
        stack.empty(LOGIN)


def actions(env):
    """The values of each action's rule."""
    Topic, Model = env["mail.gateway.topic"], env["ir.model"]
    lead = {"name": "L", "model_id": Model._get_id("crm.lead"), "tags": "Story"}
    task = {"name": "T", "model_id": Model._get_id("project.task")}
    department = env["hr.department"].create(
        {"name": "Office", "mail_gateway_topic_id": Topic.create(task).id}
    )
    alias = env["mail.alias"].search([("alias_name", "=", "tasks")])
    collects = env["crm.lead"].create({"name": "Collects"})
    return {
        "alias": {"alias_id": alias.id},
        "new": {"topic_id": Topic.create(lead).id},
        "record": {
            "res_model_id": Model._get_id("crm.lead"),
            "res_id": collects.id,
        },
        "department": {"department_id": department.id},
        "forward": {"forward_to": "desk@partner.example"},
        "bounce": {},
        "ignore": {},
        "quarantine": {},
        "mark": {"tags": "Nobody", "department_id": department.id},
    }


@pytest.mark.parametrize("action", STORIES)
def test_story(live, action):
    state, reason, models = STORIES[action]
    with live.env() as env:
        domain = [("server_id", "=", live.box), ("subject", "=", f"To {action}")]
        row = env["mail.gateway.incoming"].search(domain)
        assert (row.state, row.reason_code) == (state, reason)
        assert row.outcome_ids.mapped("res_model") == models
        rule = env["mail.gateway.rule"].search([("name", "=", f"Rule {action}")])
        assert rule.hit_count == 1
        if models:
            assert row.outcome_ids.rule_id == rule


def test_counts_add_up(live):
    assert len(live.ledger(live.box, "state")) == len(STORIES)


def test_what_is_to_leave_waits_in_the_queue(live):
    with live.env() as env:
        mails = env["mail.mail"].search([("state", "=", "outgoing")])
        assert "desk@partner.example" in mails.mapped("email_to")
        assert {found for found in mails.mapped("subject") if "To bounce" in found}
