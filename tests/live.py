# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A database copy with the addon and a way into its registry, for live tests.

``TransactionCase`` forbids commits and the engine lives by them, so live tests are
plain functions on a copy of their own.
"""

import contextlib
import itertools
import uuid
from email.message import EmailMessage

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

from sandbox import process
from sandbox.server import command

from .relaying import relay

_numbers = itertools.count(1)


def mail(to, subject=None, body="Hello", **headers):
    """A message as bytes, each with its own Message-ID."""
    number = next(_numbers)
    message = EmailMessage()
    # Odoo limits how much it takes from one sender.
    message["From"] = headers.pop("sender", f"Ann <ann-{number}@customer.example>")
    message["To"] = to
    message["Subject"] = subject or f"Message {number}"
    message["Message-ID"] = f"<{uuid.uuid4()}@customer.example>"
    message["Date"] = "Fri, 20 Nov 2026 09:00:00 +0000"
    for name, value in headers.items():
        name = name.replace("_", "-")
        del message[name]
        message[name] = value
    message.set_content(body)
    return message.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


class Engine:
    """One database; each ``env`` block is a transaction that commits."""

    def __init__(self, stack, database):
        self.stack = stack
        self.database = database
        self.registry = Registry(database)

    @contextlib.contextmanager
    def env(self):
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def install(self, *modules):
        """Further addons."""
        words = ("server", "-i", ",".join(modules), "--stop-after-init", "--no-http")
        log = self.stack.run / f"install-{'-'.join(modules)}.log"
        path = self.stack.odoo_config(self.database)
        process.must_run(command(path, *words), log, ", ".join(modules))
        Registry.delete(self.database)
        self.registry = Registry(self.database)

    def mailbox(self, protocol, login, **values):
        """A confirmed mailbox on the real server; returns its id."""
        port = {"imap": "imaps", "pop": "pop3s"}[protocol]
        with self.env() as env:
            server = env["fetchmail.server"].create(
                {
                    "name": login,
                    "server_type": protocol,
                    "server": self.stack.host,
                    "port": self.stack.ports[port],
                    "user": login,
                    "password": self.stack.password,
                    **values,
                }
            )
            server.button_confirm_login()
            return server.id

    def relay(self, env, **values):
        """An outgoing server: the sandbox's Postfix."""
        return env["ir.mail_server"].create(relay(self.stack, **values))

    def alias(self, name, model, **values):
        """An alias of the test domain that makes records of a model."""
        with self.env() as env:
            return (
                env["mail.alias"]
                .create(
                    {
                        "alias_name": name,
                        "alias_model_id": env["ir.model"]._get_id(model),
                        "alias_domain_id": self.domain(env).id,
                        **values,
                    }
                )
                .id
            )

    def domain(self, env):
        found = env["mail.alias.domain"].search([("name", "=", "demo.example")])
        return found or env["mail.alias.domain"].create({"name": "demo.example"})

    def fetch(self, server_id):
        """What Fetch Now does; returns the action that it opens."""
        with self.env() as env:
            return env["fetchmail.server"].browse(server_id).fetch_mail()

    def ledger(self, server_id, *names):
        """One tuple of the named values a message, in the order of the mailbox."""
        with self.env() as env:
            rows = env["mail.gateway.incoming"].search(
                [("server_id", "=", server_id)], order="id"
            )
            return [
                tuple(row._raw() if name == "raw" else row[name] for name in names)
                for row in rows
            ]


@contextlib.contextmanager
def engine(stack):
    """A fresh database; it is dropped afterwards."""
    database = stack.database("addon")
    # A registry that is loaded for tests lends out test cursors.
    before, config["test_enable"] = config["test_enable"], False
    try:
        yield Engine(stack, database)
    finally:
        config["test_enable"] = before
        Registry.delete(database)
        # Idle connections of the pool keep a database from being dropped.
        import odoo.sql_db

        odoo.sql_db.close_db(database)
        stack.drop(database)


@contextlib.contextmanager
def boxed(stack, **aliases):
    """An engine with a mailbox that nobody fetches from: what comes by it is put into
    the ledger.

    :param aliases: the model of the records that each makes
    """
    with engine(stack) as made:
        with made.env() as env:
            made.mailbox_id = env["fetchmail.server"].create({"name": "Box"}).id
        for name, model in aliases.items():
            made.alias(name, model)
        yield made
