# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class MailGatewayOutcome(models.Model):
    """A record that a message reached; one to two aliases reaches two."""

    _name = "mail.gateway.outcome"
    _description = "Outcome of an Incoming Message"
    _log_access = False

    incoming_id = fields.Many2one(
        "mail.gateway.incoming", required=True, index=True, ondelete="cascade"
    )
    res_model = fields.Char("Model", required=True)
    res_id = fields.Many2oneReference("Record ID", model_field="res_model")
    alias_id = fields.Many2one("mail.alias", ondelete="set null")
    model_name = fields.Char("Document Type", compute="_compute_record")
    record_name = fields.Char("Record", compute="_compute_record")

    @api.depends("res_model", "res_id")
    @api.depends_context("lang")
    def _compute_record(self):
        for outcome in self:
            known = outcome.res_model in self.env
            model = self.env["ir.model"]._get(outcome.res_model) if known else None
            record = outcome._record()
            outcome.model_name = model.name if model else outcome.res_model
            outcome.record_name = (
                record.display_name
                if record
                else self.env._("No longer there (ID %s)", outcome.res_id)
            )

    @api.depends("model_name", "record_name")
    def _compute_display_name(self):
        for outcome in self:
            outcome.display_name = f"{outcome.model_name}: {outcome.record_name}"

    def _record(self):
        """The record, or None when it has gone or its model has."""
        self.ensure_one()
        if self.res_model not in self.env:
            return None
        return self.env[self.res_model].sudo().browse(self.res_id).exists() or None

    def action_open(self):
        """Open the record, under the rights of who asks."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
            "views": [(False, "form")],
        }
