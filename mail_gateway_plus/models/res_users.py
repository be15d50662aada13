# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import email_normalize, email_split

#: Whether people's own addresses are recipients; off unless set.
OWN_ADDRESSES = "mail_gateway_plus.own_addresses"


class ResUsers(models.Model):
    _inherit = "res.users"

    mail_gateway_addresses = fields.Char(
        "Further Addresses",
        groups="base.group_erp_manager",
        help="Further addresses of this person, separated by commas. Where the General"
        " Settings say so, mail to any address of a person shows in their inbox.",
    )

    @api.constrains("mail_gateway_addresses")
    def _check_mail_gateway_addresses(self):
        for user in self:
            for written in (user.mail_gateway_addresses or "").split(","):
                if written.strip() and not email_normalize(written):
                    raise ValidationError(
                        self.env._("“%s” is no email address.", written.strip())
                    )

    @api.model
    def _mail_gateway_addressed(self, addresses):
        """The people to whom the lower-case ``addresses`` belong; nobody while the
        switch in the General Settings is off."""
        params = self.env["ir.config_parameter"].sudo()
        if params.get_param(OWN_ADDRESSES) != "True":
            return self.browse()
        internal, wanted = [("share", "=", False)], set(addresses)
        own = [*internal, ("email_normalized", "in", addresses)]
        further = [*internal, ("mail_gateway_addresses", "!=", False)]
        users = self.sudo().search(further)
        users = users.filtered(lambda user: wanted & user._mail_gateway_further())
        return self.sudo().search(own) | users

    def _mail_gateway_further(self):
        return set(
            map(str.lower, email_split(self.sudo().mail_gateway_addresses or ""))
        )

    def _mail_gateway_sees_inbox(self):
        """Whether a notification reaches the person: in Odoo, or by mail that does not
        come back here."""
        if self.notification_type == "inbox":
            return True
        email = self.email_normalized
        Incoming = self.env["mail.gateway.incoming"].sudo()
        return bool(email) and not Incoming._comes_back(email)

    @api.model
    def action_diagnose_outgoing_mail_server(self):
        """Test Connection in the preferences: of the user's own outgoing server, which
        nobody else can test. Stock's method for this button tells less and is left to
        other code."""
        user = self.env.user
        server = user.has_external_mail_server and user.outgoing_mail_server_id
        if not server:
            raise UserError(
                self.env._("You have no outgoing mail server of your own to test.")
            )
        return server._diagnose()._show()
