# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import re

from odoo.tests import TransactionCase, tagged

from ..core import discovery, health
from ..core.delivery import consistency, ladder, roundtrip
from ..core.dns import codes
from ..core.finding import Finding
from ..core.mailbox import fault, setting, trial
from ..core.message import answerable
from ..core.routing import chain, condition, verdict
from ..core.smtp import fact, probe, reply
from ..core.smtp import fault as smtp_fault


@tagged("post_install", "-at_install")
class TestAdvice(TransactionCase):
    def _codes(self):
        steps = {code for code, _state in verdict.STEPS}
        faults = set(fault.FACTS)
        checks = trial.CODES | probe.CODES | setting.CODES | set(answerable.CODES)
        checks |= discovery.CODES | condition.CODES | roundtrip.CODES
        checks |= codes.CODES | ladder.CODES | consistency.CODES | health.CODES
        checks |= {f"chain_{code}" for code in chain.CODES}
        return faults | set(fact.FACTS) | checks | set(verdict.REASONS) | steps

    def test_each_code_has_its_words_and_the_reverse(self):
        records = self.env["mail.gateway.advice"].search([])
        self.assertEqual(set(records.mapped("code")), self._codes())

    def test_each_fault_says_why_and_what_to_do(self):
        silent = (
            {"routes_found", "parsed", "routed", "answered"} | trial.CODES | probe.CODES
        )
        for advice in self.env["mail.gateway.advice"].search([]):
            with self.subTest(advice.code):
                self.assertTrue(advice.cause or advice.code in silent)
                state = dict(verdict.STEPS).get(advice.code)
                if state == "quarantined" or advice.code.startswith(
                    ("mailbox_", "smtp_")
                ):
                    self.assertTrue(advice.remedy)

    def test_server_that_said_nothing_is_not_quoted(self):
        words = self.env["mail.gateway.advice"]._words
        _title, cause, _remedy = words("smtp_auth_needs_tls", {"host": "h"})
        self.assertTrue(cause.endswith("read the password."), cause)
        _title, cause, _remedy = words("smtp_auth_needs_tls", {"reply": "530 No. 1"})
        self.assertTrue(cause.endswith("The server said: 530 No. 1"), cause)

    def test_placeholders_are_filled(self):
        params = {"host": "mail.example", "port": "993", "user": "ann", "reply": "no"}
        finding = Finding("mailbox_login_refused", params=params)
        text = self.env["mail.gateway.advice"]._text(finding)
        self.assertIn("mail.example refuses the login of ann", text)
        self.assertNotIn("%(", text)

    def test_what_is_not_known_does_not_break_the_text(self):
        text = self.env["mail.gateway.advice"]._text(Finding("mailbox_login_refused"))
        self.assertIn("? refuses the login of ?", text)

    def test_text_ends_with_the_link_to_the_provider(self):
        params = {"host": "smtp.office365.com", "user": "ann", "reply": "no"}
        finding = Finding("smtp_auth_off_tenant", params=params)
        text = self.env["mail.gateway.advice"]._text(finding)
        self.assertTrue(text.endswith("https://aka.ms/smtp_auth_disabled"), text)

    def test_only_values_that_a_refusal_has_are_asked_for(self):
        known = {"host", "port", "user", "sender", "recipient", "stage", "reply"}
        besides = dict.fromkeys(smtp_fault.BLOCKED.values(), {"ports"})
        for code in fact.FACTS:
            with self.subTest(code):
                advice = self.env["mail.gateway.advice"]._of(code)
                text = " ".join((advice.title, advice.cause, advice.remedy))
                asked = set(re.findall(r"%\((\w+)\)s", text))
                self.assertLessEqual(asked, known | besides.get(code, set()))
                self.assertNotIn("%", re.sub(r"%\(\w+\)s", "", text))

    def test_blocked_port_is_shown_with_those_that_answer(self):
        advice = self.env["mail.gateway.advice"]
        for ports in ("587, 465", "", None):
            params = {"host": "mail.example"}
            params |= {} if ports is None else {"ports": ports}
            text = advice._text(Finding("smtp_port25_blocked", params=params))
            with self.subTest(ports):
                self.assertEqual("answer from here: 587, 465." in text, bool(ports))
                self.assertEqual("These ports" in text, bool(ports))
                self.assertIn("to open port 25.", text)

    def test_what_the_server_gave_no_reason_for_says_so(self):
        numbers = {*reply.REFUSED.values(), "smtp_temporary", "smtp_refused"}
        for code in numbers - {"smtp_starttls_refused"}:
            with self.subTest(code):
                advice = self.env["mail.gateway.advice"]._of(code)
                self.assertIn("no reason we know", advice.title)

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
