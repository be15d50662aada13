# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A database copy that is neutralized, as for a test system, leaves mail alone."""

import contextlib
import subprocess

import pytest

from sandbox.server import command

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
    config = stack.odoo_config(ask.database)
    done = subprocess.run(
        command(config, "neutralize"), capture_output=True, text=True, check=False
    )
    log = done.stdout + done.stderr
    assert done.returncode == 0 and "NOT NEUTRALIZED" not in log, log[-3000:]
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
