# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class MailGatewayIdentity(models.Model):
    _inherit = "mail.gateway.identity"

    def unlink(self):
        """What was found goes with them."""
        self.env["mail.gateway.finding"]._forget(self)
        return super().unlink()
