# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import hashlib

from odoo import api, models
from odoo.tools import email_normalize_all

from ..core.message import loop, proof


class IrMailServer(models.Model):
    """A field in all that is sent, by which it is known if it comes back: Message-IDs
    are changed on the way, and not all that is sent is kept."""

    _inherit = "ir.mail_server"

    def _build_email__(self, *args, **kwargs):
        """What others built themselves, and have sent, stays as they made it."""
        message = super()._build_email__(*args, **kwargs)
        if loop.TRACE not in message:
            message[loop.TRACE] = proof.mark(
                self._mail_gateway_token(),
                self._mail_gateway_secret(),
                self._mail_gateway_only_recipient(message),
            )
        return message

    @api.model
    def _mail_gateway_only_recipient(self, message):
        """Whom a message is for, "" where that is more than one."""
        named = ",".join(filter(None, map(message.get, ("To", "Cc", "Bcc"))))
        found = email_normalize_all(named)
        return found[0] if len(found) == 1 else ""

    @api.model
    def _mail_gateway_token(self):
        """The same for all that this database sends, and of no other's."""
        params = self.env["ir.config_parameter"].sudo()
        database = params.get_param("database.uuid") or self.env.cr.dbname
        return hashlib.sha256(f"mail_gateway_plus:{database}".encode()).hexdigest()[:32]

    @api.model
    def _mail_gateway_secret(self):
        """What marks are made with; it never leaves the database."""
        secret = self.env["ir.config_parameter"].sudo().get_param("database.secret")
        return hashlib.sha256(f"mail_gateway_plus:{secret}".encode()).hexdigest()
