# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import time

from odoo.tests import TransactionCase, tagged

from ..net.recorder import SmtpRecorder

#: Kind of authentication -> how stock names its fields.
HOOKS = {"gmail": "google_gmail", "outlook": "microsoft_outlook"}


@tagged("post_install", "-at_install")
class TestSmtpLogin(TransactionCase):
    """What stock's login hooks say to a connection is what the test sends."""

    def _recorded(self, kind, **values):
        server = self.env["ir.mail_server"].create(
            {
                "name": "Relay",
                "smtp_host": "smtp.example.com",
                "smtp_user": "ann@example.com",
                "smtp_authentication": kind,
                **values,
            }
        )
        recorder = SmtpRecorder()
        server._smtp_login__(recorder, server.smtp_user, server.smtp_pass)
        return recorder.credentials

    def test_password(self):
        credentials = self._recorded("login", smtp_pass="s3cret")
        self.assertEqual(credentials.mechanism, "LOGIN")
        self.assertEqual(credentials.user, "ann@example.com")
        self.assertEqual(credentials.secret, "s3cret")

    def test_tokens(self):
        for kind, name in HOOKS.items():
            with self.subTest(kind):
                values = {
                    "smtp_encryption": "starttls",
                    f"{name}_refresh_token": "refresh",
                    f"{name}_access_token": "t0ken",
                    f"{name}_access_token_expiration": int(time.time()) + 3600,
                }
                credentials = self._recorded(kind, **values)
                self.assertEqual(credentials.mechanism, "XOAUTH2")
                self.assertEqual(credentials.user, "ann@example.com")
                secret = "user=ann@example.com\1auth=Bearer t0ken\1\1"
                self.assertEqual(credentials.secret, secret)
                self.assertNotIn("t0ken", repr(credentials))
