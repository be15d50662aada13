# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

RAW = b"From: ann@out.example\r\nSubject: Hi\r\n\r\n<script>alert(1)</script>\r\n"


@tagged("post_install", "-at_install")
class TestDownload(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        mailbox = cls.env["fetchmail.server"].create({"name": "Box"})
        row = cls.env["mail.gateway.incoming"]._receive(
            mailbox, "INBOX", "1", [("1", RAW)]
        )
        cls.url = row.action_download()["url"]
        new_test_user(cls.env, "reader", groups="mail_gateway_plus.group_operator")
        new_test_user(cls.env, "outsider", groups="base.group_user")

    def test_operator_gets_the_message_byte_for_byte(self):
        self.authenticate("reader", "reader")
        answer = self.url_open(self.url)
        self.assertEqual(answer.content, RAW)
        self.assertEqual(answer.headers["Content-Type"], "message/rfc822")
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")

    @mute_logger("odoo.http")
    def test_others_get_nothing(self):
        self.authenticate("outsider", "outsider")
        answer = self.url_open(self.url)
        self.assertEqual(answer.status_code, 403)
        self.assertNotIn(b"alert", answer.content)

    def test_message_that_is_gone(self):
        self.authenticate("reader", "reader")
        answer = self.url_open("/mail_gateway_plus/incoming/999999999.eml")
        self.assertEqual(answer.status_code, 404)
