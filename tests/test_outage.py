# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The mail server goes in the middle of a download, the database in the middle of
processing: 0 lost, 0 twice, and it goes on by itself."""

import contextlib
import time

import psycopg2
import pytest

import odoo.sql_db
from odoo.exceptions import UserError

from .live import engine, mail
from .looping import looping
from .tap import Tap

PATIENCE_S = 90
MEGABYTE = 1024 * 1024
#: What the kernel has taken from a server arrives even if the server has gone; this is
#: more than it takes.
LARGE = 12 * MEGABYTE


@pytest.fixture
def live(stack):
    with engine(stack) as made:
        # The sandbox' own setting loses what was committed last, and nobody runs so.
        with made.env() as env:
            say = f'ALTER DATABASE "{made.database}" SET synchronous_commit = on'
            env.cr.execute(say)
        odoo.sql_db.close_all()
        made.alias("sales", "crm.lead")
        made.alias("closed", "crm.lead", alias_contact="followers")
        yield made


def large(number):
    line = b"%08d" % number * 9 + b"\r\n"
    raw = mail("sales@demo.example", f"Large {number}")
    return raw.replace(b"Hello\r\n", line * (LARGE // len(line)))


@pytest.mark.parametrize("protocol, port", [("imap", "imaps"), ("pop", "pop3s")])
def test_dovecot_dies_in_mid_download(live, stack, login, protocol, port):
    sent = [large(number) for number in range(3)]
    for raw in sent:
        stack.deliver(login, raw)
    server = live.mailbox(protocol, login)
    try:
        # In the middle of the second message.
        with Tap(stack.ports[port], LARGE + 2 * MEGABYTE, stack.dovecot.kill) as tap:
            set_port(live, server, tap.port)
            with pytest.raises(UserError):
                live.fetch(server)
            assert tap.happened
            with pytest.raises(UserError):
                live.fetch(server)
        # As it does when it was about to write down what it has.
        (stack.maildirs.place(login) / "dovecot-uidlist.lock").touch()
    finally:
        stack.dovecot.start()
    assert live.ledger(server, "subject") == [("Large 0",)]
    with live.env() as env:
        box = env["fetchmail.server"].browse(server)
        assert box.state == "done" and box.error_message and box.error_date
    set_port(live, server, stack.ports[port])
    live.fetch(server)
    assert live.ledger(server, "raw", "state") == [(raw, "routed") for raw in sent]
    with live.env() as env:
        assert not env["fetchmail.server"].browse(server).error_message
        leads = env["crm.lead"].search([("name", "like", "Large")], order="name")
        assert leads.mapped("name") == ["Large 0", "Large 1", "Large 2"]


def set_port(live, server, port):
    with live.env() as env:
        env["fetchmail.server"].browse(server).port = port


#: Where a message goes -> how it ends.
ENDS = {"sales": "routed", "nobody": "quarantined", "closed": "rejected"}


def deliver(stack, login, count, name):
    """Subjects of so many messages, with how each has to end."""
    ends = {}
    for number in range(count):
        place = list(ENDS)[number % 3]
        subject = f"{name} {number} {place}"
        stack.deliver(login, mail(f"{place}@demo.example", subject))
        ends[subject] = ENDS[place]
    return ends


def pass_time(live):
    """A message that saw its worker lose the database waits: not for a test. Those that
    are being worked on are let alone, or each attempt would meet another writer."""
    with contextlib.closing(live.stack.databases.connect(live.database)) as other:
        other.cursor().execute(
            """
            WITH idle AS (
                 SELECT incoming.id
                   FROM mail_gateway_incoming incoming
                   JOIN mail_gateway_chunk chunk
                     ON chunk.incoming_id = incoming.id AND chunk.sequence = 0
                  WHERE incoming.state = 'received'
                    AND incoming.next_attempt IS NOT NULL
                    FOR NO KEY UPDATE OF chunk SKIP LOCKED)
            UPDATE mail_gateway_incoming
               SET next_attempt = NULL
             WHERE id IN (SELECT id FROM idle)
            """
        )


def wait_for(live, server, count):
    """Look into the ledger until so many messages have come to their end."""
    stop = time.monotonic() + PATIENCE_S
    states = []
    while len(states) - states.count(("received",)) < count:
        assert time.monotonic() < stop, states
        time.sleep(0.02)
        pass_time(live)
        states = live.ledger(server, "state")


def test_connections_that_died_in_the_pool_send_no_mail_to_quarantine(
    live, stack, login
):
    """Odoo's pool hands each of them out once, and says so by another exception than
    that of a connection which dies at work."""
    stack.deliver(login, mail("sales@demo.example"))
    server = live.mailbox("imap", login)
    with live.env() as env:
        env["fetchmail.server"].browse(server)._fetch_mail()
    with contextlib.ExitStack() as cursors:
        for _ in range(8):
            cursors.enter_context(live.registry.cursor()).execute("SELECT 1")
    stack.postgres.crash()
    for _attempt in range(12):
        with contextlib.suppress(psycopg2.Error), live.env() as env:
            env["mail.gateway.incoming"]._process_received()
    odoo.sql_db.close_all()
    pass_time(live)
    with live.env() as env:
        env["mail.gateway.incoming"]._process_received()
    assert live.ledger(server, "state") == [("routed",)]


@pytest.mark.parametrize("protocol", ["imap", "pop"])
def test_postgresql_restarts_in_mid_processing(live, stack, login, protocol):
    server = live.mailbox(protocol, login)
    ends = {}
    with looping(stack, live.database, server):
        for crash in range(3):
            ends |= deliver(stack, login, 20, f"Crash {crash}")
            # While these are being processed, and the fetch may still go on.
            wait_for(live, server, len(ends) - 15)
            stack.postgres.crash()
            # Ours are gone too, and Odoo's pool would hand them out once more.
            odoo.sql_db.close_all()
        wait_for(live, server, len(ends))
        time.sleep(1)
    found = live.ledger(server, "subject", "state")
    assert dict(found) == ends
    assert len(found) == len(ends)
    with live.env() as env:
        leads = env["crm.lead"].search([("name", "like", "Crash")])
        routed = [subject for subject, end in ends.items() if end == "routed"]
        assert sorted(leads.mapped("name")) == sorted(routed)
        answers = env["mail.mail"].search([("subject", "like", "Re: Crash")])
        rejected = [f"Re: {s}" for s, end in ends.items() if end == "rejected"]
        assert sorted(answers.mapped("subject")) == sorted(rejected)
    if protocol == "imap":
        assert set(stack.flags(login)) == {"S"}
