# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from . import observing


class MailThread(models.AbstractModel):
    """New records belong to the department of their message.

    A rule says which it is, else the alias that leads there, else the mailbox. Records
    that were there before keep their own.
    """

    _inherit = "mail.thread"

    @api.model
    def message_route(
        self, message, message_dict, model=None, thread_id=None, custom_values=None
    ):
        routes = super().message_route(
            message, message_dict, model, thread_id, custom_values
        )
        observation = observing.deciding()
        if observation is None:
            return routes
        return [self._mail_gateway_owned(observation, route) for route in routes or ()]

    @api.model
    def _mail_gateway_owned(self, observation, route):
        """The route with what its department gives a new record."""
        model, thread_id, values, user_id, alias = route
        if thread_id or model not in self.env or self.env[model]._abstract:
            return route
        department = self._mail_gateway_department(observation, alias)
        observation.departments.append((model, department.id or 0))
        values = department._mail_gateway_values(model) | dict(values or {})
        return (model, thread_id, values, user_id, alias)

    @api.model
    def _mail_gateway_department(self, observation, alias):
        of_alias = alias.sudo().mail_gateway_department_id.id if alias else 0
        found = (
            observation.marks.department_id
            or of_alias
            or observation.mailbox_department_id
        )
        return self.env["hr.department"].sudo().browse(found or []).exists()

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Followers are there before the message is posted, so it tells them."""
        record = super().message_new(msg_dict, custom_values)
        observation = observing.current()
        waiting = observation.departments if observation is not None else []
        mine = next((one for one in waiting if one[0] == record._name), None)
        if mine:
            waiting.remove(mine)
            department = self.env["hr.department"].sudo().browse(mine[1] or [])
            followers = department.exists().mail_gateway_follower_ids
            record.sudo().message_subscribe(partner_ids=followers.ids)
        return record
