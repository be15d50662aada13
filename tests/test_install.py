# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What installation changes of an Odoo in use, and what uninstallation restores."""

import csv
import hashlib
import importlib.metadata
import io
import subprocess
import zipfile

import psycopg2
import pytest

from odoo.modules.module import Manifest, MissingDependency

from sandbox.server import command

UNINSTALL = """
module = env["ir.module.module"].search([("name", "=", "mail_gateway_plus")])
module.button_immediate_uninstall()
"""
MAILBOXES = """
INSERT INTO fetchmail_server (name, server_type, server, is_ssl, active, state)
VALUES ('clear', 'imap', 'clear.example', false, true, 'done'),
       ('ssl', 'pop', 'ssl.example', true, true, 'done');
INSERT INTO ir_mail_server (name, smtp_authentication, smtp_encryption, active)
VALUES ('Out', 'login', 'none', true)
"""
SENDER = "SELECT sender_policy, from_mode FROM ir_mail_server"
TWIN = """
box = env["fetchmail.server"].search([], limit=1)
server = env["ir.mail_server"].search([("name", "=", "Out")])
server.write({"smtp_authentication": "mailbox", "mailbox_id": box.id})
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


@pytest.fixture(scope="module")
def filestore(stack, database):
    return stack.databases.filestore / database


INTERVAL = """
SELECT cron.interval_number, cron.interval_type
  FROM ir_cron cron JOIN ir_model_data data
    ON data.model = 'ir.cron' AND data.res_id = cron.id
 WHERE data.module = 'mail' AND data.name = 'ir_cron_mail_gateway_action'
"""


QUARANTINE = """
box = env["fetchmail.server"].search([], limit=1)
Incoming = env["mail.gateway.incoming"]
size = 1024 * 1024
for number in range(60):
    raw = b"Subject: =1+1 %d\\r\\n\\r\\n" % number + os.urandom(size)
    row = Incoming._receive(box, "INBOX", "1", [(str(number), raw)])
    row.state = {7: "routed", 8: "received"}.get(number, "quarantined")
env.cr.commit()
"""
ROUTING = """
model = env["ir.model"]._get_id("res.partner")
responder = env["mail.gateway.autoresponder"].create({"name": "A", "body": "<p>A</p>"})
topic = env["mail.gateway.topic"].create({"name": "T", "model_id": model})
department = env["hr.department"].create(
    {"name": "D", "mail_gateway_topic_id": topic.id,
     "mail_gateway_autoresponder_id": responder.id}
)
domain = env["mail.alias.domain"].create({"name": "demo.example"})
domain.write({"catchall_policy": "new", "catchall_topic_id": topic.id})
env["mail.gateway.catchall.company"].create(
    {"alias_domain_id": domain.id, "company_id": env.company.id}
)
alias = env["mail.alias"].create(
    {"alias_name": "x", "alias_model_id": model,
     "mail_gateway_department_id": department.id}
)
condition = {"field": "subject", "operator": "regex", "value": "a+"}
for action in env["mail.gateway.rule"]._fields["action"].get_values(env):
    rule = env["mail.gateway.rule"].create(
        {"name": action, "action": action, "alias_id": alias.id, "topic_id": topic.id,
         "department_id": department.id, "company_id": env.company.id,
         "res_model_id": model, "res_id": 1, "forward_to": "a@far.example",
         "condition_ids": [(0, 0, condition)]}
    )
    env["mail.gateway.rule.hit"]._add(rule)
box = env["fetchmail.server"].search([], limit=1)
raw = b"To: catchall@demo.example\\r\\nSubject: To all\\r\\n\\r\\nHi"
env["mail.gateway.incoming"]._receive(box, "INBOX", "1", [("routing", raw)])
env.cr.commit()
env["mail.gateway.incoming"]._process_received()
print(env["mail.gateway.incoming"].search([]).mapped("reason_code"))
env["mail.gateway.incoming"].search([]).unlink()
"""
KEPT = """
SELECT name, store_fname, create_uid, res_model FROM ir_attachment
 WHERE name LIKE 'quarantine-%' ORDER BY name
