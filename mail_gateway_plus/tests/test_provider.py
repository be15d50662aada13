# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import TransactionCase, tagged

from ..core.finding import Finding
from ..core.mailbox import provider
from ..core.smtp.spelling import fitting_port


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
        fetched = [("incoming_hosts", "!=", False)]
        for found in self.env["mail.gateway.provider"].search(fetched):
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

    def test_servers_for_sending_are_known(self):
        Provider = self.env["mail.gateway.provider"]
        for host, code in (
            ("smtp.gmail.com", "google"),
            ("smtp-relay.gmail.com", "google_relay"),
            ("smtp.office365.com", "microsoft"),
            ("smtp-mail.outlook.com", "outlook_com"),
            ("email-smtp.eu-west-1.amazonaws.com", "amazon_ses"),
            ("smtppro.zoho.eu", "zoho"),
            ("smtp.ionos.de", "ionos"),
            ("mail.example.com", False),
            (False, False),
        ):
            with self.subTest(host):
                self.assertEqual(Provider._at(host, "outgoing_hosts").code, code)

    def test_settings_for_sending_agree_with_themselves(self):
        sending = self.env["mail.gateway.provider"].search([("smtp_host", "!=", False)])
        self.assertGreaterEqual(len(sending), 20)
        for found in sending:
            with self.subTest(found.code):
                port, encryption = found.smtp_port, found.smtp_encryption
                self.assertEqual(fitting_port(port, encryption), port)
                self.assertTrue(encryption.endswith("_strict"))
                self.assertTrue(found.sending_steps)
                at = found._at(found.smtp_host, "outgoing_hosts")
                self.assertEqual(at, found, "its steps stand behind its refusals")

    def test_steps_name_what_the_kind_of_provider_needs(self):
        """App password, SMTP AUTH, connector, Send As and catchall."""
        for code, *said in (
            ("google", "app password", "Send mail as", "Default routing"),
            ("microsoft", "SMTP AUTH", "Connectors", "Send As", "internal relay"),
            ("zoho", "app password", "aliases", "Catch-all"),
        ):
            found = self.env.ref(f"mail_gateway_plus.provider_{code}")
            for words in said:
                with self.subTest(code, words=words):
                    self.assertIn(words, found._outgoing_steps())

    def test_each_names_its_source_or_is_marked(self):
        for found in self.env["mail.gateway.provider"].search([]):
            shown = found._outgoing_steps()
            with self.subTest(found.code):
                self.assertEqual(found.checked, "To Be Confirmed" not in shown)
                self.assertEqual(
                    bool(found.source), "Server, port and encryption." not in shown
                )
                self.assertEqual(
                    bool(found.steps_source), "The steps: they were not" not in shown
                )

    def test_what_is_known_is_not_marked(self):
        found = self.env.ref("mail_gateway_plus.provider_strato")
        self.assertNotIn("Server, port", found._outgoing_steps())
        found.steps_source = "provider"
        self.assertTrue(found.checked)
        self.assertNotIn("To Be Confirmed", found._outgoing_steps())
        found.unchecked = "Ask them."
        self.assertIn("Ask them.", found._outgoing_steps())

    def test_steps_against_a_refusal_and_of_a_mailbox_are_marked_too(self):
        text = self._text("mailbox_app_password", "imap.gmail.com")
        self.assertIn("To Be Confirmed: The steps", text)
        self.assertNotIn("To Be Confirmed", self._text("mailbox_answer", "h.example"))
        infomaniak = self.env.ref("mail_gateway_plus.provider_infomaniak")
        self.assertIn("To Be Confirmed: Server", infomaniak._incoming_steps())
        gandi = self.env.ref("mail_gateway_plus.provider_gandi")
        self.assertEqual(gandi._incoming_steps(), "", "nothing is said, none to doubt")

    def test_no_host_or_domain_belongs_to_two(self):
        for field in ("domains", "mx_hosts", "incoming_hosts", "outgoing_hosts"):
            names = " ".join(
                filter(None, self.env["mail.gateway.provider"].search([]).mapped(field))
            ).split()
            self.assertEqual(len(names), len(set(names)), field)

    def test_address_tells_its_provider(self):
        Provider = self.env["mail.gateway.provider"]
        for email, code in (
            ("ann@gmail.com", "google"),
            ("Ann <Ann@GMX.de>", "gmx"),
            ("ann@firm.onmicrosoft.com", "microsoft"),
            ("ann@hotmail.com", "outlook_com"),
            ("ann@example.com", False),
            ("apikey", False),
            (False, False),
        ):
            with self.subTest(email):
                self.assertEqual(Provider._of_address(email).code, code)

    def test_steps_for_sending_stand_behind_refusals_of_sending(self):
        text = self._text("smtp_send_as_denied", "smtp.office365.com")
        self.assertIn("permission Send As", text)
        self.assertNotIn("Manage email apps", text)
        text = self._text("smtp_auth_off_mailbox", "smtp.office365.com")
        self.assertIn("Manage email apps", text)
