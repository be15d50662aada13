# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from ..core import health, health_check


class MailGatewayHealth(models.Model):
    """What is known of outgoing servers and of who sends there. Personal servers are
    their owners' business."""

    _inherit = "mail.gateway.health"

    @api.model
    def _renew_servers(self, holds):
        """What servers refuse to send as, and what the queue holds back for them.

        :param holds: as of ``_holds``
        """
        senders = self._senders()
        Finding = self.env["mail.gateway.finding"]
        identities = self.env["mail.gateway.identity"].sudo().search([])
        Server = self.env["ir.mail_server"].sudo().with_context(active_test=False)
        servers = Server.search(Server._domain_looked_after())
        for records, found, codes in (
            (servers, holds, health.HOLD_CODES),
            (identities, health_check.identities(senders), health.SENDER_CODES),
            (servers, health_check.servers(senders), {health.SENDERS_REFUSED}),
        ):
            Finding._renew_all(records, found, codes)

    @api.model
    def _senders(self):
        """``core.health_check.Sender`` of each address that a server refuses or
        rewrites, and of the identities that it allows."""
        Permission = self.env["mail.gateway.permission"].sudo()
        told = [
            ("mail_server_id.owner_user_id", "=", False),
            "|",
            ("state", "in", ("refused", "rewritten")),
            "&",
            ("state", "=", "allowed"),
            ("identity_id", "!=", False),
        ]
        return [
            health_check.Sender(
                one.email,
                one.state,
                one.source or "",
                one.mail_server_id.id,
                one.mail_server_id.name,
                one.identity_id.id or 0,
                self._used_server_id(one),
                one.evidence or "",
            )
            for one in Permission.search(told)
        ]

    @api.model
    def _used_server_id(self, permission):
        """The server that an identity leaves through, where another one's refusal is
        nobody's trouble; 0 where Odoo knows none. To find it takes queries, so only
        what is refused is asked for."""
        if permission.state == "allowed":
            return 0
        return permission.identity_id.used_server_id.id or 0

    @api.model
    def _holds(self):
        """{id of a server, 0 for that of the configuration file: findings}"""
        Hold = self.env["mail.gateway.hold"].sudo()
        common = [("mail_server_id.owner_user_id", "=", False)]
        rows = Hold.search(["|", ("mail_server_id", "=", False), *common])
        waiting = [("hold_id", "in", rows.ids), ("state", "=", "outgoing")]
        Mail = self.env["mail.mail"].sudo()
        counts = dict(Mail._read_group(waiting, ["hold_id"], ["__count"]))
        return health_check.holds(
            health_check.Hold(
                row.mail_server_id.id or 0,
                row.mail_server_id.name or (row.params or {}).get("host", ""),
                row.sender or "",
                row.state == "stopped",
                counts.get(row, 0),
                (row.params or {}).get("reply", ""),
            )
            for row in rows
        )
