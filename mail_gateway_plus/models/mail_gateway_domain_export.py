# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..core.dns import proposed


class MailGatewayDomain(models.Model):
    """What is to be published, to paste into a zone or to hand on."""

    _inherit = "mail.gateway.domain"

    change_text = fields.Text("Since the Check Before", compute="_compute_texts")
    zone_text = fields.Text("Zone File", compute="_compute_texts")
    handover_text = fields.Text("For Whoever Runs the DNS", compute="_compute_texts")

    @api.depends("record_ids.expected_value", "record_ids.status", "changes")
    @api.depends_context("lang")
    def _compute_texts(self):
        for domain in self:
            wrong = domain.record_ids.filtered(lambda record: record.status != "ok")
            domain.change_text = domain._change_text()
            domain.zone_text = "\n".join(
                line for record in wrong for line in domain._zone_lines(record)
            )
            domain.handover_text = wrong and domain._handover(wrong)

    def _zone_lines(self, record):
        """The lines to put in, after those to take out as comments."""
        made = record._proposed()
        gone = [value for value in made.current if value not in made.expected]
        note = self.env._("Delete")
        lines = [f"; {note}: {made.name}. IN {made.kind} {value}" for value in gone]
        new = [value for value in made.expected if value not in made.current]
        return lines + (proposed.zone_lines(made) if new or gone else [])

    def _handover(self, records):
        """A letter to somebody who does not see this screen."""
        begin = self.env._(
            "Please change these records of %(domain)s. Name means the whole name;"
            " editors of a zone often want it without the domain, as in brackets.",
            domain=self.name,
        )
        return "\n\n".join([begin, *(self._handover_one(one) for one in records)])

    def _handover_one(self, record):
        lines = [
            f"{record.host} ({record.relative_host}), {record.type}",
            self.env._("Reason: %s", record.why or "–"),
        ]
        for value in (record.current_value or "").splitlines():
            if value not in (record.expected_value or "").splitlines():
                lines.append(self.env._("Delete: %s", value))
        for value in (record.expected_value or "").splitlines():
            if value not in (record.current_value or "").splitlines():
                lines.append(self.env._("Publish: %s", value))
        return "\n".join(lines)
