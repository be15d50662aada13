# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class FetchmailServer(models.Model):
    """Mailboxes of type ``local``: a mail server pipes in what arrives."""

    _inherit = "fetchmail.server"

    @api.model
    def _local_for(self, model):
        """The mailbox that stands for what is piped in for a model, empty where none
        does. Stock has no way to confirm such a mailbox, so each active one counts:
        that of the model, else the first."""
        found = self.sudo().search([("server_type", "=", "local")])
        return (
            found.filtered(lambda s: model and s.object_id.model == model)[:1]
            or (found[:1])
        )
