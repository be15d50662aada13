# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..core.dns import proposed
from ..core.dns.proposed import Proposed


class MailGatewayDomainRecord(models.Model):
    """A record of a domain: what is published, and what to publish in its place.

    Where there are several values, each has a line.
    """

    _name = "mail.gateway.domain.record"
    _description = "Record of a Mail Domain"
    _inherit = ["mail.gateway.domain.part"]
    _rec_name = "host"

    company_id = fields.Many2one(related="domain_id.company_id")
    host = fields.Char("Absolute Name", required=True, readonly=True)
    relative_host = fields.Char(
        "Host",
        compute="_compute_relative_host",
        help="The name as most editors of a zone want it: without the domain, and @ for"
        " the domain itself.",
    )
    type = fields.Char(required=True, readonly=True)
    current_value = fields.Text("Value Today", readonly=True)
    expected_value = fields.Char("Value to Publish", readonly=True)
    status = fields.Selection(
        [
            (proposed.OK, "In order"),
            (proposed.MISSING, "To add"),
            (proposed.DIFFERENT, "To change"),
            (proposed.TOO_MUCH, "To delete"),
        ],
        required=True,
        readonly=True,
    )
    finding_code = fields.Char(readonly=True)
    params = fields.Json(readonly=True)
    why = fields.Text(compute="_compute_words")
    stake = fields.Text("What Is at Stake", compute="_compute_words")
    remarks = fields.Json(readonly=True)
    note = fields.Text(compute="_compute_note")

    @api.depends("host", "domain_id.name")
    def _compute_relative_host(self):
        for record in self:
            record.relative_host = proposed.relative(
                record.host, record.domain_id.name or ""
            )

    @api.depends("finding_code", "params")
    @api.depends_context("lang")
    def _compute_words(self):
        Advice = self.env["mail.gateway.advice"]
        for record in self:
            words = Advice._words(record.finding_code or "", record.params or {})
            record.why, record.stake = words[0], words[1]

    @api.depends("remarks")
    @api.depends_context("lang")
    def _compute_note(self):
        for record in self:
            said = record.remarks or {}
            lines = [record._dropped_note(*one) for one in said.get("dropped", ())]
            if said.get("moves"):
                lines.append(record._moves_note(said["moves"], said["whole"]))
            record.note = "\n".join(lines)

    def _dropped_note(self, term, why):
        """Why a term of the present record is not in the new one."""
        reasons = {
            "twice": self.env._("it stands there twice"),
            "covered": self.env._("another term covers it"),
            "void": self.env._("it finds nothing"),
            "no_record": self.env._("there is no SPF record at that name"),
            "loop": self.env._("it leads back to itself"),
            "broken": self.env._("the record that it leads to has a fault"),
            "open": self.env._("everybody passes by the record that it leads to"),
            "ptr": self.env._("receivers may ignore it, and other terms name servers"),
            "unreadable": self.env._("nobody can read it"),
        }
        reason = reasons.get(why, why)
        return self.env._(
            "Left out: %(term)s, for %(reason)s.", term=term, reason=reason
        )

    def _moves_note(self, moves, whole):
        """What does not fit into ten lookups, and the record with it."""
        return self.env._(
            "All terms together cost more than ten lookups, and receivers would take"
            " that for a permanent error. So these are not in the record: %(moves)s."
            " Give mail that needs them a subdomain of its own, with an SPF record that"
            " has them. The record with all of them would be: %(whole)s",
            moves=", ".join(moves),
            whole=whole,
        )

    def _published(self):
        """{(host, type): all values of today}, for several may be about one name."""
        found = {}
        for record in self:
            lines = found.setdefault((record.host, record.type), [])
            lines += (record.current_value or "").splitlines()
        return {place: "\n".join(sorted(lines)) for place, lines in found.items()}

    def _proposed(self):
        """As ``core`` knows it."""
        self.ensure_one()
        current, expected = (
            tuple((text or "").splitlines())
            for text in (self.current_value, self.expected_value)
        )
        return Proposed(
            self.host, self.type, current, expected, self.finding_code or ""
        )
