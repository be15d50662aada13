# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import fields
from odoo.tests import TransactionCase, new_test_user, tagged

from ..core import health, trial
from ..core.finding import Finding
from ..core.smtp.relay import Relay
from ..core.trial import Step, Trial
from .common import HealthMixin, QuarantineMixin


@tagged("post_install", "-at_install")
class TestHealth(HealthMixin, QuarantineMixin, TransactionCase):
    # --- mailboxes

    def test_mailbox_that_fails_and_works_again(self):
        box = self.box(failures=1)
        timeout = Finding("mailbox_connect_timeout")
        box._note_health(timeout)
        self.assertEqual(self.told(box), ("yellow", "mailbox_connect_timeout"))
        box.failures = 3
        box._note_health(timeout)
        self.assertEqual(self.told(box), ("red", "mailbox_connect_timeout"))
        self.assertEqual(len(self.opened(box)), 1, "it got worse, it is no other one")
        box._note_health(None)
        self.assertEqual(self.told(box), ("green", False))

    def test_mailbox_with_another_fault_than_before(self):
        box = self.box()
        box._note_health(Finding("mailbox_login_refused"))
        box._note_health(Finding("mailbox_folder_missing"))
        self.assertEqual(self.opened(box), ["mailbox_folder_missing"])

    def test_mailbox_that_is_confirmed_is_well(self):
        box = self.box()
        box._note_health(Finding("mailbox_login_refused"))
        box._confirm()
        self.assertEqual(self.opened(box), [])

    def test_mailbox_whose_certificate_ends(self):
        box = self.box()
        facts = {"days": "5", "until": "2026-11-26"}
        box._note_health(None, facts)
        self.assertEqual(self.told(box), ("yellow", health.CERTIFICATE))
        self.assertIn("2026-11-26", box.finding_text)
        activity = self.activities()
        self.assertIn("ends on 2026-11-26", activity.summary)
        box._note_health(Finding("mailbox_connect_timeout"))
        self.assertIn(health.CERTIFICATE, self.opened(box), "it was not seen")
        box._note_health(None, {"days": "80"})
        self.assertEqual(self.told(box), ("green", False))
        self.assertFalse(activity.exists(), "nothing is left to be done")

    def test_mailbox_that_is_at_rest_is_not_judged(self):
        box = self.box()
        box._note_health(Finding("mailbox_login_refused"))
        box.state = "draft"
        self.assertEqual(self.told(box), ("grey", "health_unchecked_mailbox"))
        self.Health._renew()
        self.assertEqual(self.opened(box), [])
        box.write({"state": "done", "active": False})
        self.assertFalse(self.row(box))
        box._note_health(Finding("mailbox_login_refused"))
        self.Health._renew()
        self.assertEqual(self.opened(box), [])

    def test_mail_that_is_piped_in(self):
        box = self.box(server_type="local", state="draft")
        self.assertEqual(self.told(box), ("grey", "health_piped"))

    def test_quarantine_of_mail_that_is_piped_in(self):
        box = self.box(server_type="local", state="draft")
        self.quarantined(mailbox=box)
        self.Health._renew()
        self.Health._renew()
        self.assertEqual(self.told(box), ("yellow", health.QUARANTINE))
        box.write({"server_type": "imap", "state": "draft"})
        before = self.Finding.search_count([])
        self.Health._renew()
        self.Health._renew()
        self.assertEqual(self.opened(box), [])
        self.assertEqual(self.Finding.search_count([]), before)

    def test_quarantine(self):
        box = self.box()
        row = self.quarantined(mailbox=box)
        self.Health._renew()
        self.assertEqual(self.told(box), ("yellow", health.QUARANTINE))
        self.assertFalse(self.activities(), "of that there is one already")
        action = self.row(box).action_mend()
        self.assertIn(("state", "=", "quarantined"), action["domain"])
        for _number in range(9):
            self.quarantined(mailbox=box)
        self.Health._renew()
        self.assertEqual(self.told(box), ("red", health.QUARANTINE))
        self.assertIn("10", self.row(box).title)
        row.search([("server_id", "=", box.id)]).state = "ignored"
        self.Health._renew()
        self.assertEqual(self.told(box), ("green", False))

    # --- outgoing servers

    def trial_of(self, server, *findings, days="80"):
        facts = {"days": days, "until": "2026-12-01"}
        steps = [Step("tls", Finding(trial.VERIFIED, "ok"), facts=facts)]
        steps += [Step("auth", one) for one in findings]
        relay = Relay(*server._place())
        return relay, Trial(tuple(steps))

    def take(self, server, *findings, days="80", **options):
        server._take_trial(*self.trial_of(server, *findings, days=days), **options)

    def test_server_that_fails_and_works_again(self):
        server = self.server()
        self.assertEqual(self.told(server), ("grey", "health_unchecked_server"))
        refused = Finding("smtp_login_refused", params={"host": "relay.example"})
        self.take(server, refused, is_told=True)
        self.assertEqual(self.told(server), ("red", "smtp_login_refused"))
        self.assertEqual(len(self.activities()), 1)
        self.assertLess(
            server.health_next_check, fields.Datetime.now() + timedelta(hours=3)
        )
        self.take(server, refused, is_told=True)
        self.assertEqual(len(self.activities()), 1, "nothing has changed")
        self.take(server, is_told=True)
        self.assertEqual(self.told(server), ("green", False))
        self.assertFalse(self.activities())

    def test_server_that_may_answer_the_next_time(self):
        server = self.server(health_checked_on=fields.Datetime.now())
        timeout = Finding("smtp_connect_timeout")
        for light in ("green", "green", "red"):
            self.take(server, timeout, is_told=True)
            self.assertEqual(self.light(server), light)

    def test_somebody_who_tests_sees_it_at_once(self):
        server = self.server()
        self.take(server, Finding("smtp_connect_timeout"))
        self.assertEqual(self.light(server), "red")
        self.assertFalse(self.activities(), "who presses the button knows")

    def test_activity_goes_with_its_fault_however_that_goes(self):
        refused = Finding("smtp_login_refused")
        ends = {
            "it is tested by hand": self.take,
            "it is archived": lambda one: one.write({"active": False}),
            "it is deleted": lambda one: one.unlink(),
            "it becomes somebody's own": lambda one: one.write(
                {"owner_user_id": self.env.user.id}
            ),
        }
        for name, end in ends.items():
            with self.subTest(name):
                server = self.server()
                self.take(server, refused, is_told=True)
                self.activities().ensure_one()
                end(server)
                self.Health._renew()
                self.assertFalse(self.activities())

    def test_server_whose_certificate_ends(self):
        server = self.server()
        self.take(server, days="2")
        self.assertEqual(self.told(server), ("red", health.CERTIFICATE))
        self.take(server)
        self.assertEqual(self.told(server), ("green", False))

    def test_answers_of_settings_that_are_no_more_do_not_count(self):
        server = self.server()
        asked = self.trial_of(server, Finding("smtp_login_refused"))
        server.smtp_port = 465
        server._take_trial(*asked)
        self.assertEqual(self.light(server), "grey")

    def test_new_settings_are_looked_at_soon(self):
        server = self.server()
        self.take(server)
        self.assertTrue(server.health_next_check)
        server.name = "Another"
        self.assertTrue(server.health_next_check)
        server.smtp_port = 465
        self.assertFalse(server.health_next_check)

    def test_personal_servers_show_nothing(self):
        server = self.server()
        self.take(server, Finding("smtp_login_refused"))
        self.assertTrue(self.opened(server))
        user = new_test_user(self.env, "owner-p", groups="base.group_user")
        server.owner_user_id = user
        self.assertFalse(self.opened(server), "it is its owner's own now")
        self.take(server, Finding("smtp_login_refused"))
        self.permission("refused", server=server)
        self.Health._renew()
        self.assertFalse(self.opened(server))
        self.assertFalse(self.row(server))

    # --- senders

    def test_identity_that_loses_its_permission(self):
        identity = self.env["mail.gateway.identity"].create(
            {"name": "Sales", "email": "sales@h.example"}
        )
        self.assertEqual(self.told(identity), ("grey", "health_unchecked_identity"))
        permission = self.permission("allowed", identity=identity, source="identity")
        self.Health._cron_renew()
        self.assertEqual(self.told(identity), ("green", False))
        permission.write({"state": "refused", "evidence": "550 no"})
        self.Health._cron_renew()
        self.assertEqual(self.told(identity), ("red", health.SENDER_REFUSED))
        self.assertIn("550 no", self.row(identity).cause)
        self.assertIn("sales@h.example", self.activities().note)
        action = self.row(identity).action_mend()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found, permission)
        permission.state = "allowed"
        self.Health._cron_renew()
        self.assertEqual(self.told(identity), ("green", False))
        self.assertFalse(self.activities())
        permission.state = "refused"
        self.Health._renew()
        identity.unlink()
        self.assertFalse(self.Finding.search([("code", "=", health.SENDER_REFUSED)]))

    def test_refusal_of_a_server_that_an_identity_does_not_use(self):
        used = self.server(from_filter="h.example", sequence=1)
        other = self.server(from_filter="else.example", sequence=2)
        identity = self.env["mail.gateway.identity"].create(
            {"name": "Sales", "email": "sales@h.example"}
        )
        refused = self.permission("refused", server=other, identity=identity)
        self.Health._renew()
        self.assertNotIn(health.SENDER_REFUSED, self.opened(identity))
        refused.mail_server_id = used
        self.Health._renew()
        self.assertIn(health.SENDER_REFUSED, self.opened(identity))

    def test_server_that_is_stopped(self):
        server = self.server(health_checked_on=fields.Datetime.now())
        hold = self.env["mail.gateway.hold"].create(
            {
                "mail_server_id": server.id,
                "state": "held",
                "finding_code": "smtp_login_refused",
                "params": {"reply": "535 no"},
            }
        )
        mail = self.env["mail.mail"].create({"state": "outgoing", "hold_id": hold.id})
        self.Health._renew()
        self.assertEqual(self.told(server), ("yellow", health.SERVER_HELD))
        hold.state = "stopped"
        self.Health._renew()
        self.assertEqual(self.told(server), ("red", health.SERVER_STOPPED))
        self.assertIn("mails wait for it: 1", self.row(server).title)
        self.assertIn("535 no", self.row(server).cause)
        self.assertFalse(self.activities(), "of that there is one already")
        hold.sender = "a@h.example"
        self.Health._renew()
        self.assertEqual(self.told(server), ("yellow", health.SENDERS_STOPPED))
        mail.unlink()
        server._queue_release("a@h.example")
        self.Health._renew()
        self.assertEqual(self.told(server), ("green", False))

    def test_server_that_refuses_addresses(self):
        server = self.server(health_checked_on=fields.Datetime.now())
        permission = self.permission("refused", server=server)
        self.Health._renew()
        self.assertEqual(self.told(server), ("yellow", health.SENDERS_REFUSED))
        action = self.row(server).action_mend()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found, permission)
        permission.unlink()
        self.Health._renew()
        self.assertEqual(self.told(server), ("green", False))

    # --- domains

    def test_domain_is_as_its_check_says(self):
        domain = self.env["mail.gateway.domain"].create({"name": "h.example"})
        self.assertEqual(self.told(domain), ("grey", "health_unchecked_domain"))
        domain.checked_on = fields.Datetime.now()
        self.assertEqual(self.light(domain), "green")
        found = Finding("spf_missing", params={"domain": "h.example"})
        self.Finding._renew(domain, [found], {"spf_missing"})
        self.assertEqual(self.told(domain), ("red", "spf_missing"))
        self.assertEqual(self.row(domain).action_mend()["res_id"], domain.id)
