# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from . import lookups


class MailAliasDomain(models.Model):
    """Looked up once a message; see ``lookups``."""

    _inherit = "mail.alias.domain"

    @api.model
    def _return_paths(self):
        """{domain: where its bounces go}"""
        found = self.search([])
        return {one.name: one.bounce_email for one in found if one.bounce_email}

    @api.model
    def _find_aliases(self, email_list):
        if not lookups.wanted(self.env):
            return super()._find_aliases(email_list)

        def look_up():
            return frozenset(super(MailAliasDomain, self)._find_aliases(email_list))

        # Whether one is an alias may depend on which others there are, but not on
        # their order.
        key = frozenset(email_list)
        found = lookups.once(self.env, lookups.ALIASES, key, look_up)
        return [email for email in email_list if email in found]

    @api.model
    def search_fetch(self, domain, field_names=None, offset=0, limit=None, order=None):
        search = super().search_fetch
        bounds = (offset, limit, order)
        if lookups.wanted(self.env):
            return lookups.search(lookups.ALIASES, search, domain, *bounds)
        return search(domain, field_names, *bounds)

    @api.model_create_multi
    def create(self, vals_list):
        lookups.stop(self.env, lookups.ALIASES)
        return super().create(vals_list)

    def write(self, vals):
        lookups.stop(self.env, lookups.ALIASES)
        return super().write(vals)

    def unlink(self):
        lookups.stop(self.env, lookups.ALIASES)
        return super().unlink()
