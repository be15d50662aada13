# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A database copy that is neutralized, as for a test system, leaves mail alone."""

import contextlib
import subprocess

import pytest

from odoo.fields import Command

from sandbox.server import command

from .live import engine, mail
from .office import Office

SECRETS = """
UPDATE fetchmail_server
   SET password = 's3cret', state = 'done', active = true, error_message = 'x'
"""
TOKENS = ("google_gmail_refresh_token", "microsoft_outlook_refresh_token")


@pytest.fixture(scope="module")
def ask(stack):
    name = stack.database("addon")
    connection = stack.databases.connect(name)
    with contextlib.closing(connection), connection.cursor() as cursor:

        def query(statement):
            cursor.execute(statement)
            found = cursor.fetchall() if cursor.description else None
            connection.commit()
            return found

        query.database = name
        yield query
    stack.drop(name)


def neutralize(stack, database):
    done = subprocess.run(
        command(stack.odoo_config(database), "neutralize"),
        capture_output=True,
        text=True,
        check=False,
    )
    log = done.stdout + done.stderr
    assert done.returncode == 0 and "NOT NEUTRALIZED" not in log, log[-3000:]


def test_copy_of_a_database_is_disarmed(stack, ask):
    ask(
        "INSERT INTO fetchmail_server (name, server_type, connection_security,"
        " fetch_interval, after_fetch) VALUES ('Box', 'imap', 'ssl', 5, 'seen')"
    )
    ask(SECRETS)
    for token in TOKENS:
        # As google_gmail and microsoft_outlook make them, installed here or not.
        ask(f"ALTER TABLE fetchmail_server ADD COLUMN IF NOT EXISTS {token} varchar")
        ask(f"UPDATE fetchmail_server SET {token} = 't0ken'")
    neutralize(stack, ask.database)
    (box,) = ask(
        f"SELECT active, state, password, error_message, {', '.join(TOKENS)}"
        " FROM fetchmail_server"
    )
    assert box == (False, "draft", None, None, None, None)
    switches = "SELECT value FROM ir_config_parameter WHERE key LIKE 'mail_gate%paused'"
    assert ask(switches) == [("True",), ("True",)]
    active = (
        "SELECT count(*) FROM ir_cron JOIN ir_model_data d ON d.res_id = ir_cron.id"
        " WHERE d.model = 'ir.cron' AND d.module = 'mail_gateway_plus' AND active"
    )
    assert ask(active) == [(0,)]


#: What is explained of a message that the rule of each action takes.
ENDS = {
    "alias": "routed",
    "new": "routed",
    "record": "routed",
    "department": "routed",
    "forward": "rule_forwarded",
    "bounce": "rule_bounced",
    "ignore": "rule_ignored",
    "quarantine": "rule_quarantined",
    "mark": "no_route",
}


def rules(env, alias_id):
    """One of each action, for a message whose subject is the action."""
    model_id = env["ir.model"]._get_id("crm.lead")
    topic = env["mail.gateway.topic"].create({"name": "Press", "model_id": model_id})
    department = env["hr.department"].create(
        {"name": "Press", "mail_gateway_topic_id": topic.id}
    )
    template = env["mail.template"].create(
        {
            "name": "No",
            "model_id": env["ir.model"]._get_id("mail.gateway.incoming"),
            "mail_server_id": env["ir.mail_server"].create({"name": "Out"}).id,
        }
    )
    lead = env["crm.lead"].create({"name": "Collects"})
    values = {
        "alias": {"alias_id": alias_id},
        "new": {"topic_id": topic.id},
        "record": {"res_model_id": model_id, "res_id": lead.id},
        "department": {"department_id": department.id},
        "forward": {"forward_to": "desk@far.example"},
        "bounce": {"template_id": template.id},
        "mark": {"tags": "Marked", "department_id": department.id},
    }
    actions = env["mail.gateway.rule"]._fields["action"].get_values(env)
    for action in actions:
        condition = Command.create({"field": "subject", "value": action})
        chosen = {"action": action, "condition_ids": [condition]}
        env["mail.gateway.rule"].create(
            {"name": action, **chosen, **values.get(action, {})}
        )
    return actions


def test_rules_of_every_action_open_in_a_copy(stack):
    with engine(stack) as live:
        alias_id = live.alias("sales", "crm.lead")
        with live.env() as env:
            actions = rules(env, alias_id)
        neutralize(stack, live.database)
        with stack.odoo(live.database) as server:
            house = Office(stack, live.database, server)
            rule = "mail.gateway.rule"
            views = house.call(rule, "get_views", [[False, "list"], [False, "form"]])
            names = list(views["models"][rule]["fields"])
            shown = house.call(rule, "search_read", [], names)
            found = {
                action: house.call(rule, "explain", mail("x@far.example", action))
                for action in actions
            }
    assert [one["action"] for one in shown] == actions
    assert {action: said["reason_code"] for action, said in found.items()} == ENDS
    assert all(said["trace"] for said in found.values())
