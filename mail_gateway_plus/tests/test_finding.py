# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged

from .. import hooks
from ..core.finding import Finding
from ..models.fetchmail_server_status import PAUSED

UNVERIFIED, CLEAR = "mailbox_certificate_unverified", "mailbox_clear_text"


@tagged("post_install", "-at_install")
class TestFinding(TransactionCase):
    def _mailbox(self, **values):
        return self.env["fetchmail.server"].create(
            {"name": "Box", "server": "imap.example", "port": 993, **values}
        )

    def _all(self, mailbox):
        return self.env["mail.gateway.finding"].search(
            [("res_model", "=", mailbox._name), ("res_id", "=", mailbox.id)]
        )

    def test_findings_come_and_go_with_the_settings(self):
        mailbox = self._mailbox(connection_security="ssl")
        found = mailbox.finding_ids
        self.assertEqual(found.mapped("code"), [UNVERIFIED])
        self.assertEqual(found.severity, "warning")
        self.assertEqual(found.subject, "imap.example:993")
        self.assertTrue(found.opened_on)
        self.assertEqual(mailbox.finding_severity, "warning")
        mailbox.connection_security = "none"
        self.assertTrue(found.closed_on)
        self.assertEqual(mailbox.finding_ids.mapped("code"), [CLEAR])
        mailbox.connection_security = "starttls_strict"
        self.assertFalse(mailbox.finding_ids)
        self.assertFalse(mailbox.finding_severity)
        self.assertEqual(len(self._all(mailbox)), 2, "they are history")

    def test_what_stays_stays_open_and_follows_its_subject(self):
        mailbox = self._mailbox(connection_security="ssl")
        found = mailbox.finding_ids
        mailbox.server = "mail.example"
        self.assertEqual(mailbox.finding_ids, found)
        self.assertEqual(found.subject, "mail.example:993")
        self.assertIn("mail.example", found.cause)

    def test_stock_field_counts_too(self):
        mailbox = self._mailbox(is_ssl=False)
        self.assertEqual(mailbox.finding_ids.code, CLEAR)
        mailbox.is_ssl = True
        self.assertFalse(mailbox.finding_ids)

    def test_verified_and_local_mailboxes_have_none(self):
        self.assertFalse(self._mailbox().finding_ids)
        local = self._mailbox(server_type="local", connection_security="none")
        self.assertFalse(local.finding_ids)

    def test_mailboxes_that_were_there_before_are_told_of(self):
        mailbox = self._mailbox(connection_security="ssl", active=False)
        self._all(mailbox).unlink()
        hooks.post_init_hook(self.env)
        self.assertEqual(self._all(mailbox).code, UNVERIFIED)

    def test_other_checks_are_left_alone(self):
        mailbox = self._mailbox()
        Findings = self.env["mail.gateway.finding"]
        other = Finding("mailbox_login_refused", params={"host": "h", "user": "u"})
        Findings._renew(mailbox, [other], {"mailbox_login_refused"})
        mailbox.connection_security = "ssl"
        self.assertEqual(len(mailbox.finding_ids), 2)
        self.assertEqual(mailbox.finding_severity, "error", "the worst counts")
        Findings._renew(mailbox, [], {"mailbox_login_refused"})
        self.assertEqual(mailbox.finding_ids.code, UNVERIFIED)

    def test_findings_go_with_their_mailbox(self):
        mailbox = self._mailbox(connection_security="ssl")
        found = mailbox.finding_ids
        mailbox.unlink()
        self.assertFalse(found.exists())

    def test_operators_read_those_of_their_companies(self):
        other = self.env["res.company"].create({"name": "Other"})
        mine = self._mailbox(connection_security="ssl")
        theirs = self._mailbox(connection_security="ssl", company_id=other.id)
        user = new_test_user(
            self.env, "operator-o", groups="mail_gateway_plus.group_operator"
        )
        found = self.env["mail.gateway.finding"].with_user(user).search([])
        self.assertIn(mine.finding_ids.id, found.ids)
        self.assertFalse(set(theirs.finding_ids.ids) & set(found.ids))
        with self.assertRaises(AccessError):
            found[:1].write({"severity": "ok"})
        mine.company_id = other
        found = self.env["mail.gateway.finding"].with_user(user).search([])
        self.assertFalse(found & mine.finding_ids, "it moves with its mailbox")

    def test_status_shows_and_is_found(self):
        Mailbox = self.env["fetchmail.server"].with_context(fetchmail_cron_running=True)
        boxes = {
            "draft": self._mailbox(),
            "working": self._mailbox(state="done"),
            "failing": self._mailbox(state="done", error_date="2026-11-20"),
            "local": self._mailbox(server_type="local"),
        }
        for status, box in boxes.items():
            with self.subTest(status):
                self.assertEqual(box.fetch_status, status)
                found = Mailbox.search([("fetch_status", "=", status)])
                self.assertIn(box, found)
                self.assertEqual(set(found.mapped("fetch_status")), {status})
        both = Mailbox.search([("fetch_status", "in", ("draft", "failing"))])
        self.assertEqual(set(both.mapped("fetch_status")), {"draft", "failing"})

    def test_switch_in_general_settings_shows_on_each_mailbox(self):
        box = self._mailbox(state="done", error_date="2026-11-20")
        self.assertFalse(box.fetching_paused)
        self.env["ir.config_parameter"].sudo().set_param(PAUSED, "True")
        box.invalidate_recordset()
        self.assertTrue(box.fetching_paused)
        self.assertEqual(box.fetch_status, "paused")
        Mailbox = self.env["fetchmail.server"]
        self.assertIn(box, Mailbox.search([("fetch_status", "=", "paused")]))
        self.assertFalse(Mailbox.search([("fetch_status", "=", "failing")]))
