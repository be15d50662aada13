# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which server a mail would leave through, and what that lets through."""

from dataclasses import replace
from functools import cache

from odoo.tools import email_normalize
from odoo.tools.mail import encapsulate_email

from ..core.delivery.ladder import NOBODY, Server
from ..core.delivery.sender import Rules
from .sender_letter import pair


class Relays:
    """All outgoing servers; what is the same for many letters is found out once."""

    def __init__(self, env):
        self.env = env = env(su=True)
        Server = env["ir.mail_server"]
        self.all = Server.search([], order="sequence, id")
        self.states = env["mail.gateway.permission"]._known_states()
        params = env["ir.config_parameter"]
        disabled = params.get_param("mail.disable_personal_mail_servers", False)
        self.has_personal = not disabled
        self.stock = cache(self._stock)
        self._found = cache(self._find)
        self._facts = cache(self._facts_of)
        self._account = cache(_account_of)
        self.paths = env["mail.alias.domain"]._return_paths()

    def _context(self, alias_domain):
        """A server with what stock tells it of the alias domain."""
        domain = self.env["mail.alias.domain"].browse(alias_domain or [])
        if not domain:
            return self.env["ir.mail_server"]
        return self.env["ir.mail_server"].with_context(
            domain_notifications_email=domain.default_from_email,
            domain_bounce_address=domain.bounce_email,
        )

    def _find(self, email, alias_domain, creator):
        """(server, From) as stock has it. ``creator`` 0: no personal one."""
        allowed = self.all.filtered(
            lambda server: (
                not server.owner_user_id
                or (self.has_personal and server.owner_user_id.id == creator)
            )
        )
        server, email = self._context(alias_domain)._find_mail_server(email, allowed)
        return server or self.env["ir.mail_server"], email

    def _stock(self, email_from, alias_domain, forced, creator):
        """(server, (name, address)) of what Odoo would do without us."""
        if forced:
            return self.env["ir.mail_server"].browse(forced), pair(email_from)
        server, email = self._found(email_from, alias_domain, creator)
        known = self._notifications(alias_domain)
        if known and email_normalize(email) == known != pair(email_from)[1]:
            return server, pair(encapsulate_email(email_from, known) or known)
        return server, pair(email_from) if pair(email_from) != NOBODY else pair(email)

    def _notifications(self, alias_domain):
        server = self._context(alias_domain)
        named = server.env.context.get("domain_notifications_email")
        return email_normalize(named or server._get_default_from_address() or "")

    # --- of a candidate

    def server(self, letter, candidate):
        """The one that its mail leaves through; none for that of the configuration."""
        if letter.server or candidate.server:
            return self.env["ir.mail_server"].browse(letter.server or candidate.server)
        return self._found(candidate.address[1], letter.alias_domain, 0)[0]

    def facts(self, letter, candidate):
        """``core.delivery.ladder.Server``"""
        server = self.server(letter, candidate)
        is_set = bool(letter.server or candidate.server)
        return self._facts(server, is_set, letter.alias_domain)

    def _facts_of(self, server, is_set, alias_domain):
        listed = server.from_filter if server else server._get_default_from_filter()
        account = self._account(server)

        def is_listed(address):
            return bool(listed) and server._match_from_filter(address, listed)

        rules = server._rules(account) if server else Rules("any", "keep", "")
        if rules.policy == "any" and listed and not is_set:
            # Stock takes a server that is there for other addresses as the last resort,
            # and then writes from its own one: so do we.
            rules = replace(
                rules,
                policy="listed",
                account=account or self._notifications(alias_domain),
            )
        states = self.states.get(server.id, {})
        utf8 = {"yes": True, "no": False}.get(server.smtputf8)
        return Server(rules, lambda a: states.get(a, "unknown"), is_listed, utf8)


def _account_of(server):
    return server._account_address() if server else ""
