# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class IrMailServer(models.Model):
    """What an outgoing server is in use for, beside what stock knows of: archiving it
    is refused as long as that is so, and the refusal says how to get on."""

    _inherit = "ir.mail_server"

    def _active_usages_compute(self):
        usages = super()._active_usages_compute()
        # What belongs to a company that is not switched on counts too.
        for server in self.sudo():
            found = [
                *server._usages_as_fallback(leaving=self),
                *server._usages_as_identity(),
                *server._usages_as_twin(),
            ]
            if found:
                usages.setdefault(server.id, []).extend(found)
        return usages

    def _usages_as_fallback(self, leaving):
        """:param leaving: what is archived along with it needs it no more"""
        used = [("fallback_server_id", "=", self.id), ("id", "not in", leaving.ids)]
        return [
            self.env._(
                "%s (Outgoing Mail Server that falls back on it: give that one another"
                " fallback)",
                server.name,
            )
            for server in self.search(used)
        ]

    def _usages_as_identity(self):
        identities = self.env["mail.gateway.identity"]
        return [
            self.env._(
                "%s (Sender Identity: choose another server there, or archive it)",
                identity.display_name,
            )
            for identity in identities.search([("mail_server_id", "=", self.id)])
        ]

    def _usages_as_twin(self):
        if self.smtp_authentication != "mailbox" or not self.mailbox_id.active:
            return []
        return [
            self.env._(
                "%s (Incoming Mail Server with the same credentials: archive that one"
                " first, or choose another kind under Authenticate with here)",
                self.mailbox_id.name,
            )
        ]
