# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from ..core.delivery import consistency


class MailGatewayDomain(models.Model):
    """What its records mean for the senders whose return path is there."""

    _inherit = "mail.gateway.domain"

    @api.model
    def _covers(self, name):
        """Whether the SPF record of a domain covers its servers; None where that was
        not looked at."""
        domain = self.search([("name", "=", name)], limit=1)
        if not domain.checked_on:
            return None
        spf = domain.record_ids.filtered(
            lambda one: (
                one.type == "TXT"
                and one.host.rstrip(".") == name
                and "v=spf1" in (one.expected_value or one.current_value or "")
            )
        )
        return all(one.status == "ok" for one in spf) if spf else None

    def _take(self, report, is_told):
        """The senders whose return path it is are looked at anew."""
        taken = super()._take(report, is_told)
        identities = self.env["mail.gateway.identity"].sudo().search([])
        paths = identities._return_paths()
        identities.filtered(
            lambda one: consistency.domain_of(paths[one.id]) == self.name
        )._renew_sender_findings()
        return taken
