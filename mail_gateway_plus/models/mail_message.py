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
            # What was asked for needs no query.
            observation.posted += [
                (new.message_id, new.model, vals.get("res_id") or new.res_id)
                for new, vals in zip(messages, vals_list, strict=True)
                if new.model
            ]
        return messages
