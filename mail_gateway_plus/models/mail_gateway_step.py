# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..core import trial

#: Stands for a character that PostgreSQL does not take.
UNSTORABLE = "\0"


def storable(values):
    """A dictionary of texts as JSON columns take it."""
    return {name: str(text).replace(UNSTORABLE, " ") for name, text in values.items()}


class MailGatewayStep(models.AbstractModel):
    """A stage of the test of a server, in words. Who inherits it has a ``stage``."""

    _name = "mail.gateway.step"
    _description = "Stage of a Test"
    _order = "id"

    status = fields.Selection(
        [
            ("ok", "In order"),
            ("info", "Notice"),
            ("warning", "Warning"),
            ("error", "Failed"),
        ],
        required=True,
        readonly=True,
    )
    duration_ms = fields.Integer("Time (ms)", readonly=True)
    duration = fields.Char("Time", compute="_compute_duration")
    finding_code = fields.Char(readonly=True)
    params = fields.Json(readonly=True)
    facts = fields.Json(readonly=True, help="Of the certificate, or what is offered.")
    reply = fields.Text("The Server Said", readonly=True)
    title = fields.Char("Result", compute="_compute_words")
    cause = fields.Text("What It Means", compute="_compute_words")
    remedy = fields.Text("What to Do", compute="_compute_words")
    details = fields.Text(compute="_compute_words")
    result = fields.Text("Found", compute="_compute_words")

    @api.depends("duration_ms")
    def _compute_duration(self):
        for step in self:
            step.duration = self.env._("%s ms", step.duration_ms)

    @api.depends("finding_code", "params", "facts", "status")
    @api.depends_context("lang")
    def _compute_words(self):
        words = self.env["mail.gateway.advice"]._words
        for step in self:
            found = words(step.finding_code, step.params or {})
            step.title, step.cause, step.remedy = found
            step.details = step._details(step.facts or {})
            step.result = step._in_one_cell()

    def _details(self, facts):
        """What is known beside the result, as a text; "" for nothing."""
        if not facts.get("subject"):
            return ""
        return self.env["mail.gateway.advice"]._words(trial.CERTIFICATE, facts)[0]

    def _in_one_cell(self):
        texts = [self.title, self.details]
        if self._explains_itself():
            texts += [self.cause, self.remedy]
        return "\n".join(filter(None, texts))

    def _explains_itself(self):
        """What a fault means and what to do stands above the list."""
        return self.status != "error"

    @api.model
    def _values(self, step):
        """:param step: ``core.trial.Step``"""
        finding, said = step.finding, self._said(step)
        return {
            "stage": step.stage if step.stage in self._stages() else "connect",
            "status": finding.severity,
            "duration_ms": step.duration_ms,
            "finding_code": finding.code,
            "params": storable(finding.params),
            "facts": storable(step.facts),
            "reply": said.replace(UNSTORABLE, " "),
        }

    @api.model
    def _said(self, step):
        """The server's words, or else the system's."""
        return step.reply or step.finding.params.get("reply", "")

    @api.model
    def _stages(self):
        """Name of a stage -> what people call it."""
        return dict(self._fields["stage"]._description_selection(self.env))
