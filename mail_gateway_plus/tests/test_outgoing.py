# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, TransactionCase, tagged


class OutgoingMixin:
    def _server(self, **values):
        defaults = {"name": "Out", "smtp_host": "smtp.example"}
        return self.env["ir.mail_server"].create({**defaults, **values})

    def _mailbox(self, **values):
        defaults = {"name": "Box", "server": "imap.example", "user": "ann@h.example"}
        return self.env["fetchmail.server"].create({**defaults, **values})


@tagged("post_install", "-at_install")
class TestOutgoingSpelling(OutgoingMixin, TransactionCase):
    def _values(self, server):
        return server.smtp_host, server.smtp_port, server.smtp_encryption

    def test_form_takes_it_apart_at_once(self):
        for typed, expected in (
            ("smtp.example", ("smtp.example", 25, "none")),
            ("ssl://h.example:465", ("h.example", 465, "ssl_strict")),
            ("ssl://h.example", ("h.example", 465, "ssl_strict")),
            ("ssl://h.example:10465", ("h.example", 10465, "ssl_strict")),
            ("tls://h.example", ("h.example", 587, "starttls_strict")),
            ("tls://h.example:25", ("h.example", 25, "starttls_strict")),
            ("tsl://h.example:587", ("h.example", 587, "starttls_strict")),
            ("smtp://h.example", ("h.example", 25, "none")),
            ("smtps://h.example", ("h.example", 465, "ssl_strict")),
            ("submission://h.example", ("h.example", 587, "starttls_strict")),
            ("[::1]:465", ("::1", 465, "ssl_strict")),
        ):
            with self.subTest(typed), Form(self.env["ir.mail_server"]) as form:
                form.name, form.smtp_host = "Out", typed
                self.assertEqual(self._values(form), expected)
            self.assertEqual(self._values(form.record), expected)

    def test_code_that_writes_it(self):
        server = self._server(smtp_host="ssl://ann@h.example:465")
        self.assertEqual(self._values(server), ("h.example", 465, "ssl_strict"))
        self.assertEqual(server.smtp_user, "ann")
        other = self._server(smtp_encryption="starttls")
        (server + other).write({"smtp_host": "tls://other.example:587"})
        self.assertEqual(
            self._values(server), ("other.example", 587, "starttls_strict")
        )
        self.assertEqual(self._values(other), ("other.example", 587, "starttls"))
        (server + other).write({"smtp_port": 2525})
        self.assertEqual((server + other).mapped("smtp_port"), [2525, 2525])

    def test_oauth_servers_keep_their_security(self):
        server = self._server(
            smtp_authentication="outlook",
            smtp_encryption="starttls",
            smtp_port=587,
            smtp_user="ann@h.example",
        )
        server.smtp_host = "ssl://smtp.office365.com:465"
        self.assertEqual(self._values(server), ("smtp.office365.com", 587, "starttls"))
        with Form(server) as form:
            form.smtp_host = "smtps://smtp.outlook.com"
            self.assertEqual(self._values(form), ("smtp.outlook.com", 587, "starttls"))

    def test_port_out_of_range(self):
        for values in ({"smtp_port": 65536}, {"smtp_host": "tls://h.example:70000"}):
            with (
                self.subTest(values),
                self.assertRaisesRegex(ValidationError, "There is no port"),
            ):
                self._server(**values)

    def test_port_follows_the_encryption(self):
        with Form(self.env["ir.mail_server"]) as form:
            form.name, form.smtp_host = "Out", "h.example"
            for encryption, port in (
                ("ssl_strict", 465),
                ("starttls_strict", 587),
                ("none", 25),
                ("starttls", 25),
                ("ssl", 465),
            ):
                form.smtp_encryption = encryption
                self.assertEqual(form.smtp_port, port)


