# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core.routing import condition


class MailGatewayRuleCondition(models.Model):
    """One condition of a rule; what it may ask stands in ``core.routing.condition``."""

    _name = "mail.gateway.rule.condition"
    _description = "Condition of a Routing Rule"
    _order = "sequence, id"

    rule_id = fields.Many2one(
        "mail.gateway.rule", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    field = fields.Selection(
        [
            ("recipient", "Recipient"),
            ("recipient_local", "Recipient: before the @"),
            ("recipient_subaddress", "Recipient: between + and @"),
            ("recipient_domain", "Recipient: domain"),
            ("sender", "Sender"),
            ("sender_domain", "Sender: domain"),
            ("sender_known", "Sender is a known contact"),
            ("sender_internal", "Sender is an internal user"),
            ("subject", "Subject"),
            ("header", "Header"),
            ("mailbox", "Mailbox"),
            ("folder", "Folder"),
            ("size_kb", "Size (KB)"),
            ("attachments", "Number of attachments"),
            ("attachment_name", "Name of an attachment"),
            ("spam", "Marked as spam"),
            ("spam_score", "Spam score"),
            ("authentication", "Authentication result"),
            ("automatic", "Automatic message"),
            ("time", "Time of day"),
            ("weekday", "Weekday"),
        ],
        required=True,
        default="recipient",
    )
    header = fields.Char(help="Name of the header field, such as X-Priority.")
    negated = fields.Boolean("Not")
    operator = fields.Selection(
        [
            ("is", "is"),
            ("contains", "contains"),
            ("begins", "begins with"),
            ("ends", "ends with"),
            ("wildcard", "is like (* and ?)"),
            ("regex", "matches the regular expression"),
            ("in_list", "is one of"),
            ("at_least", "is at least"),
            ("at_most", "is at most"),
            ("between", "is between"),
            ("is_set", "is true"),
            ("is_there", "is there"),
        ],
        required=True,
        default="is",
    )
    operators = fields.Json(
        compute="_compute_operators", help="Those that the field takes."
    )
    value = fields.Text()

    @api.depends("field")
    def _compute_operators(self):
        for one in self:
            one.operators = list(condition.FIELDS.get(one.field, ()))

    @api.onchange("field")
    def _onchange_field(self):
        if self.operators and self.operator not in self.operators:
            self.operator = self.operators[0]

    @api.constrains("field", "header", "operator", "value")
    def _check_condition(self):
        Advice, Trace = self.env["mail.gateway.advice"], self.env["mail.gateway.trace"]
        for one in self:
            for finding in condition.faults(one._core()):
                label = Trace._label("field", one.field)
                params = {**finding.params, "field": label}
                raise ValidationError(Advice._text(replace(finding, params=params)))

    def _core(self):
        """The condition as core has it."""
        return condition.Condition(
            field=self.field,
            operator=self.operator,
            value=self.value or "",
            negated=self.negated,
            header=self.header or "",
        )

    @api.model_create_multi
    def create(self, vals_list):
        conditions = super().create(vals_list)
        conditions._changed()
        return conditions

    def write(self, vals):
        self._changed()
        return super().write(vals)

    def unlink(self):
        self._changed()
        return super().unlink()

    def _changed(self):
        self.env["mail.gateway.rule"]._changed()
        self.env["mail.gateway.rule.hit"].sudo()._forget_slow(self.rule_id)
