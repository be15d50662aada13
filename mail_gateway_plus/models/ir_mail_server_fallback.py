# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class IrMailServer(models.Model):
    """Which server stands in for another, and when."""

    _inherit = "ir.mail_server"

    fallback_server_id = fields.Many2one(
        "ir.mail_server",
        index="btree_not_null",
        copy=False,
        domain=[("owner_user_id", "=", False)],
        help="The server that stands in for this one while it cannot be reached, for"
        " senders that it may send as: active, of the same company, not personal, and"
        " not one that this server stands in for itself. What may have left already is"
        " never sent through it.",
    )
    fallback_after = fields.Integer(
        "Faults before the Fallback",
        default=3,
        help="So many connections in a row have to fail before the fallback server"
        " takes over. Once one comes about again, mail leaves here as before.",
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

    def _may_stand_in(self, email_from):
        """Whether a mail from this sender may leave here instead, under its own
        address."""
        email = tools.email_normalize(email_from) or ""
        server = self.sudo()
        if not email or server._moved([email]):
            return False
        if server.from_filter and not server._match_from_filter(
            email, server.from_filter
        ):
            return False
        refused = [("mail_server_id", "=", self.id), ("state", "=", "refused")]
        Permission = self.env["mail.gateway.permission"].sudo()
        return not Permission.search_count([*refused, ("email", "=", email)], limit=1)
