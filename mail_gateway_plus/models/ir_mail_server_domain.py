# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import email_domain_extract
from odoo.tools.sql import escape_psql

from ..core.delivery.sender import Letter, leaving
from ..core.dns.sending import Server
from .ir_mail_server_configured import CONFIGURED

#: As many round trips a server as are looked at for what it does.
MOST_TRIPS = 100
#: A sender of the domain who has no rules of his own.
SOMEBODY = "somebody"


class IrMailServer(models.Model):
    """What the check of a domain wants to know of a server."""

    _inherit = "ir.mail_server"

    sending_addresses = fields.Char(
        "Sending IP Addresses",
        help="Addresses that mail really leaves from, as others see them: separated by"
        " blanks. Round trips show those of a provider; those of a server of your own"
        " are put into the SPF records of its domains.",
    )

    @api.constrains("sending_addresses")
    def _check_sending_addresses(self):
        self.env["mail.gateway.domain"]._check_ips(self.mapped("sending_addresses"))

    def _from_filter_parts(self):
        """Addresses and domains."""
        parts = (self.from_filter or "").split(",")
        return [part.strip() for part in parts if part.strip()]

    def _as_sender(self, domain, bounces, trips):
        """``core.dns.sending.Server``; None where its mail leaves under another domain.

        :param domain: of mail.gateway.domain
        :param bounces: where Odoo has reports of failed delivery sent to
        :param trips: its round trips for senders of the domain, the last ones first
        """
        self.ensure_one()
        bounce = self._bounce_domain(domain, bounces, trips)
        if bounce is None:
            return None
        return Server(
            self.name,
            bounce,
            self._sending_addresses(trips),
            self._signs(domain, trips),
            tuple((self._sending_providers().spf_terms or "").split()),
        )

    def _bounce_domain(self, domain, bounces, trips):
        """The domain of the envelope sender: as the last round trip showed it, else as
        Odoo would write it; None where From would not be of the domain."""
        author = f"{SOMEBODY}@{domain.name}"
        bounce = bounces or author
        # As stock's _prepare_email_message__ (19.0) does.
        if not self._match_from_filter(bounce, self.from_filter):
            bounce = author
        if self._has_sender_rules():
            known = self._sender_rules()
            letter = Letter(("", author), ("", author), bounce)
            found = leaving(known.rules, letter, lambda a: self._is_listed(known, a))
            if email_domain_extract(found.sender[1]) != domain.name:
                return None
            bounce = found.envelope
        seen = trips[:1].return_path or ""
        return (
            email_domain_extract(seen) or email_domain_extract(bounce) or ""
        ).lower()

    def _sending_addresses(self, trips):
        """Typed, and learned from its round trips."""
        typed = (self.sudo().sending_addresses or "").split()
        return tuple(dict.fromkeys([*typed, *filter(None, trips.mapped("came_from"))]))

    def _signs(self, domain, trips):
        """The keys that its last message was signed with; else those that its provider
        makes for the domain; None where nobody knows."""
        if trip := trips.filtered(_is_read)[:1]:
            return tuple((one, label) for one, label in trip.signatures["keys"])
        keys = [key for one in self._sending_providers() for key in one._dkim_keys("")]
        return tuple((domain.name, key[0]) for key in keys) or None

    def _sending_providers(self):
        """The providers behind these servers, as far as they are known."""
        providers = self.env["mail.gateway.provider"].sudo()
        for server in self.sudo():
            known = server.provider_id.sudo()
            providers |= known or providers._at(server._place()[0], "outgoing_hosts")
        return providers


class MailGatewayDomain(models.Model):
    _inherit = "mail.gateway.domain"

    def _servers(self):
        """The outgoing servers that send in its name."""
        servers = self.env["ir.mail_server"].sudo().search([])
        # Where there is none, mail leaves by that of the configuration file.
        servers = servers or self.env.ref(CONFIGURED, False) or servers
        return servers.sudo().filtered(self._is_sent_by)

    def _trips(self, servers):
        """Round trips of its senders that came back, the last ones first."""
        came = [
            ("state", "=", "returned"),
            ("email", "=ilike", f"%@{escape_psql(self.name)}"),
        ]
        Trip = self.env["mail.gateway.round.trip"].sudo()
        return Trip.search(came, limit=MOST_TRIPS * (len(servers) + 1))

    def _is_sent_by(self, server):
        parts = server._from_filter_parts()
        names = {email_domain_extract(part) or part.lower() for part in parts}
        return not names or self.name in names

    def _bounce_email(self):
        """Where reports of failed delivery are to go: of its own alias domain, else of
        that of its company."""
        Alias = self.env["mail.alias.domain"].sudo()
        own = Alias.search([("name", "=", self.name)], limit=1)
        company = self.company_id.sudo() or self.env.company
        return (own or company.alias_domain_id).bounce_email


def _is_read(trip):
    """Trips that are older than the field say nothing."""
    return bool(trip.signatures)
