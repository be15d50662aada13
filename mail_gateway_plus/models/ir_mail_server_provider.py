# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from .ir_mail_server_connection import OAUTH


class IrMailServer(models.Model):
    """The provider of an outgoing server, which knows how it is set up."""

    _inherit = "ir.mail_server"

    provider_id = fields.Many2one(
        "mail.gateway.provider",
        domain=[("smtp_host", "!=", False)],
        help="Fills in the server, its port, encryption and limits, and shows what has"
        " to be done at the provider. It is found by itself from an address in"
        " Username, as long as SMTP Server is empty; for other domains press the button"
        " Look Up Settings.",
    )
    provider_steps = fields.Html(compute="_compute_provider_steps", sanitize=False)

    @api.depends("provider_id", "smtp_host")
    @api.depends_context("lang")
    def _compute_provider_steps(self):
        Provider = self.env["mail.gateway.provider"]
        for server in self:
            found = server.provider_id
            found = found or Provider._at(server.smtp_host, "outgoing_hosts")
            server.provider_steps = found._outgoing_steps() if found else False

    @api.onchange("provider_id")
    def _onchange_provider_id(self):
        is_oauth = self.smtp_authentication in OAUTH
        self.update(self.provider_id._outgoing_settings(is_oauth))

    @api.onchange("smtp_user", "mailbox_id")
    def _onchange_smtp_user(self):
        """Whose address it is tells where it is sent from, if nobody has said that."""
        if self.smtp_host or self.provider_id:
            return
        mailbox = self.smtp_authentication == "mailbox" and self.mailbox_id
        Provider = self.env["mail.gateway.provider"]
        address = self.smtp_user or (mailbox and mailbox.user)
        found = Provider._of_address(address)
        if not found and mailbox:
            found = Provider._at(mailbox.server, "outgoing_hosts")
        self.provider_id = found
        self._onchange_provider_id()

    @api.model
    @api.readonly
    def look_up_settings(self, email, mailbox_id=False):
        """For the button beside the user name, on a form that need not be saved yet.

        Asks name servers for 5 s at the most; ends the transaction before.

        :param mailbox_id: whose user name counts where ``email`` is empty
        :return: ``values`` for the form as the web client takes them, and a
            notification: ``type``, ``title``, ``message``
        """
        self.browse().check_access("write")
        if not email and mailbox_id:
            email = self.env["fetchmail.server"].browse(mailbox_id).user
        Provider = self.env["mail.gateway.provider"]
        found, place, finding = Provider._discovered(email)
        values = {}
        if found:
            shown = {"id": found.id, "display_name": found.display_name}
            values = {"provider_id": shown}
        elif place:
            values = {
                "provider_id": False,
                "smtp_host": place.host,
                "smtp_port": place.port,
                "smtp_encryption": place.security,
            }
        return {"values": values, **Provider._notice(finding)}

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._provided(vals) for vals in vals_list])

    @api.model
    def _provided(self, vals):
        """``vals`` with the settings of the provider, where no server is named."""
        if not vals.get("provider_id") or vals.get("smtp_host"):
            return vals
        found = self.env["mail.gateway.provider"].browse(vals["provider_id"])
        is_oauth = vals.get("smtp_authentication") in OAUTH
        named = {name: value for name, value in vals.items() if name != "smtp_host"}
        return {**found._outgoing_settings(is_oauth), **named}
