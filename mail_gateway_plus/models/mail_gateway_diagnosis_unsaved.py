# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class MailGatewayDiagnosis(models.Model):
    """A test whose failure kept settings from being saved."""

    _inherit = "mail.gateway.diagnosis"

    is_unsaved = fields.Boolean(
        "Not Saved",
        readonly=True,
        help="These settings were typed into the form, and not saved because this test"
        " failed.",
    )

    @api.model
    def _of_unsaved(self, server, question, tested):
        """:param server: empty for a new one; its test is shown and not kept"""
        values = {**self._found(server, question, tested), "is_unsaved": True}
        if server:
            return self.sudo().create(values).with_env(self.env)
        return self.new(values)

    def _why_not_saved(self, name):
        """For the person before the form of the server ``name``."""
        failed = self.step_ids.filtered(lambda step: step.status == "error")[:1]
        stage = failed._stages().get(failed.stage)
        parts = [
            self.env._(
                "“%(server)s” is not saved. Its test failed at the stage %(stage)s.",
                server=name,
                stage=stage,
            ),
            self._lines(self.title, self.cause, self._said(failed)),
            self._lines(self.remedy, self._look_at()),
            self._lines(*self.proposal_ids._in_words()),
            self.env._(
                "What you have typed still stands in the form. To save it all the same,"
                " switch off Test Before Save."
            ),
        ]
        return "\n\n".join(filter(None, parts))

    @api.model
    def _lines(self, *texts):
        return "\n".join(filter(None, texts))

    def _said(self, step):
        if not step.reply or step.reply in f"{self.title}{self.cause}":
            return ""
        return self.env._("The server said: %s", step.reply)

    def _look_at(self):
        if not self.field_label:
            return ""
        return self.env._("Field to look at: %s", self.field_label)


class MailGatewayDiagnosisProposal(models.Model):
    _inherit = "mail.gateway.diagnosis.proposal"

    def _in_words(self):
        """A line for each, under a heading; none for none."""
        names = dict(self._securities())
        lines = [
            self.env._(
                "%(security)s, port %(port)s (%(protection)s)",
                security=names[one.security],
                port=one.port,
                protection=one.protection,
            )
            for one in self
        ]
        return [self.env._("These settings would work:"), *lines] if lines else []
