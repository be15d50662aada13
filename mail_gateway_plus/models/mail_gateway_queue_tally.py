# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How many mails were sent, retried and failed, by the hour."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_datetime

#: As long as that is kept.
KEPT = timedelta(days=400)


class MailGatewayQueueTally(models.Model):
    """Rows are only added by the queue, one a mail, and summed up once an hour has
    passed: a counter that is changed would make all workers wait for each other."""

    _name = "mail.gateway.queue.tally"
    _description = "Mail by Hour"
    _order = "hour desc, id desc"
    _rec_name = "hour"
    _log_access = False

    hour = fields.Datetime(required=True, readonly=True, index=True)
    kind = fields.Selection(
        [
            ("sent", "Sent"),
            ("retried", "Put Off"),
            ("uncertain", "Uncertain"),
            ("failed", "Failed"),
        ],
        "What Became of It",
        required=True,
        readonly=True,
        help="Put Off: an attempt failed, and the mail is tried again. A mail counts at"
        " each of its attempts.",
    )
    mail_server_id = fields.Many2one(
        "ir.mail_server", "Outgoing Mail Server", readonly=True, ondelete="set null"
    )
    company_id = fields.Many2one("res.company", readonly=True, ondelete="cascade")
    is_mass = fields.Boolean("Mass Mailing", readonly=True)
    count = fields.Integer("Mails", required=True, readonly=True)

    @api.model
    def formatted_read_group(self, *args, **kwargs):
        """Odoo's words (19.0) for an hour leave out which half of the day it is in, and
        the graph takes what has the same words for the same."""
        groups = super().formatted_read_group(*args, **kwargs)
        for group in groups:
            if hour := group.get("hour:hour"):
                moment = fields.Datetime.to_datetime(hour[0])
                group["hour:hour"] = (hour[0], self._words(moment))
        return groups

    @api.model
    def _words(self, moment):
        return format_datetime(self.env, moment, dt_format="d MMM HH:mm")

    @api.model
    def _add(self, kind, task, now):
        """:param task: ``queue_task.Task``"""
        self.env.cr.execute(
            """
            INSERT INTO mail_gateway_queue_tally (
                   hour, kind, mail_server_id, company_id, is_mass, count)
            VALUES (date_trunc('hour', %s), %s, %s, %s, %s, 1)
            """,
            [
                *(now, kind, task.server_id or None, task.company_id or None),
                task.is_mass,
            ],
        )

    @api.autovacuum
    def _gc_tally(self):
        """One row an hour and kind; those of the last hours may still be added to."""
        now = fields.Datetime.now()
        self.env.cr.execute(
            """
            WITH gone AS (
                 DELETE FROM mail_gateway_queue_tally WHERE hour < %s RETURNING *)
            INSERT INTO mail_gateway_queue_tally (
                   hour, kind, mail_server_id, company_id, is_mass, count)
            SELECT hour, kind, mail_server_id, company_id, is_mass, sum(count)
              FROM gone
             WHERE hour > %s
             GROUP BY hour, kind, mail_server_id, company_id, is_mass
            """,
            [now - timedelta(hours=2), now - KEPT],
        )
        self.env.invalidate_all()
