# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class FetchmailServer(models.Model):
    """The server of a mailbox, found by its address."""

    _inherit = "fetchmail.server"

    @api.model
    @api.readonly
    def look_up_settings(self, email, server_type="imap"):
        """For the button beside the user name, on a form that need not be saved yet.

        Asks name servers for 5 s at the most; ends the transaction before.

        :param server_type: imap or pop; a mailbox of one is not proposed for the other
        :return: ``values`` for the form as the web client takes them, and a
            notification: ``type``, ``title``, ``message``
        """
        self.browse().check_access("write")
        kind = "pop" if server_type == "pop" else "imap"
        Provider = self.env["mail.gateway.provider"]
        found, place, finding = Provider._discovered(email, kind)
        values, steps = {}, ""
        if found:
            place = found._mailbox_place(kind)
            steps = found._incoming_steps()
        if place:
            values = {
                "server": place.host,
                "connection_security": place.security,
                "port": place.port,
            }
        return {"values": values, **Provider._notice(finding, steps)}
