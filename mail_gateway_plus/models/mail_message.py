# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from . import observing


class MailMessage(models.Model):
    _inherit = "mail.message"

    @api.model_create_multi
    def create(self, vals_list):
        messages = super().create(vals_list)
        observation = observing.current()
        if observation is not None:
            observation.posted += [
                (message.message_id, message.model, message.res_id)
                for message in messages
                if message.model
            ]
        return messages
