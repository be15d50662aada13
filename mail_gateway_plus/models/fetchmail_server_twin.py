# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.exceptions import UserError


class FetchmailServer(models.Model):
    """Its credentials may serve outgoing servers too."""

    _inherit = "fetchmail.server"

    def write(self, vals):
        if not vals.get("active", True):
            self._check_not_lending()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_lending(self):
        # An archived server could not come back without it.
        self.with_context(active_test=False)._check_not_lending()

    def _check_not_lending(self):
        used = [("smtp_authentication", "=", "mailbox"), ("mailbox_id", "in", self.ids)]
        servers = self.env["ir.mail_server"].search(used)
        if servers:
            raise UserError(
                self.env._(
                    "The mailbox “%(mailbox)s” cannot be archived or deleted: its user"
                    " name and password also serve these outgoing servers: %(servers)s."
                    " Choose another mailbox there, or another kind under Authenticate"
                    " with.",
                    mailbox=servers.mailbox_id[:1].name,
                    servers=", ".join(servers.mapped("name")),
                )
            )
