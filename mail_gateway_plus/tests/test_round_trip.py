# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, TransactionCase, tagged

from .test_permission import PermissionMixin

START = "mail.gateway.round.trip.start"


@tagged("post_install", "-at_install")
class TestRoundTrip(PermissionMixin, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["fetchmail.server"].search([]).unlink()
        cls.admin = cls.env.ref("base.user_admin")

    def _mailbox(self, user, state="done", **values):
        return self.env["fetchmail.server"].create(
            {"name": user, "server": "imap.h.example", "user": user, **values}
            | {"state": state}
        )

    def _trip(self, **values):
        permission = self._permission("ann@h.example", state="unknown")
        mailbox = self._mailbox("erp@h.example")
        trip = permission._begin_trips(mailbox, "erp@h.example")
        trip.write(values)
        return trip

    def test_mailbox_and_address_are_proposed(self):
        self._mailbox("account")
        self._mailbox("draft@h.example", state="draft")
        erp = self._mailbox("erp@h.example")
        action = self.server.with_user(self.admin).action_round_trip()
        start = self.env[START].with_user(self.admin)
        form = Form(start.with_context(**action["context"]))
        self.assertEqual(form.mailbox_id, erp)
        self.assertEqual(form.email_to, "erp@h.example")
        self.assertGreater(form.count, 0)
        self.assertFalse(form.is_foreign)
        form.email_to = "x@else.example"
        self.assertTrue(form.is_foreign)

    def test_mailbox_of_the_same_account_comes_first(self):
        self._mailbox("a@h.example")
        twin = self._mailbox("b@h.example")
        self.server.write({"smtp_authentication": "mailbox", "mailbox_id": twin.id})
        context = self.server.action_round_trip()["context"]
        self.assertEqual(Form(self.env[START].with_context(**context)).mailbox_id, twin)

    def test_archived_server_shows_what_it_would_send(self):
        self._mailbox("erp@h.example")
        self.server.active = False
        context = self.server.with_user(self.admin).action_round_trip()["context"]
        start = self.env[START].with_user(self.admin).with_context(**context)
        with Form(start) as form:
            self.assertGreater(form.count, 0)
        self.assertEqual(form.record.mail_server_ids, self.server)

    def test_waits_longer_than_between_two_fetches(self):
        Trip = self.env["mail.gateway.round.trip"]
        mailbox = self._mailbox("erp@h.example", fetch_interval=5)
        self.assertEqual(Trip._minutes(mailbox), 15)
        mailbox.fetch_interval = 30
        self.assertEqual(Trip._minutes(mailbox), 60)
        parameter = self.env["ir.config_parameter"]
        parameter.set_param("mail_gateway_plus.round_trip_minutes", "90")
        self.assertEqual(Trip._minutes(mailbox), 90)

    def test_only_administrators_begin_one(self):
        for user in (self.operator, self.manager):
            with self.assertRaises(AccessError):
                self.server.with_user(user).action_round_trip()
            with self.assertRaises(AccessError):
                self.env[START].with_user(user).create({})

    def test_personal_server_is_its_owners(self):
        server = self._server("Mine", owner_user_id=self.manager.id, smtp_host="x")
        found = self._permission("m@h.example", server=server)
        mailbox = self._mailbox("erp@h.example")
        start = self.env[START].with_user(self.admin)
        of_server = {"mailbox_id": mailbox.id, "mail_server_ids": server.ids}
        with self.assertRaisesRegex(UserError, "can test it"):
            start.create(of_server).action_send()
        with self.assertRaises(AccessError):
            start.create({"mailbox_id": mailbox.id, "permission_ids": found.ids})

    def test_operators_read_the_report_and_nobody_the_digest(self):
        trip = self._trip(state="returned", token_digest="0a1b", spf="pass")
        seen = trip.permission_id.with_user(self.operator)
        self.assertEqual(seen.trip_spf, "pass")
        self.assertNotIn("token_digest", trip.with_user(self.operator).read()[0])
        with self.assertRaises(AccessError):
            trip.with_user(self.admin).read(["token_digest"])
        with self.assertRaises(AccessError):
            trip.with_user(self.manager).write({"state": "returned"})

    def test_begins_anew_what_still_waits(self):
        trip = self._trip()
        again = trip.permission_id._begin_trips(trip.mailbox_id, "new@h.example")
        self.assertFalse(trip.exists())
        self.assertEqual(again.permission_id.trip_id, again)

    def test_addresses_that_were_never_asked_get_a_row(self):
        rows = self.env["mail.gateway.permission"]._rows(self.server)
        self.assertIn("erp@h.example", rows.mapped("email"))
        self.assertEqual(set(rows.mapped("state")), {"unknown"})
        self.assertFalse(any(rows.mapped("is_old")))
        again = self.env["mail.gateway.permission"]._rows(self.server)
        self.assertEqual(again, rows)
