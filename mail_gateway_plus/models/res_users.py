# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.exceptions import UserError


class ResUsers(models.Model):
    _inherit = "res.users"

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
