# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import ipaddress
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.sql import escape_psql

from ..core.dns import dkim_proposal, dkim_signature
from ..core.dns.domain_report import Subject
from ..core.dns.mx_reach import Reach

#: As many real messages as are looked at for selectors.
MOST_MESSAGES = 50
#: Days within which a message to the domain shows that its mail comes in.
REACH_DAYS = 30
#: Parameters: whether blocklists are asked, and which.
LISTS_SWITCH = "mail_gateway_plus.blocklists"
LISTS = "mail_gateway_plus.blocklist_names"
USUAL_LISTS = "zen.spamhaus.org bl.spamcop.net psbl.surriel.com"


class MailGatewayDomain(models.Model):
    """What is known of the mail in the name of a domain, before anything is asked."""

    _inherit = "mail.gateway.domain"

    def _subject(self, volumes=None):
        """``core.dns.domain_report.Subject``

        :param volumes: {domain: mails a day}
        """
        self.ensure_one()
        servers = self._servers()
        providers = servers._sending_providers()
        typed = tuple((self.addresses or "").split())
        trips = self._trips(servers)
        bounces = self._bounce_email()
        sending = [one._as_sender(self, bounces, _of(trips, one)) for one in servers]
        owned = [*typed, *self._owned_addresses(servers, trips)]
        return Subject(
            self.name,
            terms=self._terms(providers, owned),
            addresses=typed,
            selectors=self._selectors(providers, trips),
            hints=tuple(dict.fromkeys(self._selectors_of_mail())),
            reports=self.report_email or "",
            delivering=tuple(dict.fromkeys(owned)),
            lists=self._lists(),
            keys=self._keys(providers),
            servers=tuple(filter(None, sending)),
            reach=self._reach(),
            volume_day=max(self.volume_day, (volumes or {}).get(self.name, 0)),
            is_encrypted=_came_encrypted(_of(trips, servers)),
            unsubscribe="mailing.mailing" in self.env or None,
            policy_days=self._policy_days(),
        )

    @api.model
    def _owned_addresses(self, servers, trips):
        """Of servers that no provider runs: they deliver themselves."""
        own = servers.filtered(lambda one: not one._sending_providers())
        return [ip for one in own for ip in one._sending_addresses(_of(trips, one))]

    @api.model
    def _terms(self, providers, addresses):
        terms = dict.fromkeys(
            term for one in providers for term in (one.spf_terms or "").split()
        )
        return tuple(terms | dict.fromkeys(map(_term, addresses)))

    @api.model
    def _lists(self):
        """The blocklists to ask: none unless somebody has switched them on."""
        params = self.env["ir.config_parameter"].sudo()
        if not params.get_param(LISTS_SWITCH):
            return ()
        return tuple(params.get_param(LISTS, USUAL_LISTS).lower().split())

    def _policy_days(self):
        """How long the DMARC policy of today has stood, as far as is known."""
        since = self.policy_since
        return (fields.Datetime.now() - since).days if since else 0

    # --- DKIM

    dkim_records = fields.Text(
        "DKIM Records",
        help="What the console of the provider asks to publish, where Odoo cannot know"
        " it, as with Microsoft 365: one a line, the selector, TXT or CNAME, and the"
        " value, with blanks between them.",
    )

    @api.constrains("dkim_records")
    def _check_dkim_records(self):
        for domain in self:
            for line in filter(None, (domain.dkim_records or "").splitlines()):
                if not dkim_proposal.typed(line):
                    raise ValidationError(
                        self.env._(
                            "“%s” is no DKIM record. Write a selector, TXT or CNAME,"
                            " and the value, such as: selector1 CNAME"
                            " selector1.example.net",
                            line,
                        )
                    )

    def _keys(self, providers):
        """[(selector, TXT or CNAME, value)]; what was typed holds for its selector."""
        every = [key for one in providers for key in one._dkim_keys(self.name)]
        typed = map(dkim_proposal.typed, (self.dkim_records or "").splitlines())
        return tuple({key[0]: key for key in [*every, *filter(None, typed)]}.values())

    def _selectors(self, providers, trips):
        """Typed, of the providers, and those that our servers have signed with."""
        said = [self.selectors, *providers.mapped("dkim_selectors")]
        known = [name for text in said for name in (text or "").split()]
        seen = [
            pair for trip in trips for pair in (trip.signatures or {}).get("keys", ())
        ]
        known += [label for domain, label in seen if domain == self.name]
        return tuple(dict.fromkeys(one.lower() for one in known))

    def _selectors_of_mail(self):
        """Of messages that say that they come from the domain, as long as they are
        kept: anybody may have written them."""
        Incoming = self.env["mail.gateway.incoming"].sudo()
        came = [("email_from", "=ilike", f"%@{escape_psql(self.name)}%")]
        rows = Incoming.search(came, limit=MOST_MESSAGES, order="id desc")
        for row in rows:
            for one in map(
                dkim_signature.parsed, dkim_signature.fields(row._head_read())
            ):
                if one and one.domain == self.name:
                    yield one.selector

    # --- the way in

    def _reach(self):
        """None where Odoo receives nothing at the domain."""
        named = [("name", "=", self.name)]
        aliases = self.env["mail.alias.domain"].sudo().search(named)
        if not aliases:
            return None
        mailboxes = self.env["fetchmail.server"].sudo().search([("state", "=", "done")])
        is_seen = self._has_come(f"@{self.name}", REACH_DAYS)
        if not is_seen and any(not one.server for one in mailboxes):
            # The mail server hands messages over: nobody can see from here which.
            return None
        provider = self.env["mail.gateway.provider"]
        hosts = list(dict.fromkeys(filter(None, mailboxes.mapped("server"))))
        ends = [provider._at(host).mx_hosts or "" for host in hosts]
        needed = [*aliases.mapped("catchall_email"), *aliases.mapped("bounce_email")]
        return Reach(
            is_seen=is_seen,
            mailboxes=tuple(hosts),
            houses=tuple(house for text in ends for house in text.split()),
            unseen=tuple(one for one in needed if one and not self._has_come(one)),
        )

    @api.model
    def _has_come(self, address, days=None):
        """Whether a message to it is known to have come in."""
        came = [("recipients", "ilike", escape_psql(address))]
        if days:
            since = fields.Datetime.now() - timedelta(days=days)
            came.append(("create_date", ">=", since))
        return bool(self.env["mail.gateway.incoming"].sudo().search(came, limit=1))

    # --- how much

    @api.model
    def _volumes(self):
        """{domain: mails on the busiest of the last seven days}. Notifications know
        no mass mailing, and deliveries only what the queue sent: the more counts."""
        self.env["mail.gateway.delivery"].flush_model()
        self.env.cr.execute(
            """
            SELECT domain, max(count) FROM (
                SELECT lower(substring(message.email_from FROM '@([^@>\\s]+)'))
                           AS domain,
                       date_trunc('day', message.date) AS day,
                       count(*) AS count
                  FROM mail_message AS message
                  JOIN mail_notification AS sent
                    ON sent.mail_message_id = message.id
                 WHERE sent.notification_type = 'email'
                   AND message.date >= %(since)s
                   -- There is no index on the date, and the last ones are enough.
                   AND message.id > COALESCE((
                           SELECT id FROM mail_message WHERE date < %(since)s
                         ORDER BY id DESC LIMIT 1), 0)
              GROUP BY 1, 2
             UNION ALL
                SELECT lower(substring(sender FROM '@([^@>\\s]+)')),
                       date_trunc('day', begun_on),
                       count(*)
                  FROM mail_gateway_delivery
                 WHERE state = 'accepted'
                   AND begun_on >= %(since)s
              GROUP BY 1, 2
            ) AS days
            WHERE domain IS NOT NULL
            GROUP BY domain
            """,
            {"since": fields.Datetime.now() - timedelta(days=7)},
        )
        return dict(self.env.cr.fetchall())


def _of(trips, servers):
    return trips.filtered(lambda one: one.mail_server_id in servers)


def _came_encrypted(trips):
    """Whether these messages arrived over TLS; None where none says it."""
    said = set(trips.mapped("came_encrypted")) - {False}
    return None if not said else "no" not in said


def _term(address):
    """The SPF term for one address (RFC 7208, 5.6)."""
    return f"ip{ipaddress.ip_address(address).version}:{address}"
