# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: Where documents of Odoo itself have their department.
USUAL = "department_id"
_OF_EMPLOYEE = "employee_ids.department_id"
#: The way to it from documents that have none of their own: over who is responsible.
USUAL_PATHS = {
    "account.move": f"invoice_user_id.{_OF_EMPLOYEE}",
    "account.payment": f"move_id.invoice_user_id.{_OF_EMPLOYEE}",
    "calendar.event": f"user_id.{_OF_EMPLOYEE}",
    "crm.lead": f"user_id.{_OF_EMPLOYEE}",
    "hr.applicant": "job_id.department_id",
    "hr.leave": "employee_id.department_id",
    "project.project": f"user_id.{_OF_EMPLOYEE}",
    "project.task": f"project_id.user_id.{_OF_EMPLOYEE}",
    "purchase.order": f"user_id.{_OF_EMPLOYEE}",
    "sale.order": f"user_id.{_OF_EMPLOYEE}",
}


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
        domain=[("is_mail_thread", "=", True), ("transient", "=", False)],
    )
    field_id = fields.Many2one(
        "ir.model.fields",
        "Department Stands In",
        ondelete="cascade",
        domain="[('model_id', '=', model_id), ('ttype', '=', 'many2one'),"
        " ('relation', '=', 'hr.department'), ('store', '=', True),"
        " ('related', '=', False)]",
        help="A field of the record itself. The department of a project or an employee"
        " is not the record's to change, so what only shows that is left alone.",
    )
    path = fields.Char(
        "Way to the Department",
        help="Where a document is answered from, if not from the department in that"
        " field: names of fields with dots between them, such as"
        " user_id.employee_ids.department_id. The last one is a department; of several"
        " the first counts.",
    )

    _model_unique = models.Constraint(
        "UNIQUE(model_id)", "This document type has its department field already."
    )

    @api.constrains("model_id", "field_id")
    def _check_field(self):
        for one in self.filtered("field_id"):
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
    def _of(self, model):
        return self.sudo().search([("model_id.model", "=", model)], limit=1)

    @api.model
    def _name_in(self, model):
        """The name of a model's field for its department; "" where it has none."""
        name = self._of(model).field_id.name or USUAL
        return name if self._fits(model, name) else ""

    @api.model
    def _fits(self, model, name):
        """Whether a new record may be given a department there. Through a related
        field, that of another record would change."""
        field = self.env[model]._fields.get(name)
        if field is None or field.comodel_name != "hr.department":
            return False
        return field.type == "many2one" and field.store and not field.related

    @api.constrains("field_id", "path", "model_id")
    def _check_path(self):
        for mapped in self:
            if not mapped.field_id and not mapped.path:
                raise ValidationError(
                    self.env._("Name the field of the department, or the way to it.")
                )
            path = (mapped.path or "").strip()
            if path and not self._leads_to_department(mapped.model_id.model, path):
                raise ValidationError(
                    self.env._(
                        "“%(path)s” does not lead from “%(kind)s” to a department.",
                        path=path,
                        kind=mapped.model_id.name,
                    )
                )

    @api.model
    def _leads_to_department(self, model, path):
        for name in path.split("."):
            field = self.env[model]._fields.get(name) if model in self.env else None
            if field is None or not field.relational:
                return False
            model = field.comodel_name
        return model == "hr.department"

    @api.model
    def _path_in(self, model):
        """The way from a document to its department; "" where there is none."""
        mapped = self._of(model)
        paths = (mapped.path, mapped.field_id.name, USUAL, USUAL_PATHS.get(model))
        found = (path.strip() for path in paths if path)
        return next((p for p in found if self._leads_to_department(model, p)), "")

    @api.model
    def _departments(self, records):
        """{id: department} of the documents that have one."""
        path = self._path_in(records._name)
        if not path:
            return {}
        found = {record.id: record.mapped(path)[:1] for record in records}
        return {
            res_id: department for res_id, department in found.items() if department
        }
