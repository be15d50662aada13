# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How much an outgoing server takes; the map of the queue is in ``queue_task``."""

from odoo import fields, models

from ..core.delivery import pace
from .queue_pace import Pace

#: Unless somebody has typed another number, or the provider is known to take fewer.
CONNECTIONS = 3


class IrMailServer(models.Model):
    _inherit = "ir.mail_server"

    limit_minute = fields.Integer(
        "Messages a Minute",
        help="As many as the provider takes from this account in a minute. Mail beyond"
        " that waits, and mass mailing leaves a tenth of it to people. 0: no limit is"
        " known.",
    )
    limit_hour = fields.Integer(
        "Messages an Hour", help="As many as it takes in an hour. 0: no limit is known."
    )
    limit_day = fields.Integer(
        "Messages a Day",
        help="As many as the provider takes from this account in 24 hours. 0: no limit"
        " is known.",
    )
    limit_connections = fields.Integer(
        "Connections",
        default=CONNECTIONS,
        help="As many connections as the queue opens to the server at a time, whichever"
        " process it runs in, and as many as there is work for. 0: no limit, one for"
        " each process.",
    )

    _limits_not_negative = models.Constraint(
        "CHECK(limit_minute >= 0 AND limit_hour >= 0 AND limit_day >= 0"
        " AND limit_connections >= 0)",
        "A limit is a number of messages or connections, or 0 for none.",
    )

    def _limits(self):
        """``core.delivery.pace.Limit`` of each; personal servers keep stock's pace."""
        if not self or self.sudo().owner_user_id:
            return ()
        return pace.limits(self.limit_minute, self.limit_hour, self.limit_day)

    def _most_connections(self):
        """0 for no limit."""
        if not self:
            return CONNECTIONS
        return 1 if self.sudo().owner_user_id else self.limit_connections

    def _pace_used(self):
        """How much of each limit is used now: a list of (``Limit``, count)."""
        self.ensure_one()
        return [(limit, use.count) for limit, use in self._pace_uses()]

    def _pace_uses(self):
        self.env.flush_all()
        clock = self.env.context.get("mail_gateway_clock") or fields.Datetime.now
        return Pace(self.id, self._limits()).used(self.env.cr, clock())

    def _pace_room(self, wanted):
        """How many of so many tests of senders the limits leave room for; those of a
        minute are kept by a pause between two."""
        uses = self._pace_uses()
        long = [one for one in uses if one[0].window_s > pace.MINUTE_S]
        return pace.allowance(wanted, long).count
