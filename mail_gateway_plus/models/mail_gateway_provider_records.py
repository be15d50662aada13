# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class MailGatewayProvider(models.Model):
    """The records that a provider wants in the zone of who sends through it."""

    _inherit = "mail.gateway.provider"

    spf_terms = fields.Char(
        "SPF Terms",
        help="What the SPF record of its customers' domains has to have, separated by"
        " blanks. Empty: it uses a return path of its own, or nothing is known.",
    )
    dkim_selectors = fields.Char(
        "DKIM Selectors", help="Names that its keys usually have, separated by blanks."
    )
    dkim_aliases = fields.Text(
        "DKIM Aliases",
        help="For each key a line: the selector, a blank, and the name that its CNAME"
        " record leads to. %(domain)s stands for the domain, %(dashes)s for the domain"
        " with dashes in place of dots.",
    )

    def _dkim_keys(self, domain):
        """[(selector, "CNAME", where it leads to)] for a domain."""
        self.ensure_one()
        values = {"domain": domain, "dashes": domain.replace(".", "-")}
        lines = (line.split() for line in (self.dkim_aliases or "").splitlines())
        return [
            (words[0], "CNAME", words[1] % values) for words in lines if len(words) == 2
        ]
