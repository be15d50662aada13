# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import email_normalize


class MailGatewayIdentity(models.Model):
    """A name and an address that mail leaves under."""

    _name = "mail.gateway.identity"
    _description = "Sender Identity"
    _order = "name, id"

    name = fields.Char(
        required=True, help="The name that recipients see before the address."
    )
    email = fields.Char(required=True)
    department_id = fields.Many2one(
        "hr.department", help="The department that writes under this identity."
    )
    company_id = fields.Many2one(
        "res.company", index=True, default=lambda self: self.env.company
    )
    mail_server_id = fields.Many2one(
        "ir.mail_server",
        "Outgoing Mail Server",
        index="btree_not_null",
        domain=[("owner_user_id", "=", False)],
        help="The server that its mail leaves through; without one Odoo chooses.",
    )
    active = fields.Boolean(default=True)

    @api.constrains("email")
    def _check_email(self):
        for identity in self:
            if not email_normalize(identity.email):
                raise ValidationError(
                    self.env._(
                        "“%(email)s” is no email address. Write one such as"
                        " sales@example.com; the name has a field of its own.",
                        email=identity.email,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._normalised(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._normalised(vals))

    @api.model
    def _normalised(self, vals):
        bare = email_normalize(vals.get("email") or "")
        return {**vals, "email": bare} if bare else vals

    @api.depends("name", "email")
    def _compute_display_name(self):
        for identity in self:
            identity.display_name = f"{identity.name} <{identity.email}>"
