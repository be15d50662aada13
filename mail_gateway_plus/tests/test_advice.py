# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import TransactionCase, tagged

from ..core.finding import Finding
from ..core.mailbox import fault, setting, trial
from ..core.message import answerable
from ..core.routing import verdict


@tagged("post_install", "-at_install")
class TestAdvice(TransactionCase):
    def _codes(self):
        steps = {code for code, _state in verdict.STEPS}
        faults = set(fault.FACTS)
        checks = trial.CODES | setting.CODES | set(answerable.CODES)
        return faults | checks | set(verdict.REASONS) | steps

    def test_each_code_has_its_words_and_the_reverse(self):
        records = self.env["mail.gateway.advice"].search([])
        self.assertEqual(set(records.mapped("code")), self._codes())

    def test_each_fault_says_why_and_what_to_do(self):
        silent = {"routes_found", "parsed", "routed", "answered", *trial.CODES}
        for advice in self.env["mail.gateway.advice"].search([]):
            with self.subTest(advice.code):
                self.assertTrue(advice.cause or advice.code in silent)
                state = dict(verdict.STEPS).get(advice.code)
                if state == "quarantined" or advice.code.startswith("mailbox_"):
                    self.assertTrue(advice.remedy)

    def test_placeholders_are_filled(self):
        params = {"host": "mail.example", "port": "993", "user": "ann", "reply": "no"}
        finding = Finding("mailbox_login_refused", params=params)
        text = self.env["mail.gateway.advice"]._text(finding)
        self.assertIn("mail.example refuses the login of ann", text)
        self.assertNotIn("%(", text)

    def test_what_is_not_known_does_not_break_the_text(self):
        text = self.env["mail.gateway.advice"]._text(Finding("mailbox_login_refused"))
        self.assertIn("? refuses the login of ?", text)

    def test_code_without_words_shows_itself(self):
        text = self.env["mail.gateway.advice"]._text(Finding("from_the_future"))
        self.assertEqual(text, "from_the_future")

    def test_words_are_translated_where_they_are_read(self):
        self.env["res.lang"]._activate_lang("de_DE")
        advice = self.env["mail.gateway.advice"]._of("no_route")
        advice.with_context(lang="de_DE").title = "Kein Empfänger"
        row = self.env["mail.gateway.incoming"].create({"reason_code": "no_route"})
        self.assertEqual(row.with_context(lang="de_DE").reason, "Kein Empfänger")
        self.assertEqual(row.reason, "Nobody to give it to")
