# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

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
    _inherit = "mail.gateway.step"
    _description = "Stage of the Test of a Mailbox"

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

    @api.depends("stage")
    def _compute_duration(self):
        counted = self.filtered(lambda line: line.stage == "waiting")
        counted.duration = False
        return super(MailGatewayMailboxTestLine, self - counted)._compute_duration()


class MailGatewayMailboxTestProposal(models.TransientModel):
    _name = "mail.gateway.mailbox.test.proposal"
    _inherit = "mail.gateway.offer"
    _description = "Settings of a Mailbox That Would Work"

    test_id = fields.Many2one(
        "mail.gateway.mailbox.test", required=True, ondelete="cascade"
    )

    @api.model
    def _securities(self):
        field = self.env["fetchmail.server"]._fields["connection_security"]
        return field._description_selection(self.env)

    def _use(self):
        server = self.test_id.server_id
        server.write({"connection_security": self.security, "port": self.port})
        return server.action_test_and_confirm()
