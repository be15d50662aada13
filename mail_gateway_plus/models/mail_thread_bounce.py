# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from email.message import EmailMessage

from odoo import api, models
from odoo.tools import email_normalize, email_split, plaintext2html

from ..core.routing import reports
from . import observing

#: As many recipients as a trace tells of.
_NOTED = 20


class MailThread(models.AbstractModel):
    """What the ledger holds for a bounce, and what becomes of it.

    Stock (19.0) takes any ``multipart/report`` for one and knows one recipient at most.
    While the ledger processes, ``core.routing.reports`` decides, and stock's
    ``_routing_handle_bounce``, with all that other addons hang on it (the blacklist of
    ``mass_mailing``), runs once for each recipient that was lost.
    """

    _inherit = "mail.thread"

    def _message_parse_extract_bounce(self, email_message, message_dict):
        observation = observing.deciding()
        if observation is None:
            return super()._message_parse_extract_bounce(email_message, message_dict)
        code = self._mail_gateway_report_code(observation, message_dict)
        if code != reports.BOUNCE:
            return {"is_bounce": False}
        # Stock believes whatever stands in it.
        message, ids = self._mail_gateway_reported(observation, message_dict)
        return self._mail_gateway_unnamed(message, ids)

    @api.model
    def _mail_gateway_report_code(self, observation, message_dict):
        said = observation.letter.said
        kind = said.automatic.kind if said.automatic else ""
        to_bounce_address = reports.counts_address(
            said.report, kind
        ) and self._mail_gateway_is_to_bounce_address(message_dict)
        return reports.code(said.report, kind, to_bounce_address)

    @api.model
    def _mail_gateway_is_to_bounce_address(self, message_dict):
        written_to = {email_normalize(to) for to in email_split(message_dict["to"])}
        domains = self.env["mail.alias.domain"].search([])
        return not written_to.isdisjoint(domains.mapped("bounce_email"))

    @api.model
    def _mail_gateway_reported(self, observation, message_dict):
        """(message of ours that a report is about, or none; the Message-IDs that were
        looked for), as stock finds it from what comes back."""
        returned = EmailMessage()
        message_id = getattr(observation.letter.said.report, "message_id", "")
        if message_id:
            returned["Message-Id"] = message_id
        found, ids = self._get_bounced_message_data(returned, message_dict)
        return found.sudo(), ids

    @api.model
    def _mail_gateway_unnamed(self, message, ids):
        """What stock states of a bounce that names no recipient: of a message to one
        it was that one."""
        sent = self._mail_gateway_by_mail(message)
        partner = (sent if len(sent) == 1 else sent.browse()).res_partner_id
        return {
            "is_bounce": True,
            "bounced_email": partner.email or False,
            "bounced_partner": partner,
            "bounced_msg_ids": ids or False,
            "bounced_message": message,
        }

    @api.model
    def message_route(
        self, message, message_dict, model=None, thread_id=None, custom_values=None
    ):
        observation = observing.deciding()
        if observation is None or not message_dict.get("is_bounce"):
            return super().message_route(
                message, message_dict, model, thread_id, custom_values
            )
        bounced = message_dict["bounced_message"]
        losses = self._mail_gateway_note_bounce(message_dict)
        self._mail_gateway_handle_bounce(message, message_dict, losses)
        routes = super().message_route(
            message, message_dict, model, thread_id, custom_values
        )
        # The author's list of what failed shows it at once.
        bounced._notify_message_notification_update()
        return routes

    @api.model
    def _mail_gateway_handle_bounce(self, message, message_dict, losses):
        """All recipients but the first, which stock is left to handle."""
        bounced = message_dict["bounced_message"]
        lost = [
            (loss, self._mail_gateway_notification(bounced, loss)) for loss in losses
        ]
        values = [self._mail_gateway_lost(bounced, *one) for one in lost]
        for further in values[1:]:
            self._routing_handle_bounce(message, {**message_dict, **further})
        if values:
            message_dict.update(values[0])
        for loss, notification in lost:
            if not loss.permanent:
                # Stock is not told of the address, which may work again tomorrow.
                notification.write(self._mail_gateway_failure(loss))
        self._mail_gateway_tell_author(bounced, losses)

    @api.model
    def _mail_gateway_notification(self, bounced, loss):
        """Who was to get the message under one of these addresses, or as its only
        recipient by mail: on their way addresses change."""
        sent = self._mail_gateway_by_mail(bounced)
        named = sent.filtered(
            lambda found: (
                found.res_partner_id.email_normalized in loss.addresses
                or found.mail_email_address in loss.addresses
            )
        )
        return named[:1] or (sent if len(sent) == 1 else sent.browse())

    @api.model
    def _mail_gateway_lost(self, bounced, loss, notification):
        """One recipient as ``_routing_handle_bounce`` wants to have it."""
        values = {
            "bounced_email": False,
            "bounced_partner": self.env["res.partner"].sudo(),
            "body": plaintext2html(self._mail_gateway_why(loss)),
        }
        if not loss.permanent:
            return values
        partner = notification.res_partner_id.sudo()
        address = partner.email_normalized or notification.mail_email_address
        address = address or email_normalize(loss.address) or loss.address
        partner = partner or self.env["res.partner"].sudo().search(
            [("email_normalized", "=", address)]
        )
        return values | {"bounced_email": address, "bounced_partner": partner}

    @api.model
    def _mail_gateway_failure(self, loss):
        return {
            "failure_reason": self._mail_gateway_why(loss),
            "failure_type": "mail_bounce",
            "notification_status": "bounce",
        }

    @api.model
    def _mail_gateway_words(self, loss):
        """(title, cause, remedy) of why a recipient was lost."""
        params = {**loss.params, "recipient": loss.address, "reply": loss.reply}
        return self.env["mail.gateway.advice"]._words(loss.code, params)

    @api.model
    def _mail_gateway_why(self, loss):
        return "\n".join(filter(None, self._mail_gateway_words(loss)))

    @api.model
    def _mail_gateway_note_bounce(self, message_dict):
        """:return: the recipients that were lost, as far as that is believed"""
        observation, bounced = observing.current(), message_dict["bounced_message"]
        report = observation.letter.said.report
        concerns = self._mail_gateway_bounce_concerns(bounced, report)
        lost = reports.losses(report)
        believed = [loss for loss in lost if concerns(*loss.addresses)]
        for loss in lost[:_NOTED]:
            observation.note(loss.step, recipient=loss.address, reply=loss.reply)
            if loss not in believed:
                observation.note("report_unproven", recipient=loss.address)
        if not lost:
            address = message_dict["bounced_email"] or ""
            observation.note(reports.BOUNCE, recipient=address, reply="")
        self._mail_gateway_link(bounced)
        return believed
