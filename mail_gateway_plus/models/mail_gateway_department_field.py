# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

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
        " ('relation', '=', 'hr.department'), ('store', '=', True),"
        " ('related', '=', False)]",
        help="A field of the record itself. The department of a project or an employee"
        " is not the record's to change, so what only shows that is left alone.",
    )

    _model_unique = models.Constraint(
        "UNIQUE(model_id)", "This document type has its department field already."
    )

    @api.constrains("model_id", "field_id")
    def _check_field(self):
        for one in self:
            if not one._fits(one.model_id.model, one.field_id.name):
                raise ValidationError(
                    self.env._(
                        "“%(field)s” is no department of “%(model)s” itself: it shows"
                        " that of another record, or is no department.",
                        field=one.field_id.name,
                        model=one.model_id.name,
                    )
                )

    @api.model
    def _name_in(self, model):
        """The name of a model's field for its department; "" where it has none."""
        mapped = self.sudo().search([("model_id.model", "=", model)], limit=1)
        name = mapped.field_id.name or USUAL
        return name if self._fits(model, name) else ""

    @api.model
    def _fits(self, model, name):
        """Whether a new record may be given a department there. Through a related
        field, that of another record would change."""
        field = self.env[model]._fields.get(name)
        if field is None or field.comodel_name != "hr.department":
            return False
        return field.type == "many2one" and field.store and not field.related
