# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What became of each SMTP message, for each recipient. Written by ``queue_journal``;
the map of the queue is in ``queue_task``."""

import logging
from datetime import timedelta

from odoo import api, fields, models

from ..core.delivery import state
from ..core.finding import Finding
from .keeping import DELIVERIES, keep_days

_logger = logging.getLogger(__name__)

#: Rows that one transaction deletes.
BATCH = 10_000


class MailGatewayDelivery(models.Model):
    """It outlives its mail, which is often deleted once it is sent."""

    _name = "mail.gateway.delivery"
    _description = "Delivery"
    _rec_name = "recipient"
    _order = "id desc"
    # The journal writes it, without the ORM.
    _log_access = False

    mail_id = fields.Integer(required=True, readonly=True)
    part = fields.Integer(
        required=True,
        readonly=True,
        help="The contact whose copy it is; 0 for the copy to bare addresses.",
    )
    message_id = fields.Char("Message-ID", readonly=True, index=True)
    envelope = fields.Char("Return Path", readonly=True)
    sender = fields.Char("From", readonly=True)
    recipient = fields.Char(required=True, readonly=True)
    mail_server_id = fields.Many2one(
        "ir.mail_server", "Outgoing Mail Server", readonly=True, ondelete="set null"
    )
    identity_id = fields.Many2one(
        "mail.gateway.identity",
        "Sender Identity",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    company_id = fields.Many2one(
        "res.company", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    is_mass = fields.Boolean("Mass Mailing", readonly=True)
    state = fields.Selection(
        [
            ("sending", "Sending"),
            ("accepted", "Accepted"),
            ("refused", "Refused"),
            ("uncertain", "Uncertain"),
        ],
        required=True,
        readonly=True,
        help="Accepted: the server has it, and it is never sent again.\n"
        "Refused: the server does not have it.\n"
        "Uncertain: the line broke, or the worker died, while it was on its way. Nobody"
        " knows whether the server has it, so somebody has to choose.",
    )
    is_final = fields.Boolean("Refused for Good", readonly=True)
    reply = fields.Char(readonly=True, help="What the server said.")
    reply_code = fields.Integer(readonly=True)
    failure_code = fields.Char(readonly=True)
    failure_class = fields.Char(readonly=True)
    attempts = fields.Integer(readonly=True)
    first_on = fields.Datetime("First Attempt", readonly=True)
    begun_on = fields.Datetime("Last Attempt", readonly=True)
    ended_on = fields.Datetime("Answered", readonly=True)
    reason = fields.Char(compute="_compute_reason")

    # The first is what keeps two workers from sending the same.
    _once = models.UniqueIndex("(mail_id, part, recipient)")
    _pace_index = models.Index("(mail_server_id, begun_on)")
    _time_index = models.Index("(begun_on)")
    _open_index = models.Index("(state) WHERE state IN ('sending', 'uncertain')")

    @api.depends("failure_code", "reply", "recipient", "sender")
    @api.depends_context("lang")
    def _compute_reason(self):
        Advice = self.env["mail.gateway.advice"]
        for delivery in self:
            code, params = delivery.failure_code, delivery._params()
            delivery.reason = Advice._words(code, params)[0] if code else False

    def _params(self):
        host, port = self.sudo().mail_server_id._place()[:2]
        return {
            **{"host": host, "port": str(port or "")},
            **{"sender": self.sender or "", "recipient": self.recipient},
            "reply": self.reply or "",
            "user": self.sudo().mail_server_id.smtp_user or "",
        }

    def _finding(self):
        return Finding(self.failure_code, "error", params=self._params())

    # --- what a person decides of what is uncertain

    def action_resend(self):
        """It is sent again, and may arrive twice."""
        self._choose("resend")

    def action_settle(self):
        """It has arrived, as far as anybody knows."""
        self._choose("settle")

    def _choose(self, choice):
        self.env["mail.gateway.queue"]._check_may(choice)
        self.check_access("read")
        uncertain = self.sudo().filtered(lambda one: state.may(one.state, choice))
        for one in uncertain:
            one.write({"state": state.after(one.state, choice), "is_final": False})
        _logger.info("User %s: %s of %s", self.env.uid, choice, uncertain.ids)
        mails = self.env["mail.mail"].sudo().browse(set(uncertain.mapped("mail_id")))
        mails = mails.exists().filtered(lambda mail: mail.state == "exception")
        mails.write({"state": "outgoing"})
        if mails:
            self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()

    # --- keeping

    @api.autovacuum
    def _gc_deliveries(self):
        """What a mail that may still be sent was refused or taken for stays with it."""
        days = keep_days(self.env, DELIVERIES)
        if not days:
            return 0, 0
        before = fields.Datetime.now() - timedelta(days=days)
        self.env.cr.execute(
            """
            DELETE FROM mail_gateway_delivery
             WHERE id IN (
                   SELECT delivery.id
                     FROM mail_gateway_delivery delivery
                LEFT JOIN mail_mail mail ON mail.id = delivery.mail_id
                    WHERE delivery.begun_on < %s
                      AND (mail.id IS NULL OR mail.state IN ('sent', 'cancel'))
                    LIMIT %s)
            """,
            [before, BATCH],
        )
        done = self.env.cr.rowcount
        return done, int(done == BATCH)
