# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import email_normalize

from ..models.mail_template import is_filled_in
from ..models.sender_letter import SenderLetter

#: Whoever is in it chooses under which identity a message leaves.
CHOOSING = "mail_gateway_plus.group_choose_sender"


class MailComposeMessage(models.TransientModel):
    """Shows under which address a message will leave, and lets those choose who may."""

    _inherit = "mail.compose.message"

    mail_gateway_identity_id = fields.Many2one(
        "mail.gateway.identity",
        "Send As",
        groups=CHOOSING,
        domain="[('company_id', 'in', [False, record_company_id]),"
        " ('state', 'not in', ['refused', 'rewritten'])]",
        help="Leaves under this identity instead of the one that would be chosen.",
    )
    # Odoo has a field that is called From already.
    mail_gateway_sender = fields.Char(
        "Leaves As", compute="_compute_mail_gateway_sender"
    )
    mail_gateway_why = fields.Char(compute="_compute_mail_gateway_sender")

    @api.depends(
        "author_id",
        "email_from",
        "mail_gateway_identity_id",
        "mail_server_id",
        "model",
        "res_ids",
        "template_id",
    )
    def _compute_mail_gateway_sender(self):
        Identity = self.env["mail.gateway.identity"].sudo()
        is_used = Identity._is_used()
        for composer in self:
            composer.mail_gateway_sender = composer.mail_gateway_why = False
            letter = is_used and composer._mail_gateway_letter()
            if letter:
                told = Identity._foreseen(letter)
                composer.mail_gateway_sender = told["sender"]
                composer.mail_gateway_why = told["title"]

    def _mail_gateway_letter(self):
        """Of the first document; None where it is a matter of each."""
        written = self.email_from or ""
        if self.composition_mode != "comment" or is_filled_in(written):
            return None
        ids = self._evaluate_res_ids()
        record = self.env[self.model].browse(ids[:1]) if self.model and ids else None
        reply_to = self.reply_to or ""
        if not reply_to and record:
            reply_to = record.sudo()._notify_get_reply_to(default=written)[record.id]
        return SenderLetter(
            key=0,
            email_from=written,
            author=self.author_id.id or 0,
            model=self.model or "",
            res_id=record.id if record else 0,
            company=self.record_company_id.id or 0,
            alias_domain=self.record_alias_domain_id.id or 0,
            server=self.mail_server_id.id or 0,
            creator=self.env.uid,
            reply_to=reply_to or "",
            identity=self.sudo().mail_gateway_identity_id.id or 0,
            is_marked=self._mail_gateway_is_marked(),
            is_elsewhere=self.reply_to_force_new,
        )

    def _mail_gateway_is_marked(self):
        """Whether its sender stands in its template."""
        template = self.template_id.sudo()
        own = email_normalize(template.email_from or "")
        return template._has_own_sender() and own == email_normalize(self.email_from)

    def _prepare_mail_values(self, res_ids):
        found = super()._prepare_mail_values(res_ids)
        if not self.env["mail.gateway.identity"]._is_used():
            return found
        identity = self.sudo().mail_gateway_identity_id
        if identity and not self.env.user.has_group(CHOOSING):
            raise AccessError(
                self.env._("You may not choose under which address messages leave.")
            )
        marks = {}
        if self.template_id and self._mail_gateway_is_marked():
            marks["mail_gateway_explicit"] = True
        if identity:
            marks["mail_gateway_identity_id"] = identity.id
        if marks:
            for values in found.values():
                values.update(marks)
        return found
