# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Counts what becomes of the mails of the queue."""

from odoo import models


class MailMail(models.Model):
    _inherit = "mail.mail"

    def _queue_settle(self, task, now):
        attempts = self.attempts
        result = super()._queue_settle(task, now)
        kind = "sent" if task.is_sent() else self._queue_became(task, attempts)
        if kind:
            self.env["mail.gateway.queue.tally"]._add(kind, task, now)
        return result

    def _queue_settle_sent(self, tasks, now):
        result = super()._queue_settle_sent(tasks, now)
        for task in tasks:
            self.env["mail.gateway.queue.tally"]._add("sent", task, now)
        return result

    def _queue_became(self, task, attempts):
        """:return: a kind of the tally, "" for none"""
        # Stock deletes some that have nobody to go to.
        if not self.exists() or self.state == "exception":
            is_uncertain = not task.is_broken() and task.verdict() == "uncertain"
            return "uncertain" if is_uncertain else "failed"
        return "retried" if self.attempts > attempts else ""
