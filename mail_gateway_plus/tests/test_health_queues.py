# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import fields
from odoo.tests import TransactionCase, tagged

from ..core import health
from ..core.finding import Finding
from ..core.smtp.fault import UNCERTAIN
from ..models.fetchmail_server_status import PAUSED
from ..models.mail_gateway_health import ACTIONS, CHECKS
from ..models.mail_mail_queue import PAUSED as SENDING_PAUSED
from .common import HealthMixin, QuarantineMixin

FETCH, PROCESS, SEND = ACTIONS


@tagged("post_install", "-at_install")
class TestHealthQueues(HealthMixin, QuarantineMixin, TransactionCase):
    def turn(self, cron, **ago):
        """Its turn was so long ago, and nobody has touched it since."""
        cron.flush_recordset()
        self.env.cr.execute(
            "UPDATE ir_cron SET nextcall = %(at)s, write_date = %(at)s"
            " WHERE id = %(id)s",
            {"at": fields.Datetime.now() - timedelta(**ago), "id": cron.id},
        )
        cron.invalidate_recordset()

    # --- queues

    def test_actions_that_are_off(self):
        self.box()
        for name in ACTIONS:
            cron = self.env.ref(name)
            with self.subTest(name):
                self.Health._cron_renew()
                self.assertEqual(self.told(cron), ("green", False))
                cron.active = False
                self.Health._cron_renew()
                self.assertEqual(self.told(cron), ("red", health.ACTION_OFF))
                self.assertIn(cron.cron_name, self.row(cron).title)
                self.assertEqual(self.row(cron).action_mend()["res_id"], cron.id)
                cron.active = True
                self.Health._cron_renew()
                self.assertEqual(self.told(cron), ("green", False))

    def test_checks_that_are_off(self):
        for name in CHECKS:
            cron = self.env.ref(name)
            with self.subTest(name):
                self.Health._renew()
                self.assertFalse(self.row(cron))
                cron.active = False
                self.Health._renew()
                self.assertEqual(self.told(cron), ("yellow", health.ACTION_OFF))
                cron.active = True
                self.turn(cron, days=1)
                self.Health._renew()
                self.assertEqual(self.told(cron), ("yellow", health.ACTION_LATE))
                self.turn(cron, days=0)
                self.Health._renew()
                self.assertFalse(self.row(cron))
                self.assertEqual(self.opened(cron), [])

    def test_action_that_does_not_run(self):
        cron = self.env.ref(SEND)
        self.turn(cron, days=2)
        self.Health._renew()
        self.assertEqual(self.told(cron), ("red", health.ACTION_LATE))

    def test_action_that_was_just_switched_on_is_not_late(self):
        cron = self.env.ref(SEND)
        self.turn(cron, days=2)
        cron.active = True
        cron.flush_recordset()
        cron.invalidate_recordset()
        self.Health._renew()
        self.assertEqual(self.told(cron), ("green", False))

    def test_nobody_is_told_of_a_night_with_the_machine_off(self):
        now = fields.Datetime.now()
        self.turn(self.env.ref(SEND), hours=9)
        off = self.Health.with_context(lastcall=now - timedelta(hours=9))
        off._cron_renew()
        self.assertFalse(self.activities())
        self.Health.with_context(lastcall=now - timedelta(minutes=15))._cron_renew()
        self.assertEqual(self.told(self.env.ref(SEND)), ("red", health.ACTION_LATE))

    def test_fetching_where_there_is_nothing_to_fetch(self):
        self.env["fetchmail.server"].search([]).active = False
        self.env.ref(FETCH).active = False
        self.Health._renew()
        self.assertFalse(self.row(self.env.ref(FETCH)))
        self.assertEqual(self.opened(self.env.ref(FETCH)), [])

    def test_fetching_that_is_paused(self):
        self.box()
        params = self.env["ir.config_parameter"].sudo()
        params.set_param(PAUSED, "True")
        self.Health._renew()
        cron = self.env.ref(FETCH)
        self.assertEqual(self.told(cron), ("yellow", health.PAUSED))
        self.assertEqual(self.row(cron).place, "settings")
        self.assertEqual(
            self.row(cron).action_mend()["res_model"], "res.config.settings"
        )
        params.set_param(PAUSED, "False")
        self.Health._renew()
        self.assertEqual(self.told(cron), ("green", False))

    def test_sending_that_is_paused(self):
        params = self.env["ir.config_parameter"].sudo()
        params.set_param(SENDING_PAUSED, "True")
        self.Health._renew()
        cron = self.env.ref(SEND)
        self.assertEqual(self.told(cron), ("yellow", health.SENDING_PAUSED))
        self.assertEqual(self.row(cron).place, "settings")
        params.set_param(SENDING_PAUSED, "False")
        self.Health._renew()
        self.assertEqual(self.told(cron), ("green", False))

    def test_server_of_the_configuration_file_is_stopped(self):
        hold = self.env["mail.gateway.hold"].create(
            {"state": "stopped", "params": {"host": "localhost"}}
        )
        self.Health._cron_renew()
        self.assertEqual(self.told(self.env.ref(SEND))[1], health.SERVER_STOPPED)
        self.assertFalse(self.activities(), "of that there is one already")
        hold.unlink()
        self.Health._renew()
        self.assertEqual(self.light(self.env.ref(SEND)), "green")

    def aged(self, records, hours):
        records.flush_recordset()
        before = fields.Datetime.now() - timedelta(hours=hours)
        self.env.cr.execute(
            f"UPDATE {records._table} SET create_date = %s WHERE id = ANY(%s)",
            (before, records.ids),
        )
        records.invalidate_recordset()

    def mail(self, **values):
        known = {"state": "outgoing", "email_to": "bob@out.example"}
        return self.env["mail.mail"].create({**known, **values})

    def test_mail_that_waits(self):
        self.env["mail.mail"].search([]).state = "cancel"
        cron = self.env.ref(SEND)
        mail = self.mail()
        later = self.mail(scheduled_date=fields.Datetime.now() + timedelta(hours=1))
        self.aged(mail + later, 2)
        self.Health._renew()
        self.assertEqual(self.told(cron), ("yellow", health.MAIL_WAITING))
        self.assertIn("1, the oldest for 2 hours", self.row(cron).title)
        self.aged(mail, 7)
        self.Health._renew()
        self.assertEqual(self.told(cron), ("red", health.MAIL_WAITING))
        self.assertIn(mail.id, self.mended_at(cron).ids)
        mail.state = "sent"
        self.Health._renew()
        self.assertEqual(self.told(cron), ("green", False))

    def mended_at(self, cron):
        """The mails that the button opens; their ids are those of the queue."""
        action = self.row(cron).action_mend()
        return self.env[action["res_model"]].search(action["domain"])

    def test_mail_of_which_nobody_knows(self):
        cron = self.env.ref(SEND)
        mail = self.mail(state="exception", failure_code=UNCERTAIN)
        self.Health._renew()
        self.assertEqual(self.told(cron), ("yellow", health.MAIL_UNCERTAIN))
        self.assertEqual(self.mended_at(cron).ids, mail.ids)
        mail.state = "sent"
        self.Health._renew()
        self.assertEqual(self.told(cron), ("green", False))

    def test_mail_that_fails(self):
        cron = self.env.ref(SEND)
        mails = self.env["mail.mail"].union(
            *(self.mail(state="exception") for _number in range(10))
        )
        self.Health._renew()
        self.assertEqual(self.told(cron), ("yellow", health.MAIL_FAILED))
        self.assertLessEqual(set(mails.ids), set(self.mended_at(cron).ids))
        mails.state = "cancel"
        self.Health._renew()
        self.assertNotIn(health.MAIL_FAILED, self.opened(cron))

    def test_ledger_that_waits(self):
        row = self.quarantined()
        row.write({"state": "received", "next_attempt": False})
        self.aged(row, 2)
        self.Health._renew()
        cron = self.env.ref(PROCESS)
        self.assertEqual(self.told(cron), ("yellow", health.LEDGER_WAITING))
        action = self.row(cron).action_mend()
        self.assertIn(row, row.search(action["domain"]))
        row.state = "ignored"
        self.Health._renew()
        self.assertEqual(self.told(cron), ("green", False))

    # --- activities

    def test_one_activity_a_change_with_the_difference(self):
        self.box()
        fetch, send = self.env.ref(FETCH), self.env.ref(SEND)
        (fetch + send).active = False
        self.Health._cron_renew()
        activity = self.activities()
        self.assertEqual(activity.summary, "Mail Health: 2 new faults")
        self.assertEqual(str(activity.note).count("New:"), 2)
        self.Health._cron_renew()
        self.assertEqual(self.activities(), activity)
        fetch.active = True
        self.Health._cron_renew()
        self.assertEqual(str(activity.note).count("New:"), 1)
        self.assertEqual(str(activity.note).count("No longer:"), 1)
        self.env.ref(PROCESS).active = False
        self.Health._cron_renew()
        self.assertEqual(len(self.activities()), 2)
        send.active = True
        self.Health._cron_renew()
        self.assertFalse(activity.exists())

    def test_what_somebody_saw_before_is_told_all_the_same(self):
        self.env.ref(SEND).active = False
        self.Health.action_open()
        self.assertFalse(self.activities())
        self.Health._cron_renew()
        self.activities().ensure_one().unlink()
        self.Health._cron_renew()
        self.assertFalse(self.activities(), "once")

    def test_what_somebody_sees_mended_has_no_activity_left(self):
        self.env.ref(SEND).active = False
        self.Health._cron_renew()
        self.activities().ensure_one()
        self.env.ref(SEND).active = True
        self.Health.action_open()
        self.assertFalse(self.activities())

    def test_what_is_long_over_is_forgotten(self):
        box = self.box()
        box._note_health(Finding("mailbox_login_refused"))
        found = self.Finding.search(self.Finding._about(box))
        box._note_health(None)
        self.Finding._gc_closed()
        self.assertTrue(found.exists())
        found.closed_on = fields.Datetime.now() - timedelta(days=366)
        self.Finding._gc_closed()
        self.assertFalse(found.exists())
