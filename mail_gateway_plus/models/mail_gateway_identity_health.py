# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class MailGatewayIdentity(models.Model):
    _inherit = "mail.gateway.identity"

    def unlink(self):
        """What was found goes with them."""
        about = [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        self.env["mail.gateway.finding"].sudo().search(about).unlink()
        return super().unlink()
