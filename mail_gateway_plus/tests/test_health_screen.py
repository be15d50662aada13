# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged

from ..core import health
from ..core.finding import Finding
from ..models.mail_gateway_health import ACTIONS, SUBJECTS
from .common import HealthMixin, QuarantineMixin

FETCH, PROCESS, SEND = ACTIONS


@tagged("post_install", "-at_install")
class TestHealthScreen(HealthMixin, QuarantineMixin, TransactionCase):
    # --- the lights

    def test_light_in_the_database_is_that_of_the_table(self):
        for severity in ("error", "warning", "info", "ok", None):
            for is_checked in (True, False):
                with self.subTest(severity=severity, is_checked=is_checked):
                    server = self.server(
                        health_checked_on=is_checked and fields.Datetime.now()
                    )
                    found = [Finding("smtp_refused", severity)] if severity else []
                    self.Finding._renew(server, found, {"smtp_refused"})
                    expected = health.light(severity, is_checked=is_checked)
                    self.assertEqual(self.light(server), expected)

    def test_kinds_are_those_of_the_table(self):
        self.assertEqual(set(SUBJECTS), set(health.KINDS))
        kinds = dict(self.Health._fields["kind"].selection)
        self.assertEqual(set(kinds), set(health.KINDS))
        lights = dict(self.Health._fields["light"].selection)
        self.assertEqual(set(lights), set(health.LIGHTS))

    def test_every_place_opens_something(self):
        places = set(health.PLACES.values()) | set(health.KINDS)
        for place in places - set(health.KINDS):
            self.assertTrue(hasattr(self.Health, f"_open_{place}"), place)

    def test_worst_comes_first_and_stays_since_when_it_is(self):
        well, yellow, red = self.box(), self.box(), self.box()
        draft = self.box(state="draft")
        yellow._note_health(Finding("mailbox_not_marked"))
        red._note_health(Finding("mailbox_login_refused"))
        boxes = [("res_model", "=", "fetchmail.server")]
        ids = (well + yellow + red + draft).ids
        rows = self.Health.search([*boxes, ("res_id", "in", ids)])
        self.assertEqual(rows.mapped("light"), ["red", "yellow", "grey", "green"])
        self.assertEqual(rows.mapped("res_id"), [red.id, yellow.id, draft.id, well.id])
        self.assertEqual(rows[0].since, rows[0].finding_id.opened_on)

    def test_one_next_thing_in_the_words_of_the_finding(self):
        box = self.box()
        params = {"host": "imap.example", "user": "ann", "reply": "NO"}
        box._note_health(Finding("mailbox_login_refused", params=params))
        box._renew_findings()
        row = self.row(box)
        self.assertEqual(row.title, "imap.example refuses the login of ann")
        self.assertTrue(row.next_step)
        self.assertNotIn("\n", row.next_step)
        self.assertEqual(row.place, "mailbox")
        action = row.action_mend()
        self.assertEqual(action["res_model"], "fetchmail.server")
        self.assertEqual(action["res_id"], box.id)

    # --- the whole

    def test_summary(self):
        box = self.box()
        box._note_health(Finding("mailbox_login_refused"))
        found = self.Health.get_summary()
        counts = {light: count for light, _label, count in found["lights"]}
        self.assertEqual(list(counts), list(health.LIGHTS))
        self.assertGreaterEqual(counts["red"], 1)
        self.assertIn("need attention", found["text"])

    def test_summary_where_all_is_well(self):
        self.only(self.box(), self.box())
        self.Health._renew()
        text = self.Health.get_summary()["text"]
        self.assertIn("All is well", text)
        self.assertIn("2 mailboxes", text)
        self.assertIn("3 queues", text)
        self.assertIn("Last checked: ", text)
        self.assertNotIn("Not checked yet", text)
        self.server()
        text = self.Health.get_summary()["text"]
        self.assertIn("Not checked yet: 1 outgoing server.", text)

    def test_summary_where_nothing_is_set_up(self):
        self.only()
        text = self.Health.get_summary()["text"]
        self.assertIn("Nothing is set up yet", text)

    def only(self, *mailboxes):
        for model in ("ir.mail_server", "mail.gateway.identity", "mail.gateway.domain"):
            self.env[model].search([]).active = False
        others = self.env["fetchmail.server"].search([])
        (others - others.browse().union(*mailboxes)).active = False
        self.Finding.search([]).unlink()
        self.env["mail.mail"].search([]).state = "cancel"

    def test_screen_is_true_though_no_action_runs(self):
        self.env.ref(SEND).active = False
        action = self.Health.with_user(self.operator).action_open()
        self.assertEqual(action["res_model"], "mail.gateway.health")
        self.assertEqual(self.light(self.env.ref(SEND)), "red")

    def test_history(self):
        box = self.box()
        box._note_health(Finding("mailbox_login_refused"))
        found = self.Finding.search(self.Finding._about(box))
        now = fields.Datetime.now()
        found.opened_on = now - timedelta(days=5)
        found.closed_on = now - timedelta(days=3)
        Day = self.env["mail.gateway.health.day"]
        days = Day.search([("finding_id", "=", found.id)])
        expected = [(now - timedelta(days=ago)).date() for ago in (3, 4, 5)]
        self.assertEqual(days.mapped("day"), expected)
        self.assertEqual(set(days.mapped("light")), {"red"})
        self.assertEqual(set(days.mapped("kind")), {"mailbox"})
        found.write({"opened_on": now - timedelta(days=500), "closed_on": False})
        days = Day.search([("finding_id", "=", found.id)])
        self.assertEqual(len(days), 91)
        self.assertEqual(days[0].day, now.date())

    def test_search_by_the_words_of_a_fault(self):
        box = self.box(name="Sales")
        params = {"host": "imap.example", "user": "ann"}
        fault = Finding("mailbox_login_refused", "error", "imap.example:993", params)
        box._note_health(fault)
        for text in ("refuses the login", "imap.example:993"):
            with self.subTest(text):
                found = self.Health.search([("title", "ilike", text)])
                self.assertIn(self.row(box), found)
                self.assertEqual(set(found.mapped("code")), {fault.code})

    # --- rights

    def test_operators_see_their_companies(self):
        other = self.env["res.company"].create({"name": "Other"})
        mine, theirs = self.box(), self.box(company_id=other.id)
        (mine + theirs).invalidate_recordset()
        for box in mine + theirs:
            box._note_health(Finding("mailbox_login_refused"))
        self.assertTrue(self.row(mine, self.operator))
        self.assertFalse(self.row(theirs, self.operator))
        self.assertTrue(self.row(mine, self.operator).title)
        Day = self.env["mail.gateway.health.day"].with_user(self.operator)
        names = [("subject", "!=", False), ("kind", "=", "mailbox")]
        self.assertNotIn(other, Day.search(names).company_id)
        with self.assertRaises(AccessError):
            self.row(mine, self.operator).write({"name": "x"})

    def test_mailbox_that_goes_to_another_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        box = self.box(company_id=other.id)
        box._note_health(Finding("mailbox_login_refused"))
        box.company_id = self.env.company
        self.assertTrue(self.row(box, self.operator).title)
        self.assertEqual(box.finding_ids.company_id, self.env.company)

    def test_others_see_nothing(self):
        user = new_test_user(self.env, "employee-h", groups="base.group_user")
        for call in ("search", "get_summary", "action_open", "action_check"):
            with self.subTest(call), self.assertRaises(AccessError):
                Health = self.Health.with_user(user)
                Health.search([]) if call == "search" else getattr(Health, call)()

    def test_settings_show_the_count(self):
        box = self.box()
        box._note_health(Finding("mailbox_login_refused"))
        settings = self.env["res.config.settings"].create({})
        red = self.Health.search_count([("light", "=", "red")])
        self.assertEqual(settings.mail_gateway_health_red, red)
        action = settings.action_mail_gateway_health()
        self.assertEqual(action["res_model"], "mail.gateway.health")
