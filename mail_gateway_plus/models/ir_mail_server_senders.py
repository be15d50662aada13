# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.tools import email_normalize
from odoo.tools.mail import email_split

from ..core.delivery.permission import MOST, Candidate, merged


class IrMailServer(models.Model):
    """Which addresses Odoo would send as through a server."""

    _inherit = "ir.mail_server"

    def _sender_candidates(self):
        """(those of ``core.delivery.permission.Candidate``, how many too many).

        Read under all companies' rights: the server is everybody's, and so is the
        trouble of an address that it refuses.
        """
        self.ensure_one()
        found = list(self._own_candidates())
        if not self.owner_user_id:
            found += filter(self._takes, self.sudo()._shared_candidates())
            found += self._refused_candidates()
        found = merged(found)
        return found[:MOST], max(len(found) - MOST, 0)

    def _takes(self, candidate):
        return self._match_from_filter(candidate.email, self.from_filter)

    def _own_candidates(self):
        """The account, and the addresses that its list names."""
        for email in [
            self._account_address(),
            *self._parse_from_filter(self.from_filter),
        ]:
            if "@" in email and (bare := email_normalize(email)):
                yield Candidate(bare, "account")

    def _shared_candidates(self):
        yield from self._identity_candidates()
        yield from self._domain_candidates()
        yield from self._template_candidates()
        for company in self.env["res.company"].search([]):
            yield from _candidates(company.email, "company", company.id)
        for user in self.env["res.users"].search([("share", "=", False)]):
            companies = user.company_ids
            company = companies.id if len(companies) == 1 else 0
            yield from _candidates(user.email, "user", company)

    def _identity_candidates(self):
        for one in self.env["mail.gateway.identity"].search(self._of_this_server()):
            yield Candidate(one.email, "identity", one.company_id.id or 0, one.id)

    def _domain_candidates(self):
        for domain in self.env["mail.alias.domain"].search([]):
            companies = domain.company_ids
            company = companies.id if len(companies) == 1 else 0
            for email in (
                domain.default_from_email,
                domain.bounce_email,
                domain.catchall_email,
            ):
                yield from _candidates(email, "domain", company)

    def _template_candidates(self):
        domain = [("email_from", "!=", False), *self._of_this_server()]
        for template in self.env["mail.template"].search(domain):
            if template._has_own_sender():
                yield from _candidates(template.email_from, "template")

    def _refused_candidates(self):
        """Of real mail that was refused: they may be allowed by now."""
        refused = [("mail_server_id", "=", self.id), ("source", "=", "mail")]
        for one in self.env["mail.gateway.permission"].sudo().search(refused):
            yield Candidate(one.email, "mail", one.company_id.id or 0)

    def _of_this_server(self):
        """The domain of what does not name another server."""
        return [("mail_server_id", "in", [self.id, False])]

    def _survey_recipient(self):
        """Whom to ask for as recipient, though nothing is sent: an address of ours, so
        that no stranger's server is bothered. The account's own, for it is certain to
        be there; else where this database gets its mail. "" where none is known.

        The recipient has to be named: Postfix judges the sender only then, unless told
        otherwise (smtpd_delay_reject).
        """
        self.ensure_one()
        server = self.sudo()
        domains = server.env["mail.alias.domain"].search([])
        is_twin = server.smtp_authentication == "mailbox"
        places = [
            server.mailbox_id.user if is_twin else server.smtp_user,
            *domains.mapped("catchall_email"),
            *server.env["res.company"].search([]).mapped("email"),
            self.env.user.email,
        ]
        return next(filter(None, map(_bare, places)), "")


@api.model
def _candidates(written, source, company=0):
    """Those in what somebody wrote; one that is no address is none."""
    if email := _bare(written):
        yield Candidate(email, source, company)


def _bare(written):
    """The first address in a text; "" for none."""
    return next(filter(None, map(email_normalize, email_split(written or ""))), "")
