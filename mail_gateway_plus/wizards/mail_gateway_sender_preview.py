# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..models.sender_letter import SenderLetter


class MailGatewaySenderPreview(models.TransientModel):
    """Under which address a mail would leave, and why; nothing is sent."""

    _name = "mail.gateway.sender.preview"
    _description = "Sender Preview"

    model_id = fields.Many2one(
        "ir.model",
        "Document Type",
        domain=[("is_mail_thread", "=", True), ("transient", "=", False)],
    )
    model = fields.Char(related="model_id.model")
    res_id = fields.Many2oneReference("Document", model_field="model")
    author_id = fields.Many2one(
        "res.users",
        default=lambda self: self.env.user,
        context={"active_test": False},
    )
    template_id = fields.Many2one(
        "mail.template",
        domain="[('model_id', '=', model_id)]",
        help="The template that the mail is made of, if any: a sender that stands in it"
        " stays.",
    )
    server_id = fields.Many2one(
        "ir.mail_server",
        "Forced Server",
        domain=[("owner_user_id", "=", False)],
        help="As where a template names an outgoing server.",
    )
    sender = fields.Char("Leaves As", compute="_compute_sender")
    words = fields.Html("Why", compute="_compute_sender", sanitize=False)

    @api.onchange("model_id")
    def _onchange_model_id(self):
        self.res_id = False
        self.template_id = False

    @api.depends("model_id", "res_id", "author_id", "template_id", "server_id")
    def _compute_sender(self):
        self.env["mail.gateway.incoming"]._check_operator()
        Identity = self.env["mail.gateway.identity"].sudo()
        for wizard in self:
            told = Identity._foreseen(wizard._letter())
            wizard.sender = told["sender"]
            wizard.words = Identity._choice_html(told)

    def _letter(self):
        record = self._record()
        author = self.author_id.sudo().partner_id
        written, is_marked = author.email_formatted or "", False
        template = self.template_id.sudo()
        if template.email_from:
            is_marked = template._has_own_sender()
            written = self._rendered(template, record) or written
        company = self.env.company
        domain = company.sudo().alias_domain_id
        reply_to = written
        if record:
            sudo = record.sudo()
            company = sudo._mail_get_companies(default=company)[record.id]
            domain = sudo._mail_get_alias_domains(default_company=company)[record.id]
            reply_to = sudo._notify_get_reply_to(default=written)[record.id]
        return SenderLetter(
            key=0,
            email_from=written,
            author=author.id or 0,
            model=record._name if record else "",
            res_id=record.id if record else 0,
            company=company.id,
            alias_domain=domain.id or 0,
            server=self.server_id.id or template.mail_server_id.id or 0,
            creator=self.author_id.id or 0,
            reply_to=reply_to or "",
            is_marked=is_marked,
        )

    def _record(self):
        """The document, which whoever asks has to be allowed to read."""
        if not self.model or not self.res_id or self.model not in self.env:
            return None
        record = self.env[self.model].browse(self.res_id).exists()
        record.check_access("read")
        return record or None

    def _rendered(self, template, record):
        if template._has_own_sender():
            return template.email_from
        if not record:
            return ""
        return template._render_field("email_from", record.ids)[record.id]