"""


def test_install_keeps_what_works_and_uninstall_restores(run, ask, filestore):
    ask(MAILBOXES)
    stock = ask(INTERVAL)
    log = run("server", "-i", "mail_gateway_plus", "--stop-after-init")
    assert "WARNING" not in log, "an installation that warns leaves people guessing"
    security = "SELECT name, connection_security FROM fetchmail_server ORDER BY name"
    assert ask(security) == [("clear", "none"), ("ssl", "ssl")]
    assert ask("SELECT responsible_id FROM fetchmail_server") == [(None,), (None,)]
    assert ask(INTERVAL) == [(1, "minutes")]
    assert ask("SELECT code FROM mail_gateway_finding ORDER BY code") == [
        ("mailbox_certificate_unverified",),
        ("mailbox_clear_text",),
    ], "they go on connecting as they did, and are told of"

    assert ask(SENDER) == [("any", "keep")], "what leaves does not change"

    text = "import os" + TWIN + ROUTING + QUARANTINE
    run("shell", "--shell-interface=python", text=text)
    digests = dict(ask("SELECT id, digest FROM mail_gateway_incoming"))
    (routed,) = ask("SELECT id FROM mail_gateway_incoming WHERE state = 'routed'")[0]

    log = run("shell", "--shell-interface=python", text=UNINSTALL)
    assert ask(INTERVAL) == stock == [(5, "minutes")]
    assert ask("SELECT name, is_ssl FROM fetchmail_server ORDER BY name") == [
        ("clear", False),
        ("ssl", True),
    ]
    kinds = ask("SELECT smtp_authentication FROM ir_mail_server")
    assert kinds == [("login",)], "a kind that stock knows"
    with pytest.raises(psycopg2.errors.UndefinedTable):
        ask("SELECT count(*) FROM mail_gateway_chunk")
    assert ask("SELECT 1 FROM ir_config_parameter WHERE key ~ '^mail_gateway'") == []

    files = ask(KEPT)
    assert len(files) == 2, "each of a size that Odoo can handle"
    assert {(owner, model) for _name, _path, owner, model in files} == {(2, None)}
    assert f"exported to the attachments {files[0][0]}, {files[1][0]}" in log
    ((note,),) = ask("SELECT note FROM mail_activity WHERE user_id = 2")
    assert files[0][0] in note and "/web/content/" in note
    kept = exported(filestore, [path for _name, path, _owner, _model in files])
    del digests[routed]
    assert kept == {f"message-{n}.eml": digest for n, digest in digests.items()}


def exported(filestore, paths):
    """{name: SHA-256} of the messages in zip files, which their indexes list."""
    found = {}
    for path in paths:
        with zipfile.ZipFile(filestore / path) as archive:
            names = set(archive.namelist()) - {"index.csv"}
            text = archive.read("index.csv").decode("utf-8-sig")
            lines = list(csv.DictReader(io.StringIO(text)))
            assert {line["file"] for line in lines} == names
            assert all(line["subject"].startswith("'=1+1") for line in lines)
            for name in names:
                found[name] = hashlib.sha256(archive.read(name)).hexdigest()
    return found


@pytest.mark.parametrize("present", ["", "2.3.0"])
def test_odoo_names_the_package_that_is_missing_or_too_old(monkeypatch, present):
    manifest = Manifest.for_addon("mail_gateway_plus")
    manifest.check_manifest_dependencies()
    version = importlib.metadata.version

    def here(name):
        if name != "dnspython":
            return version(name)
        if not present:
            raise importlib.metadata.PackageNotFoundError(name)
        return present

    monkeypatch.setattr(importlib.metadata, "version", here)
    with pytest.raises(MissingDependency, match="dnspython"):
        manifest.check_manifest_dependencies()
