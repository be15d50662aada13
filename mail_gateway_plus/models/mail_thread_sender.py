# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from markupsafe import Markup

from odoo import api, models
from odoo.tools import is_html_empty

from .sender_letter import SenderLetter

MARKS = {"mail_gateway_explicit", "mail_gateway_identity_id"}


class MailThread(models.AbstractModel):
    """What an identity says about the messages of a document."""

    _inherit = "mail.thread"

    def _get_message_create_valid_field_names(self):
        return super()._get_message_create_valid_field_names() | MARKS

    def message_post(self, **values):
        if values.get("message_type") == "email" and values.get("author_id"):
            values |= self._mail_gateway_hidden_author(values["author_id"])
        return super().message_post(**values)

    def _mail_gateway_hidden_author(self, author):
        """Values of an answer by email, where the document's identity stands for the
        colleague who wrote it."""
        Identity = self.env["mail.gateway.identity"].sudo()
        if not Identity._hides_authors() or len(self) != 1:
            return {}
        partner = self.env["res.partner"].sudo().browse(author)
        if not partner.user_ids.filtered(lambda user: not user.share):
            return {}
        company = self._mail_get_companies(default=self.env.company)[self.id]
        letter = SenderLetter(
            key=0,
            email_from=partner.email_formatted or "",
            author=author,
            model=self._name,
            res_id=self.id,
            company=company.id,
        )
        found = Identity._foreseen_identity(letter)
        if not found or found.keeps_author:
            return {}
        return {"author_id": False, "email_from": found.email_formatted}

    @api.model
    def _notify_by_email_prepare_rendering_context(self, message, *args, **named):
        """The identity's signature stands where the author's would."""
        values = super()._notify_by_email_prepare_rendering_context(
            message, *args, **named
        )
        Identity = self.env["mail.gateway.identity"].sudo()
        is_used = Identity._is_used()
        if values.get("signature") and is_used and message and len(self) == 1:
            identity = Identity._foreseen_identity(message.sudo()._sender_letter())
            lang = named.get("force_email_lang") or self.env.lang
            own = identity.with_context(lang=lang).signature
            if not is_html_empty(own):
                values["signature"] = Markup("<div>-- <br/>%s</div>") % own
        return values
