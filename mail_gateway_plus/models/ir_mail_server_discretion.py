# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models, tools

from ..core.account import Credentials
from ..core.secret import hidden
from ..net import smtp_raised

#: Of the Gmail and the Outlook module, where they are there.
TOKENS = (
    *("google_gmail_access_token", "google_gmail_refresh_token"),
    *("microsoft_outlook_access_token", "microsoft_outlook_refresh_token"),
)


class IrMailServer(models.Model):
    """Servers quote what they refuse. Stock logs and raises their words as they come,
    so the secrets of a connection are taken out of them where they come in."""

    _inherit = "ir.mail_server"

    def _smtp_login__(self, connection, smtp_user, smtp_password):  # noqa: PLW3201
        secrets = [Credentials(smtp_user, smtp_password or ""), *self._secrets()]
        smtp_raised.keep(connection, secrets)
        result = super()._smtp_login__(connection, smtp_user, smtp_password)
        # The hooks of OAuth may have fetched a new token.
        secrets += self._secrets()
        return result

    def _secrets(self):
        """``Credentials`` that hold what this server logs in with; without a server,
        what stands in the configuration file."""
        server, config = self.sudo(), tools.config
        file = Credentials(config["smtp_user"] or "", config["smtp_password"] or "")
        if not server:
            return [file]
        user, password = server._credentials()
        tokens = [server[name] for name in TOKENS if name in self._fields]
        return [
            *([file] if server.smtp_authentication == "cli" else []),
            Credentials(user, password),
            # As they are alone, and so within what XOAUTH2 makes of them.
            *(Credentials(user, token, "XOAUTH2") for token in filter(None, tokens)),
        ]

    def _without_secrets(self, text):
        """``text`` with stars in place of what this server logs in with."""
        for credentials in self._secrets():
            text = hidden(text, credentials)
        return text
