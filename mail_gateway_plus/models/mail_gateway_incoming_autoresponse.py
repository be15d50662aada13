# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from markupsafe import Markup

from odoo import fields, models
from odoo.tools import email_normalize, formataddr

from ..core.message import answerable, automatic
from ..core.routing import autoresponse, verdict

#: RFC 5321, 4.5.5: whoever cannot deliver it has nobody to tell.
NULL_RETURN_PATH = "<>"


class MailGatewayIncoming(models.Model):
    """Automatic answers. They are queued in the transaction of the outcome, so what is
    processed again answers once."""

    _inherit = "mail.gateway.incoming"

    def _autorespond(self, observation):
        """Answer the sender where an autoresponder is set, or say why not. Of what is
        only tried, say whether it would be answered."""
        responder = self._autoresponder(observation)
        if not responder:
            return
        kind = f"autoresponder {responder.id}"
        case = self._case(observation, kind, responder)
        code = autoresponse.withheld(case, responder._policy())
        if not code and observation.dry:
            code = "autoresponse_due"
        elif not code:
            self.env["mail.gateway.answered"].sudo()._note(kind, case.sender)
            self._queue_mail(self._autoresponse(responder, observation, case.sender))
            code = "autoresponse_queued"
        observation.note(code, autoresponder=responder.name, recipient=case.sender)

    def _autoresponder(self, observation):
        """That of an alias that led to a record, else that of the department."""
        Responder = self.env["mail.gateway.autoresponder"].sudo()
        if observation.letter is None or not observation.reached:
            return Responder
        if verdict.decide(observation).state != "routed":
            return Responder
        aliases = self._aliases_of(observation).sudo()
        department = self._department_of(observation).sudo()
        found = aliases.mail_gateway_autoresponder_id[:1]
        found = found or department.mail_gateway_autoresponder_id
        return found.filtered("active")

    def _case(self, observation, kind, responder):
        letter = observation.letter
        sender = answerable.address(letter.head)
        if observation.noted("reply_found") and not responder.replies_too:
            # The most there is, and nothing else matters.
            return autoresponse.Case(sender, unwanted=True)
        Answered = self.env["mail.gateway.answered"].sudo()
        mark = letter.said.spam
        return autoresponse.Case(
            sender=sender,
            refused=bool(self._refused(letter.head)) or self._comes_back(sender),
            suppressed=automatic.suppresses_answers(letter.section),
            spam=bool(mark and mark.is_spam),
            forged=letter.said.verdicts.get("dmarc") == "fail",
            away=self._is_away(sender, responder.period_hours),
            last_s=Answered._last_s(kind, sender),
            hour=Answered._within_hour(kind),
        )

    def _is_away(self, sender, hours):
        """Whether somebody's notice of absence has told the sender already; the one
        about this message is written by now."""
        since = fields.Datetime.now() - timedelta(hours=hours)
        notices = [("message_type", "=", "out_of_office"), ("date", ">=", since)]
        Message = self.env["mail.message"].sudo()
        known = [*notices, ("partner_ids.email_normalized", "=", sender)]
        if Message.search_count(known, limit=1):
            return True
        others = [*notices, ("outgoing_email_to", "ilike", sender)]
        return any(
            email_normalize(found.outgoing_email_to) == sender
            for found in Message.search(others, limit=10)
        )

    def _autoresponse(self, responder, observation, sender):
        """Values of the mail. It stands on the record, where an answer to it goes."""
        if observation.company_id:
            self = self.with_company(observation.company_id)
        department = self._department_of(observation).sudo()
        body = Markup(responder.body)
        values = self._answer_values(sender, body, {"Return-Path": NULL_RETURN_PATH})
        values |= {"body_html": body, "body": body, "is_notification": True}
        if responder.subject:
            values["subject"] = " ".join(responder.subject.split())
        identity = responder.identity_id or department.mail_gateway_identity_ids[:1]
        if identity:
            author = formataddr((identity.name, identity.email))
            values |= {"email_from": author, "reply_to": author}
            values["mail_server_id"] = identity.mail_server_id.id
        documents = [one for one in observation.reached if one.res_model != "res.users"]
        for reached in documents[:1]:
            values |= {"model": reached.res_model, "res_id": reached.res_id}
        return values
