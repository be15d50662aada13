# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from . import lookups


class ResPartner(models.Model):
    """Searched once a message for the same addresses; see ``lookups``."""

    _inherit = "res.partner"

    @api.model
    def search_fetch(self, domain, field_names=None, offset=0, limit=None, order=None):
        search = super().search_fetch
        bounds = (offset, limit, order)
        if lookups.wanted(self.env) and _is_by_address(domain):
            return lookups.search(lookups.PARTNERS, search, domain, *bounds)
        return search(domain, field_names, *bounds)

    @api.model_create_multi
    def create(self, vals_list):
        lookups.stop(self.env, lookups.PARTNERS)
        return super().create(vals_list)

    def write(self, vals):
        lookups.stop(self.env, lookups.PARTNERS)
        return super().write(vals)

    def unlink(self):
        lookups.stop(self.env, lookups.PARTNERS)
        return super().unlink()


def _is_by_address(domain):
    """Whether it asks for addresses alone, which nothing but a write to partners can
    change; other fields may follow what is written elsewhere."""
    conditions = [leaf[:2] for leaf in fields.Domain(domain)]
    return conditions == [("email_normalized", "in")]
