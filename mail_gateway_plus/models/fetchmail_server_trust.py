# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class FetchmailServer(models.Model):
    _inherit = "fetchmail.server"

    trusted_hosts = fields.Char(
        help="Names of the mail servers, separated by commas, whose"
        " Authentication-Results rules may believe, as they stand in that header:"
        " anybody can write one.",
    )

    def _trusted_hosts(self):
        """Lower-case names."""
        names = (self.trusted_hosts or "").lower().split(",")
        return frozenset(filter(None, map(str.strip, names)))
