# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

#: Where documents of Odoo itself have their department.
USUAL = "department_id"


class MailGatewayDepartmentField(models.Model):
    """Which field of a document type is its department, where it is not the usual
    one."""

    _name = "mail.gateway.department.field"
    _description = "Department of a Document Type"
    _order = "model_id, id"
    _rec_name = "field_id"

    model_id = fields.Many2one(
        "ir.model",
        "Document Type",
        required=True,
        ondelete="cascade",
        domain=[
            ("is_mail_thread", "=", True),
            ("transient", "=", False),
            # Others have nothing to choose below.
            ("field_id.relation", "=", "hr.department"),
        ],
    )
    field_id = fields.Many2one(
        "ir.model.fields",
        "Department Stands In",
        required=True,
        ondelete="cascade",
        domain="[('model_id', '=', model_id), ('ttype', '=', 'many2one'),"
        " ('relation', '=', 'hr.department')]",
    )

    _model_unique = models.Constraint(
        "UNIQUE(model_id)", "This document type has its department field already."
    )

    @api.model
    def _name_in(self, model):
        """The name of a model's field for its department; "" where it has none."""
        mapped = self.sudo().search([("model_id.model", "=", model)], limit=1)
        name = mapped.field_id.name or USUAL
        field = self.env[model]._fields.get(name)
        fits = field is not None and field.comodel_name == "hr.department"
        return name if fits else ""
