# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.exceptions import UserError


class FetchmailServer(models.Model):
    """Its credentials may serve outgoing servers too."""

    _inherit = "fetchmail.server"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_lending(self):
        """Archived, it still lends them; and an archived server could not come back
        without it."""
        used = [("smtp_authentication", "=", "mailbox"), ("mailbox_id", "in", self.ids)]
        every = self.env["ir.mail_server"].with_context(active_test=False)
        if servers := every.search(used):
            raise UserError(
                self.env._(
                    "The mailbox “%(mailbox)s” cannot be deleted: its user name and"
                    " password also serve these outgoing servers: %(servers)s. Archive"
                    " it, and they go on as before; or choose another mailbox there,"
                    " or another kind under Authenticate with.",
                    mailbox=servers.mailbox_id[:1].name,
                    servers=", ".join(servers.mapped("name")),
                )
            )
