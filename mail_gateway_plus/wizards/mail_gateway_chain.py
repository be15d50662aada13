# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models

from ..core.routing import chain

#: As many rules of a stage as are listed, so that the stages behind are in sight.
_SHOWN = 50


class MailGatewayChain(models.TransientModel):
    """The whole chain on one page: stages and rules in their order, with counts."""

    _name = "mail.gateway.chain"
    _description = "Order of Routing"

    days = fields.Integer(default=30, required=True)
    table = fields.Html(compute="_compute_table", sanitize=False)

    @api.depends("days")
    def _compute_table(self):
        Rule = self.env["mail.gateway.rule"]
        actions = dict(Rule._fields["action"]._description_selection(self.env))
        for page in self:
            values = {"stages": page._stages(), "actions": actions}
            page.table = self.env["ir.qweb"]._render(
                "mail_gateway_plus.chain_table", values
            )

    def _compute_display_name(self):
        for page in self:
            page.display_name = self.env._("Order of Routing")

    @api.model
    def action_open(self):
        """The page, with what counts now."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Order of Routing"),
            "res_model": self._name,
            "res_id": self.create({}).id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def _stages(self):
        counts = self._counts()
        Advice = self.env["mail.gateway.advice"]
        rows = []
        for number, stage in enumerate(chain.STAGES, start=1):
            advice = Advice._of(f"chain_{stage.code}")
            rows.append(
                {
                    "code": stage.code,
                    "number": number,
                    "title": advice.title,
                    "cause": advice.cause,
                    "ours": stage.ours,
                    "count": counts.get(stage.code, 0),
                    **self._rules(stage.code),
                }
            )
        return rows

    def _rules(self, stage):
        """The first rules of a stage, and how many more there are."""
        Rule = self.env["mail.gateway.rule"]
        if stage not in (chain.BEFORE_REPLIES, chain.RULES):
            return {"rules": Rule, "more": 0}
        domain = [("before_replies", "=", stage == chain.BEFORE_REPLIES)]
        rules = Rule.search(domain, limit=_SHOWN)
        return {"rules": rules, "more": Rule.search_count(domain) - len(rules)}

    def _counts(self):
        """{stage: messages that it decided on}"""
        since = fields.Datetime.now() - timedelta(days=max(self.days, 1))
        groups = self.env["mail.gateway.incoming"]._read_group(
            [("create_date", ">=", since), ("decided_by", "!=", False)],
            ["decided_by"],
            ["__count"],
        )
        return dict(groups)
