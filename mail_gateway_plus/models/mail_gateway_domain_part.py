# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class MailGatewayDomainPart(models.AbstractModel):
    """A line of what a check has found of a domain: the next check replaces it."""

    _name = "mail.gateway.domain.part"
    _description = "Part of the Check of a Mail Domain"
    _order = "domain_id, sequence, id"

    domain_id = fields.Many2one(
        "mail.gateway.domain",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    sequence = fields.Integer(readonly=True)

    @api.model
    def _replace(self, domain, several):
        """Put lines with these values, in this order, in place of all of a domain."""
        self = self.sudo()
        self.search([("domain_id", "=", domain.id)]).unlink()
        return self.create(
            [
                {**values, "domain_id": domain.id, "sequence": place}
                for place, values in enumerate(several)
            ]
        )
