# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dataclasses import replace

from markupsafe import Markup

from odoo import api, fields, models, tools
from odoo.tools import email_domain_extract

from ..core import discovery
from ..core.discovery import SERVICES, Place
from ..core.finding import Finding
from ..core.mailbox import provider
from ..core.smtp.provider import NEEDS as SENDING_NEEDS
from ..net.resolver import Resolver

#: The name servers to ask in place of the machine's own: addresses, also with a port,
#: separated by blanks.
NAME_SERVERS = "mail_gateway_plus.name_servers"

#: Service -> the field with the provider's server for it.
HOSTS = {"smtp": "smtp_host", "imap": "imap_host", "pop": "pop_host"}

#: Severity of a finding -> kind of the notification.
SHOWN_AS = {"ok": "success", "info": "info", "warning": "warning", "error": "danger"}

#: What choosing a provider fills in on an outgoing server.
SETTINGS = (
    *("smtp_host", "smtp_port", "smtp_encryption"),
    *("limit_minute", "limit_hour", "limit_day", "limit_connections"),
)
#: What of that a login by OAuth leaves as its own module sets it.
OWN_OF_OAUTH = ("smtp_host", "smtp_port", "smtp_encryption")
STEPS = ("sending_steps", "sender_steps", "relay_steps", "catchall_steps")

#: Where something was seen; what was seen nowhere is hearsay, and shown as such.
SOURCES = [
    ("provider", "Its own pages"),
    ("ispdb", "Mozilla's ISPDB"),
    ("public", "Public configurations"),
]


