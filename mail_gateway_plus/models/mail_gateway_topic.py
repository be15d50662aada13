# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import ast

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command

#: The ``ir.model`` of what mail may become; some threads are no documents.
DOCUMENT_TYPES = [
    ("is_mail_thread", "=", True),
    ("transient", "=", False),
    ("abstract", "=", False),
    ("model", "not in", ("mail.thread", "mail.gateway.incoming", "fetchmail.server")),
]


class MailGatewayTopic(models.Model):
    """What a new record of a rule begins with."""

    _name = "mail.gateway.topic"
    _description = "Help Topic"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True)
    model_id = fields.Many2one(
        "ir.model",
        "Document Type",
        required=True,
        ondelete="cascade",
        domain=DOCUMENT_TYPES,
    )
    model = fields.Char(related="model_id.model")
    defaults = fields.Text(
        "Default Values",
        required=True,
        default="{}",
        help="Values of the new record as a Python dictionary, as an alias has them,"
        " such as {'team_id': 1}.",
    )
    priority = fields.Selection(
        [("0", "Normal"), ("1", "High"), ("2", "Very High"), ("3", "Highest")],
        help="For document types that have a priority, as far as they know this one.",
    )
    tags = fields.Char(help="Names of tags, separated by commas.")
    department_id = fields.Many2one("hr.department")

    @api.constrains("defaults", "model_id")
    def _check_defaults(self):
        for topic in self:
            unknown = topic._values_written().keys() - topic._fields_of_model()
            if unknown:
                raise ValidationError(
                    self.env._(
                        "“%(model)s” has no field “%(field)s”.",
                        model=topic.model_id.name,
                        field=sorted(map(str, unknown))[0],
                    )
                )

    def _fields_of_model(self):
        known = self.sudo().model
        return self.env[known]._fields.keys() if known in self.env else set()

    def _values_written(self):
        try:
            values = ast.literal_eval(self.defaults)
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            values = None
        if not isinstance(values, dict):
            raise ValidationError(
                self.env._(
                    "The default values of “%s” are no dictionary. Write them as"
                    " {'field': value, …}.",
                    self.name,
                )
            )
        return values

    def _values(self):
        """Values of a new record."""
        self.ensure_one()
        Model = self.env[self.model]
        values = dict(self._values_written())
        field = Model._fields.get("priority")
        if self.priority and field and field.type == "selection":
            if self.priority in field.get_values(self.env):
                values["priority"] = self.priority
        return values


def tag_names(text):
    """Those that a field of tags has, separated by commas."""
    return [name.strip() for name in (text or "").split(",") if name.strip()]


def linked_tags(Model, names):
    """Values that put tags of these names on a new record of ``Model``; those that
    are missing are made. None where the model knows no tags."""
    field = Model._fields.get("tag_ids")
    if not names or field is None or field.type != "many2many":
        return {}
    Tag = Model.env[field.comodel_name].sudo()
    if "name" not in Tag._fields:
        return {}
    found = Tag.search([("name", "in", names)])
    missing = set(names) - set(found.mapped("name"))
    found += Tag.create([{"name": name} for name in sorted(missing)])
    return {"tag_ids": [Command.link(tag_id) for tag_id in found.ids]}
