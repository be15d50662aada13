# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

#: What is filled in for each record.
PLACEHOLDERS = ("{{", "{%", "${")


class MailTemplate(models.Model):
    """A sender that stands in a template stays. One that is computed is a person's or
    the company's, and is chosen as for any other mail."""

    _inherit = "mail.template"

    def _has_own_sender(self):
        return bool(self.email_from) and not is_filled_in(self.email_from)

    def _generate_template(self, res_ids, render_fields, *args, **named):
        found = super()._generate_template(res_ids, render_fields, *args, **named)
        if "email_from" in render_fields and self._has_own_sender():
            for values in found.values():
                values["mail_gateway_explicit"] = True
        return found


def is_filled_in(written):
    """Whether a text is another one for each record."""
    return any(mark in written for mark in PLACEHOLDERS)
