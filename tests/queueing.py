# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A database whose queue sends to a server of the test, at a time that it chooses."""

import contextlib
from datetime import datetime, timedelta

from odoo import SUPERUSER_ID

from . import scripted
from .live import engine

CAPABILITIES = "PIPELINING SIZE=10000000 SMTPUTF8 8BITMIME"
START = datetime(2026, 11, 20, 9)


class Queue:
    """``answers`` of the server may change while it runs; see ``scripted.smtp``."""

    def __init__(self, live):
        self.live = live
        self.begin()

    def begin(self):
        """As if nothing had been."""
        self.now, self.answers, self.server = START, {}, None
        with self.live.env() as env:
            env["mail.mail"].search([]).unlink()
            env["mail.gateway.hold"].search([]).unlink()
            env["mail.gateway.delivery"].search([]).unlink()
            servers = env["ir.mail_server"].with_context(active_test=False)
            servers.search([]).unlink()
            paused = [("key", "=", "mail_gateway_plus.sending_paused")]
            env["ir.config_parameter"].search(paused).unlink()
        return self

    @contextlib.contextmanager
    def listening(self, port=0, capabilities=CAPABILITIES):
        """The server is there."""

        def script(made, sock):
            # Each connection has the answers of its moment.
            talk = scripted.smtp(capabilities=capabilities, answers=self.answers)
            talk(made, _Noting(sock, made.lines))

        with scripted.server(script, port) as self.server:
            yield self.server

    def register(self, port, **values):
        """An outgoing server of Odoo's; returns its id."""
        with self.live.env() as env:
            usual = {"name": "Relay", "smtp_host": "127.0.0.1", "smtp_port": port}
            usual |= {"smtp_encryption": "none", "from_filter": False}
            # So that what arrives has an order.
            usual |= {"limit_connections": 1}
            return env["ir.mail_server"].create(usual | values).id

    def write(self, to, server, user=SUPERUSER_ID, **values):
        """A mail for each address; returns their ids."""
        with self.live.env() as env:
            env = env(user=user, su=True)
            usual = {"email_from": "ann@erp.example", "mail_server_id": server}
            usual |= {"body_html": "<p>Hello</p>", "auto_delete": False}
            return (
                env["mail.mail"]
                .create(
                    [
                        usual | {"email_to": one, "subject": one} | values
                        for one in ([to] if isinstance(to, str) else to)
                    ]
                )
                .ids
            )

    def begun(self, mail_id, recipient, state="sending", server=None):
        """What a worker that is gone has left of a mail."""
        with self.live.env() as env:
            env.cr.execute(
                "INSERT INTO mail_gateway_delivery"
                " (mail_id, part, recipient, state, begun_on, mail_server_id)"
                " VALUES (%s, 0, %s, %s, now(), %s)",
                [mail_id, recipient, state, server],
            )

    @contextlib.contextmanager
    def unwritable(self, condition):
        """The journal takes no row for which this holds."""
        table = "ALTER TABLE mail_gateway_delivery"
        check = f"ADD CONSTRAINT unwritable CHECK (NOT ({condition}))"
        with self.live.env() as env:
            env.cr.execute(f"{table} {check}")
        try:
            yield
        finally:
            with self.live.env() as env:
                env.cr.execute(f"{table} DROP CONSTRAINT unwritable")

    def run(self, minutes=0, **context):
        """Let time pass, then what the scheduled action does."""
        self.now += timedelta(minutes=minutes)
        with self.live.env() as env:
            mails = env["mail.mail"].with_context(
                mail_gateway_clock=lambda: self.now, **context
            )
            mails.process_email_queue()

    def read(self, model, ids, *names):
        """A tuple of values a record, in the order of ids; a value for one name."""
        with self.live.env() as env:
            records = env[model].browse(ids).exists()
            rows = [tuple(one[name] for name in names) for one in records]
            return [row[0] for row in rows] if len(names) == 1 else rows

    def mails(self, ids, *names):
        return self.read("mail.mail", ids, *(names or ["state"]))

    def deliveries(self, *names):
        with self.live.env() as env:
            rows = env["mail.gateway.delivery"].search([], order="id")
            return [tuple(row[name] for name in names) for row in rows]

    def holds(self, *names):
        with self.live.env() as env:
            rows = env["mail.gateway.hold"].search([], order="id")
            return [tuple(row[name] for name in names) for row in rows]

    def reached(self):
        """Recipients of what the server took, in its order."""
        reached, to, is_begun = [], [], False
        lines = iter(self.server.lines)
        for line in lines:
            if line.startswith(b"MAIL"):
                to, is_begun = [], next(lines).startswith(b"<250")
            elif line.startswith(b"RCPT TO:<"):
                to += [line[9:-1].decode()] if next(lines).startswith(b"<250") else []
            elif line == b"." and next(lines).startswith(b"<250") and is_begun:
                reached += to
        return reached


class _Noting:
    """A connection whose answers stand among the lines. It reads ahead, for the queue
    works meanwhile, and would have to step aside for each byte."""

    def __init__(self, sock, lines):
        self._sock, self._lines = sock, lines
        self._read = bytearray()

    def recv(self, size):
        if not self._read:
            self._read += self._sock.recv(65536)
        said = bytes(self._read[:size])
        del self._read[:size]
        return said

    def sendall(self, said):
        # Before the client can go on.
        self._lines.append(b"<" + said)
        self._sock.sendall(said)


@contextlib.contextmanager
def queue(stack):
    with engine(stack) as live:
        yield Queue(live)
