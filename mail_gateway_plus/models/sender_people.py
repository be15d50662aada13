# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who wrote a mail, as far as that says under which address it leaves."""

from functools import cache

from odoo.fields import Domain
from odoo.tools import email_normalize
from odoo.tools.sql import escape_psql

from ..core.delivery.ladder import NOBODY, Author
from ..core.delivery.written import AUTHOR, DEFAULT, EXPLICIT, Known, whose

#: Whoever is in it sends from the own address.
OWN_ADDRESS = "mail_gateway_plus.group_own_address"


class People:
    """The authors of several letters, read at once."""

    def __init__(self, env, letters):
        self.env = env = env(su=True)
        self.partners = env["res.partner"].browse({one.author for one in letters} - {0})
        written = {one.written[1].lower() for one in letters} - {""}
        self.users = self._users(written)
        self.by_partner = self.users.grouped("partner_id")
        self.by_address = self.users.filtered(lambda user: not user.share).grouped(
            lambda user: user.email_normalized or ""
        )
        self.employees = self._employees(written)
        self.defaults = frozenset(self._defaults())
        self.root = env.ref("base.partner_root")
        self.of = cache(self._of)

    def _users(self, written):
        same = [
            "|",
            ("partner_id", "in", self.partners.ids),
            ("email_normalized", "in", list(written)),
        ]
        found = self.env["res.users"].with_context(active_test=False).search(same)
        return found.sorted(lambda user: (not user.active, user.share, user.id))

    def _employees(self, written):
        same = [
            Domain("user_id", "in", self.users.ids),
            Domain("work_contact_id", "in", self.partners.ids),
            *(Domain("work_email", "=ilike", escape_psql(one)) for one in written),
        ]
        return self.env["hr.employee"].search(Domain.OR(same))

    def _defaults(self):
        """What Odoo writes where nobody is named."""
        domains = self.env["mail.alias.domain"].search([])
        yield from domains.mapped("default_from_email")
        yield from domains.mapped("catchall_email")
        for company in self.env["res.company"].search([]):
            yield email_normalize(company.email) or ""
        yield self.env["ir.mail_server"]._get_default_from_address() or ""
        yield self.env.ref("base.partner_root").email_normalized or ""

    # --- of one letter

    def whose(self, letter):
        """See ``core.delivery.written``."""
        partner = self.env["res.partner"].browse(letter.author or [])
        own = {partner.email_normalized} | set(self.by_address)
        has_author = bool(partner) and not letter.is_incoming
        known = Known(own - {False, ""}, self.defaults, has_author)
        return whose(letter.written[1], known, is_marked=letter.is_marked)

    def author(self, letter):
        """``core.delivery.ladder.Author``"""
        user, partner = self.of(letter.author, self._named(letter))
        standing = self._standing(user, partner, letter)
        if standing == "program":
            return Author(standing=standing)
        address = self._address(letter, user, partner)
        may_send = bool(user) and user.has_group(OWN_ADDRESS)
        return Author(address, standing, may_send)

    def _named(self, letter):
        """The address of the colleague in whose name it is written, "" for none."""
        address = letter.written[1].lower()
        return address if self.whose(letter) == AUTHOR else ""

    def _of(self, author, address):
        """(user, partner)"""
        partner = self.env["res.partner"].browse(author or [])
        none = self.env["res.users"]
        user = self.by_partner.get(partner, none)[:1] if partner else none
        if address and address != (partner.email_normalized or ""):
            user = self.by_address.get(address, none)[:1] or user
        return user, user.partner_id or partner

    def _standing(self, user, partner, letter):
        if partner == self.root or not (partner or letter.written[1]):
            return "program"
        if not user or user.share:
            return "portal"
        return "user" if user.active else "archived"

    def _address(self, letter, user, partner):
        kind = self.whose(letter)
        if kind in (DEFAULT, EXPLICIT) and partner:
            return partner.name or "", partner.email_normalized or ""
        name, address = letter.written
        return (name or partner.name or "", address) if address else NOBODY

    def employee(self, letter):
        """The author's, in the company of the mail if they work for several."""
        user, partner = self.of(letter.author, self._named(letter))
        address = letter.written[1].lower()
        mine = self.employees.filtered(
            lambda one: (
                (user and one.user_id == user)
                or (partner and one.work_contact_id == partner)
                or (address and (one.work_email or "").lower() == address)
            )
        )
        here = mine.filtered(lambda one: one.company_id.id == letter.company)
        return (here or mine)[:1]

    def company(self, letter):
        if letter.company:
            return letter.company
        user = self.of(letter.author, self._named(letter))[0]
        return (user.company_id or self.env.company).id
