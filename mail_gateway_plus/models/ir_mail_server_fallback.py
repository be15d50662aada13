# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class IrMailServer(models.Model):
    """Which server stands in for another. No form shows it as long as nothing sends
    that way."""

    _inherit = "ir.mail_server"

    fallback_server_id = fields.Many2one(
        "ir.mail_server",
        index="btree_not_null",
        copy=False,
        domain=[("owner_user_id", "=", False)],
        help="The server that stands in for this one: active, of the same company, not"
        " personal, and not one that this server stands in for itself.",
    )

    @api.constrains("fallback_server_id", "owner_user_id", "active")
    def _check_fallback(self):
        ours = Domain("id", "in", self.ids) | Domain(
            "fallback_server_id", "in", self.ids
        )
        servers = self.with_context(active_test=False).search(
            ours & Domain("fallback_server_id", "!=", False)
        )
        for server in servers:
            if fault := server._fallback_fault():
                raise ValidationError(
                    self.env._(
                        "“%(fallback)s” cannot stand in for the outgoing server"
                        " “%(server)s”: %(fault)s",
                        fallback=server.fallback_server_id.name,
                        server=server.name,
                        fault=fault,
                    )
                )

    def _fallback_fault(self):
        """What speaks against its fallback, a sentence; "" for nothing."""
        fallback = self.fallback_server_id
        companies = self._company(), fallback._company()
        if self.owner_user_id or fallback.owner_user_id:
            return self.env._("personal servers serve their owners alone.")
        if self._has_cycle("fallback_server_id"):
            return self.env._("it would lead back to the server that failed.")
        if self.active and not fallback.active:
            return self.env._("it is archived. Unarchive it, or choose another one.")
        if all(companies) and companies[0] != companies[1]:
            return self.env._("it belongs to %s.", companies[1].name)
        return ""
