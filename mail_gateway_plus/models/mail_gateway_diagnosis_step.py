# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.smtp import capability
from ..core.smtp.comparison import Result

MEGABYTE = 1024**2


class MailGatewayDiagnosisStep(models.Model):
    _name = "mail.gateway.diagnosis.step"
    _inherit = "mail.gateway.step"
    _description = "Stage of the Test of an Outgoing Server"

    diagnosis_id = fields.Many2one(
        "mail.gateway.diagnosis",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    stage = fields.Selection(
        [
            ("resolve", "Name"),
            ("connect", "Connection"),
            ("greeting", "Greeting"),
            ("ehlo", "Capabilities"),
            ("tls", "Encryption"),
            ("auth", "Login"),
            ("mail", "Sender"),
            ("rcpt", "Recipient"),
            ("data", "Content"),
        ],
        required=True,
        readonly=True,
    )

    def _details(self, facts):
        if self.stage == "ehlo" and facts:
            return self._offered_text(facts)
        if self.stage == "auth" and facts.get("offered"):
            return self._login_text(facts)
        return super()._details(facts)

    def _explains_itself(self):
        """Where all is well, the server's words have a column of their own."""
        return super()._explains_itself() and self.status != "ok"

    @api.model
    def _said(self, step):
        """The server's words alone; the system's stand in what they mean."""
        return step.reply

    def _offered_text(self, facts):
        """The largest message, and the extensions that are there or not."""
        size = facts.get("size")
        lines = [
            self.env._("Largest message: %s MB", round(int(size) / MEGABYTE, 1))
            if size
            else self.env._("No limit of a message's size is named")
        ]
        flags = {flag: facts.get(flag.lower()) for flag in capability.FLAGS}
        offered = ", ".join(flag for flag in flags if flags[flag])
        missing = ", ".join(flag for flag in flags if not flags[flag])
        if offered:
            lines.append(self.env._("Offered: %s", offered))
        if missing:
            lines.append(self.env._("Not offered: %s", missing))
        return "\n".join(lines)

    def _login_text(self, facts):
        offered = ", ".join(facts["offered"].split())
        text = self.env._("Ways to log in that are offered: %s", offered)
        if used := facts.get("used"):
            text += "\n" + self.env._("Used: %s", used)
        return text

    def _results(self):
        """As ``core.smtp.comparison`` wants them."""
        return [
            Result(step.stage, step.status, step.finding_code, step.facts or {})
            for step in self
        ]


class MailGatewayDiagnosisProposal(models.Model):
    _name = "mail.gateway.diagnosis.proposal"
    _inherit = "mail.gateway.offer"
    _description = "Settings of an Outgoing Server That Would Work"

    diagnosis_id = fields.Many2one(
        "mail.gateway.diagnosis",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    can_use = fields.Boolean(compute="_compute_can_use")

    @api.model
    def _securities(self):
        return self.env["mail.gateway.diagnosis"]._securities()

    @api.depends("diagnosis_id")
    def _compute_can_use(self):
        """Whether the settings stand on the server's form."""
        for found in self:
            server = found.sudo().diagnosis_id.mail_server_id
            found.can_use = server.smtp_authentication != "cli"

    def _use(self):
        server = self.diagnosis_id.mail_server_id
        server._check_may_test()
        if not self.can_use:
            raise UserError(
                self.env._(
                    "The settings of “%s” stand in Odoo's configuration file; change"
                    " them there.",
                    server.name,
                )
            )
        server.write({"smtp_encryption": self.security, "smtp_port": self.port})
        return server.action_diagnose()
