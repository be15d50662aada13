# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Somebody changes a mailbox while it is fetched; and what a fetch may take at most."""

import contextlib

import psycopg2
import pytest

import odoo.sql_db
from odoo import fields
from odoo.exceptions import UserError

from odoo.addons.mail_gateway_plus.models.server_locks import ServerLocks

from . import scripted
from .live import engine, mail

BOTH = pytest.mark.parametrize("protocol", ["imap", "pop"])


@pytest.fixture(scope="module")
def live(stack):
    with engine(stack) as made:
        made.alias("sales", "crm.lead")
        yield made


def three(refused=(), meanwhile=None):
    """A POP3 server with three messages; ``meanwhile`` is called once, before the
    second one is handed out."""
    calls = [meanwhile] if meanwhile else []

    def script(self, sock):
        sock.sendall(b"+OK ready\r\n")
        listed = "+OK\r\n1 {}\r\n2 {}\r\n3 {}\r\n.\r\n"
        answers = {"UIDL": listed.format(*"abc"), "LIST": listed.format(9, 9, 9)}
        answers |= {f"RETR {n}": "-ERR cannot read it\r\n" for n in refused}
        while True:
            line = self.read(sock).decode()
            if line == "RETR 2" and calls:
                calls.pop()()
            raw = mail("sales@demo.example", f"from {line}").decode()
            said = f"+OK\r\n{raw}.\r\n" if line.startswith("RETR") else "+OK\r\n"
            sock.sendall(answers.get(line, said).encode())

    return script


def boxed(live, login, server, **values):
    return live.mailbox(
        "pop", login, port=server.port, connection_security="none", **values
    )


def test_refused_messages_take_no_place_of_others(live, login):
    """Else they alone would be asked for with each fetch."""
    with scripted.server(three(refused=[1, 2])) as bad:
        server = boxed(live, login, bad, fetch_limit=1)
        with pytest.raises(UserError, match="does not hand out a message"):
            live.fetch(server)
    assert live.ledger(server, "uid") == [("c",)]


def test_limit_holds_over_all_portions(live, login):
    with scripted.server(three()) as bad:
        server = boxed(live, login, bad, fetch_limit=2)
        live.fetch(server)
        assert live.ledger(server, "uid") == [("a",), ("b",)]
        live.fetch(server)
    assert live.ledger(server, "uid") == [("a",), ("b",), ("c",)]


def fetched_beside(live, stack, login, server):
    """Fetch a mailbox together with another one, which is to come through."""
    other = live.mailbox("imap", login)
    stack.deliver(login, mail("sales@demo.example"))
    with live.env() as env:
        env["fetchmail.server"].browse([server, other])._fetch_mail()
    return live.ledger(other, "state")


def test_mailbox_deleted_while_it_is_fetched_stops_no_other(live, stack, login):
    def delete():
        with live.env() as env:
            env["fetchmail.server"].browse(server).unlink()

    with scripted.server(three(meanwhile=delete)) as slow:
        server = boxed(live, "deleted", slow)
        assert len(fetched_beside(live, stack, login, server)) == 1


def hang_up(live, which):
    """The database ends sessions, as one that restarts does."""
    with contextlib.closing(live.stack.databases.connect(live.database)) as other:
        other.cursor().execute(
            f"""
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = %s AND pid != pg_backend_pid() {which}
            """,
            [live.database],
        )


def test_lost_lock_stops_no_fetch(live, stack, login):
    """Its session sleeps for as long as the fetch takes; firewalls and idle limits end
    such ones."""

    def lose_lock():
        hang_up(live, "AND pid IN (SELECT pid FROM pg_locks WHERE locktype='advisory')")

    with scripted.server(three(meanwhile=lose_lock)) as slow:
        server = boxed(live, "lock", slow)
        assert len(fetched_beside(live, stack, login, server)) == 1
    assert live.ledger(server, "uid") == [("a",), ("b",), ("c",)]
    with ServerLocks(live.registry) as locks:
        assert locks.take(server), "no lock is left in the pool"


def test_lost_database_costs_one_fetch(live, login):
    with scripted.server(three(meanwhile=lambda: hang_up(live, ""))) as slow:
        server = boxed(live, login, slow)
        with contextlib.suppress(psycopg2.Error), live.env() as env:
            env["fetchmail.server"].browse(server)._fetch_mail()
        # The pool hands out each connection that died once.
        odoo.sql_db.close_all()
        live.fetch(server)
    assert live.ledger(server, "uid") == [("a",), ("b",), ("c",)]


def test_folder_deleted_while_it_is_fetched_is_no_fault(live, login):
    def delete():
        with live.env() as env:
            env["fetchmail.server"].browse(server).folder_ids.unlink()

    with scripted.server(three(meanwhile=delete)) as slow:
        server = boxed(live, login, slow)
        with live.env() as env:
            assert env["fetchmail.server"].browse(server)._fetch_mail() is None
        with live.env() as env:
            assert env["fetchmail.server"].browse(server)._fetch_mail() is None
    assert live.ledger(server, "uid") == [("a",), ("b",), ("c",)]


def test_what_the_old_account_had_is_not_of_the_new_one(live, login):
    """The session is still that of the old account."""

    def change():
        with live.env() as env:
            env["fetchmail.server"].browse(server).user = "other"

    with scripted.server(three(meanwhile=change)) as slow:
        server = boxed(live, login, slow)
        with live.env() as env:
            assert env["fetchmail.server"].browse(server)._fetch_mail() is None
            assert not env["fetchmail.server"].browse(server).error_message
    assert not live.ledger(server, "account")
    with live.env() as env:
        mailbox = env["fetchmail.server"].browse(server)
        assert mailbox.next_fetch <= fields.Datetime.now(), "the new one is due"


def test_large_message_under_an_old_uid_is_told_of(live, stack, login):
    """After a restore, and what the ledger has is another message."""
    stack.deliver(login, mail("sales@demo.example", "Before the restore"))
    server = live.mailbox("imap", login, max_message_size=1)
    live.fetch(server)
    stack.empty(login)
    large = mail("sales@demo.example", "After the restore", body="x" * 70 + "\n" * 9)
    stack.deliver(login, large + b"x" * 1_500_000)
    state, place = uid_of(stack, login)
    with live.env() as env:
        mailbox = env["fetchmail.server"].browse(server)
        row = env["mail.gateway.incoming"].search([("server_id", "=", server)])
        row.write(place)
        mailbox.folder_ids.write(state)
    for _look in range(2):
        live.fetch(server)
        assert live.ledger(server, "subject", "state", "reason_code") == [
            ("Before the restore", "routed", "routed"),
            ("After the restore", "quarantined", "message_too_large"),
        ]


def uid_of(stack, login):
    """The only message of the mailbox: (state of the folder, its place)"""
    from .test_after_fetch import Reader

    with Reader(stack, login) as reader:
        reader.imap.select("INBOX", readonly=True)
        (uid,) = reader.imap.uid("SEARCH", "ALL")[1][0].decode().split()
        uidvalidity = reader.imap.response("UIDVALIDITY")[1][0].decode()
    state = {"uidvalidity": uidvalidity, "last_uid": "0"}
    return state, {"uid": uid, "uidvalidity": uidvalidity}
