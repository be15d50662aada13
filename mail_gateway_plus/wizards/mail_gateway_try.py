# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import base64
import binascii

from odoo import api, fields, models
from odoo.exceptions import UserError


class MailGatewayTry(models.TransientModel):
    """What would become of a message under today's rules; nothing is written."""

    _name = "mail.gateway.try"
    _description = "Try a Route"

    kind = fields.Selection(
        [
            ("paste", "Paste a message"),
            ("file", "Upload a message"),
            ("incoming", "Pick an incoming message"),
        ],
        "Take it from",
        required=True,
        default="paste",
    )
    text = fields.Text("Message", help="The source of the message, with its headers.")
    file = fields.Binary(attachment=False)
    file_name = fields.Char()
    incoming_id = fields.Many2one("mail.gateway.incoming", "Incoming Message")
    server_id = fields.Many2one(
        "fetchmail.server",
        "Mailbox",
        help="The mailbox that the message would come to.",
    )
    tried = fields.Boolean()
    explained = fields.Json()
    reason = fields.Char("Decision", compute="_compute_explained")
    destination = fields.Char(compute="_compute_explained")
    table = fields.Html("Trace", compute="_compute_explained", sanitize=False)
    before = fields.Char("Then", compute="_compute_before")
    table_before = fields.Html(compute="_compute_before", sanitize=False)
    changes = fields.Boolean(compute="_compute_before")

    @api.depends("explained")
    def _compute_explained(self):
        Trace = self.env["mail.gateway.trace"]
        for wizard in self:
            found = wizard.explained or {}
            wizard.reason = found.get("reason")
            wizard.destination = wizard._destination_now()
            wizard.table = Trace._html(found["trace"]) if found else False

    @api.depends("explained", "incoming_id")
    def _compute_before(self):
        Trace = self.env["mail.gateway.trace"]
        for wizard in self:
            row = wizard._row()
            wizard.before = ": ".join(filter(None, wizard._told_of(row)))
            wizard.table_before = Trace._html(row.trace) if row.trace else False
            wizard.changes = bool(row and wizard.explained) and wizard._differs(row)

    def _row(self):
        return (
            self.incoming_id if self.kind == "incoming" else self.incoming_id.browse()
        )

    def _told_of(self, row):
        return (row.reason, ", ".join(row.outcome_ids.mapped("display_name")))

    def _destination_now(self):
        """Where it would go, as people call it."""
        return ", ".join(
            self._named(to) for to in (self.explained or {}).get("destinations", ())
        )

    def _named(self, destination):
        model, res_id = destination["model"], destination["res_id"]
        kind = self.env["ir.model"].sudo()._get(model).name or model
        if not res_id:
            return self.env._("a new record: %s", kind)
        names = self.env["mail.gateway.outcome"]._names(model, [res_id])
        return f"{kind}: {names.get(res_id, res_id)}"

    def _differs(self, row):
        """Whether the message would end in another way than it did. New records are
        the same wherever their number differs."""
        now = self.explained
        to = sorted((d["model"], d["alias_id"]) for d in now["destinations"])
        went = sorted((o.res_model, o.alias_id.id or 0) for o in row.outcome_ids)
        decided = (row.state, row.reason_code, row.decided_by or "")
        return to != went or decided != (
            now["state"],
            now["reason_code"],
            now["decided_by"],
        )

    @api.onchange("kind", "text", "file_name", "incoming_id", "server_id")
    def _onchange_message(self):
        """What was found is about another message."""
        self.tried = False

    def action_try(self):
        """Show decision and trace in the same dialog."""
        self.ensure_one()
        self.env["mail.gateway.incoming"]._check_operator()
        Rule = self.env["mail.gateway.rule"]
        row = self._row()
        if row:
            row._check_whole()
            self.explained = Rule._explained(row.sudo(), row._raw())
        else:
            self.explained = Rule.explain(self._pasted(), self.server_id.id)
        self.tried = True
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Try a Route"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _pasted(self):
        if self.kind == "file" and self.file:
            try:
                return base64.b64decode(self.file)
            except binascii.Error as problem:
                raise UserError(self.env._("The file cannot be read.")) from problem
        if self.kind == "paste" and (self.text or "").strip():
            return self.text.lstrip().encode()
        raise UserError(self.env._("Paste, upload or pick a message first."))
