# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import HttpCase, new_test_user, tagged

RAW = (
    b"From: Ann <ann@out.example>\r\nTo: nobody@demo.example\r\n"
    b"Subject: Nobody wants me\r\nMessage-ID: <lost@out.example>\r\n\r\nHello\r\n"
)


@tagged("post_install", "-at_install")
class TestTour(HttpCase):
    """The screens of the ledger on messages that lie there already: a tour runs
    inside a transaction, in which nothing can be fetched."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        new_test_user(
            cls.env, "gateway_operator", groups="mail_gateway_plus.group_operator"
        )
        mailbox = cls.env["fetchmail.server"].create({"name": "Box"})
        row = cls.env["mail.gateway.incoming"]._receive(
            mailbox, "INBOX", "7", [("1", RAW)]
        )
        step = {"step": "no_route", "params": {"to": "nobody@demo.example"}}
        row.write(
            {
                "state": "quarantined",
                "reason_code": "no_route",
                "trace": {"version": 1, "steps": [step]},
            }
        )

    def test_ledger(self):
        self.start_tour(
            "/odoo/action-mail_gateway_plus.mail_gateway_incoming_action",
            "mail_gateway_plus_ledger",
            login="gateway_operator",
        )
