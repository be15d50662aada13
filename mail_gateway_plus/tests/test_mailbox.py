# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, TransactionCase, tagged

from ..net.recorder import Recorder

STARTTLS = "starttls_strict"


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

    #: What a look may have left on a folder.
    SEEN = {
        "uidvalidity": "7",
        "last_uid": "9",
        "looked_on": "2026-11-20",
        "waiting": 1,
        "listed": 2,
        "pending": "8",
        "unacknowledged": "9",
        "forgotten": "3",
    }

    def _seen(self, **values):
        folders = [Command.create({"name": "Sales", **self.SEEN})]
        mailbox = self._mailbox(folder_ids=folders, **values)
        self.assertEqual(self._state(mailbox), [list(self.SEEN.values())])
        return mailbox

    def _state(self, mailbox):
        return [
            [str(v) if n == "looked_on" else v for n, v in row.items() if n != "id"]
            for row in mailbox.folder_ids.read(list(self.SEEN))
        ]

    def test_copy_has_seen_nothing(self):
        """It is made for another account as a rule: there, these UIDs are of messages
        that nobody has fetched."""
        mailbox = self._seen(server="mail.example", user="ann")
        mailbox.write({"failures": 2, "next_fetch": "2026-11-20 09:00:00"})
        mailbox.write({"error_date": "2026-11-20 09:00:00", "error_message": "No"})
        twin = mailbox.copy({"user": "bob"})
        self.assertEqual(twin.folder_ids.mapped("name"), ["Sales"])
        new = self._mailbox(folder_ids=[Command.create({"name": "Sales"})])
        self.assertEqual(self._state(twin), self._state(new))
        self.assertEqual((twin.failures, twin.next_fetch), (0, False))
        self.assertEqual((twin.error_date, twin.error_message), (False, False))
        self.assertEqual(twin.state, "draft")

    def test_other_account_is_looked_into_anew(self):
        for values in (
            {"user": "bob"},
            {"server": "imap.other.example"},
            {"server": "imaps://imap.other.example"},
            {"server_type": "pop"},
        ):
            with self.subTest(values):
                mailbox = self._seen(server="mail.example", user="ann")
                mailbox.write(values)
                self.assertEqual(mailbox.folder_ids.uidvalidity, "")
                self.assertFalse(mailbox.folder_ids.unacknowledged)

    def test_same_account_stays_known(self):
        """Also when it is only written in another way, or logs in with a token."""
        for values in (
            {"password": "other"},
            {"port": 1143, "connection_security": STARTTLS},
            {"server": "imaps://Mail.Example"},
            {"user": "Ann"},
            {"server_type": "gmail", "is_ssl": True, "password": False},
        ):
            with self.subTest(values):
                mailbox = self._seen(server="mail.example", user="ann")
                mailbox.write(values)
                self.assertEqual(self._state(mailbox), [list(self.SEEN.values())])

    def test_folder_that_is_fetched_is_none_to_move_to(self):
        """What is moved there would come again; INBOX has any case (RFC 3501, 5.1),
        and is fetched where no folder is named."""
        inbox, sales = ([Command.create({"name": n})] for n in ("INBOX", "Sales"))
        for target, folders in (
            ("INBOX", []),
            ("inbox", []),
            ("Inbox", inbox),
            ("Sales", sales),
        ):
            with self.subTest(target), self.assertRaises(ValidationError):
                self._mailbox(after_fetch="move", move_to=target, folder_ids=folders)
        self._mailbox(after_fetch="move", move_to="INBOX", folder_ids=sales)
        self._mailbox(after_fetch="move", move_to="sales", folder_ids=sales)

    def test_recorder_keeps_what_a_login_hook_sends(self):
        recorder = Recorder()
        recorder.authenticate(
            "XOAUTH2", lambda challenge: "user=ann\1auth=Bearer t\1\1"
        )
        self.assertEqual(recorder.credentials.mechanism, "XOAUTH2")
        self.assertEqual(recorder.credentials.user, "ann")
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
            accounts, refused = mailbox._accounts()
        self.assertEqual(accounts, {})
        told = mailbox._explain(refused[mailbox.id])
        self.assertIn("ConnectionError", told)
        for text in (told, *log.output):
            self.assertNotIn("SECRET", text)

    def test_archived_mailbox_gives_no_connection(self):
        mailbox = self._mailbox(active=False)
        with self.assertRaisesRegex(UserError, "archived"):
            mailbox._connect__()


