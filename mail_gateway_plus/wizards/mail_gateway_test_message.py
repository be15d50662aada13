# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize


class MailGatewayTestMessage(models.TransientModel):
    """To whom the message goes with which an outgoing server is tested."""

    _name = "mail.gateway.test.message"
    _description = "Test Message of an Outgoing Server"

    mail_server_id = fields.Many2one(
        "ir.mail_server",
        "Outgoing Mail Server",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    email_to = fields.Char(
        "To", required=True, default=lambda self: self.env.user.email_normalized
    )

    def action_send(self):
        """Test the server again, this time up to the content, and show what came."""
        self.ensure_one()
        server = self.mail_server_id
        if not server._is_own_address(self.email_to):
            raise UserError(
                self.env._(
                    "Test messages go to addresses of your own only: your e-mail"
                    " address, that of a user or a company of this database, or one of"
                    " your alias domains. %s is none of these, so nothing was sent.",
                    self.email_to,
                )
            )
        return server._diagnose(email_normalize(self.email_to))._show()
