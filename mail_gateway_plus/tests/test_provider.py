# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import TransactionCase, tagged

from ..core.finding import Finding
from ..core.mailbox import provider


@tagged("post_install", "-at_install")
class TestProvider(TransactionCase):
    def _text(self, code, host):
        params = {"host": host, "user": "ann", "reply": "no"}
        return self.env["mail.gateway.advice"]._text(Finding(code, params=params))

    def test_servers_of_the_providers_are_known(self):
        Provider = self.env["mail.gateway.provider"]
        for host, code in (
            ("imap.gmail.com", "google"),
            ("outlook.office365.com", "microsoft"),
            ("imap.outlook.com", "microsoft"),
            ("imap.mail.yahoo.com", "yahoo"),
            ("imap.aol.com", "aol"),
            ("imap.mail.me.com", "icloud"),
            ("imappro.zoho.eu", "zoho"),
            ("imap.fastmail.com", "fastmail"),
            ("imap.gmx.net", "gmx"),
            ("pop3.web.de", "web_de"),
            ("imap.mail.ru", "mail_ru"),
            ("imap.yandex.com", "yandex"),
            ("mail.infomaniak.com", "infomaniak"),
            ("ssl0.ovh.net", "ovh"),
            ("secureimap.t-online.de", "t_online"),
            ("posteo.de", "posteo"),
            ("mail.example.com", False),
            ("notgmail.com", False),
        ):
            with self.subTest(host):
                self.assertEqual(Provider._at(host).code, code)

    def test_each_provider_says_something_for_a_refused_login(self):
        needs = provider.NEEDS["mailbox_login_refused"]
        for found in self.env["mail.gateway.provider"].search([]):
            with self.subTest(found.code):
                self.assertTrue(any(found[f"{need}_steps"] for need in needs))

    def test_steps_of_the_provider_stand_behind_the_remedy(self):
        text = self._text("mailbox_app_password", "imap.gmail.com")
        self.assertIn("wants an app password for ann", text)
        self.assertIn("Google: Google does not take", text)
        self.assertNotIn("End User Access", text, "IMAP is not the problem")
        text = self._text("mailbox_imap_disabled", "imap.gmail.com")
        self.assertIn("End User Access", text)
        self.assertNotIn("app password", text)
        text = self._text("mailbox_token_refused", "outlook.office365.com")
        self.assertIn("Outlook OAuth Authentication", text)

    def test_without_a_known_provider_nothing_is_said_of_one(self):
        text = self._text("mailbox_login_refused", "mail.example.com")
        for found in self.env["mail.gateway.provider"].search([]):
            self.assertNotIn(f"{found.name}:", text)

    def test_fault_that_no_provider_step_helps_has_none(self):
        text = self._text("mailbox_connect_timeout", "imap.gmail.com")
        self.assertNotIn("Google:", text)

    def test_steps_are_translated_where_they_are_read(self):
        self.env["res.lang"]._activate_lang("de_DE")
        yahoo = self.env["mail.gateway.provider"]._at("imap.mail.yahoo.com")
        yahoo.with_context(lang="de_DE").login_steps = "Auf Deutsch"
        advice = self.env["mail.gateway.advice"].with_context(lang="de_DE")
        params = {"host": "imap.mail.yahoo.com"}
        self.assertIn("Auf Deutsch", advice._words("mailbox_app_password", params)[2])
