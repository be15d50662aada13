# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core import proposal
from .mail_gateway_step import storable


class MailGatewayOffer(models.AbstractModel):
    """Settings of a server that would work, found by a test."""

    _name = "mail.gateway.offer"
    _description = "Settings That Would Work"
    _order = "id"

    security = fields.Selection("_securities", required=True, readonly=True)
    port = fields.Integer(required=True, readonly=True)
    is_weaker = fields.Boolean(
        readonly=True, help="It protects password and mail less than what is chosen."
    )
    is_clear_text = fields.Boolean(compute="_compute_protection")
    protection = fields.Char(compute="_compute_protection")
    finding_code = fields.Char(readonly=True)
    params = fields.Json(readonly=True)
    reason = fields.Char(
        "Certificate",
        compute="_compute_reason",
        help="What speaks against the certificate.",
    )

    @api.model
    def _securities(self):
        """The kinds of security, in the words of the server's form."""
        raise NotImplementedError

    @api.depends("security", "is_weaker")
    @api.depends_context("lang")
    def _compute_protection(self):
        for found in self:
            found.is_clear_text = found.security == "none"
            found.protection = found._protection_text()

    def _protection_text(self):
        strength = proposal.STRENGTH[self.security]
        if strength == proposal.STRONGEST:
            return self.env._("Encrypted, and the certificate is verified")
        if self.is_clear_text:
            return self.env._(
                "Weaker: anybody on the way can read the password and all mail"
            )
        return self.env._(
            "Weaker: nobody checks whether this is the right server",
        )

    @api.depends("finding_code", "params")
    @api.depends_context("lang")
    def _compute_reason(self):
        words = self.env["mail.gateway.advice"]._words
        for found in self:
            code = found.finding_code
            found.reason = code and words(code, found.params or {})[0]

    @api.model
    def _values(self, found):
        """:param found: ``core.proposal.Proposal``"""
        fault = found.fault
        return {
            "security": found.setting.security,
            "port": found.setting.port,
            "is_weaker": found.weaker,
            "finding_code": fault and fault.code,
            "params": fault and storable(fault.params),
        }

    def action_use(self):
        """Take these settings over and test again."""
        self.ensure_one()
        if self.is_weaker:
            raise UserError(
                self.env._(
                    "These settings protect less than the present ones; they are only"
                    " taken over once you have agreed to that."
                )
            )
        return self._use()

    def action_use_weaker(self):
        """The same, after a question that names the risk."""
        self.ensure_one()
        return self._use()

    def _use(self):
        """Write them on the server and test again; returns the action to open."""
        raise NotImplementedError
