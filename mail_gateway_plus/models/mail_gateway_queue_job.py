# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mails of the queue that somebody treats all at once."""

import logging
from datetime import timedelta

from odoo import api, fields, models

from .processing import is_passing

_logger = logging.getLogger(__name__)

#: Mails a transaction.
BATCH = 200
#: Attempts at one batch: a worker of the queue may write the same mails.
TRIES = 5
#: Once it is over, it is told of for a while, and then forgotten.
TOLD = timedelta(hours=1)
KEPT = timedelta(days=7)


class MailGatewayQueueJob(models.Model):
    _name = "mail.gateway.queue.job"
    _description = "Mails Treated in the Background"
    _order = "id desc"

    kind = fields.Selection(
        [
            ("retry", "Retry"),
            ("server", "Send Through Another Server"),
            ("sender", "Change Sender"),
            ("cancel", "Cancel"),
            ("resend", "Send What Is Uncertain"),
            ("settle", "Settle What Is Uncertain"),
        ],
        required=True,
        readonly=True,
    )
    total = fields.Integer(readonly=True)
    mail_ids_left = fields.Json("Still to Be Treated", readonly=True)
    mail_server_id = fields.Many2one(
        "ir.mail_server", readonly=True, ondelete="set null"
    )
    identity_id = fields.Many2one(
        "mail.gateway.identity", readonly=True, ondelete="set null"
    )
    is_dismissed = fields.Boolean(readonly=True)
    ended_on = fields.Datetime(readonly=True)

    @api.model
    def _begin(self, kind, mail_ids, how):
        """:param how: values of ``mail_server_id`` or ``identity_id``"""
        left = sorted(mail_ids)
        return self.create(
            {"kind": kind, "total": len(left), "mail_ids_left": left, **how}
        )

    # --- the work

    def _trigger(self):
        self.env.ref("mail_gateway_plus.ir_cron_queue_jobs")._trigger()

    def _treat_all(self):
        """In the transaction of who asks; nobody needs to be told how far it is."""
        self._treat(self._left())
        self.unlink()

    def _left(self):
        return self.mail_ids_left or []

    @api.model
    def _cron_work(self):
        """All that is begun, a batch a transaction."""
        commit = self.env["ir.cron"]._commit_progress
        jobs = self.search([("ended_on", "=", False)], order="id")
        commit(remaining=sum(len(job._left()) for job in jobs))
        for job in jobs:
            while left := job._left():
                job._treat_batch()
                if not commit(min(BATCH, len(left))):
                    return
            job.ended_on = fields.Datetime.now()
            commit(0)

    def _treat_batch(self):
        for attempt in range(1, TRIES + 1):
            try:
                left = self._left()
                self._treat(left[:BATCH]).queue_job_id = self
                self.mail_ids_left = left[BATCH:]
                self.env.flush_all()
                return
            except Exception as problem:
                self.env.cr.rollback()
                if attempt == TRIES or not is_passing(problem):
                    raise
                _logger.info("A batch is treated again", exc_info=True)

    def _treat(self, mail_ids):
        """What is no longer there, or was sent in the meantime, is left alone."""
        mails = self.env["mail.mail"].browse(mail_ids).exists()
        mails = mails.filtered(lambda mail: mail.state != "sent")
        getattr(self, f"_treat_{self.kind}")(mails)
        return mails

    def _treat_retry(self, mails):
        mails._queue_again()

    def _treat_server(self, mails):
        mails._queue_again({"mail_server_id": self.mail_server_id.id})

    def _treat_sender(self, mails):
        chosen = {"mail_gateway_identity_id": self.identity_id.id}
        mails._queue_again({**chosen, "mail_gateway_explicit": True})

    def _treat_cancel(self, mails):
        mails._queue_cancel()

    def _treat_resend(self, mails):
        mails._queue_uncertain()._choose("resend")

    def _treat_settle(self, mails):
        mails._queue_uncertain()._choose("settle")

    # --- how far it is

    @api.model
    def _running(self):
        """What the screen tells of."""
        since = fields.Datetime.now() - TOLD
        told = [("is_dismissed", "=", False), ("create_uid", "=", self.env.uid)]
        told += ["|", ("ended_on", "=", False), ("ended_on", ">", since)]
        return [job._progress() for job in self.sudo().search(told, limit=3)]

    def _progress(self):
        """Sent are those, too, that were deleted when they were."""
        groups = self.env["mail.mail"]._read_group(
            [("queue_job_id", "=", self.id)], ["state"], ["__count"]
        )
        counts = dict(groups)
        treated = self.total - len(self._left())
        gone = treated - sum(counts.values())
        waiting = counts.get("outgoing", 0)
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        return {
            "id": self.id,
            "title": kinds[self.kind],
            "total": self.total,
            "treated": treated,
            "sent": counts.get("sent", 0) + gone,
            "failed": counts.get("exception", 0),
            "cancelled": counts.get("cancel", 0),
            "waiting": waiting,
            "is_over": treated == self.total and not waiting,
        }

    def action_dismiss(self):
        """Nobody wants to see it any more; the work goes on."""
        self.env["mail.gateway.queue"]._check_may("retry")
        own = self.sudo().filtered(lambda job: job.create_uid == self.env.user)
        own.is_dismissed = True

    @api.autovacuum
    def _gc_jobs(self):
        before = fields.Datetime.now() - KEPT
        self.search([("ended_on", "<", before)]).unlink()