@tagged("post_install", "-at_install")
class TestServerName(TransactionCase):
    """What is typed as the server's name besides the name."""

    FIELDS = ("server", "port", "connection_security", "is_ssl", "server_type")

    def _mailbox(self, **values):
        return self.env["fetchmail.server"].create({"name": "Box", **values})

    def _values(self, mailbox):
        return tuple(mailbox[name] for name in self.FIELDS)

    def test_form_takes_it_apart(self):
        for typed, expected in (
            ("ssl://h.example:993", ("h.example", 993, "ssl_strict", True, "imap")),
            (
                "tls://h.example:143",
                ("h.example", 143, "starttls_strict", False, "imap"),
            ),
            ("tsl://h.example", ("h.example", 143, STARTTLS, False, "imap")),
            ("pop3s://h.example", ("h.example", 995, "ssl_strict", True, "pop")),
            (
                "tls://h.example:110",
                ("h.example", 110, "starttls_strict", False, "pop"),
            ),
            ("imaps://h.example:1993", ("h.example", 1993, "ssl_strict", True, "imap")),
            ("h.example:14300", ("h.example", 14300, "ssl_strict", True, "imap")),
            ("https://h.example/mail", ("h.example", 993, "ssl_strict", True, "imap")),
            ("[::1]:995", ("::1", 995, "ssl_strict", True, "pop")),
        ):
            with self.subTest(typed), Form(self.env["fetchmail.server"]) as form:
                form.name, form.server = "Box", typed
                self.assertEqual(self._values(form), expected)
                form.user, form.password = "ann", "secret"
            self.assertEqual(self._values(form.record), expected)

    def test_user_in_the_name_fills_the_empty_field(self):
        with Form(self.env["fetchmail.server"]) as form:
            form.name, form.server = "Box", "imaps://ann%40h.example@imap.h.example/"
            self.assertEqual(form.user, "ann@h.example")
            form.user = "bob"
            form.server = "imaps://ann@imap.h.example/"
            self.assertEqual(form.user, "bob")
            form.password = "secret"

    def test_code_that_writes_it(self):
        mailbox = self._mailbox(server="{h.example:993/imap/ssl/novalidate-cert}INBOX")
        self.assertEqual(self._values(mailbox), ("h.example", 993, "ssl", True, "imap"))
        mailbox.server = "imaps://other.example"
        self.assertEqual(
            self._values(mailbox), ("other.example", 993, "ssl", True, "imap")
        )
        mailbox.write({"server": "tls://h.example", "port": 993})
        self.assertEqual(
            self._values(mailbox), ("h.example", 143, "starttls_strict", False, "imap")
        )

    def test_each_mailbox_keeps_what_it_said_of_certificates(self):
        strict = self._mailbox(connection_security="ssl_strict")
        lax = self._mailbox(connection_security="ssl")
        (strict + lax).server = "imaps://h.example:993"
        self.assertEqual(
            (strict + lax).mapped("connection_security"), ["ssl_strict", "ssl"]
        )

    def test_folder_behind_the_server_is_fetched(self):
        with Form(self.env["fetchmail.server"]) as form:
            form.name, form.server = "Box", "{h.example:993/imap/ssl}B&APw-ro"
            form.user, form.password = "ann", "secret"
        self.assertEqual(form.record.folder_ids.mapped("name"), ["Büro"])
        mailbox = self._mailbox(server="imaps://h.example/Work")
        self.assertEqual(mailbox.folder_ids.mapped("name"), ["Work"])
        mailbox.server = "imaps://h.example/Other"
        self.assertEqual(mailbox.folder_ids.mapped("name"), ["Work"], "chosen before")
        self.assertFalse(self._mailbox(server="{h.example}INBOX").folder_ids)

    def test_local_server_has_no_spelling(self):
        mailbox = self._mailbox(server_type="local", server="ssl://h.example")
        self.assertEqual(mailbox.server_type, "local")

    def test_port_out_of_range(self):
        for values in (
            {"port": 65536},
            {"port": -1},
            {"server": "h.example:70000"},
            {"server": "ssl://h.example:99999999999999999999"},
        ):
            with self.subTest(values):
                with self.assertRaisesRegex(ValidationError, "There is no port"):
                    self._mailbox(**values)
                mailbox = self._mailbox()
                with self.assertRaisesRegex(ValidationError, "There is no port"):
                    mailbox.write(values)

    def test_empty_name_is_told_when_the_mailbox_is_confirmed(self):
        mailbox = self._mailbox(server=" ", user="ann")
        with self.assertRaisesRegex(UserError, "Server Name is empty"):
            mailbox.button_confirm_login()
