# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A running Odoo and what its administrator prepares, over its own interface."""

import contextlib
import xmlrpc.client

from .relaying import relay


class Office:
    """The server with its database."""

    def __init__(self, stack, database, server):
        self.stack, self.database, self.server = stack, database, server
        self.url = server.url
        self.proxy = xmlrpc.client.ServerProxy(
            f"{server.url}/xmlrpc/2/object", allow_none=True
        )

    def call(self, model, method, *args, **named):
        """A public method of a model, as the administrator (whose id is 2)."""
        return self.proxy.execute_kw(
            self.database, 2, "admin", model, method, args, named
        )

    def create(self, model, **values):
        return self.call(model, "create", values)

    def id_of(self, xmlid):
        module, _dot, name = xmlid.partition(".")
        domain = [("module", "=", module), ("name", "=", name)]
        return self.call("ir.model.data", "search_read", domain, ["res_id"])[0][
            "res_id"
        ]

    def alias(self, name, model, **values):
        """An address of demo.example that makes records of a model."""
        (kind,) = self.call("ir.model", "search", [("model", "=", model)])
        return self.create("mail.alias", alias_name=name, alias_model_id=kind, **values)

    def post(self, login, *messages):
        """Exactly these messages lie in the mailbox then."""
        self.stack.empty(login)
        for raw in messages:
            self.stack.deliver(login, raw)

    def mailbox(self, protocol, login, mail=(), **values):
        """A confirmed mailbox with mail in it; returns its id."""
        self.post(login, *mail)
        mailbox = self.create(
            "fetchmail.server",
            server_type=protocol,
            server=self.stack.host,
            port=self.stack.ports[{"imap": "imaps", "pop": "pop3s"}[protocol]],
            user=login,
            password=self.stack.password,
            **values,
        )
        self.call("fetchmail.server", "button_confirm_login", [mailbox])
        return mailbox

    def relay(self, **values):
        """An outgoing server, the sandbox's Postfix; returns its id."""
        return self.create("ir.mail_server", **relay(self.stack, **values))

    def sql(self, text, *values):
        """What no method writes, such as when a record was made."""
        connection = self.stack.databases.connect(self.database)
        with contextlib.closing(connection), connection.cursor() as cursor:
            cursor.execute(text, values or None)

    def turn_back_the_clock(self):
        """Let all have been fetched at one time, so that pictures stay the same."""
        self.sql(
            "UPDATE mail_gateway_incoming SET create_date = '2026-11-20 10:00';"
            "UPDATE mail_gateway_rule_hit SET date = '2026-11-20 10:00'"
            " WHERE date IS NOT NULL;"
            "UPDATE mail_gateway_rule_hit SET slow_on = '2026-11-20 10:00'"
            " WHERE slow_on IS NOT NULL;"
            "UPDATE mail_gateway_permission SET checked_on = '2026-11-20 10:00';"
            "UPDATE mail_gateway_round_trip SET sent_on = '2026-11-20 10:00',"
            " arrived_on = '2026-11-20 10:00:02', due_on = '2026-11-20 10:15'"
        )


@contextlib.contextmanager
def office(stack):
    """Odoo on a database copy of its own; mail that it sends ends in the relay."""
    database = stack.database("addon")
    relay = {"smtp_server": "127.0.0.1", "smtp_port": stack.ports["smtp"]}
    server = stack.odoo(database, **relay)
    try:
        made = Office(stack, database, server)
        made.create("mail.alias.domain", name="demo.example")
        yield made
    finally:
        # Nothing is kept of it, so it need not see its clients off.
        server.kill()
        stack.drop(database)
