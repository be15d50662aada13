# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What becomes of a mail after an attempt; the map of all is in ``queue_task``."""

import logging
from datetime import timedelta

from odoo import models

from ..core.routing.reports import Loss

_logger = logging.getLogger(__name__)

#: Class of a fault (``core.smtp.fact.KINDS``) -> stock's kind of failure.
FAILURE_TYPES = {"connection": "mail_smtp", "identity": "mail_from_invalid"}
UNKNOWN = "unknown"


class MailMail(models.Model):
    _inherit = "mail.mail"

    def _queue_settle(self, task, now):
        """Write what a task came to; see ``verdict.verdict`` for the words."""
        self.ensure_one()
        word = "failed" if task.is_broken() else task.verdict()
        if word == "sent":
            self._queue_sent(task)
        elif word in ("retry", "waiting"):
            self._queue_put_off(task, now)
        elif word in ("failed", "partial"):
            self._queue_give_up(task)
        elif word == "uncertain":
            self._queue_doubt(task)
        elif word == "wait":
            self._queue_keep(task)

    # --- it is over

    def _queue_settle_sent(self, tasks, now):
        """The same for mails that all their recipients have, in a few queries: each of
        them is what stock's hooks take for sent.

        :param tasks: one a mail, in the same order
        """
        for mail, task in zip(self, tasks, strict=True):
            mail._queue_write_sent(task)
        partners = {message.part for task in tasks for message in task.messages}
        emails = [to for task in tasks for m in task.messages for to in m.email_to]
        self._postprocess_sent_message(
            success_pids=list(self.env["res.partner"].browse(partners - {0})),
            success_emails=emails,
        )

    def _queue_sent(self, task):
        self._queue_write_sent(task)
        self._queue_postprocess(task, *(task.fault or (None, None)))

    def _queue_write_sent(self, task):
        ended = {"state": "sent", "hold_id": False}
        ended |= {"failure_type": False, "failure_reason": False}
        ended |= {"failure_class": False, "failure_code": False}
        if self.message_id != task.message_id:
            ended["message_id"] = task.message_id
        self.write(ended)
        _logger.info("Mail %s, Message-ID %s, is sent", self.id, task.message_id)

    def _queue_postprocess(self, task, kind, reason):
        accepted = [message for message in task.messages if message.is_accepted()]
        partners = self.env["res.partner"].browse(m.part for m in accepted if m.part)
        emails = [to for m in accepted if not m.part for to in m.email_to]
        self._postprocess_sent_message(
            success_pids=list(partners),
            success_emails=emails,
            failure_type=kind,
            failure_reason=reason,
        )

    def _queue_give_up(self, task):
        """As stock does with what has failed, and its author is told."""
        if task.is_broken():
            kind, reason = task.fault
            self._queue_fail(kind, reason)
            self._queue_postprocess(task, kind, reason)
            return
        code, group, losses = self._queue_losses(task)
        kind = FAILURE_TYPES.get(group, UNKNOWN)
        reason = "\n\n".join(dict.fromkeys(map(self._queue_why, losses)))
        self._queue_fail(kind, reason, code, group)
        message, is_mass = self.mail_message_id.sudo(), self.is_mass
        self._queue_postprocess(task, kind, reason)
        if not is_mass:
            # Of a mass mailing its own form tells.
            self.env["mail.thread"]._mail_gateway_tell_author(message, losses)

    def _queue_fail(self, kind, reason, code=False, group=False):
        self.write(
            {
                "state": "exception",
                "failure_type": kind,
                "failure_reason": reason,
                "failure_class": group,
                "failure_code": code,
                "hold_id": False,
            }
        )

    def _queue_losses(self, task):
        """(code, class, a ``Loss`` for each recipient that has it not)"""
        rows = self.env["mail.gateway.delivery"].sudo()
        rows = rows.search([("mail_id", "=", self.id), ("state", "=", "refused")])
        known = {row.recipient: row for row in rows if row.failure_code}
        losses = [
            Loss((to,), True, row.failure_code, row.reply or "", row._params())
            for to, row in known.items()
        ]
        if rows:
            return rows[0].failure_code, rows[0].failure_class, losses
        why = task.refusals()[0]
        params = dict(why.finding.params)
        losses = [
            Loss((to,), True, why.meaning.code, params.get("reply", ""), params)
            for message in task.messages
            for to in message.recipients
            if message.states.get(to) != "accepted"
        ]
        return why.meaning.code, why.meaning.kind, losses

    def _queue_why(self, loss):
        return self.env["mail.thread"]._mail_gateway_why(loss)

    def _queue_doubt(self, task):
        """Nobody knows whether the server has it: somebody has to choose."""
        rows = self.env["mail.gateway.delivery"].sudo()
        rows = rows.search([("mail_id", "=", self.id), ("state", "=", "uncertain")])
        finding = rows[:1]._finding()
        reason = self.env["mail.gateway.advice"]._text(finding)
        self._queue_fail(UNKNOWN, reason, finding.code, "connection")
        partners = {row.part for row in rows}
        doubted = self._queue_notifications().filtered(
            lambda one: one.res_partner_id.id in partners or 0 in partners
        )
        self._queue_notify(doubted, reason)

    # --- it stays in the queue

    def _queue_put_off(self, task, now):
        """Later, by the schedule of its server; given up once that ends. What marks it
        as sent or failed for others, stock's ``_postprocess_sent_message``, is not
        called."""
        why = next(iter(task.refusals()), None)
        if why is None:
            if task.later:
                # The limits of its server are used up, which is no attempt.
                self.scheduled_date = task.later
            return
        first = self.first_attempt or now
        attempts = self.attempts + 1
        server = self.env["ir.mail_server"].browse(task.server_id or [])
        waited_s = (now - first).total_seconds()
        delay_s = server._retry_delay_s(attempts, waited_s, why.meaning.kind)
        if delay_s is None:
            self._queue_give_up(task)
            return
        reason = self.env["mail.gateway.advice"]._text(why.finding)
        self.write(
            {
                "attempts": attempts,
                "first_attempt": first,
                "scheduled_date": now + timedelta(seconds=delay_s),
                "failure_class": why.meaning.kind,
                "failure_code": why.meaning.code,
                "failure_reason": reason,
                "failure_type": False,
            }
        )
        self._queue_ready(task)

    def _queue_keep(self, task):
        """It waits as it was, until somebody has mended what is stopped."""
        why = next(iter(task.refusals()), None)
        self.write(
            {
                "failure_class": why.meaning.kind,
                "failure_code": why.meaning.code,
                "failure_reason": self.env["mail.gateway.advice"]._text(why.finding),
                "failure_type": False,
            }
        )
        self._queue_ready(task)

    def _queue_ready(self, task):
        """Its notifications wait too, but for those of who was refused for good."""
        notifications = self._queue_notifications()
        rows = self.env["mail.gateway.delivery"].sudo()
        final = [("mail_id", "=", self.id), ("is_final", "=", True)]
        lost = {row.part: row for row in rows.search(final)}
        for notification in notifications:
            row = lost.get(notification.res_partner_id.id)
            if row:
                reason = self.env["mail.gateway.advice"]._text(row._finding())
                self._queue_notify(notification, reason)
            elif notification.notification_status != "ready":
                notification.write(
                    {
                        "notification_status": "ready",
                        "failure_type": False,
                        "failure_reason": False,
                    }
                )

    def _queue_notifications(self):
        mails = self.filtered("is_notification")
        waiting = [
            ("notification_type", "=", "email"),
            ("mail_mail_id", "in", mails.ids),
            ("notification_status", "not in", ("sent", "canceled")),
        ]
        return self.env["mail.notification"].sudo().search(waiting)

    def _queue_notify(self, notifications, reason):
        """They failed, and the author's list says so."""
        if not notifications:
            return
        notifications.write(
            {
                "notification_status": "exception",
                "failure_type": UNKNOWN,
                "failure_reason": reason,
            }
        )
        messages = notifications.mail_message_id
        messages = messages.filtered(lambda one: one._is_thread_message())
        messages._notify_message_notification_update()
