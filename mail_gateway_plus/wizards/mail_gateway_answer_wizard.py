# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.message import answerable


class MailGatewayAnswerWizard(models.TransientModel):
    """Tells senders that their messages could not be delivered.

    Answers leave with the mail queue, from an address whose bounces come back to this
    gateway, and say of themselves that they are automatic (RFC 3834).
    """

    _name = "mail.gateway.answer.wizard"
    _description = "Answer the Senders of Incoming Messages"

    incoming_ids = fields.Many2many(
        "mail.gateway.incoming", string="Messages", readonly=True
    )
    recipients = fields.Text("To", compute="_compute_recipients")
    skipped = fields.Text("Not Answered", compute="_compute_recipients")
    body = fields.Html("Text", required=True, default=lambda self: self._default_body())

    @api.model
    def _default_body(self):
        return Markup("<p>%s</p><p>%s</p>") % (
            self.env._("Hello,"),
            self.env._(
                "your message could not be delivered: nobody receives mail under this"
                " address. Please check the address and send the message again."
            ),
        )

    @api.depends("incoming_ids")
    def _compute_recipients(self):
        for wizard in self:
            told, skipped = [], []
            for row in wizard.incoming_ids._origin:
                finding = row._unanswerable()
                if finding:
                    skipped.append(wizard._skipped(row, finding))
                else:
                    told.append(answerable.address(row._head_read()))
            wizard.recipients = ", ".join(dict.fromkeys(told))
            wizard.skipped = "\n".join(skipped)

    def _skipped(self, row, finding):
        advice = self.env["mail.gateway.advice"]._of(finding.code)
        title, cause, _remedy = advice._filled(finding.params)
        return f"“{row.subject or ''}”: {title}. {cause}"

    def action_send(self):
        """Queue the answers; the messages end as rejected."""
        self.ensure_one()
        rows = self.incoming_ids._to_treat()
        rows = rows.filtered(lambda row: not row._unanswerable())
        if not rows:
            raise UserError(self.skipped or rows._nothing_to_treat())
        for row in rows:
            recipient = row._answer(self.body)
            row._settle_by_hand("rejected", "answered_by_hand", recipient=recipient)
            row._told(self._note(recipient))
        return {"type": "ir.actions.act_window_close"}

    def _note(self, recipient):
        head = self.env._("Answered to %s:", recipient)
        return Markup("<p>%s</p><blockquote>%s</blockquote>") % (head, self.body)
