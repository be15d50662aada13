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
    rule_id = fields.Many2one("mail.gateway.rule", ondelete="set null")
    model_name = fields.Char("Document Type", compute="_compute_record")
    record_name = fields.Char("Record", compute="_compute_record")

    @api.depends("res_model", "res_id")
    @api.depends_context("lang", "uid", "allowed_company_ids")
    def _compute_record(self):
        for res_model, outcomes in self.grouped("res_model").items():
            names = self._names(res_model, outcomes.mapped("res_id"))
            model = self.env["ir.model"].sudo()._get(res_model)
            for outcome in outcomes:
                gone = self.env._("No longer there (ID %s)", outcome.res_id)
                outcome.model_name = model.name or res_model
                outcome.record_name = names.get(outcome.res_id, gone)

    @api.model
    def _names(self, res_model, res_ids):
        """{id: name} of those records that are there; of none when their model went
        with its addon. Names that the reader may not see are left out."""
        if res_model not in self.env:
            return {}
        records = self.env[res_model].browse(res_ids).exists()
        readable = records._filtered_access("read")
        hidden = {record.id: f"ID {record.id}" for record in records - readable}
        return hidden | {record.id: record.display_name for record in readable}

    @api.depends("model_name", "record_name")
    def _compute_display_name(self):
        for outcome in self:
            outcome.display_name = f"{outcome.model_name}: {outcome.record_name}"

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
