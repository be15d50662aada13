# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class IrMailServer(models.Model):
    """Round Trip: a message from each address that Odoo sends as, and back again."""

    _inherit = "ir.mail_server"

    def action_round_trip(self):
        """Ask where the test messages are to go."""
        return self._start_round_trip({"default_mail_server_ids": self.ids})

    def _start_round_trip(self, context):
        self.check_access("write")
        for server in self:
            server._check_survey()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Round Trip"),
            "res_model": "mail.gateway.round.trip.start",
            "views": [(False, "form")],
            "target": "new",
            "context": context,
        }
