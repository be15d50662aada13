# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.tools import email_normalize

from ..core.routing.condition import Said
from ..core.routing.letter import Letter


class MailGatewayIncoming(models.Model):
    """A message of the ledger as rules see it."""

    _inherit = "mail.gateway.incoming"

    def _observe(self, observation, letter):
        """Tell the observation of this message what the stages of the chain ask for.

        :param letter: the message, of ``_letter``
        """
        own = self.company_id
        observation.original = letter.said.raw
        observation.incoming_id = self.id or 0
        observation.letter = letter
        observation.ask_company = lambda: (own or self._company_written(letter)).id or 0
        observation.mailbox_department_id = self.server_id.department_id.id or 0

    def _letter(self, raw, recipients=()):
        """The facts that conditions ask for; what only Odoo knows is asked when a
        rule wants it.

        :param recipients: those of further deliveries of the same mail
        """
        self.ensure_one()
        asked = {
            "mailbox": self._said_mailbox,
            "folder": self._said_folder,
            "sender_known": self._said_sender_known,
            "sender_internal": self._said_sender_internal,
            "time": lambda letter: [Said(f"{self._local_now(letter):%H:%M}")],
            "weekday": lambda letter: [Said(str(self._local_now(letter).isoweekday()))],
        }
        return Letter(raw, recipients, asked, self.server_id._trusted_hosts())

    def _company_written(self, letter):
        """The company whose domain a message is written to, or the only one there
        is."""
        Company = self.env["res.company"].sudo()
        companies = Company.search([], limit=2)
        if len(companies) > 1:
            domains = {said.text for said in letter("recipient_domain", "")}
            named = [("alias_domain_id.name", "in", list(domains))]
            companies = Company.search(named, limit=2)
        return companies if len(companies) == 1 else Company.browse()

    def _said_mailbox(self, _letter):
        names = (self.server_id.name, self.server_id.user)
        return [Said(name) for name in names if name]

    def _said_folder(self, _letter):
        return [Said(self.folder)] if self.folder else []

    def _said_sender_known(self, letter):
        email = email_normalize(letter.said.sender.address)
        Partner = self.env["res.partner"].sudo()
        found = email and Partner.search([("email_normalized", "=", email)], limit=1)
        return [Said(found.display_name, "From")] if found else []

    def _said_sender_internal(self, letter):
        email = email_normalize(letter.said.sender.address)
        domain = [("email_normalized", "=", email), ("share", "=", False)]
        found = email and self.env["res.users"].sudo().search(domain, limit=1)
        return [Said(found.display_name, "From")] if found else []

    def _local_now(self, letter):
        """Now, where the company is that the message is for; where nobody knows which,
        where OdooBot's is."""
        company = self.company_id or self._company_written(letter)
        company = (company or self.env.company).sudo()
        zone = company.resource_calendar_id.tz or company.partner_id.tz or "UTC"
        return fields.Datetime.context_timestamp(
            self.with_context(tz=zone), fields.Datetime.now()
        )
