# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a mail server pipes in, with Odoo's own script and a running Odoo."""

import os
import subprocess
import sys
import xmlrpc.client
from urllib.parse import urlsplit

import psycopg2
import pytest

from odoo.exceptions import AccessError

import odoo.addons.mail
from odoo.addons.mail.models.mail_thread import MailThread
from odoo.addons.mail_gateway_plus.models import processing_piped

from . import reporting
from .ledger import sender
from .live import engine, mail
from .office import Office

SCRIPT = os.path.join(
    os.path.dirname(odoo.addons.mail.__file__), "static/scripts/odoo-mailgate.py"
)
#: What the script ends with: sysexits of the mail server's trade.
TAKEN, NO_USER, SOFTWARE = 0, 67, 70


@pytest.fixture(scope="module")
def live(stack):
    with engine(stack) as made:
        made.alias("sales", "crm.lead")
        made.alias("closed", "crm.lead", alias_contact="followers")
        made.alias("broken", "crm.lead", alias_defaults="{'type': 'no such type'}")
        with made.env() as env:
            box = env["fetchmail.server"].create(
                {"name": "Piped", "server_type": "local"}
            )
            made.mailbox_id = box.id
        yield made


@pytest.fixture(scope="module")
def served(live, stack):
    relay = {"smtp_server": "127.0.0.1", "smtp_port": stack.ports["smtp"]}
    server = stack.odoo(live.database, **relay)
    try:
        yield Office(stack, live.database, server)
    finally:
        server.stop()


@pytest.fixture
def pipe(served):
    """What a mail server does: the script's exit status tells it how it went."""

    def run(raw):
        place = urlsplit(served.url)
        command = [sys.executable, SCRIPT, "-d", served.database, "-u", "2"]
        command += ["-p", "admin", f"--host={place.hostname}", f"--port={place.port}"]
        return subprocess.run(command, input=raw, timeout=60).returncode

    return run


def rows(live, raw):
    """(state, reason) of each delivery of a mail, oldest first."""
    with live.env() as env:
        Incoming = env["mail.gateway.incoming"]
        subject = raw.partition(b"Subject: ")[2].partition(b"\r\n")[0].decode()
        found = Incoming.search([("subject", "=", subject)], order="id")
        assert all(row.server_id.server_type == "local" for row in found)
        return [(row.state, row.reason_code) for row in found]


def leads(live, name):
    with live.env() as env:
        return env["crm.lead"].search_count([("name", "=", name)])


def test_piped_mail_is_stored_and_routed(live, pipe):
    raw = mail("sales@demo.example", "Piped")
    assert pipe(raw) == TAKEN
    assert rows(live, raw) == [("routed", "routed")]
    assert leads(live, "Piped") == 1
    with live.env() as env:
        (row,) = env["mail.gateway.incoming"].search([("subject", "=", "Piped")])
        assert row._raw() == raw
        assert row.outcome_ids.record_name == "Piped"
        assert (row.folder, row.uidvalidity) == ("", "")
        assert not row.next_attempt


def test_mail_server_learns_that_nobody_takes_it_and_may_deliver_again(live, pipe):
    raw = mail("later@demo.example", "Once there is an alias")
    assert pipe(raw) == NO_USER
    assert rows(live, raw) == [("quarantined", "no_route")]
    assert pipe(raw) == NO_USER
    again = ("duplicate", "delivered_again")
    assert rows(live, raw) == [again, ("quarantined", "no_route")]
    with live.env() as env:
        domain = [("subject", "=", "Once there is an alias")]
        row = env["mail.gateway.incoming"].search(domain, limit=1)
        assert "The mail server was told" in row.steps
    live.alias("later", "crm.lead")
    assert pipe(raw) == TAKEN
    assert rows(live, raw) == [again, again, ("routed", "routed")]
    assert pipe(raw) == TAKEN
    assert rows(live, raw)[-1] == ("duplicate", "same_mail")
    assert leads(live, "Once there is an alias") == 1


def test_document_that_refuses_is_a_fault_to_the_mail_server(live, pipe):
    raw = mail("broken@demo.example", "Piped and refused")
    assert pipe(raw) == SOFTWARE
    assert rows(live, raw) == [("quarantined", "model_failed")]
    with live.env() as env:
        broken = env["mail.alias"].search([("alias_name", "=", "broken")])
        assert broken.alias_status == "invalid"


def test_answer_to_the_sender_leaves_as_in_stock(live, pipe, ledger):
    raw = mail("closed@demo.example", "Piped, answered", sender=sender("pat"))
    assert pipe(raw) == TAKEN
    assert rows(live, raw) == [("rejected", "alias_refused")]
    states = [state for state, _to in ledger.answers("Piped, answered")]
    assert "outgoing" not in states, "it does not wait for the queue"


def test_message_beyond_bounds_is_a_fault_to_the_mail_server(live, pipe):
    raw = mail("sales@demo.example", "Piped, many parts")
    raw = raw.replace(b"text/plain", b"multipart/mixed; boundary=b")
    assert pipe(raw + b"--b\r\n\r\nx\r\n" * 600) == SOFTWARE
    assert rows(live, raw) == [("quarantined", "message_too_many_parts")]


