# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import SQL, mute_logger

RAW = b"From: ann@out.example\r\nTo: sales@demo.example\r\nSubject: Hi\r\n\r\nHello\r\n"


@tagged("post_install", "-at_install")
class TestLedger(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mailbox = cls.env["fetchmail.server"].create({"name": "Box"})
        cls.row = cls._receive("1")
        cls.operator = new_test_user(
            cls.env, "operator", groups="mail_gateway_plus.group_operator"
        )

    @classmethod
    def _receive(cls, uid, raw=RAW, mailbox=None):
        return cls.env["mail.gateway.incoming"]._receive(
            mailbox or cls.mailbox, "INBOX", "7", [(uid, raw)]
        )

    def test_facts_stand_on_the_row(self):
        self.assertEqual(self.row.email_from, "ann@out.example")
        self.assertEqual(self.row.recipients, "sales@demo.example")
        self.assertEqual(self.row.subject, "Hi")
        self.assertEqual(self.row.state, "received")
        self.assertEqual(self.row._raw(), RAW)
        self.assertIn("Subject: Hi", self.row.head)

    def test_empty_message_is_a_message(self):
        self.assertEqual(self._receive("2", b"")._raw(), b"")

    def test_place_in_the_mailbox_is_unique(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self._receive("1")

    def test_look_into_a_mailbox_does_not_read_the_whole_ledger(self):
        self.env.cr.execute(
            """
            INSERT INTO mail_gateway_incoming
                   (server_id, account, folder, uidvalidity, uid, state, tidied,
                    attempts)
            SELECT %s, 'a', 'INBOX', '1', n, 'routed', true, 1
              FROM generate_series(1, 9000) n
            """,
            [self.mailbox.id],
        )
        self.env.cr.execute("ANALYZE mail_gateway_incoming")
        place = [("account", "=", "a"), ("folder", "=", "INBOX")]
        wanted = ["|", ("fetch_again", "=", True), ("uid", "in", ["8", "9"])]
        server = ("server_id", "=", self.mailbox.id)
        domain = [server, *place, ("uidvalidity", "=", "1"), *wanted]
        query = self.env["mail.gateway.incoming"]._search(domain).select()
        plan = str(self.env.execute_query(SQL("EXPLAIN %s", query)))
        self.assertIn("fetch_again_index", plan)
        self.assertIn("(uid)::text = ANY", plan.partition("place_unique")[2])
        self.assertNotIn("Seq Scan", plan)
        query = self.env["mail.gateway.incoming"]._search(
            [server, *place, ("tidied", "=", False)]
        )
        plan = str(self.env.execute_query(SQL("EXPLAIN %s", query.select())))
        self.assertIn("untidied_index", plan)

    def test_arrival_wakes_the_processing(self):
        cron = self.env.ref("mail_gateway_plus.ir_cron_process")
        self.assertTrue(
            self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        )

    def test_row_outlives_its_mailbox(self):
        other = self.env["fetchmail.server"].create({"name": "Short-lived"})
        row = self._receive("1", mailbox=other)
        other.unlink()
        self.assertTrue(row.exists())
        self.assertFalse(row.server_id)
        self.assertEqual(row._raw(), RAW)

    def test_chunks_go_with_their_row(self):
        chunks = self.env["mail.gateway.chunk"].search(
            [("incoming_id", "=", self.row.id)]
        )
        self.assertTrue(chunks)
        self.row.unlink()
        self.assertFalse(chunks.exists())

    def test_operator_reads_and_reprocesses(self):
        row = self.row.with_user(self.operator)
        self.assertEqual(row.subject, "Hi")
        self.assertEqual(row._raw(), RAW)
        self.row.write({"state": "quarantined", "reason_code": "no_route"})
        row.action_reprocess()
        self.assertEqual(self.row.state, "received")

    def test_operator_writes_nothing(self):
        row = self.row.with_user(self.operator)
        for values in ({"state": "received"}, {"email_from": "x@y.example"}):
            with self.subTest(values), self.assertRaises(AccessError):
                row.write(values)

    def test_operator_leaves_a_note_and_an_activity(self):
        row = self.row.with_user(self.operator)
        self.assertTrue(row.message_post(body="I asked the sender"))
        activity = row.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.operator.id
        )
        self.assertIn(activity, self.row.activity_ids)

    def test_operator_sees_no_name_of_a_record_out_of_reach(self):
        secret = self.env["ir.config_parameter"].create(
            {"key": "secret.parameter", "value": "x"}
        )
        outcome = self.env["mail.gateway.outcome"].create(
            {
                "incoming_id": self.row.id,
                "res_model": "ir.config_parameter",
                "res_id": secret.id,
            }
        )
        self.assertEqual(outcome.record_name, "secret.parameter")
        seen = outcome.with_user(self.operator)
        self.assertNotIn("secret", seen.record_name + seen.display_name)

    def test_outcome_of_an_addon_that_is_gone(self):
        outcome = self.env["mail.gateway.outcome"].create(
            {"incoming_id": self.row.id, "res_model": "no.such.model", "res_id": 1}
        )
        self.assertEqual(outcome.model_name, "no.such.model")
        self.assertIn("No longer there", outcome.record_name)

    def test_what_was_routed_is_not_processed_again(self):
        self.row.state = "routed"
        self.row.action_reprocess()
        self.assertEqual(self.row.state, "routed")

    def test_employee_sees_nothing_of_the_ledger(self):
        employee = new_test_user(self.env, "employee", groups="base.group_user")
        for model in ("mail.gateway.incoming", "mail.gateway.outcome"):
            with self.subTest(model), self.assertRaises(AccessError):
                self.env[model].with_user(employee).search([])
        with self.assertRaises(AccessError):
            self.row.with_user(employee)._raw()

    def test_nobody_reads_chunks_past_the_ledger(self):
        admin = self.env.ref("base.user_admin")
        with self.assertRaises(AccessError):
            self.env["mail.gateway.chunk"].with_user(admin).search([])

    def test_settings_administrators_are_managers(self):
        admin = self.env.ref("base.user_admin")
        self.assertTrue(admin.has_group("mail_gateway_plus.group_manager"))

    def test_other_companies_stay_apart(self):
        company = self.env["res.company"].create({"name": "Other"})
        theirs = self.env["fetchmail.server"].create(
            {"name": "Theirs", "company_id": company.id}
        )
        row = self._receive("1", mailbox=theirs)
        self.assertEqual(row.company_id, company)
        visible = self.env["mail.gateway.incoming"].with_user(self.operator)
        self.assertNotIn(row, visible.search([]))
        self.assertIn(self.row, visible.search([]))
