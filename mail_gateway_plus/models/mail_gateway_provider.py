# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..core.mailbox import provider


class MailGatewayProvider(models.Model):
    """A mail provider: its servers, and what it wants of those who fetch mail."""

    _name = "mail.gateway.provider"
    _description = "Mail Provider"
    _order = "name"

    name = fields.Char(required=True)
    code = fields.Char(required=True, readonly=True)
    incoming_hosts = fields.Char(
        help="What the names of its IMAP and POP3 servers end with, separated by"
        " blanks.",
    )
    login_steps = fields.Text(
        "Password", translate=True, help="How to get a password that works."
    )
    access_steps = fields.Text(
        "IMAP and POP3",
        translate=True,
        help="Where access for other programs is switched on.",
    )
    oauth_steps = fields.Text(
        "OAuth", translate=True, help="How to log in without a password."
    )

    _code_unique = models.Constraint("UNIQUE(code)", "One code, one provider.")

    @api.model
    def _at(self, host):
        """The provider of a server; empty where it is not known."""
        providers = self.sudo().search([("incoming_hosts", "!=", False)])
        hosts = {found: found.incoming_hosts.split() for found in providers}
        return provider.matching(host, hosts) or self

    @api.model
    def _steps(self, code, host):
        """The provider's own steps against a fault, ready to be shown; "" for none."""
        needs = provider.NEEDS.get(code)
        found = needs and host and self._at(host)
        if not found:
            return ""
        steps = filter(None, (found[f"{need}_steps"] for need in needs))
        return "\n".join(f"{found.name}: {text}" for text in steps)
