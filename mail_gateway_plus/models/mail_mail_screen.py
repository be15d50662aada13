# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A mail as the screen Mail Queue shows and treats it."""

from odoo import fields, models


class MailMail(models.Model):
    _inherit = "mail.mail"

    queue_job_id = fields.Many2one(
        "mail.gateway.queue.job",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )

    _screen_index = models.Index("(state, id) WHERE state IN ('outgoing', 'exception')")

    def _queue_recipients(self):
        """Addresses, or names of who has none."""
        self.ensure_one()
        partners = [one.email or one.name or "" for one in self.recipient_ids]
        return [one for one in (self.email_to, self.email_cc, *partners) if one]

    def _queue_uncertain(self):
        """Of its recipients those of whom nobody knows whether they have it."""
        uncertain = [("mail_id", "in", self.ids), ("state", "=", "uncertain")]
        return self.env["mail.gateway.delivery"].sudo().search(uncertain)

    # --- what people do about it

    def _queue_again(self, values=None):
        """As if nothing had happened, at once, and its server is asked again."""
        holds = self.hold_id
        anew = {"state": "outgoing", "scheduled_date": False}
        anew |= {"failure_type": False, "failure_reason": False}
        self.write({**anew, **(values or {})})
        stopped = holds.filtered(lambda hold: hold.state == "stopped")
        # One mail shows whether it is mended; the others wait until it has.
        stopped._release()
        (holds - stopped).write({"next_attempt": fields.Datetime.now()})
        if self:
            self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()

    def _queue_cancel(self):
        self.write({"state": "cancel", "hold_id": False})
        waiting = self._queue_notifications()
        waiting.write({"notification_status": "canceled"})
        waiting.mail_message_id._notify_message_notification_update()
