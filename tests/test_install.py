# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What installation changes of an Odoo in use, and what uninstallation restores."""

import subprocess

import psycopg2
import pytest

from sandbox.server import command

UNINSTALL = """
module = env["ir.module.module"].search([("name", "=", "mail_gateway_plus")])
module.button_immediate_uninstall()
"""
MAILBOXES = """
INSERT INTO fetchmail_server (name, server_type, is_ssl, active, state)
VALUES ('clear', 'imap', false, true, 'done'), ('ssl', 'pop', true, true, 'done')
"""


@pytest.fixture(scope="module")
def database(stack):
    name = stack.database("stock")
    yield name
    stack.drop(name)


@pytest.fixture(scope="module")
def run(stack, database):
    config = stack.odoo_config(database)

    def odoo(*words, text=None):
        done = subprocess.run(
            command(config, *words), input=text, capture_output=True, text=True
        )
        log = done.stdout + done.stderr
        assert done.returncode == 0 and "Traceback" not in log, log[-3000:]
        return log

    return odoo


@pytest.fixture(scope="module")
def ask(stack, database):
    def query(statement):
        connection = stack.databases.connect(database)
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else None
        finally:
            connection.close()

    return query


INTERVAL = """
SELECT cron.interval_number, cron.interval_type
  FROM ir_cron cron JOIN ir_model_data data
    ON data.model = 'ir.cron' AND data.res_id = cron.id
 WHERE data.module = 'mail' AND data.name = 'ir_cron_mail_gateway_action'
"""


def test_install_keeps_what_works_and_uninstall_restores(run, ask):
    ask(MAILBOXES)
    stock = ask(INTERVAL)
    log = run("server", "-i", "mail_gateway_plus", "--stop-after-init")
    assert "WARNING" not in log, "an installation that warns leaves people guessing"
    security = "SELECT name, connection_security FROM fetchmail_server ORDER BY name"
    assert ask(security) == [("clear", "none"), ("ssl", "ssl")]
    assert ask("SELECT responsible_id FROM fetchmail_server") == [(None,), (None,)]
    assert ask(INTERVAL) == [(1, "minutes")]

    run("shell", "--shell-interface=python", text=UNINSTALL)
    assert ask(INTERVAL) == stock == [(5, "minutes")]
    assert ask("SELECT name, is_ssl FROM fetchmail_server ORDER BY name") == [
        ("clear", False),
        ("ssl", True),
    ]
    with pytest.raises(psycopg2.errors.UndefinedTable):
        ask("SELECT count(*) FROM mail_gateway_chunk")
