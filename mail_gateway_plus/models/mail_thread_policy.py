# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.tools import email_split
from odoo.tools.mail import generate_tracking_message_id

from . import observing


class MailThread(models.AbstractModel):
    """The stages of catchall and of people's own addresses."""

    _inherit = "mail.thread"

    @api.model
    def _detect_write_to_catchall(self, msg_dict):
        """Who writes to catchall and to somebody besides has written to somebody:
        stock looks at the To alone, and overlooks what the envelope or the Cc say."""
        found = super()._detect_write_to_catchall(msg_dict)
        if not found or observing.deciding() is None:
            return found
        return not self._mail_gateway_somebody(msg_dict)

    @api.model
    def _mail_gateway_somebody(self, msg_dict):
        """Whether an alias, or somebody's own address, is among the recipients."""
        addresses = [found.lower() for found in email_split(msg_dict["recipients"])]
        if self.env["mail.alias"]._mail_gateway_lead(addresses):
            return True
        return bool(self.env["res.users"]._mail_gateway_addressed(addresses))

    @api.model
    def _mail_gateway_stage_catchall_alone(self, observation):
        return self._mail_gateway_by_policy(observation, "catchall_alone")

    @api.model
    def _mail_gateway_stage_catchall_among(self, observation):
        return self._mail_gateway_by_policy(observation, "catchall_among")

    @api.model
    def _mail_gateway_by_policy(self, observation, stage):
        written = email_split((observation.call.message_dict["to"] or "").lower())
        domains = self.env["mail.alias.domain"].sudo()._catchall_written(written)
        policy = domains[:1] and domains[0]._policy(observation.company_id)
        return policy._act(observation, observation.call, stage) if policy else None

    @api.model
    def _mail_gateway_refuse_catchall(self, call):
        """The answer that stock's ``message_route`` (19.0) gives in its middle."""
        said = call.message_dict
        body = self.env["ir.qweb"]._render(
            "mail.mail_bounce_catchall", {"message": call.message}
        )
        # The tag lets stock know an answer to this answer.
        tag = generate_tracking_message_id("loop-detection-bounce-email")
        self._routing_create_bounce_email(
            said["email_from"],
            body,
            call.message,
            references=f"{said['message_id']} {tag}",
            reply_to=self.env.company.email,
        )

    @api.model
    def _mail_gateway_stage_users(self, observation):
        said = observation.call.message_dict
        addresses = [found.lower() for found in email_split(said["recipients"])]
        users = self.env["res.users"]._mail_gateway_addressed(addresses)
        if not users:
            return None
        if self.env["mail.alias"]._mail_gateway_lead(addresses):
            # Odoo tells them of the record, as recipients of the message.
            return None
        observation.call.to_inbox(users, observation, "users")
        return []
