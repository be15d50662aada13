# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Rules as people write and read them; what becomes of messages is tested live."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, TransactionCase, new_test_user, tagged

from .common import RAW, QuarantineMixin

SUBJECT = {"field": "subject", "operator": "contains", "value": "lost"}


@tagged("post_install", "-at_install")
class TestRule(QuarantineMixin, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "mail_gateway_plus.group_manager"
        cls.manager = new_test_user(cls.env, "manages", groups=groups)
        cls.Rule = cls.env["mail.gateway.rule"]

    def rule(self, **values):
        lines = [Command.create(SUBJECT)]
        values = {"name": "Lost", "action": "ignore", "condition_ids": lines, **values}
        return self.Rule.create(values)

    def test_manager_writes_a_topic_and_a_rule_by_hand(self):
        with Form(self.env["mail.gateway.topic"].with_user(self.manager)) as form:
            form.name = "Complaint"
            form.model_id = self.env["ir.model"]._get("res.partner")
            form.defaults = "{'comment': 'Complains'}"
            form.tags = "Urgent"
        topic = form.record
        with Form(self.Rule.with_user(self.manager)) as form:
            form.name = "Complaints"
            form.topic_id = topic
            with form.condition_ids.new() as line:
                line.field = "size_kb"
                self.assertEqual(line.operator, "at_least", "what fits is proposed")
                line.value = "10"
        self.assertEqual(form.record.conditions, "Size (KB) is at least “10”")

    def test_operator_reads_and_tries_but_does_not_write(self):
        rule = self.rule().with_user(self.operator)
        self.assertEqual(rule.conditions, "Subject contains “lost”")
        with self.assertRaises(AccessError):
            rule.name = "Mine"
        with self.assertRaises(AccessError):
            rule.condition_ids.value = "mine"
        found = self.Rule.with_user(self.operator).explain(RAW)
        self.assertEqual(found["rule_id"], rule.id)

    def test_rules_of_other_companies_are_not_seen(self):
        other = self.env["res.company"].create({"name": "Other"})
        rule = self.rule(company_id=other.id)
        seen = self.Rule.with_user(self.manager).search([])
        self.assertNotIn(rule, seen)
        self.assertFalse(
            self.env["mail.gateway.rule.condition"]
            .with_user(self.manager)
            .search([("rule_id", "=", rule.id)])
        )

    def test_rules_of_other_companies_are_not_seen_by_trying(self):
        """Whoever writes to their domain into a pasted message is not told of them."""
        Domain = self.env["mail.alias.domain"]
        self.env.company.alias_domain_id = Domain.create({"name": "ours.example"})
        domain = Domain.create({"name": "theirs.example"})
        other = self.env["res.company"].create(
            {"name": "Other", "alias_domain_id": domain.id}
        )
        self.rule(company_id=other.id, name="Their secret")
        raw = RAW.replace(b"@demo.example", b"@theirs.example")
        with self.assertRaises(AccessError):
            self.Rule.with_user(self.operator).explain(raw)
        self.operator.company_ids += other
        found = self.Rule.with_user(self.operator).explain(raw)
        self.assertIn("Their secret", str(found["trace"]))

    def test_faults_of_conditions_are_told_when_they_are_saved(self):
        faulty = (
            ({"field": "subject", "operator": "regex", "value": "("}, "cannot be used"),
            ({"field": "size_kb", "operator": "at_least", "value": "x"}, "no number"),
            ({"field": "time", "operator": "between", "value": "9"}, "no span of time"),
            (
                {"field": "subject", "operator": "at_least", "value": "1"},
                "“Subject” can",
            ),
            ({"field": "header", "operator": "is", "value": "1"}, "header field"),
            ({"field": "subject", "operator": "is", "value": " "}, "no value"),
        )
        for values, words in faulty:
            with self.subTest(values), self.assertRaisesRegex(ValidationError, words):
                self.rule(condition_ids=[Command.create(values)])

    def test_faulty_rule_from_elsewhere_harms_nobody(self):
        faulty = self.rule(sequence=1)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mail_gateway_rule_condition SET operator = 'regex', value = '('"
            " WHERE rule_id = %s",
            [faulty.id],
        )
        self.env.invalidate_all()
        rule = self.rule(sequence=2)
        with self.assertLogs("odoo.addons.mail_gateway_plus", "WARNING"):
            found = self.Rule.explain(RAW)
        self.assertEqual(found["rule_id"], rule.id)

    def test_defaults_of_a_topic_are_checked(self):
        model = self.env["ir.model"]._get_id("res.partner")
        for defaults, words in (("{", "dictionary"), ("{'no_such': 1}", "no_such")):
            values = {"name": "T", "model_id": model, "defaults": defaults}
            with self.subTest(defaults), self.assertRaisesRegex(ValidationError, words):
                self.env["mail.gateway.topic"].create(values)

    def test_try_a_route_with_what_is_pasted(self):
        self.rule()
        wizard = self.env["mail.gateway.try"].with_user(self.operator).create({})
        with self.assertRaises(UserError):
            wizard.action_try()
        wizard.text = RAW.decode()
        wizard.action_try()
        self.assertEqual(wizard.reason, "Ignored by the rule “Lost”")
        self.assertIn("Subject: Lost", wizard.table)

    def test_try_a_route_says_what_changes(self):
        row = self.quarantined()
        wizard = self.env["mail.gateway.try"].with_user(self.operator)
        values = {"kind": "incoming", "incoming_id": row.id}
        tried = wizard.create(values)
        tried.action_try()
        row.sudo().decided_by = "nothing"
        tried.invalidate_recordset()
        self.assertFalse(tried.changes)
        self.rule()
        tried = wizard.create(values)
        tried.action_try()
        self.assertTrue(tried.changes)
        self.assertIn("Nobody to give it to", tried.before)

    def test_what_a_message_says_is_text_in_the_trace(self):
        self.rule()
        raw = RAW.replace(b"Subject: Lost", b"Subject: Lost <script>alert(1)</script>")
        found = self.Rule.explain(raw)
        table = self.env["mail.gateway.trace"]._html(found["trace"])
        self.assertIn("&lt;script&gt;", table)
        self.assertNotIn("<script>", table)

    def test_the_whole_chain_with_its_rules(self):
        self.rule(name="At its place")
        action = self.env["mail.gateway.chain"].with_user(self.operator).action_open()
        page = self.env["mail.gateway.chain"].browse(action["res_id"])
        table = page.with_user(self.operator).table
        places = [table.index(f'data-stage="{code}"') for code in ("rules", "aliases")]
        self.assertLess(places[0], table.index("At its place"))
        self.assertLess(table.index("At its place"), places[1])

    def test_a_long_list_of_rules_hides_no_stage_of_the_chain(self):
        for number in range(53):
            self.rule(name=f"Rule {number:02}")
        self.env.flush_all()
        page = self.env["mail.gateway.chain"].create({})
        self.assertIn("Rule 49", page.table)
        self.assertNotIn("Rule 50", page.table)
        self.assertRegex(page.table, r"\b3\s+more rules")

    def test_every_document_may_have_a_way_to_a_department(self):
        field = self.env["mail.gateway.department.field"]._fields["model_id"]
        offered = self.env["ir.model"].search(field.domain).mapped("model")
        self.assertLessEqual({"hr.job", "res.partner"}, set(offered))
        self.assertNotIn("mail.compose.message", offered)

    def test_conditions_read_as_sentences(self):
        rule = self.rule(
            condition_ids=[
                Command.create({"field": "sender_known", "operator": "is_set"}),
                Command.create(
                    {"field": "automatic", "operator": "is_set", "negated": True}
                ),
                Command.create(
                    {"field": "header", "header": "List-Id", "operator": "is_there"}
                ),
            ]
        )
        self.assertEqual(
            rule.conditions,
            "Sender is a known contact and not: Automatic message"
            " and Header List-Id is there",
        )
