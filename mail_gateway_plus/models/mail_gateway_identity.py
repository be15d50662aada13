# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.tools import email_normalize


class MailGatewayIdentity(models.Model):
    """A name and an address that mail leaves under."""

    _name = "mail.gateway.identity"
    _description = "Sender Identity"
    _order = "sequence, name, id"

    sequence = fields.Integer(default=10)
    name = fields.Char(
        required=True, help="The name that recipients see before the address."
    )
    email = fields.Char(required=True)
    department_id = fields.Many2one(
        "hr.department",
        help="The department that writes under this identity.\n"
        "Without a department and without rules it speaks for the whole company, from"
        " the moment that it is saved: all mail leaves under it for which no sender was"
        " chosen, no rule fits and no department has an identity.",
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
    reply_to_mode = fields.Selection(
        [
            ("author", "The author, and the document"),
            ("identity", "This identity, and the document"),
            ("alias", "The document alone"),
        ],
        "Answers Go to",
        default="author",
        help="What recipients answer always reaches the document that the mail was"
        " about, where that has an address. Here you say who gets it as well.\n"
        "The author: whoever wrote the mail, if they read mail of ours.\n"
        "This identity: its address above.\n"
        "The document alone: nobody else; where it has no address, this identity.",
    )
    signature = fields.Html(
        translate=True,
        help="Stands below its mail in place of the author's; without one the author's"
        " stays.",
    )
    keeps_author = fields.Boolean(
        "Answers Under the Author's Name",
        default=True,
        help="What colleagues answer by email to a document of this identity is stored"
        " under their own name. Without it, it is stored under the identity's: who"
        " reads the document does not see which colleague wrote it.",
    )
    rule_ids = fields.One2many("mail.gateway.identity.rule", "identity_id", "Rules")
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
        self.env.registry.clear_cache()
        return super().create([self._normalised(vals) for vals in vals_list])

    def write(self, vals):
        if not vals.keys().isdisjoint(("active", "keeps_author")):
            self.env.registry.clear_cache()
        return super().write(self._normalised(vals))

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    @api.model
    @tools.ormcache()
    def _is_used(self):
        """Whether mail may leave in another way than stock's: remembered, so that where
        nothing is set up a mail costs no query."""
        self.flush_model(["active"])
        if self.sudo().search([], limit=1):
            return True
        return self.env["ir.mail_server"]._any_has_sender_rules()

    @api.model
    def _normalised(self, vals):
        bare = email_normalize(vals.get("email") or "")
        return {**vals, "email": bare} if bare else vals

    @api.depends("name", "email")
    def _compute_display_name(self):
        for identity in self:
            identity.display_name = f"{identity.name} <{identity.email}>"
