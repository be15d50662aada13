# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class HrDepartment(models.Model):
    _inherit = "hr.department"

    mail_gateway_topic_id = fields.Many2one(
        "mail.gateway.topic",
        "New Mail Becomes",
        help="What a message becomes that a rule sends to this department.",
    )
