# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import itertools

from odoo import fields
from odoo.tests import new_test_user

from ..models.mail_gateway_health import WATCHED

_uids = itertools.count(1)

RAW = (
    b"From: Ann <ann@out.example>\r\nTo: nobody@demo.example\r\nSubject: Lost\r\n"
    b"Message-ID: <lost@out.example>\r\nDate: Fri, 20 Nov 2026 09:00:00 +0000\r\n"
    b"\r\nHello\r\n"
)


class QuarantineMixin:
    """An operator who is nothing else, and messages in quarantine."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mailbox = cls.env["fetchmail.server"].create({"name": "Box"})
        cls.operator = new_test_user(
            cls.env, "treats", groups="mail_gateway_plus.group_operator"
        )

    @classmethod
    def quarantined(cls, raw=RAW, mailbox=None, tell=False):
        row = cls.env["mail.gateway.incoming"]._receive(
            mailbox or cls.mailbox, "INBOX", "7", [(str(next(_uids)), raw)]
        )
        step = {"step": "no_route", "params": {"to": "nobody@demo.example"}}
        row.write(
            {
                "state": "quarantined",
                "reason_code": "no_route",
                "trace": {"version": 1, "steps": [step]},
            }
        )
        if tell:
            row._tell()
        return row

    def as_operator(self, record):
        return record.with_user(self.operator)

    def wizard(self, action, **values):
        """The wizard that an action opens, as the client would."""
        Model = self.env[action["res_model"]].with_user(self.operator)
        return Model.with_context(**action["context"]).create(values)


class HealthMixin:
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Health = cls.env["mail.gateway.health"]
        cls.Finding = cls.env["mail.gateway.finding"]
        # As if each had run just now.
        now = fields.Datetime.now()
        for name in WATCHED:
            values = {"active": True, "lastcall": now, "nextcall": now}
            cls.env.ref(name).write(values)

    def box(self, **values):
        known = {"name": "Box", "server": "imap.example", "state": "done"}
        Mailbox = self.env["fetchmail.server"].with_context(fetchmail_cron_running=True)
        return Mailbox.create({**known, "date": fields.Datetime.now(), **values})

    def server(self, **values):
        known = {"name": "Relay", "smtp_host": "relay.example", "smtp_port": 587}
        known |= {"smtp_encryption": "starttls_strict"}
        return self.env["ir.mail_server"].create({**known, **values})

    def row(self, record, user=None):
        Health = self.Health.with_user(user) if user else self.Health
        Health.invalidate_model()
        return Health.search(
            [("res_model", "=", record._name), ("res_id", "=", record.id)]
        )

    def light(self, record):
        return self.row(record).light

    def told(self, record):
        row = self.row(record)
        return row.light, row.code

    def opened(self, record):
        return self.Finding.search(self.Finding._about(record)).mapped("code")

    def activities(self):
        return self.env["mail.activity"].search([("summary", "like", "Mail Health")])

    def permission(self, state, server=None, identity=None, **values):
        server = server or self.server()
        known = {"email": "a@h.example", "state": state, "source": "user"}
        if identity:
            known |= {"identity_id": identity.id, "email": identity.email}
        known |= {"checked_on": fields.Datetime.now(), "mail_server_id": server.id}
        return self.env["mail.gateway.permission"].create({**known, **values})
