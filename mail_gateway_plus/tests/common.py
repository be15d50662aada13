# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import itertools

from odoo.tests import new_test_user

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
