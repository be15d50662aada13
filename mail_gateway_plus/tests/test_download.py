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
        cls.mailbox = cls.env["fetchmail.server"].create({"name": "Box"})
        row = cls.receive("1", RAW)
        cls.url = row.action_download()["url"]
        new_test_user(cls.env, "reader", groups="mail_gateway_plus.group_operator")
        new_test_user(cls.env, "outsider", groups="base.group_user")

    @classmethod
    def receive(cls, uid, raw, mailbox=None):
        return cls.env["mail.gateway.incoming"]._receive(
            mailbox or cls.mailbox, "INBOX", "1", [(uid, raw)]
        )

    def test_operator_gets_the_message_byte_for_byte(self):
        self.authenticate("reader", "reader")
        answer = self.url_open(self.url)
        self.assertEqual(answer.content, RAW)
        self.assertEqual(answer.headers["Content-Type"], "message/rfc822")
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")

    def test_preview_is_caged(self):
        self.authenticate("reader", "reader")
        answer = self.url_open(self.url.replace(".eml", "/preview"))
        self.assertIn(b"&lt;script&gt;", answer.content, "text is shown as text")
        policy = answer.headers["Content-Security-Policy"]
        for part in (
            "default-src 'none'",
            "img-src data:",
            "form-action 'none'",
            "sandbox",
        ):
            self.assertIn(part, policy)
        self.assertNotIn("allow-", policy)
        self.assertNotIn("script-src", policy)
        self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")

    def test_attachment_is_a_file_whatever_it_says(self):
        html = b"<script>alert(1)</script>"
        part = b"Content-Type: text/html; name=a.html\r\n\r\n" + html
        raw = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + part
        row = self.receive("2", raw + b"\r\n--b--\r\n")
        self.authenticate("reader", "reader")
        (found,) = row.get_preview()["attachments"]
        answer = self.url_open(found["url"])
        self.assertEqual(answer.content, html)
        self.assertEqual(answer.headers["Content-Type"], "application/octet-stream")
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.assertIn("a.html", answer.headers["Content-Disposition"])
        self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
        answer = self.url_open(found["url"] + "9")
        self.assertEqual(answer.status_code, 404)

    def test_broken_header_hides_no_attachment(self):
        raw = b"nobody's line\r\nContent-Type: multipart/mixed; boundary=b\r\n"
        part = b"--b\r\nContent-Type: text/csv; name=a.csv\r\n\r\n1;2\r\n--b--\r\n"
        preview = self.receive("8", raw + b"From: ann@out.example\r\n\r\n" + part)
        names = [found["name"] for found in preview.get_preview()["attachments"]]
        self.assertEqual(names, ["a.csv"])

    def test_message_out_of_bounds_is_told_and_not_shown(self):
        row = self.receive("3", b"Subject: x\r\n" + b"X: y\r\n" * 100_000 + RAW)
        self.assertIn("too long", row.get_preview()["note"])
        self.authenticate("reader", "reader")
        answer = self.url_open(f"/mail_gateway_plus/incoming/{row.id}/preview")
        self.assertIn(b"too long", answer.content)

    def test_much_html_is_shown_as_text_in_time(self):
        html = b"<div><b>" * 100_000
        row = self.receive("4", b"Content-Type: text/html\r\n\r\n" + html)
        self.authenticate("reader", "reader")
        answer = self.url_open(f"/mail_gateway_plus/incoming/{row.id}/preview")
        self.assertIn(b"&lt;div&gt;", answer.content)
        self.assertIn(b"more characters are not shown", answer.content)

    @mute_logger("odoo.http")
    def test_nothing_of_another_company(self):
        company = self.env["res.company"].create({"name": "Other"})
        theirs = self.env["fetchmail.server"].create(
            {"name": "Theirs", "company_id": company.id}
        )
        row = self.receive("5", RAW, theirs)
        self.authenticate("reader", "reader")
        for path in (".eml", "/preview", "/attachment/0"):
            with self.subTest(path):
                answer = self.url_open(f"/mail_gateway_plus/incoming/{row.id}{path}")
                self.assertEqual(answer.status_code, 403)
                self.assertNotIn(b"alert", answer.content)

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
