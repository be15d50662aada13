# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from markupsafe import Markup

from odoo import api, fields, models, tools

from ..core.delivery.ladder import Candidate
from .sender_choice import Chooser


class MailGatewayIdentity(models.Model):
    """Which identity a mail leaves under, told in words before and after."""

    _inherit = "mail.gateway.identity"

    email_formatted = fields.Char(compute="_compute_email_formatted")

    @api.depends("name", "email")
    def _compute_email_formatted(self):
        for identity in self:
            pair = (identity.name or "", identity.email or "")
            identity.email_formatted = tools.formataddr(pair)

    @api.model
    @tools.ormcache()
    def _hides_authors(self):
        """Whether any identity stands for the people behind it."""
        self.flush_model(["active", "keeps_author"])
        return bool(self.sudo().search([("keeps_author", "=", False)], limit=1))

    def _candidate(self):
        """``core.delivery.ladder.Candidate``"""
        server = self.mail_server_id
        is_usable = server.active and not server.owner_user_id
        return Candidate(
            (self.name or "", self.email or ""),
            self.reply_to_mode or "author",
            identity=self._origin.id or 0,
            server=server.id if is_usable else 0,
            company=self.company_id.id or 0,
        )

    @api.model
    def _foreseen(self, letter):
        """What would be chosen for a letter: as it is stored with a mail, with the
        formatted ``sender`` and the ``title`` of the reason."""
        chooser = Chooser(self.env, [letter])
        choice = chooser.choices()[letter.key]
        told = chooser.told(letter, choice)
        sender = tools.formataddr(choice.sender)
        title = self._told(told["reason"])[0]
        return {**told, "sender": sender, "title": title}

    @api.model
    def _foreseen_identity(self, letter):
        """The one that would be chosen; none for a person's address, or stock's."""
        choice = Chooser(self.env, [letter]).choices()[letter.key]
        return self.browse(choice.candidate.identity or [])

    @api.model
    def _told(self, kept):
        """(title, cause, remedy) of a finding in a choice."""
        Advice = self.env["mail.gateway.advice"].sudo()
        return Advice._words(kept["code"], kept["params"])

    @api.model
    def _choice_html(self, choice):
        """The choice in words: what, why, and why nothing above it."""
        if not choice:
            return False
        title, cause, remedy = self._told(choice["reason"])
        parts = [Markup("<p><strong>%s</strong></p>") % title]
        parts += [Markup("<p>%s</p>") % line for line in (cause, remedy) if line]
        parts.append(self._replies_html(choice))
        passed = choice["passed_over"]
        parts.append(self._list_html(self.env._("Passed over before that"), passed))
        parts.append(self._list_html(self.env._("To be noted"), choice["noted"]))
        return Markup("").join(parts)

    @api.model
    def _replies_html(self, choice):
        if not choice["reply_to"]:
            return Markup("")
        written = ", ".join(map(tools.formataddr, choice["reply_to"]))
        return Markup("<p>%s</p>") % self.env._("Answers go to %s.", written)

    @api.model
    def _list_html(self, heading, found):
        if not found:
            return Markup("")
        lines = Markup("").join(
            Markup("<li>%s<br/><span class='text-muted'>%s</span></li>")
            % (title, " ".join(filter(None, (cause, remedy))))
            for title, cause, remedy in map(self._told, found)
        )
        return Markup("<p class='mb-1'>%s:</p><ul>%s</ul>") % (heading, lines)
