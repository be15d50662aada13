# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import email_normalize

from ..core.message import answerable
from ..core.routing import autoresponse

#: Why nobody is answered -> the step of a rule that says so.
_NOT_TOLD = {
    "autoresponse_again": "rule_told",
    "autoresponse_many": "rule_told_many",
}


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
        if self._forwarded_within_hour() >= self.hour_limit:
            return self._note(
                observation,
                "rule_forward_many",
                address=address,
                count=self.hour_limit,
            )
        sender = self.identity_id.browse(observation.marks.identity_id or [])
        sender = sender.exists().display_name or ""

        def forward(row):
            row._forward(address, sender)

        self._at_the_end(observation, call, forward)
        return self._note(observation, "rule_forwarded", address=address)

    def _act_bounce(self, observation, call):
        finding = self._unanswerable(observation)
        if finding:
            advice = self.env["mail.gateway.advice"]._of(finding.code)
            why = advice._filled(finding.params)[0] if advice else finding.code
            return self._note(observation, "rule_unanswered", why=why)
        kind, sender = f"rule {self.id}", answerable.address(observation.letter.head)
        told = self._told_enough(kind, sender)
        if told:
            return self._note(observation, told, sender=sender, count=self.hour_limit)
        rule_id = self.id

        def answer(row):
            row._answer(*row.env["mail.gateway.rule"].browse(rule_id)._answer_of(row))

        self._at_the_end(observation, call, answer)
        if not observation.dry:
            self.env["mail.gateway.answered"].sudo()._note(kind, sender)
        return self._note(observation, "rule_bounced")

    def _forwarded_within_hour(self):
        since = fields.Datetime.now() - timedelta(hours=1)
        forwarded = [
            ("rule_id", "=", self.id),
            ("reason_code", "=", "rule_forwarded"),
            ("state_since", ">", since),
        ]
        return self.env["mail.gateway.incoming"].sudo().search_count(forwarded)

    def _told_enough(self, kind, sender):
        """The step that says why the sender is not told this time, "" where one is:
        who forges addresses must not have strangers answered by the thousand."""
        Answered = self.env["mail.gateway.answered"].sudo()
        case = autoresponse.Case(
            sender=sender,
            last_s=Answered._last_s(kind, sender),
            hour=Answered._within_hour(kind),
        )
        limits = autoresponse.Policy(autoresponse.HOUR_S, self.hour_limit)
        return _NOT_TOLD.get(autoresponse.withheld(case, limits), "")

    def _unanswerable(self, observation):
        row = self.env["mail.gateway.incoming"].sudo().browse(observation.incoming_id)
        return row._refused(observation.letter.head)

    def _at_the_end(self, observation, call, write):
        """Have something written once the outcome is certain, in the name of the
        company that the message is for.

        :param write: gets the row of the ledger
        """
        if observation.dry:
            return
        row_id, company_id = observation.incoming_id, observation.company_id

        def write_for(env):
            row = env["mail.gateway.incoming"].browse(row_id)
            write(row.with_company(company_id) if company_id else row)

        if observation.answers_at_once:
            write_for(call.thread.sudo().env)
        else:
            observation.deferred.append(write_for)

    def _answer_of(self, row):
        """(HTML, subject) of what the sender is told; no subject for the usual one."""
        template = self.template_id.sudo()
        if not template:
            return self.env["mail.gateway.answer.wizard"]._default_body(), None
        body = template._render_field("body_html", row.ids)[row.id]
        subject = template._render_field("subject", row.ids)[row.id]
        return Markup(body), " ".join((subject or "").split()) or None
