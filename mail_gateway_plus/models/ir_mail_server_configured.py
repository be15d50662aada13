# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models, tools

from .ir_mail_server_connection import USED

CONFIGURED = "mail_gateway_plus.configured_mail_server"


class IrMailServer(models.Model):
    """The server of Odoo's configuration file, by which mail leaves where no outgoing
    server fits. What is found about it needs a record to belong to: an archived one,
    so that Odoo chooses no other server than before. Under which address mail leaves
    stands there as well."""

    _inherit = "ir.mail_server"

    @api.model
    def action_diagnose_configured(self):
        return self._configured().action_diagnose()

    @api.model
    def action_check_configured(self):
        return self._configured().action_check_permissions()

    @api.model
    def _configured(self):
        self.browse().check_access("write")
        server = self.env.ref(CONFIGURED, raise_if_not_found=False)
        server = server or self._make_configured()
        listed = self._get_default_from_filter()
        if not server.active and server.from_filter != listed:
            server.from_filter = listed
        return server

    def _find_mail_server(self, email_from, mail_servers=None):
        found, sender = super()._find_mail_server(email_from, mail_servers)
        if not found and self.env.context.get(USED):
            self._note_configured()
        return found, sender

    def _note_configured(self):
        """What is chosen for the configuration file's server, and what it refuses,
        counts where its record was asked for."""
        server = self._has_configured() and self.env.ref(CONFIGURED, False)
        if server and server.smtp_authentication == "cli":
            self._note_used(server)

    @api.model
    @tools.ormcache()
    def _has_configured(self):
        """Odoo remembers only names that lead somewhere, and each mail asks."""
        return bool(self.env.ref(CONFIGURED, raise_if_not_found=False))

    @api.model
    def _make_configured(self):
        server = self.create(
            {
                "name": self.env._("Odoo's configuration file"),
                "smtp_authentication": "cli",
                "active": False,
                "test_before_save": False,
            }
        )
        made = {"xml_id": CONFIGURED, "record": server, "noupdate": True}
        self.env["ir.model.data"].sudo()._update_xmlids([made])
        self.env.registry.clear_cache()
        return server
