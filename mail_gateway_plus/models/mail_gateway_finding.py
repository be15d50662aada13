# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..core import finding as core_finding


class MailGatewayFinding(models.Model):
    """Something that a check found about a record, for as long as it is so."""

    _name = "mail.gateway.finding"
    _description = "Mail Gateway Finding"
    _rec_name = "title"
    _order = "closed_on desc, opened_on desc, id desc"

    code = fields.Char(required=True, readonly=True, index=True)
    severity = fields.Selection(
        [
            ("ok", "In order"),
            ("info", "Notice"),
            ("warning", "Warning"),
            ("error", "Error"),
        ],
        required=True,
        readonly=True,
    )
    res_model = fields.Char("Document Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        "Document ID", model_field="res_model", required=True, readonly=True
    )
    subject = fields.Char(readonly=True, help="What it is about.")
    params = fields.Json(readonly=True)
    opened_on = fields.Datetime(readonly=True)
    closed_on = fields.Datetime(
        readonly=True, help="Since when it is no longer so; empty while it is."
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    title = fields.Char(compute="_compute_words")
    cause = fields.Text(compute="_compute_words")
    remedy = fields.Text("What to Do", compute="_compute_words")

    _res_index = models.Index("(res_model, res_id)")

    @api.depends("code", "params")
    @api.depends_context("lang")
    def _compute_words(self):
        Advice = self.env["mail.gateway.advice"]
        for found in self:
            words = Advice._words(found.code, found.params or {})
            found.title, found.cause, found.remedy = words

    @api.model
    def _renew(self, record, findings, codes):
        """Open what was found about ``record``, and close what is no longer so.

        :param findings: ``core.finding.Finding``, at most one a code
        :param codes: all codes that this check may find; those of other checks are
            left alone
        """
        record.ensure_one()
        opened = self.sudo().search([*self._about(record), ("code", "in", list(codes))])
        found = {finding.code: finding for finding in findings}
        now = fields.Datetime.now()
        opened.filtered(lambda f: f.code not in found).write({"closed_on": now})
        for known in opened.filtered(lambda f: f.code in found):
            known._update(self._values(record, found.pop(known.code)))
        self.sudo().create(
            [
                {**self._values(record, finding), "opened_on": now}
                for finding in found.values()
            ]
        )

    def _update(self, values):
        """Write what has changed."""
        present = {name: self[name] for name in values}
        present["company_id"] = self.company_id.id
        changed = {n: v for n, v in values.items() if present[n] != v}
        if changed:
            self.write(changed)

    @api.model
    def _values(self, record, finding):
        company = record.company_id if "company_id" in record._fields else None
        return {
            "code": finding.code,
            "severity": finding.severity,
            "subject": finding.subject,
            "params": dict(finding.params),
            "res_model": record._name,
            "res_id": record.id,
            "company_id": company.id if company else False,
        }

    @api.model
    def _about(self, records):
        """The domain of what is open about these records."""
        return [
            ("res_model", "=", records._name),
            ("res_id", "in", records.ids),
            ("closed_on", "=", False),
        ]

    @api.model
    def _worst(self, severities):
        """The most harmful of them, False without any."""
        order = core_finding.SEVERITIES
        return max(severities, key=order.index, default=False)
