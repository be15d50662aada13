# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.fields import Command


class HrDepartment(models.Model):
    """What mail has to do with a department: where it comes in, what becomes of it and
    under whose name it is answered."""

    _inherit = "hr.department"

    mail_gateway_topic_id = fields.Many2one(
        "mail.gateway.topic",
        "New Mail Becomes",
        help="What a message becomes that a rule sends to this department.",
    )
    mail_gateway_responsible_id = fields.Many2one(
        "res.users",
        "Mail Goes To",
        domain=[("share", "=", False)],
        help="Who is responsible for the records that mail to this department makes,"
        " where their document type has somebody responsible.",
    )
    mail_gateway_follower_ids = fields.Many2many(
        "res.partner",
        "mail_gateway_department_follower_rel",
        "department_id",
        "partner_id",
        "Followers of New Mail",
        help="They follow the records that mail to this department makes.",
    )
    mail_gateway_autoresponder_id = fields.Many2one(
        "mail.gateway.autoresponder",
        "Autoresponder",
        ondelete="set null",
        index="btree_not_null",
        help="Answers who writes to this department.",
    )
    mail_gateway_mailbox_ids = fields.One2many(
        "fetchmail.server",
        "department_id",
        "Mailboxes",
        readonly=True,
        groups="mail_gateway_plus.group_operator",
    )
    mail_gateway_alias_ids = fields.One2many(
        "mail.alias",
        "mail_gateway_department_id",
        "Aliases",
        readonly=True,
        groups="mail_gateway_plus.group_operator",
    )
    mail_gateway_identity_ids = fields.One2many(
        "mail.gateway.identity",
        "department_id",
        "Sender Identities",
        readonly=True,
        groups="mail_gateway_plus.group_operator",
    )

    def _mail_gateway_values(self, model):
        """What a new record of ``model`` gets of this department: the department
        itself, and who is responsible."""
        if not self:
            return {}
        Model, values = self.env[model], {}
        name = self.env["mail.gateway.department.field"]._name_in(model)
        if name:
            values[name] = self.id
        user = self.mail_gateway_responsible_id.filtered("active")
        one, many = Model._fields.get("user_id"), Model._fields.get("user_ids")
        if user and one is not None and one.comodel_name == "res.users":
            values["user_id"] = user.id
        elif user and many is not None and many.comodel_name == "res.users":
            values["user_ids"] = [Command.set(user.ids)]
        return values
