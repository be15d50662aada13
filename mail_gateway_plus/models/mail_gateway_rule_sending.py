# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.tools import email_normalize


class MailGatewayRule(models.Model):
    """The actions that write to somebody.

    What they write is put off until the outcome is certain, so that a message which
    is processed again is neither answered nor forwarded twice.
    """

    _inherit = "mail.gateway.rule"

    @api.constrains("action", "forward_to")
    def _check_forward_to(self):
        for one in self.filtered(lambda rule: rule.action == "forward"):
            address = email_normalize(one.forward_to)
            if not address:
                raise ValidationError(
                    self.env._(
                        "“%s” is no email address to forward to.", one.forward_to or ""
                    )
                )
            if self.env["mail.gateway.incoming"].sudo()._comes_back(address):
                raise ValidationError(
                    self.env._(
                        "Mail to %s comes back to this gateway. Send it to the alias"
                        " instead of forwarding it.",
                        address,
                    )
                )

    def _act_forward(self, observation, call):
        Incoming = self.env["mail.gateway.incoming"].sudo()
        address = email_normalize(self.forward_to)
        if not address:
            return self._note(observation, "rule_address_missing")
        came_back = Incoming._was_forwarded(observation.letter.section)
        if came_back or Incoming._comes_back(address):
            return self._note(observation, "rule_forward_loop", address=address)
        sender = self.identity_id.browse(observation.marks.identity_id or [])
        sender = sender.exists().display_name or ""

        def forward(env, row_id):
            row = env["mail.gateway.incoming"].browse(row_id)
            row._forward(address, sender)

        self._at_the_end(observation, call, forward)
        return self._note(observation, "rule_forwarded", address=address)

    def _act_bounce(self, observation, call):
        finding = self._unanswerable(observation)
        if finding:
            advice = self.env["mail.gateway.advice"]._of(finding.code)
            why = advice._filled(finding.params)[0] if advice else finding.code
            return self._note(observation, "rule_unanswered", why=why)
        rule_id = self.id

        def answer(env, row_id):
            row = env["mail.gateway.incoming"].browse(row_id)
            row._answer(*env["mail.gateway.rule"].browse(rule_id)._answer_of(row))

        self._at_the_end(observation, call, answer)
        return self._note(observation, "rule_bounced")

    def _unanswerable(self, observation):
        row = self.env["mail.gateway.incoming"].sudo().browse(observation.incoming_id)
        return row._refused(observation.letter.head)

    def _at_the_end(self, observation, call, write):
        """Have something written once the outcome is certain."""
        row_id = observation.incoming_id
        if observation.dry:
            return
        if observation.answers_at_once:
            write(call.thread.sudo().env, row_id)
        else:
            observation.deferred.append(lambda env: write(env, row_id))

    def _answer_of(self, row):
        """(HTML, subject) of what the sender is told; no subject for the usual one."""
        template = self.template_id.sudo()
        if not template:
            return self.env["mail.gateway.answer.wizard"]._default_body(), None
        body = template._render_field("body_html", row.ids)[row.id]
        subject = template._render_field("subject", row.ids)[row.id]
        return Markup(body), " ".join((subject or "").split()) or None
