# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict
from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import email_normalize

from ..core.delivery import permission


class MailGatewayPermission(models.Model):
    """Whether an outgoing server lets mail leave under an address."""

    _name = "mail.gateway.permission"
    _description = "Relay Permission"
    _rec_name = "email"
    _order = "mail_server_id, state_rank, email"

    email = fields.Char("Address", required=True, readonly=True)
    mail_server_id = fields.Many2one(
        "ir.mail_server",
        "Outgoing Mail Server",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    identity_id = fields.Many2one(
        "mail.gateway.identity", readonly=True, index="btree_not_null"
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    source = fields.Selection(
        [
            ("account", "The account"),
            ("identity", "Identity"),
            ("domain", "Alias domain"),
            ("company", "Company"),
            ("template", "Email template"),
            ("user", "User"),
            ("mail", "A refused mail"),
        ],
        "Used by",
        readonly=True,
        help="Why Odoo would send as this address.",
    )
    state = fields.Selection(
        [
            ("allowed", "Allowed"),
            ("refused", "Refused"),
            ("rewritten", "Rewritten"),
            ("unknown", "Unknown"),
        ],
        required=True,
        readonly=True,
        default="unknown",
        index=True,
    )
    state_rank = fields.Integer(compute="_compute_state_rank", store=True)
    evidence = fields.Text(readonly=True, help="What the server said.")
    finding_code = fields.Char(readonly=True)
    params = fields.Json(readonly=True)
    depth = fields.Selection(
        [("envelope", "Envelope"), ("content", "Content")],
        required=True,
        readonly=True,
        default="envelope",
        help="Envelope: the server was asked, and nothing was sent.\n"
        "Content: it was given a whole message. Some servers look at the sender only"
        " then.",
    )
    checked_on = fields.Datetime("Checked", readonly=True, index=True)
    # Evidence of the content outlives an answer to the envelope, which is due again
    # in its time all the same.
    asked_on = fields.Datetime(readonly=True)
    title = fields.Char("Result", compute="_compute_words")
    cause = fields.Text("What It Means", compute="_compute_words")
    remedy = fields.Text("What to Do", compute="_compute_words")
    is_old = fields.Boolean(
        "Old Evidence", compute="_compute_is_old", search="_search_is_old"
    )
    other_server_id = fields.Many2one(
        "ir.mail_server", "Allowed at", compute="_compute_other_server_id"
    )

    _email_unique = models.Constraint(
        "UNIQUE(mail_server_id, email)", "One server, one address, one permission."
    )

    @api.constrains("email")
    def _check_email(self):
        for found in self:
            if found.email != email_normalize(found.email):
                raise ValidationError(
                    self.env._("“%s” is no bare email address.", found.email)
                )

    @api.depends("state")
    def _compute_state_rank(self):
        """What needs somebody stands first."""
        ranks = ("refused", "rewritten", "unknown", "allowed")
        for found in self:
            found.state_rank = ranks.index(found.state)

    @api.depends("finding_code", "params")
    @api.depends_context("lang")
    def _compute_words(self):
        Advice = self.env["mail.gateway.advice"]
        for found in self:
            words = ("", "", "")
            if found.finding_code:
                words = Advice._words(found.finding_code, found.params or {})
            found.title, found.cause, found.remedy = words

    @api.depends("checked_on")
    def _compute_is_old(self):
        before = self._old_before()
        for found in self:
            checked = found.checked_on
            found.is_old = bool(before and checked and checked < before)

    def _search_is_old(self, operator, value):
        if operator != "in":
            return NotImplemented
        before = self._old_before()
        if not before:
            return [(0, "=", 1)]
        return [("checked_on", "<", before)]

    @api.model
    def _old_before(self):
        """Evidence from before then is old: it has missed two refreshments."""
        interval = self.env["ir.mail_server"]._permission_interval()
        return interval and fields.Datetime.now() - 2 * interval

    @api.depends("email", "state")
    def _compute_other_server_id(self):
        allowed = self.search(
            [("email", "in", self.mapped("email")), ("state", "=", "allowed")]
        )
        by_email = allowed.grouped("email")
        for found in self:
            servers = by_email.get(found.email, self).mail_server_id.sudo()
            servers = (servers - found.mail_server_id).filtered("active")
            found.other_server_id = servers.filtered(lambda s: not s.owner_user_id)[:1]

    # --- what servers say

    @api.model
    def _store(self, server, candidates, answers):
        """What a server said to addresses.

        :param candidates: {email: ``core.delivery.permission.Candidate``}
        :param answers: {email: values}, see ``_values``
        """
        stored = self.sudo().search([("mail_server_id", "=", server.id)])
        known = {one.email: one for one in stored}
        candidates = self._without_the_gone(candidates)
        new, changed = [], defaultdict(self.browse)
        now = fields.Datetime.now()
        for email, values in answers.items():
            about = self._about(candidates[email])
            if email not in known:
                place = {"mail_server_id": server.id, "email": email, "asked_on": now}
                new.append({**place, **about, **values})
                continue
            row = known[email].sudo()
            values = values if row._is_replaced(values) else {}
            row._update({**about, **values})
            changed[values.get("checked_on")] |= row
        for moment, rows in changed.items():
            checked = {"checked_on": moment} if moment else {}
            rows.write({"asked_on": now, **checked})
        self.sudo().create(new)

    @api.model
    def _without_the_gone(self, candidates):
        """While the server was asked, somebody may have deleted an identity."""
        identities = {one.identity for one in candidates.values() if one.identity}
        there = self.env["mail.gateway.identity"].sudo().browse(identities).exists()
        gone = identities - set(there.ids)
        return {
            email: replace(one, identity=0) if one.identity in gone else one
            for email, one in candidates.items()
        }

    def _is_replaced(self, values):
        return permission.replaces(
            self.state, self.depth, values["state"], values["depth"]
        )

    def _update(self, values):
        """Write what has changed; the moment is written for many at once."""
        present = {
            name: self[name].id if self._fields[name].relational else self[name]
            for name in values
        }
        changed = {n: v for n, v in values.items() if (present[n] or False) != v}
        changed.pop("checked_on", None)
        if changed:
            self.write(changed)

    @api.model
    def _about(self, candidate):
        return {
            "source": candidate.source,
            "company_id": candidate.company or False,
            "identity_id": candidate.identity or False,
        }

    @api.model
    def _values(self, state, evidence, code="", params=None, depth="envelope"):
        return {
            "state": state,
            "evidence": evidence or False,
            "finding_code": code or False,
            "params": params or False,
            "depth": depth,
            "checked_on": fields.Datetime.now(),
        }

    @api.model
    def _refused(self, server, email, *evidence):
        """A real mail from there was refused; see ``_values`` for the evidence."""
        values = self._values("refused", *evidence)
        same = [("mail_server_id", "=", server.id), ("email", "=", email)]
        if row := self.sudo().search(same):
            row._update(values)
            row.checked_on = values["checked_on"]
            return
        found = (c for c in server._sender_candidates()[0] if c.email == email)
        about = next(found, permission.Candidate(email, "mail"))
        self._store(server, {email: about}, {email: values})

    @api.model
    def _forget(self, server, emails):
        """Of addresses that Odoo does not send as any more nothing is kept, unless a
        real mail was refused."""
        gone = [
            ("mail_server_id", "=", server.id),
            ("email", "not in", list(emails)),
            "|",
            ("source", "!=", "mail"),
            ("state", "!=", "refused"),
        ]
        self.sudo().search(gone).unlink()
