# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What stands above the list of the screen Mail Queue."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

#: Servers that are shown; those that need somebody come first.
MOST = 6
PERIODS = {"minute": 60, "hour": 3600, "day": 86400}


class MailGatewayQueue(models.Model):
    _inherit = "mail.gateway.queue"

    @api.model
    def overview(self):
        """Where all mail stands, server by server, and how far is what was begun.

        Moments are UTC, as the ORM writes them. No secret is among it.
        """
        self.check_access("read")
        is_system = self.env.user.has_group("base.group_system")
        servers = self._servers()
        return {
            "is_paused": self.env["mail.mail"]._queue_is_paused(),
            "may_configure": is_system,
            "counts": self._counts(),
            "servers": servers[:MOST],
            "further": len(servers[MOST:]),
            "jobs": self.env["mail.gateway.queue.job"]._running(),
        }

    @api.model
    def _counts(self):
        """{status: mails}; of sent ones those of today."""
        states = [("state", "in", ("outgoing", "exception"))]
        counts = dict(self._read_group(states, ["status"], ["__count"]))
        names = ("waiting", "retrying", "stopped", "uncertain", "failed")
        today = [("state", "=", "sent"), ("sent_on", ">=", "today")]
        sent = self.search_count(today)
        return {name: counts.get(name, 0) for name in names} | {"sent": sent}

    @api.model
    def _servers(self):
        """Each server that has something to tell, troubles first."""
        waiting = self._waiting()
        holds = self.env["mail.gateway.hold"].search([]).grouped("mail_server_id")
        used = self._used()
        servers = self.env["ir.mail_server"].search([])
        rows = []
        for server in (*servers, servers.browse()):
            about = waiting.get(server, 0), used.get(server.id), holds.get(server)
            if any(about):
                rows.append(server._queue_card(*about))
        return sorted(rows, key=lambda row: (row["rank"], -row["waiting"], row["name"]))

    @api.model
    def _waiting(self):
        """{server: mails of it that wait}"""
        outgoing = [("state", "=", "outgoing")]
        return dict(self._read_group(outgoing, ["mail_server_id"], ["__count"]))

    @api.model
    def _used(self):
        """{id of the server, False for that of the configuration file: what it was
        used for in each of ``PERIODS``, and ``success``, its last one}"""
        now = fields.Datetime.now()
        counts = SQL(", ").join(
            SQL(
                "count(*) FILTER (WHERE begun_on > %s)",
                now - timedelta(seconds=seconds),
            )
            for seconds in PERIODS.values()
        )
        query = SQL(
            """
            SELECT mail_server_id, %s, max(ended_on) FILTER (WHERE state = 'accepted')
              FROM mail_gateway_delivery
             WHERE begun_on > %s
             GROUP BY mail_server_id
            """,
            counts,
            now - timedelta(days=1),
        )
        names = (*PERIODS, "success")
        return {
            server or False: dict(zip(names, row, strict=True))
            for server, *row in self.env.execute_query(query)
        }
