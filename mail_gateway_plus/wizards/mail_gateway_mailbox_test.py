# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core import proposal, trial
from ..core.mailbox import fault as core_fault


class MailGatewayMailboxTest(models.TransientModel):
    """What Test & Confirm found, stage by stage."""

    _name = "mail.gateway.mailbox.test"
    _description = "Test of a Mailbox"

    server_id = fields.Many2one(
        "fetchmail.server", "Mailbox", required=True, readonly=True, ondelete="cascade"
    )
    works = fields.Boolean(readonly=True)
    connects = fields.Boolean(
        readonly=True, help="Port and security are right, whatever else is not."
    )
    title = fields.Char(readonly=True)
    cause = fields.Text(readonly=True)
    remedy = fields.Text(readonly=True)
    field_label = fields.Char("Field", readonly=True)
    waiting = fields.Char("Messages to Fetch", readonly=True)
    line_ids = fields.One2many("mail.gateway.mailbox.test.line", "test_id", "Stages")
    proposal_ids = fields.One2many(
        "mail.gateway.mailbox.test.proposal", "test_id", "Settings That Would Work"
    )
    is_weaker = fields.Boolean(compute="_compute_is_weaker")

    @api.depends("proposal_ids.is_weaker")
    def _compute_is_weaker(self):
        for test in self:
            test.is_weaker = any(test.proposal_ids.mapped("is_weaker"))

    @api.model
    def _of(self, server, tested):
        """The dialog for a ``core.mailbox.trial.Trial`` of a mailbox."""
        Line, Offer = self.line_ids, self.proposal_ids
        return self.create(
            {
                "server_id": server.id,
                "works": tested.works,
                "connects": tested.connects,
                "line_ids": [(0, 0, Line._values(step)) for step in tested.steps],
                "proposal_ids": [
                    (0, 0, Offer._values(found)) for found in tested.proposals
                ],
                **self._headline(server, tested),
            }
        )

    @api.model
    def _headline(self, server, tested):
        words = self.env["mail.gateway.advice"]._words
        fault = tested.fault
        if fault:
            title, cause, remedy = words(fault.code, fault.params)
            label = server._label(core_fault.field_of(fault))
            named = {"title": title, "cause": cause, "remedy": remedy}
            return {**named, "field_label": label}
        last = tested.steps[-1].finding
        waiting = words(last.code, last.params)[0]
        return {
            "title": self.env._("The mailbox “%s” works", server.name),
            "waiting": waiting,
        }

    def _show(self):
        self.ensure_one()
        name = self.env._("Test of the Mailbox “%s”", self.server_id.name)
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_again(self):
        return self.server_id.action_test_and_confirm()


class MailGatewayMailboxTestLine(models.TransientModel):
    _name = "mail.gateway.mailbox.test.line"
    _description = "Stage of the Test of a Mailbox"
    _order = "id"

    test_id = fields.Many2one(
        "mail.gateway.mailbox.test", required=True, ondelete="cascade"
    )
    stage = fields.Selection(
        [
            ("resolve", "Name"),
            ("connect", "Connection"),
            ("greeting", "Greeting"),
            ("tls", "Encryption"),
            ("login", "Login"),
            ("folder", "Folder"),
            ("waiting", "Messages"),
        ],
        required=True,
        readonly=True,
    )
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
    reply = fields.Text("The Server Said", readonly=True)
    title = fields.Char("Result", readonly=True)
    cause = fields.Text("What It Means", readonly=True)
    remedy = fields.Text("What to Do", readonly=True)
    certificate = fields.Text(readonly=True)
    result = fields.Text("Found", compute="_compute_result")

    @api.depends("duration_ms", "stage")
    def _compute_duration(self):
        for line in self:
            line.duration = (
                self.env._("%s ms", line.duration_ms)
                if line.stage != "waiting"
                else False
            )

    @api.depends("title", "cause", "certificate", "status")
    def _compute_result(self):
        """In one cell; what a fault means and what to do stands above the list."""
        for line in self:
            texts = [line.title, line.certificate]
            if line.status != "error":
                texts += [line.cause, line.remedy]
            line.result = "\n".join(filter(None, texts))

    @api.model
    def _values(self, step):
        words = self.env["mail.gateway.advice"]._words
        finding = step.finding
        title, cause, remedy = words(finding.code, finding.params)
        facts = step.facts
        return {
            "stage": step.stage if step.stage in self._stages() else "connect",
            "status": finding.severity,
            "duration_ms": step.duration_ms,
            "finding_code": finding.code,
            "reply": finding.params.get("reply", ""),
            "title": title,
            "cause": cause,
            "remedy": remedy,
            "certificate": words(trial.CERTIFICATE, facts)[0]
            if facts.get("subject")
            else False,
        }

    @api.model
    def _stages(self):
        return dict(self._fields["stage"].selection)


class MailGatewayMailboxTestProposal(models.TransientModel):
    _name = "mail.gateway.mailbox.test.proposal"
    _description = "Settings of a Mailbox That Would Work"
    _order = "id"

    test_id = fields.Many2one(
        "mail.gateway.mailbox.test", required=True, ondelete="cascade"
    )
    connection_security = fields.Selection(
        lambda self: (
            self.env["fetchmail.server"]
            ._fields["connection_security"]
            ._description_selection(self.env)
        ),
        required=True,
        readonly=True,
    )
    port = fields.Integer(required=True, readonly=True)
    is_weaker = fields.Boolean(
        readonly=True, help="It protects password and mail less than what is chosen."
    )
    is_clear_text = fields.Boolean(compute="_compute_protection")
    protection = fields.Char(compute="_compute_protection")
    reason = fields.Char(
        "Certificate", readonly=True, help="What speaks against the certificate."
    )

    @api.depends("connection_security", "is_weaker")
    def _compute_protection(self):
        for found in self:
            found.is_clear_text = found.connection_security == "none"
            found.protection = found._protection_text()

    def _protection_text(self):
        strength = proposal.STRENGTH[self.connection_security]
        if strength == proposal.STRONGEST:
            return self.env._("Encrypted, and the certificate is verified")
        if self.is_clear_text:
            return self.env._(
                "Weaker: anybody on the way can read the password and all mail"
            )
        return self.env._(
            "Weaker: nobody checks whether this is the right server",
        )

    @api.model
    def _values(self, found):
        words = self.env["mail.gateway.advice"]._words
        fault = found.fault
        return {
            "connection_security": found.setting.security,
            "port": found.setting.port,
            "is_weaker": found.weaker,
            "reason": words(fault.code, fault.params)[0] if fault else False,
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
        server = self.test_id.server_id
        server.write(
            {"connection_security": self.connection_security, "port": self.port}
        )
        return server.action_test_and_confirm()
