# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import re

from markupsafe import Markup

from odoo import models
from odoo.tools import format_datetime

from ..core.message import answerable

#: RFC 5322, 3.6.4, as far as it is safe in a header.
_MESSAGE_ID = re.compile(r"<[!-;=?-~]+>")


class MailGatewayIncoming(models.Model):
    """What is written because of a message: answers to its sender, and the message
    itself to somebody else. All of it leaves with the mail queue and says of itself
    that it is automatic (RFC 3834)."""

    _inherit = "mail.gateway.incoming"

    def _answer(self, body, subject=None):
        """Queue an answer to the sender, who may be answered.

        :param body: HTML
        :return: the address it goes to
        """
        self.ensure_one()
        recipient = answerable.address(self._head_read())
        values = self._answer_values(recipient, body)
        if subject:
            values["subject"] = subject
        self._queue_mail(values)
        return recipient

    def _queue_mail(self, values):
        self.env["mail.mail"].sudo().create(values)
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()

    def _answer_values(self, recipient, body, further_headers=None):
        found = _MESSAGE_ID.search(self.message_id or "")
        message_id = found[0] if found else ""
        headers = {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}
        headers |= further_headers or {}
        if message_id:
            headers["In-Reply-To"] = message_id
        return {
            "email_from": self._sender_of_answers(),
            "reply_to": self._sender_of_answers(),
            "email_to": recipient,
            "author_id": False,
            "subject": f"Re: {self._subject_line()}",
            "body_html": Markup(body) + self._quoted_facts(),
            "references": message_id,
            "headers": repr(headers),
            "auto_delete": True,
        }

    def _subject_line(self):
        return " ".join((self.subject or "").split())

    def _sender_of_answers(self):
        """An address whose bounces come back to this gateway."""
        company = (self.company_id or self.env.company).sudo()
        return company.catchall_formatted or company.email_formatted

    def _quoted_facts(self):
        date = self.date and format_datetime(self.env, self.date)
        facts = (
            (self.env._("Subject"), self.subject),
            (self.env._("To"), self.recipients),
            (self.env._("Sent on"), date),
        )
        lines = [Markup("%s: %s") % fact for fact in facts if fact[1]]
        return Markup("<blockquote>%s</blockquote>") % Markup("<br/>").join(lines)
