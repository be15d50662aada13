# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class MailGatewayQueueChange(models.TransientModel):
    """Through which server, or as whom, mails of the queue are to leave."""

    _name = "mail.gateway.queue.change"
    _description = "Change Mails of the Queue"

    kind = fields.Selection(
        [("server", "Another server"), ("sender", "Another sender")],
        required=True,
        readonly=True,
    )
    queue_ids = fields.Json("Mails", readonly=True)
    count = fields.Integer(compute="_compute_count")
    mail_server_id = fields.Many2one(
        "ir.mail_server",
        "Outgoing Mail Server",
        domain=[("owner_user_id", "=", False)],
    )
    identity_id = fields.Many2one("mail.gateway.identity", "Sender Identity")
    is_stopped = fields.Boolean(compute="_compute_is_stopped")

    @api.depends("queue_ids")
    def _compute_count(self):
        for wizard in self:
            wizard.count = len(wizard.queue_ids or [])

    @api.depends("mail_server_id")
    def _compute_is_stopped(self):
        holds = self.env["mail.gateway.hold"].search([("sender", "=", False)])
        for wizard in self:
            wizard.is_stopped = wizard.mail_server_id in holds.mail_server_id

    def action_apply(self):
        """They are sent at once, as if nothing had happened before."""
        self.ensure_one()
        rows = self.env["mail.gateway.queue"].browse(self.queue_ids)
        if self.kind == "server":
            self.mail_server_id.check_access("read")
            return rows._treat("server", mail_server_id=self.mail_server_id.id)
        self.identity_id.check_access("read")
        return rows._treat("sender", identity_id=self.identity_id.id)
