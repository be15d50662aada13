# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import TransactionCase, tagged

RAW = b"""From: Ann <ann@out.example>\r
To: closed@demo.example\r
Subject: Let me in\r
Message-ID: <let-me-in@out.example>\r
\r
Please.\r
"""


@tagged("post_install", "-at_install")
class TestDirectCallers(TransactionCase):
    """Who calls ``message_process`` himself gets stock's behaviour."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        domain = cls.env["mail.alias.domain"].create({"name": "demo.example"})
        cls.alias = cls.env["mail.alias"].create(
            {
                "alias_name": "closed",
                "alias_model_id": cls.env["ir.model"]._get_id("mail.gateway.incoming"),
                "alias_domain_id": domain.id,
                "alias_contact": "followers",
            }
        )

    def _answers(self):
        return self.env["mail.mail"].search([("subject", "=", "Re: Let me in")])

    def test_sender_is_answered_at_once(self):
        before = self.env["mail.gateway.incoming"].search_count([])
        result = self.env["mail.thread"].message_process(None, RAW)
        self.assertFalse(result)
        self.assertEqual(len(self._answers()), 1)
        self.assertEqual(self.env["mail.gateway.incoming"].search_count([]), before)

    def test_no_route_raises(self):
        raw = RAW.replace(b"closed@", b"nobody@")
        with self.assertRaisesRegex(ValueError, "No possible route"):
            self.env["mail.thread"].message_process(None, raw)
