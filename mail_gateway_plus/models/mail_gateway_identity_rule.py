# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import ast

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class MailGatewayIdentityRule(models.Model):
    """Documents of a type, or some of them, leave under an identity: invoices from
    billing@, tickets from support@. The first that fits decides."""

    _name = "mail.gateway.identity.rule"
    _description = "Identity Rule"
    _order = "sequence, id"
    _rec_name = "model_id"

    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    model_id = fields.Many2one(
        "ir.model",
        "Document Type",
        required=True,
        ondelete="cascade",
        domain=[("is_mail_thread", "=", True), ("transient", "=", False)],
    )
    model = fields.Char(related="model_id.model")
    domain = fields.Char(
        "Filter",
        default="[]",
        help="Which documents of this type it is for; without one, all.",
    )
    identity_id = fields.Many2one(
        "mail.gateway.identity", "Sender Identity", ondelete="cascade", index=True
    )
    department_id = fields.Many2one(
        "hr.department",
        ondelete="cascade",
        index="btree_not_null",
        help="Its identity is used; with none of its own, that of the department which"
        " it is part of.",
    )
    company_id = fields.Many2one(
        "res.company", index=True, help="Whose mail it is for; without one, all."
    )

    @api.constrains("identity_id", "department_id")
    def _check_sender(self):
        for rule in self:
            if not rule.identity_id and not rule.department_id:
                raise ValidationError(
                    self.env._(
                        "Say who sends: an identity, or the department that has one."
                    )
                )

    @api.constrains("domain", "model_id")
    def _check_domain(self):
        for rule in self.filtered("model_id"):
            try:
                domain = rule._parsed()
                Model = self.env[rule.model].sudo()
                domain.validate(Model)
                Model.search(domain, limit=1)
            except Exception as problem:
                raise ValidationError(
                    self.env._(
                        "The filter cannot be used for “%(kind)s”: %(problem)s",
                        kind=rule.model_id.name,
                        problem=problem,
                    )
                ) from problem

    def _parsed(self):
        """``Domain``; ``ValueError`` or ``SyntaxError`` for what is none."""
        return Domain(ast.literal_eval((self.domain or "").strip() or "[]"))

    def _fits(self, records):
        """Ids of those that it is for."""
        self.ensure_one()
        domain = self._parsed()
        if domain.is_true():
            return records.ids
        return records.search(domain & Domain("id", "in", records.ids)).ids

    @api.depends("model_id", "identity_id", "department_id")
    def _compute_display_name(self):
        for rule in self:
            sender = rule.identity_id.email or rule.department_id.name or ""
            rule.display_name = f"{rule.model_id.name or ''}: {sender}"
