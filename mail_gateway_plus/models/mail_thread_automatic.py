# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.tools import email_normalize

from ..core.message import automatic
from . import observing
from .mail_gateway_autoresponder import RATE_HOURS, REFUSAL_HOURS


class MailThread(models.AbstractModel):
    """What programs write by themselves: never lost, and never answered.

    Stock does not look at Auto-Submitted. But not all that programs write is alike.
    What a monitor reports is what people want tickets of, and goes where any mail goes.
    An answer of a program to a document is posted there, for whoever wrote knows then
    that the customer is away. An answer of a program that answers nothing we know would
    make a record of each absence: it is ignored and stays in the ledger, unless a rule
    takes it.
    """

    _inherit = "mail.thread"

    @api.model
    def _mail_gateway_stage_automatic(self, observation):
        sign = observation.letter.said.automatic
        if sign:
            observation.note(
                "automatic_found", source=sign.source, said=sign.value, kind=sign.kind
            )

    @api.model
    def _mail_gateway_stage_automatic_alone(self, observation):
        sign = automatic.answer(observation.letter.section)
        # A report that got as far is one that an alias is there for.
        if not sign or observation.letter.said.report:
            return None
        routes = self._mail_gateway_stage_rules(observation)
        if routes is None:
            observation.note("automatic_alone", source=sign.source, said=sign.value)
        return routes or []

    @api.model
    def _detect_loop_sender(self, message, message_dict, routes):
        told = self.with_context(mail_gateway_rate=True)
        return super(MailThread, told)._detect_loop_sender(
            message, message_dict, routes
        )

    def _routing_create_bounce_email(
        self, email_from, body_html, message, **mail_values
    ):
        """Not to programs, and not five hundred times to one sender."""
        rate = self.env.context.get("mail_gateway_rate")
        kind, hours = ("rate", RATE_HOURS) if rate else ("refusal", REFUSAL_HOURS)
        if not self._mail_gateway_may_answer(kind, hours, email_from):
            return None
        observation, told = observing.deciding(), self
        if rate and observation is not None and observation.company_id:
            told = self.with_company(observation.company_id)
        return super(MailThread, told)._routing_create_bounce_email(
            email_from, body_html, message, **mail_values
        )

    @api.model
    def _mail_gateway_may_answer(self, kind, hours, email_from):
        """Whether a sender may be told of a refusal; else a step says why not.

        :param kind: what the sender is told of, at most once within ``hours``
        """
        observation = observing.deciding()
        if observation is None or observation.dry:
            return True
        env = self.sudo().env
        if env["mail.gateway.incoming"]._refused(observation.letter.head):
            observation.note("answer_withheld", recipient=email_from)
            return False
        sender = email_normalize(email_from) or email_from
        if env["mail.gateway.answered"]._first_within(kind, sender, hours):
            return True
        observation.note("answer_again", recipient=email_from, hours=hours)
        return False

    def _notify_thread_with_out_of_office(
        self, message, recipients_data, msg_vals=False, **kwargs
    ):
        """Odoo's own notice of absence is no answer to a program either."""
        observation = observing.deciding()
        if observation is not None and observation.letter.said.automatic:
            return self.env["mail.message"]
        return super()._notify_thread_with_out_of_office(
            message, recipients_data, msg_vals=msg_vals, **kwargs
        )
