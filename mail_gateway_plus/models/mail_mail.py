# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import sys

from odoo import models, tools

from odoo.addons.base.models.ir_mail_server import MailDeliveryException

from ..core.finding import Finding
from ..net import smtp_raised
from .ir_mail_server_relay import WORDS
from .mail_mail_sender import KEEP

#: Stock's kinds of failure that come with an exception of the dialogue.
CONNECTING, SENDING = "mail_smtp", ("unknown", "mail_spam")


class MailMail(models.Model):
    _inherit = "mail.mail"

    def send(self, *args, **kwargs):
        """What is sent while the ledger processes waits for the queue: no transaction
        of the ledger spans an SMTP dialogue, and no relay that hangs holds it up."""
        if self.env.context.get("mail_gateway_queue_only"):
            self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()
            return True
        return super().send(*args, **kwargs)

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        """Says in words why a mail failed, where stock keeps what Python makes of the
        exception ("111"). Stock (19.0) calls this while it handles that exception."""
        words = self._failure_words(sys.exc_info()[1], failure_type)
        if words:
            self.write({"failure_reason": words})
            failure_reason = failure_reason and words
        return super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason, failure_type
        )

    def _failure_words(self, problem, failure_type):
        """What a failure means and what to do; "" where stock's words have to do."""
        if failure_type in SENDING and isinstance(problem, MailDeliveryException):
            problem = problem.__context__
        elif failure_type != CONNECTING:
            return ""
        server, params = self._failure_params()
        meant = smtp_raised.meaning(problem, int(params["port"]))
        if not meant:
            return ""
        params["recipient"] = smtp_raised.recipient(problem) or params["recipient"]
        params["reply"] = server._without_secrets(meant.said)[:WORDS]
        return self.env["mail.gateway.advice"]._text(Finding(meant.code, params=params))

    def _failure_params(self):
        """(the server, what is known of it and of the addresses)"""
        # Those that fail together have all of it in common.
        # The sender that failed is told of, not the one that is chosen after it.
        mail = self[:1].with_context(**{KEEP: True})
        shared = next(mail._split_by_mail_configuration())
        server_id, _domain, sender, _ids = shared
        server = self.env["ir.mail_server"].sudo().browse(server_id or [])
        config = tools.config
        if server and server.smtp_authentication != "cli":
            host, port = server.smtp_host, server.smtp_port
            user = server._credentials()[0]
        else:
            host, port = config["smtp_server"], config["smtp_port"]
            user = config["smtp_user"]
        params = {
            "host": host or "",
            "port": str(port or 0),
            "user": user or "",
            "sender": tools.email_normalize(sender) or sender or "",
            "recipient": self[:1].email_to or self[:1].recipient_ids[:1].email or "",
        }
        return server, params