@tagged("post_install", "-at_install")
class TestSameAsMailbox(OutgoingMixin, TransactionCase):
    def _twin(self, mailbox, **values):
        values = {"smtp_authentication": "mailbox", **values}
        return self._server(mailbox_id=mailbox.id, **values)

    def test_kind_survives_its_description(self):
        server = self._twin(self._mailbox())
        self.assertIn("incoming mail server", server.smtp_authentication_info)
        self.assertEqual(server.smtp_authentication, "mailbox")
        for kind in ("login", "gmail", "outlook", "cli"):
            other = self.env["ir.mail_server"].new({"smtp_authentication": kind})
            self.assertTrue(other.smtp_authentication_info)
            self.assertNotIn("incoming", other.smtp_authentication_info)

    def test_form(self):
        mailbox = self._mailbox(password="secret")
        with Form(self.env["ir.mail_server"]) as form:
            form.name, form.smtp_host = "Out", "h.example"
            form.smtp_authentication = "mailbox"
            form.mailbox_id = mailbox
        self.assertEqual(form.record.smtp_authentication, "mailbox")
        self.assertFalse(form.record.smtp_user or form.record.smtp_pass)

    def test_credentials_stay_with_the_mailbox(self):
        mailbox = self._mailbox(password="secret")
        server = self._twin(mailbox)
        self.assertEqual(server._credentials(), ("ann@h.example", "secret"))
        self.assertFalse(server.smtp_pass)
        mailbox.password = "renewed"
        server.smtp_user = "delegate@h.example"
        self.assertEqual(server._credentials(), ("delegate@h.example", "renewed"))

    def test_mailbox_is_needed(self):
        with self.assertRaisesRegex(ValidationError, "choose the mailbox"):
            self._server(smtp_authentication="mailbox")
        with self.assertRaisesRegex(ValidationError, "has no password to use here"):
            self._twin(self._mailbox(server_type="local"))
        oauth = self._mailbox(server_type="outlook", is_ssl=True)
        with self.assertRaisesRegex(ValidationError, "their OAuth Authentication"):
            self._twin(oauth)

    def test_used_mailbox_is_not_deleted(self):
        mailbox = self._mailbox()
        server = self._twin(mailbox, name="Sales Relay")
        with self.assertRaisesRegex(UserError, "Sales Relay.*Archive it"):
            mailbox.unlink()
        server.smtp_authentication = "login"
        mailbox.unlink()
        self.assertFalse(server.mailbox_id)

    def test_archived_mailbox_goes_on_lending(self):
        mailbox = self._mailbox(password="secret")
        server = self._twin(mailbox)
        mailbox.active = False
        server.invalidate_recordset()
        self.assertEqual(server._credentials(), ("ann@h.example", "secret"))
        self.assertTrue(server._relay().logs_in)

    def test_archived_server_keeps_its_mailbox_from_deletion(self):
        mailbox = self._mailbox()
        self._twin(mailbox, name="Old Relay", active=False)
        mailbox.active = False
        with self.assertRaisesRegex(UserError, "Old Relay"):
            mailbox.unlink()


