# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import ipaddress

from odoo import models
from odoo.tools import email_domain_extract

from ..core.dns import dkim_signature
from ..core.dns.domain_report import Subject
from ..core.message import header

#: As many real messages as are looked at for selectors.
MOST_MESSAGES = 50


class MailGatewayDomain(models.Model):
    """What is known of the mail in the name of a domain, before anything is asked."""

    _inherit = "mail.gateway.domain"

    def _subject(self):
        """``core.dns.domain_report.Subject``"""
        self.ensure_one()
        providers = self._servers()._sending_providers()
        addresses = tuple((self.addresses or "").split())
        terms = dict.fromkeys(
            term for one in providers for term in (one.spf_terms or "").split()
        )
        terms.update(dict.fromkeys(map(_term, addresses)))
        keys = [key for one in providers for key in one._dkim_keys(self.name)]
        selectors = [
            *(self.selectors or "").split(),
            *(name for one in providers for name in (one.dkim_selectors or "").split()),
            *self._seen_selectors(),
        ]
        return Subject(
            self.name,
            terms=tuple(terms),
            addresses=addresses,
            selectors=tuple(dict.fromkeys(one.lower() for one in selectors)),
            reports=self.report_email or "",
            delivering=addresses,
            keys=tuple(keys),
        )

    def _servers(self):
        """The outgoing servers that send in its name."""
        servers = self.env["ir.mail_server"].sudo().search([])
        return servers.filtered(lambda one: self._is_sent_by(one.from_filter))

    def _is_sent_by(self, from_filter):
        parts = [part.strip() for part in (from_filter or "").split(",")]
        names = {email_domain_extract(part) or part.lower() for part in parts if part}
        return not names or self.name in names

    def _seen_selectors(self):
        """Of messages in its name that came back, as long as they are kept."""
        trips = self.env["mail.gateway.round.trip"].sudo()
        came = [("incoming_id", "!=", False), ("email", "=ilike", f"%@{self.name}")]
        messages = trips.search(came, limit=MOST_MESSAGES).incoming_id
        found = [dkim_signature.parsed(text) for text in messages._signatures()]
        return [one.selector for one in found if one and one.domain == self.name]


class MailGatewayIncoming(models.Model):
    _inherit = "mail.gateway.incoming"

    def _signatures(self):
        """The fields DKIM-Signature of these messages, as far as they are kept."""
        for row in self:
            for name, value in header.fields(row._head_read()):
                if name == "dkim-signature":
                    yield value.decode("latin-1")


class IrMailServer(models.Model):
    _inherit = "ir.mail_server"

    def _sending_providers(self):
        """The providers behind these servers, as far as they are known."""
        providers = self.env["mail.gateway.provider"].sudo()
        for server in self.sudo():
            known = server.provider_id.sudo()
            providers |= known or providers._at(server.smtp_host, "outgoing_hosts")
        return providers


def _term(address):
    """The SPF term for one address (RFC 7208, 5.6)."""
    return f"ip{ipaddress.ip_address(address).version}:{address}"
