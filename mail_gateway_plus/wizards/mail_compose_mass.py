# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from ..models.mail_mail_queue import MASS


class MailComposeMessage(models.TransientModel):
    """What is written to many at once yields to what people write."""

    _inherit = "mail.compose.message"

    def _action_send_mail_mass_mail(self, res_ids, auto_commit=False):
        composer = self.with_context(**{MASS: True}) if len(res_ids) > 1 else self
        return super(MailComposeMessage, composer)._action_send_mail_mass_mail(
            res_ids, auto_commit=auto_commit
        )
