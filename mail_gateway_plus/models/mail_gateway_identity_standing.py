# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from functools import cache

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import email_domain_extract

from ..core.delivery import consistency, written
from .sender_letter import SenderLetter
from .sender_relays import Relays


class MailGatewayIdentity(models.Model):
    """How an identity stands: with the servers, and with its domain's records."""

    _inherit = "mail.gateway.identity"

    permission_ids = fields.Many2many(
        "mail.gateway.permission",
        string="Permissions",
        compute="_compute_permission_ids",
        help="Whether the outgoing servers let its address through.",
    )
    state = fields.Selection(
        [
            ("allowed", "Allowed"),
            ("refused", "Refused"),
            ("rewritten", "Rewritten"),
            ("unknown", "Unknown"),
        ],
        "Its Server",
        compute="_compute_state",
        search="_search_state",
        help="Whether the server that its mail leaves through takes its address.",
    )
    used_server_id = fields.Many2one(
        "ir.mail_server",
        "Leaves Through",
        compute="_compute_state",
        help="Its own server, else the one that Odoo chooses for its address.",
    )
    mail_domain_id = fields.Many2one(
        "mail.gateway.domain", "Domain", compute="_compute_mail_domain_id"
    )
    domain_severity = fields.Selection(
        [
            ("ok", "In order"),
            ("info", "Notice"),
            ("warning", "Warning"),
            ("error", "Error"),
        ],
        compute="_compute_mail_domain_id",
    )
    finding_ids = fields.Many2many(
        "mail.gateway.finding", string="Findings", compute="_compute_finding_ids"
    )
    speaks_for = fields.Char(
        compute="_compute_speaks_for", help="Which mail leaves under it."
    )

    @api.depends("email")
    def _compute_permission_ids(self):
        Permission = self.env["mail.gateway.permission"]
        for identity in self:
            about = [("email", "=", identity.email or "")]
            identity.permission_ids = Permission.search(about)

    @api.depends("email", "mail_server_id", "company_id")
    def _compute_state(self):
        relays = Relays(self.env)
        for identity in self:
            server = relays.all.browse()
            if identity.email:
                domain = identity.company_id.sudo().alias_domain_id
                letter = SenderLetter(0, identity.email, alias_domain=domain.id or 0)
                server = relays.server(letter, identity.sudo()._candidate())
            identity.used_server_id = server
            found = relays.states.get(server.id or 0, {})
            identity.state = found.get(identity.email, "unknown")

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = self.search([])
        # It hangs on permissions, which have no way back to here.
        found.invalidate_recordset(["state"])
        found = found.filtered(lambda one: one.state in value)
        return [("id", "in", found.ids)]

    @api.depends("email")
    def _compute_mail_domain_id(self):
        Domains = self.env["mail.gateway.domain"].sudo()
        for identity in self:
            name = email_domain_extract(identity.email or "")
            same = Domains._normalised({"name": name or ""})["name"]
            found = Domains.search([("name", "=", same)], limit=1)
            identity.mail_domain_id = found
            identity.domain_severity = found.severity

    @api.depends("email")
    def _compute_finding_ids(self):
        Finding = self.env["mail.gateway.finding"]
        for identity in self:
            domain = identity.mail_domain_id
            about = Domain(Finding._about(identity._origin))
            if domain:
                about |= Domain(Finding._about(domain))
            bad = ("info", "warning", "error")
            found = Finding.sudo().search(about & Domain("severity", "in", bad))
            identity.finding_ids = found._worst_first()

    @api.depends("department_id", "company_id", "rule_ids.model_id")
    def _compute_speaks_for(self):
        for identity in self:
            identity.speaks_for = ", ".join(identity._speaks_for())

    def _speaks_for(self):
        for rule in self.rule_ids.filtered("active"):
            yield rule.model_id.name
        if self.department_id:
            yield self.env._("the department %s", self.department_id.name)
        elif not self.rule_ids:
            everybody = self.env._("all companies")
            yield self.company_id.name or everybody

    # --- what the return path makes of it

    def _renew_sender_findings(self):
        """Open what does not go together in mail of these identities, and close what
        does by now."""
        Finding = self.env["mail.gateway.finding"].sudo()
        covers = cache(self.env["mail.gateway.domain"].sudo()._covers)
        paths, found = self._return_paths(), {}
        for identity in self:
            leaving = consistency.Fields(identity.email, paths[identity.id])
            found[identity.id] = consistency.findings(leaving, covers)
        Finding._renew_all(self, found, consistency.CODES)

    def _return_paths(self):
        """{id: where bounces of its mail go}, as far as that does not hang on the
        document."""
        paths = self.env["mail.alias.domain"].sudo()._return_paths()
        found = {}
        for identity in self:
            usual = identity.company_id.sudo().alias_domain_id.bounce_email
            path = usual or identity.email
            found[identity.id] = written.path_for(identity.email, path, paths)
        return found

    def action_check(self):
        """Ask its server for its address, and look at its return path."""
        self._renew_sender_findings()
        self.env["mail.gateway.domain"].sudo()._sync()
        told = None
        several = self.filtered("used_server_id").grouped("used_server_id")
        for server, mine in several.items():
            told = server._check_permissions(mine.mapped("email"))
        return told

    @api.model_create_multi
    def create(self, vals_list):
        found = super().create(vals_list)
        found._renew_sender_findings()
        return found

    def write(self, vals):
        written = super().write(vals)
        if not vals.keys().isdisjoint(("email", "company_id", "active")):
            self._renew_sender_findings()
        return written
