# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..core import finding as core_finding

#: Params that tell what a finding is about; others say how bad it is.
ABOUT = ("selector", "ip", "list", "term", "server", "address")


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

    weight = fields.Integer(
        compute="_compute_weight", store=True, help="The worst come first."
    )

    _res_index = models.Index("(res_model, res_id)")
    _open_index = models.Index("(res_model, res_id) WHERE closed_on IS NULL")

    @api.depends("code", "params")
    @api.depends_context("lang")
    def _compute_words(self):
        Advice = self.env["mail.gateway.advice"]
        for found in self:
            words = Advice._words(found.code, found.params or {})
            found.title, found.cause, found.remedy = words

    @api.depends("severity")
    def _compute_weight(self):
        for found in self:
            found.weight = core_finding.SEVERITIES.index(found.severity or "ok")

    @api.model
    def _renew(self, record, findings, codes):
        """Open what was found about ``record``, and close what is no longer so.

        :param findings: ``core.finding.Finding``, several of a code where their params
            differ
        :param codes: all codes that this check may find; those of other checks are
            left alone
        :return: (what was opened, what was closed)
        """
        record.ensure_one()
        return self._renew_all(record, {record.id: findings}, codes)

    @api.model
    def _renew_all(self, records, found, codes):
        """The same for many records at once.

        :param found: {id: findings}; of a record that is missing nothing was found
        """
        opened = self.sudo().search(
            [*self._about(records), ("code", "in", list(codes))]
        )
        known, kept, new = opened.grouped("res_id"), self.browse(), []
        for record in records.filtered(lambda record: found.get(record.id)):
            several = [self._values(record, one) for one in found[record.id]]
            same, unknown = known.get(record.id, self.browse())._matched(several)
            for one, values in same:
                one._update(values)
                kept |= one
            new += unknown
        closed = opened - kept
        closed._close()
        now = fields.Datetime.now()
        new = [{**values, "opened_on": now} for values in new]
        return self.sudo().create(new), closed

    def _close(self):
        """It is no longer so."""
        self.write({"closed_on": fields.Datetime.now()})

    @api.model
    def _forget(self, records):
        """Nothing is kept of records that go."""
        about = [("res_model", "=", records._name), ("res_id", "in", records.ids)]
        found = self.sudo().search(about)
        found._close()
        found.unlink()

    def _matched(self, several):
        """What is known already, and what is new; several of a code are told apart by
        their params, a single one may have others than before.

        :param several: values of a finding each
        :return: ([(known finding, values)], [values])
        """
        kept, new, left = [], [], self
        for values in several:
            same = left.filtered(
                lambda known, v=values: (
                    known.code == v["code"] and (known.params or {}) == v["params"]
                )
            )[:1]
            left -= same
            (kept if same else new).append((same, values))
        for pair in [*new]:
            values = pair[1]
            alike = left.filtered(lambda known, v=values: known._is_about(v))
            if len(alike) == 1 == sum(alike._is_about(one) for one in several):
                new.remove(pair)
                kept.append((alike, values))
        return kept, [values for _none, values in new]

    def _is_about(self, values):
        """Whether it is of the same code and about the same thing."""
        params = self.params or {}
        return self.code == values["code"] and all(
            params.get(name) == values["params"].get(name) for name in ABOUT
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

    def _worst_first(self):
        return self.sorted(lambda found: (-found.weight, found.id))

    @api.model
    def _worst(self, severities):
        """The most harmful of them, False without any."""
        order = core_finding.SEVERITIES
        return max(severities, key=order.index, default=False)