class MailGatewayProvider(models.Model):
    """A mail provider: its servers, and what it wants of those who fetch or send."""

    _name = "mail.gateway.provider"
    _description = "Mail Provider"
    _order = "name"

    name = fields.Char(required=True)
    code = fields.Char(required=True, readonly=True)
    domains = fields.Char(
        help="The domains of the addresses that it gives out, separated by blanks."
    )
    mx_hosts = fields.Char(
        "MX Hosts",
        help="What the names in the MX records of its customers' domains end with,"
        " separated by blanks.",
    )
    incoming_hosts = fields.Char(
        help="What the names of its IMAP and POP3 servers end with, separated by"
        " blanks.",
    )
    imap_host = fields.Char("IMAP Server", help="Port 993, SSL/TLS.")
    pop_host = fields.Char("POP3 Server", help="Port 995, SSL/TLS.")
    login_steps = fields.Text(
        "Password", translate=True, help="How to get a password that works."
    )
    access_steps = fields.Text(
        "IMAP and POP3",
        translate=True,
        help="Where access for other programs is switched on.",
    )
    oauth_steps = fields.Text(
        "OAuth", translate=True, help="How to log in without a password."
    )
    outgoing_hosts = fields.Char(
        help="What the names of its SMTP servers end with, separated by blanks."
    )
    smtp_host = fields.Char("SMTP Server")
    smtp_port = fields.Integer("SMTP Port")
    smtp_encryption = fields.Selection(
        lambda self: (
            self.env["ir.mail_server"]
            ._fields["smtp_encryption"]
            ._description_selection(self.env)
        ),
        "Connection Encryption",
    )
    limit_minute = fields.Integer("Messages a Minute", help="0: none is known.")
    limit_hour = fields.Integer("Messages an Hour", help="0: none is known.")
    limit_day = fields.Integer("Messages a Day", help="0: none is known.")
    limit_connections = fields.Integer("Connections", help="0: none is known.")
    sending_steps = fields.Text(
        "To Log In", translate=True, help="How to get in for sending."
    )
    sender_steps = fields.Text(
        "To Send from Other Addresses",
        translate=True,
        help="How to be allowed another From address than the account's.",
    )
    relay_steps = fields.Text(
        "To Send without a Login",
        translate=True,
        help="Where the addresses that may send without a login are allowed.",
    )
    catchall_steps = fields.Text(
        "To Receive Answers at Any Address",
        translate=True,
        help="How mail to all addresses of a domain ends in one mailbox, for aliases.",
    )
    unchecked = fields.Text(
        "To Be Confirmed",
        translate=True,
        help="What else of all this is hearsay.",
    )
    source = fields.Selection(
        SOURCES,
        "Source of the Server",
        help="Where server, port and encryption were seen; empty: hearsay.",
    )
    steps_source = fields.Selection(
        SOURCES,
        "Source of the Steps",
        help="Where the steps were seen; empty: hearsay.",
    )
    checked = fields.Boolean(
        compute="_compute_checked", help="Nothing of this is hearsay."
    )

    _code_unique = models.Constraint("UNIQUE(code)", "One code, one provider.")

    @api.depends("unchecked", "source", "steps_source")
    def _compute_checked(self):
        for found in self:
            is_known = found.source and found.steps_source
            found.checked = bool(is_known) and not found.unchecked

    def _server_doubt(self):
        """What is said of server, port and encryption; "" where they are known."""
        return "" if self.source else self.env._("Server, port and encryption.")

    def _steps_doubt(self):
        """What is to be said of the steps; "" where they are known."""
        if self.steps_source:
            return ""
        return self.env._(
            "The steps: they were not compared with the provider's own pages, so menus"
            " may have other names by now."
        )

    def _to_confirm(self, *doubts):
        """What is hearsay, as one text; "" where nothing is."""
        title = self._fields["unchecked"]._description_string(self.env)
        said = " ".join(filter(None, doubts))
        return f"{title}: {said}" if said else ""

    @api.model
    def _at(self, host, hosts="incoming_hosts"):
        """The provider of a server; empty where it is not known.

        :param hosts: the field that names the servers, or the domains of addresses
        """
        return self.sudo().browse(provider.matching(host or "", self._ends(hosts)))

    @api.model
    @tools.ormcache("hosts")
    def _ends(self, hosts):
        """{id: what the names of its servers end with}; a screen asks for each row."""
        providers = self.sudo().search([(hosts, "!=", False)])
        return {found.id: found[hosts].split() for found in providers}

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    @api.model
    def _of_address(self, email):
        """The provider that gives out an address; empty where it is not known."""
        return self._at(email_domain_extract(email or ""), "domains")

    @api.model
    def _discovered(self, email, kind="smtp"):
        """The server for an address, asked of the name servers where its domain is none
        that a provider gives out.

        For what a person starts, who has written nothing before: the transaction ends
        here, so that none waits for the name servers.

        :param kind: of ``discovery.SERVICES``
        :return: (provider or empty, ``discovery.Place`` or None, finding)
        """
        domain = email_domain_extract(email or "")
        if not domain:
            return self, None, Finding(discovery.NO_DOMAIN, "warning")
        service = SERVICES[kind]
        serving = self.sudo().search([(HOSTS[kind], "!=", False)])
        if found := self._of_address(email) & serving:
            code = discovery.code_of(service, discovery.GIVEN)
            params = {"domain": domain, "provider": found.name}
            return found, None, Finding(code, "ok", domain, params)
        customers = serving.filtered("mx_hosts")
        ends = {found.code: found.mx_hosts.split() for found in customers}
        asked = self.env["ir.config_parameter"].sudo().get_param(NAME_SERVERS, "")
        self.env.cr.commit()  # pylint: disable=invalid-commit
        resolver = Resolver(asked.split())
        made = resolver.answered(discovery.discovered(service, domain, ends))
        found = customers.filtered(lambda one: one.code == made.provider)
        params = {**made.finding.params, "provider": found.name or ""}
        return found, made.place, replace(made.finding, params=params)

    def _mailbox_place(self, kind):
        """``discovery.Place`` of its IMAP or POP3 server."""
        service = SERVICES[kind]
        return Place(self[HOSTS[kind]], service.port, service.security)

    def _incoming_steps(self):
        """What it wants of those who fetch, and what of it is hearsay."""
        steps = self._at(self.imap_host or self.pop_host).login_steps or ""
        doubt = self._to_confirm(self._server_doubt(), steps and self._steps_doubt())
        return f"{steps} {doubt}".strip()

    @api.model
    def _notice(self, finding, *further):
        """What the button that looks a server up says, for the web client."""
        words = self.env["mail.gateway.advice"]._words(finding.code, finding.params)
        title, *message = words
        return {
            "type": SHOWN_AS[finding.severity],
            "title": title,
            "message": " ".join(filter(None, [*message, *further])),
        }

    @api.model
    def _steps(self, code, host):
        """The provider's own steps against a fault, ready to be shown; "" for none."""
        sending = SENDING_NEEDS.get(code)
        needs = sending or provider.NEEDS.get(code)
        hosts = "outgoing_hosts" if sending else "incoming_hosts"
        found = needs and host and self._at(host, hosts)
        if not found:
            return ""
        steps = [text for need in needs if (text := found[f"{need}_steps"])]
        doubt = steps and found._to_confirm(found._steps_doubt())
        lines = [f"{found.name}: {text}" for text in steps]
        return "\n".join([*lines, doubt] if doubt else lines)

    def _outgoing_settings(self, is_oauth=False):
        """Values for an outgoing server; what is not known is left out."""
        names = set(SETTINGS) - set(OWN_OF_OAUTH if is_oauth else ())
        return {name: self[name] for name in names if self[name]}

    def _outgoing_steps(self):
        """All that is to be done for sending, as HTML, and what of it is hearsay."""
        texts = {name: self[name] for name in STEPS}
        doubts = self.unchecked, self._server_doubt(), self._steps_doubt()
        texts["unchecked"] = " ".join(filter(None, doubts))
        shown = Markup("<div class='mb-2'><strong>%s</strong><div>%s</div></div>")
        return Markup().join(
            shown % (self._fields[name]._description_string(self.env), text)
            for name, text in texts.items()
            if text
        )
