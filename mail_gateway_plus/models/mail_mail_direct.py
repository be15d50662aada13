# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.tools import SQL

from .mail_locks import MAILS

#: Of a recipient who has a mail, or may have it.
BEGUN = ("accepted", "sending", "uncertain")
#: Locks that one transaction takes, of those that all transactions share.
MOST_LOCKS = 500


class MailMail(models.Model):
    """What is sent past the queue, such as by Send Now.

    Stock (19.0) sends a mail to all its recipients then. Those that the queue has on
    the wire, or has brought to some of them, are left to it: it knows whom. While all
    sending is paused the queue keeps them, but for what has to be sent at once or fail.
    """

    _inherit = "mail.mail"

    def send(self, auto_commit=False, raise_exception=False, post_send_callback=None):
        how = auto_commit, raise_exception, post_send_callback
        if not self or not self._queue_is_ours():
            return super().send(*how)
        if not raise_exception and self._queue_is_paused():
            return True
        busy = self._held_by_queue()
        begun = (self - busy)._begun_by_queue()
        if begun:
            # In their turn, which is now.
            begun.filtered("scheduled_date").scheduled_date = False
            self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()
        if others := self - busy - begun:
            super(MailMail, others).send(*how)
        return True

    def _held_by_queue(self):
        """Those that a run has just now; of the others none takes any until the end of
        this transaction."""
        ids = self.ids[:MOST_LOCKS]
        query = SQL(
            "SELECT id FROM unnest(%s::int[]) AS id"
            " WHERE NOT pg_try_advisory_xact_lock(%s, id)",
            ids,
            MAILS,
        )
        return self.browse([mail_id for (mail_id,) in self.env.execute_query(query)])

    def _begun_by_queue(self):
        rows = self.env["mail.gateway.delivery"].sudo()
        domain = [("mail_id", "in", self.ids), ("state", "in", BEGUN)]
        begun = set(rows.search_fetch(domain, ["mail_id"]).mapped("mail_id"))
        return self.filtered(lambda mail: mail.id in begun)
