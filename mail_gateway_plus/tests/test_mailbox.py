# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import Form, TransactionCase, tagged

from ..net.recorder import Recorder


@tagged("post_install", "-at_install")
class TestMailbox(TransactionCase):
    def _mailbox(self, **values):
        return self.env["fetchmail.server"].create({"name": "Box", **values})

    def test_new_mailbox_verifies_certificates(self):
        mailbox = self._mailbox()
        self.assertEqual(mailbox.connection_security, "ssl_strict")
        self.assertTrue(mailbox.is_ssl)

    def test_new_form_has_the_port_of_verified_ssl(self):
        with Form(self.env["fetchmail.server"]) as form:
            self.assertEqual(form.connection_security, "ssl_strict")
            self.assertEqual(form.port, 993)
            form.server_type = "pop"
            self.assertEqual(form.port, 995)
            form.connection_security = "starttls_strict"
            self.assertEqual(form.port, 110)
            form.port = 11000
            form.connection_security = "ssl"
            self.assertEqual(form.port, 11000, "an unusual port was meant")
            form.name, form.server = "Box", "mail.example"
            form.user, form.password = "ann", "secret"

    def test_choosing_a_document_type_keeps_the_port(self):
        mailbox = self._mailbox(server="mail.example", port=14300, user="ann")
        mailbox.password = "secret"
        with Form(mailbox) as form:
            form.object_id = self.env["ir.model"]._get("res.partner")
            self.assertEqual(form.port, 14300)

    def test_stock_field_and_security_say_the_same(self):
        for security, is_ssl in (
            ("none", False),
            ("starttls", False),
            ("starttls_strict", False),
            ("ssl", True),
            ("ssl_strict", True),
        ):
            with self.subTest(security):
                mailbox = self._mailbox(connection_security=security)
                self.assertEqual(mailbox.is_ssl, is_ssl)

    def test_code_that_knows_only_the_stock_field(self):
        clear = self._mailbox(is_ssl=False)
        self.assertEqual(clear.connection_security, "none")
        clear.is_ssl = True
        self.assertEqual(clear.connection_security, "ssl_strict")
        unverified = self._mailbox(connection_security="ssl")
        unverified.is_ssl = True
        self.assertEqual(unverified.connection_security, "ssl", "it said so already")

    def test_interval_is_at_least_a_minute(self):
        with self.assertRaisesRegex(Exception, "fetch_interval"):
            self._mailbox(fetch_interval=0)
            self.env.flush_all()

    def test_recorder_keeps_what_a_login_hook_sends(self):
        recorder = Recorder()
        recorder.authenticate(
            "XOAUTH2", lambda challenge: "user=ann\1auth=Bearer t\1\1"
        )
        self.assertEqual(recorder.credentials.mechanism, "XOAUTH2")
        self.assertEqual(recorder.credentials.secret, "user=ann\1auth=Bearer t\1\1")

    def test_fault_of_a_login_hook_shows_no_token(self):
        """The HTTP libraries name the address that they asked, tokens and all."""
        mailbox = self._mailbox(server="imap.example", user="ann")
        said = ConnectionError("GET https://iap.example/?refresh_token=SECRET failed")
        logger = "odoo.addons.mail_gateway_plus.models.fetchmail_server_fetch"
        with (
            patch.object(type(mailbox), "_imap_login__", side_effect=said),
            self.assertLogs(logger) as log,
        ):
            accounts, fault = mailbox._accounts()
        self.assertEqual(accounts, [])
        self.assertIn("ConnectionError", mailbox.error_message)
        for text in (mailbox.error_message, str(fault), *log.output):
            self.assertNotIn("SECRET", text)

    def test_archived_mailbox_gives_no_connection(self):
        mailbox = self._mailbox(active=False)
        with self.assertRaisesRegex(UserError, "archived"):
            mailbox._connect__()
