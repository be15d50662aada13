# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.tools import email_domain_extract

from ..core.dns import name as dns_name
from .mail_gateway_domain import NAME


class MailGatewayDomain(models.Model):
    """The domains that Odoo sends from or receives at are there by themselves."""

    _inherit = "mail.gateway.domain"

    @api.model
    def action_open_all(self):
        """The list, with what has come since the last look."""
        self.check_access("read")
        self.sudo()._sync()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "mail_gateway_plus.mail_gateway_domain_action"
        )

    @api.model
    def _sync(self):
        """Make what is new, and archive what is used no more. What somebody made stays,
        and what somebody archived stays archived."""
        used = self._used()
        known = self.with_context(active_test=False).search([])
        for domain in known:
            purposes, _companies = used.pop(domain.name, ((), ()))
            values = domain._usage(purposes, was=bool(domain.used_by))
            if any((domain[name] or False) != value for name, value in values.items()):
                domain.write(values)
        # Nobody made them.
        self.with_context(mail_create_nolog=True).create(
            [
                {
                    "name": name,
                    "used_by": ", ".join(purposes),
                    "company_id": self._only(companies),
                }
                for name, (purposes, companies) in used.items()
            ]
        )

    def _usage(self, purposes, was):
        """Values of a domain that is there already."""
        values = {"used_by": ", ".join(purposes) or False}
        if bool(purposes) != was:
            values["active"] = bool(purposes)
        return values

    @api.model
    def _only(self, companies):
        """The id of the one company that uses it; False for none, or for several."""
        found = set(companies)
        return found.pop() if len(found) == 1 else False

    @api.model
    def _used(self):
        """{domain: (what it is used for, ids of companies, False where it is used
        by all)}"""
        used = {}
        for purpose, address, company in self._sources():
            name = self._normalised({"name": email_domain_extract(address) or address})[
                "name"
            ]
            if self._is_ours(name):
                purposes, companies = used.setdefault(name, ({}, []))
                purposes[purpose] = None
                companies.append(company)
        return used

    @api.model
    def _is_ours(self, name):
        """Not those of a provider, where nobody can publish a record."""
        if not dns_name.is_name(name) or not NAME.fullmatch(name):
            return False
        return not self.env["mail.gateway.provider"]._of_address(f"x@{name}")

    @api.model
    def _sources(self):
        """[(purpose, address or domain, id of the company or False)]"""
        env = self.sudo().env
        found = []
        for domain in env["mail.alias.domain"].search([]):
            companies = domain.company_ids.ids
            company = companies[0] if len(companies) == 1 else False
            found.append((self.env._("aliases"), domain.name, company))
        for identity in env["mail.gateway.identity"].search([]):
            company = identity.company_id.id
            found.append((self.env._("sender identities"), identity.email, company))
        for server in env["ir.mail_server"].search([("from_filter", "!=", False)]):
            purpose = self.env._("outgoing servers")
            found += [(purpose, part, False) for part in server._from_filter_parts()]
        for user in env["res.users"].search([("share", "=", False)]):
            company = user.company_id.id
            found.append((self.env._("users"), user.email or "", company))
        for company in env["res.company"].search([]):
            found.append((self.env._("companies"), company.email or "", company.id))
        return found