def test_broken_message_is_repaired(live, pipe):
    raw = mail("sales@demo.example", "Piped, mended").replace(b"utf-8", b"X-UNKNOWN")
    assert pipe(raw) == TAKEN
    assert rows(live, raw) == [("routed", "routed")]


def process(live, raw, model=False):
    with live.env() as env:
        piped = xmlrpc.client.Binary(raw)
        return env["mail.thread"].message_process(model, piped)


def test_passing_fault_is_tried_again_and_stored_once(live, ledger, monkeypatch):
    real, left = MailThread.message_route, [2]

    def message_route(self, *args, **kwargs):
        if left[0]:
            left[0] -= 1
            raise psycopg2.errors.SerializationFailure("again")
        return real(self, *args, **kwargs)

    monkeypatch.setattr(MailThread, "message_route", message_route)
    raw = mail("sales@demo.example", "Piped, again")
    assert process(live, raw)
    assert rows(live, raw) == [("routed", "routed")]
    assert leads(live, "Piped, again") == 1


def test_fault_that_does_not_pass_is_told_once(live, monkeypatch):
    def message_route(self, *args, **kwargs):
        raise psycopg2.errors.DeadlockDetected("again and again")

    monkeypatch.setattr(MailThread, "message_route", message_route)
    raw = mail("sales@demo.example", "Piped in vain")
    with pytest.raises(processing_piped.UserError, match="again and again"):
        process(live, raw)
    assert rows(live, raw) == [("quarantined", "retries_exhausted")]


def test_what_a_dying_odoo_had_stored_is_processed_later(live, ledger):
    raw = mail("sales@demo.example", "Piped into the dark")
    with live.env() as env:
        server = env["fetchmail.server"].browse(live.mailbox_id)
        processing_piped._store(env["mail.thread"], server, raw)
    assert ledger.process() == 0, "not yet: somebody may be at it"
    assert process(live, raw) is False, "it is there already"
    with live.env() as env:
        env["mail.gateway.incoming"].search([("next_attempt", "!=", False)]).write(
            {"next_attempt": False}
        )
    ledger.process()
    assert rows(live, raw) == [("routed", "routed"), ("duplicate", "same_mail")]


def test_mailbox_of_the_model_stands_for_it(live):
    with live.env() as env:
        kind = env["ir.model"]._get_id("project.task")
        other = env["fetchmail.server"].create(
            {"name": "Tasks", "server_type": "local", "object_id": kind, "priority": 9}
        )
    raw = mail("nobody@demo.example", "Piped for tasks")
    assert process(live, raw, "project.task")
    with live.env() as env:
        (row,) = env["mail.gateway.incoming"].search(
            [("subject", "=", "Piped for tasks")]
        )
        assert row.server_id.id == other.id
        assert row.outcome_ids.res_model == "project.task"
        env["fetchmail.server"].browse(other.id).unlink()


def test_other_callers_and_mailboxes_stay_stock(live):
    direct = mail("sales@demo.example", "Direct")
    with live.env() as env:
        assert env["mail.thread"].message_process(False, direct)
        boxes = env["fetchmail.server"].search([("server_type", "=", "local")])
        boxes.active = False
    assert process(live, mail("sales@demo.example", "No mailbox"))
    with live.env() as env:
        boxes.with_env(env).active = True
        domain = [("subject", "in", ("Direct", "No mailbox"))]
        assert not env["mail.gateway.incoming"].search_count(domain)


def test_portal_users_do_not_fill_the_ledger(live):
    with live.env() as env:
        values = {"name": "Visitor", "login": "visitor"}
        portal = [(6, 0, env.ref("base.group_portal").ids)]
        visitor = env["res.users"].create({**values, "group_ids": portal})
    raw = mail("nobody@demo.example", "From the portal")
    with live.env() as env, pytest.raises((AccessError, ValueError)):
        thread = env["mail.thread"].with_user(visitor.id)
        thread.message_process(False, xmlrpc.client.Binary(raw))
    assert rows(live, raw) == []


def test_colleague_without_further_rights_pipes_all_kinds_of_mail(live):
    """As in stock: whoever the mail server logs in as need not be an operator."""
    with live.env() as env:
        values = {"name": "Postman", "login": "postman"}
        internal = [(6, 0, env.ref("base.group_user").ids)]
        postman = env["res.users"].create({**values, "group_ids": internal}).id
    absent = mail("postbox@demo.example", "Piped: absent").replace(
        b"Subject:", b"Auto-Submitted: auto-replied\r\nSubject:"
    )
    complaint = reporting.complaint("<never-sent@demo.example>", "ann@b.example")
    kind = "res.partner"
    for raw in (mail("postbox@demo.example", "Piped: plain"), absent, complaint):
        with live.env() as env:
            thread = env["mail.thread"].with_user(postman)
            thread.message_process(kind, xmlrpc.client.Binary(raw))
    assert rows(live, mail("", "Piped: plain")) == [("routed", "routed")]
    assert rows(live, absent) == [("ignored", "automatic_alone")]
    assert rows(live, complaint)[-1:] == [("ignored", "abuse_report")]
