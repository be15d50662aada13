# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class MailGatewayRuleHit(models.Model):
    """How often a rule matched, and when; and when its expressions took long.

    Rows are only added here and summed up now and then: a counter on the rule would
    make all workers wait for each other.
    """

    _name = "mail.gateway.rule.hit"
    _description = "Hits of a Rule"
    _log_access = False

    rule_id = fields.Many2one(
        "mail.gateway.rule", required=True, index=True, ondelete="cascade"
    )
    count = fields.Integer(required=True, default=1)
    date = fields.Datetime()
    slow_on = fields.Datetime()

    @api.model
    def _add(self, rules):
        now = fields.Datetime.now()
        self.create([{"rule_id": rule.id, "date": now} for rule in rules])

    @api.model
    def _add_slow(self, rules):
        now = fields.Datetime.now()
        self.create(
            [{"rule_id": rule.id, "count": 0, "slow_on": now} for rule in rules]
        )

    @api.model
    def _forget_slow(self, rules):
        """Their conditions are others now."""
        slow = [("rule_id", "in", rules.ids), ("slow_on", "!=", False)]
        self.search(slow).slow_on = False

    @api.model
    def _compact(self):
        """One row a rule; those that others add meanwhile stay."""
        self.env.cr.execute(
            """
            WITH gone AS (DELETE FROM mail_gateway_rule_hit RETURNING *)
            INSERT INTO mail_gateway_rule_hit (rule_id, count, date, slow_on)
            SELECT rule_id, sum(count), max(date), max(slow_on)
              FROM gone GROUP BY rule_id
            """
        )
        self.env.invalidate_all()
