# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class MailMail(models.Model):
    _inherit = "mail.mail"

    def send(self, *args, **kwargs):
        """What is sent while the ledger processes waits for the queue: no transaction
        of the ledger spans an SMTP dialogue, and no relay that hangs holds it up."""
        if self.env.context.get("mail_gateway_queue_only"):
            self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()
            return True
        return super().send(*args, **kwargs)