@tagged("post_install", "-at_install")
class TestOutgoingProvider(OutgoingMixin, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.google = cls.env.ref("mail_gateway_plus.provider_google")
        cls.microsoft = cls.env.ref("mail_gateway_plus.provider_microsoft")

    def _values(self, server):
        return server.smtp_host, server.smtp_port, server.smtp_encryption

    def test_choosing_one_fills_the_form(self):
        with Form(self.env["ir.mail_server"]) as form:
            form.name, form.provider_id = "Out", self.google
            self.assertEqual(self._values(form), ("smtp.gmail.com", 465, "ssl_strict"))
            self.assertEqual(form.limit_day, 2000)
            self.assertIn("myaccount.google.com/apppasswords", form.provider_steps)
            self.assertIn("To Be Confirmed", form.provider_steps)
            form.provider_id = self.microsoft
            self.assertEqual(
                self._values(form), ("smtp.office365.com", 587, "starttls_strict")
            )
            self.assertEqual((form.limit_minute, form.limit_day), (30, 10000))
            self.assertNotIn("apppasswords", form.provider_steps)
        self.assertEqual(form.record.limit_minute, 30)

    def test_each_provider_fills_what_it_says(self):
        sending = self.env["mail.gateway.provider"].search([("smtp_host", "!=", False)])
        with Form(self.env["ir.mail_server"]) as form:
            form.name = "Out"
            for found in sending:
                form.provider_id = found
                self.assertEqual(self._values(form), self._values(found))

    def test_address_finds_it_while_there_is_no_server(self):
        with Form(self.env["ir.mail_server"]) as form:
            form.name, form.smtp_user = "Out", "ann@gmail.com"
            self.assertEqual(form.provider_id, self.google)
            self.assertEqual(form.smtp_host, "smtp.gmail.com")
        with Form(self.env["ir.mail_server"]) as form:
            form.name, form.smtp_host = "Out", "mail.h.example"
            form.smtp_user = "ann@gmail.com"
            self.assertFalse(form.provider_id)
            self.assertEqual(form.smtp_host, "mail.h.example")

    def test_mailbox_finds_it_too(self):
        mailbox = self._mailbox(server="imap.gmail.com", user="ann@h.example")
        with Form(self.env["ir.mail_server"]) as form:
            form.name, form.smtp_authentication = "Out", "mailbox"
            form.mailbox_id = mailbox
            self.assertEqual(form.smtp_host, "smtp.gmail.com")

    def test_steps_show_for_a_server_that_was_typed(self):
        server = self._server(smtp_host="smtp.office365.com")
        self.assertFalse(server.provider_id)
        self.assertIn("Authenticated SMTP", server.provider_steps)
        self.assertFalse(self._server().provider_steps)

    def test_oauth_server_keeps_its_own_settings(self):
        with Form(self.env["ir.mail_server"]) as form:
            form.name, form.smtp_authentication = "Out", "outlook"
            form.smtp_user = "ann@h.example"
            form.provider_id = self.microsoft
            self.assertEqual(self._values(form)[1:], (587, "starttls"))
            self.assertEqual(form.limit_minute, 30)

    def test_code_that_names_only_the_provider(self):
        server = self._server(smtp_host=False, provider_id=self.google.id)
        self.assertEqual(self._values(server), ("smtp.gmail.com", 465, "ssl_strict"))
        named = self._server(provider_id=self.google.id)
        self.assertEqual(named.smtp_host, "smtp.example")


@tagged("post_install", "-at_install")
class TestAccountAddress(OutgoingMixin, TransactionCase):
    def test_each_kind_has_its_own(self):
        self.env.company.alias_domain_id = self.env["mail.alias.domain"].create(
            {"name": "h.example", "default_from": "notify"}
        )
        mailbox = self._mailbox(user="Shared@h.example").id
        for expected, values in (
            ("ann@h.example", {"smtp_user": "ann@h.example", "from_filter": "b@h.x"}),
            ("b@h.x", {"smtp_user": "apikey", "from_filter": "h.x, b@h.x, c@h.x"}),
            ("notify@h.example", {"smtp_user": "apikey", "from_filter": "h.x"}),
            ("notify@h.example", {"smtp_user": False}),
            (
                "shared@h.example",
                {
                    "smtp_authentication": "mailbox",
                    "mailbox_id": mailbox,
                    "smtp_user": "delegate@h.example",
                },
            ),
            ("ann@h.example", {**OAUTH, "from_filter": "ann@h.example"}),
            ("ann@h.example", {**OAUTH, "from_filter": "h.example"}),
            ("shared@h.example", {**OAUTH, "from_filter": "shared@h.example"}),
        ):
            with self.subTest(values):
                server = self._server(**values)
                self.assertEqual(server._account_address(), expected)


OAUTH = {
    "smtp_authentication": "outlook",
    "smtp_encryption": "starttls",
    "smtp_user": "ann@h.example",
}
