# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import base64

from markupsafe import Markup

from odoo import api, models

from ..core.message import answerable

#: What this gateway writes into what it forwards, with the value of ``loop.TRACE``.
FORWARDED = "X-Mail-Gateway-Forwarded"


class MailGatewayIncoming(models.Model):
    _inherit = "mail.gateway.incoming"

    def _forward(self, address, sender=""):
        """Queue the message, byte for byte as an attachment, to somebody else.

        It leaves from this gateway, for the domain of its author has not allowed us to
        send in its name; answers go to the author.

        :param sender: the From, where it is another than that of answers
        """
        self.ensure_one()
        attachment = {
            "name": f"{self._subject_line()[:60] or 'message'}.eml",
            "datas": base64.b64encode(self._raw()),
            "mimetype": "message/rfc822",
        }
        author = answerable.address(self._head_read())
        headers = {
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            FORWARDED: self.env["ir.mail_server"]._mail_gateway_token(),
        }
        self._queue_mail(
            {
                "email_from": sender or self._sender_of_answers(),
                "reply_to": author or self._sender_of_answers(),
                "email_to": address,
                "author_id": False,
                "subject": f"Fwd: {self._subject_line()}",
                "body_html": self._forward_text() + self._quoted_facts(),
                "attachment_ids": [(0, 0, attachment)],
                "headers": repr(headers),
                "auto_delete": True,
            }
        )

    def _forward_text(self):
        text = self.env._("A message from %s was forwarded to you.", self.email_from)
        return Markup("<p>%s</p>") % text

    @api.model
    def _was_forwarded(self, section):
        """Whether we have forwarded it, so that it came back.

        :param section: the fields of the message's header
        """
        mark = self.env["ir.mail_server"]._mail_gateway_token().encode()
        return mark in map(bytes.strip, section.all(FORWARDED.lower()))

    @api.model
    def _comes_back(self, address):
        """Whether mail to ``address`` would be fetched or piped in here again."""
        if self.env["res.users"]._mail_gateway_addressed([address]):
            return True
        return address in self._own(address)
