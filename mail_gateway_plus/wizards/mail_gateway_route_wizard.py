# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models import processing

#: Threads that are no documents.
_NOT_OFFERED = ("mail.thread", "mail.gateway.incoming", "fetchmail.server")


class MailGatewayRouteWizard(models.TransientModel):
    """Where messages are to go, as far as who asks may write there."""

    _name = "mail.gateway.route.wizard"
    _description = "Send Incoming Messages to a Record"

    incoming_ids = fields.Many2many(
        "mail.gateway.incoming", string="Messages", readonly=True
    )
    incoming_count = fields.Integer(compute="_compute_incoming_count")
    kind = fields.Selection(
        [("new", "A new record"), ("existing", "An existing record")],
        "Send to",
        required=True,
        default="new",
    )
    res_model = fields.Selection(
        selection="_selection_res_model",
        string="Document Type",
        required=True,
        default=lambda self: self._default_res_model(),
    )
    res_id = fields.Many2oneReference("Record", model_field="res_model")

    @api.depends("incoming_ids")
    def _compute_incoming_count(self):
        for wizard in self:
            wizard.incoming_count = len(wizard.incoming_ids)

    @api.model
    def _selection_res_model(self):
        """The documents with a thread that the user may make or change."""
        names = [name for name in self.env if self._may_take(name)]
        models_ = [self.env["ir.model"].sudo()._get(name) for name in names]
        return sorted(((m.model, m.name) for m in models_), key=lambda pair: pair[1])

    @api.model
    def _may_take(self, name):
        Model = self.env[name]
        return (
            hasattr(Model, "message_new")
            and not (Model._abstract or Model._transient)
            and name not in _NOT_OFFERED
            and (Model.has_access("create") or Model.has_access("write"))
        )

    @api.model
    def _default_res_model(self):
        """What the mailbox makes of its mail, where that is one thing."""
        ids = self.env.context.get("default_incoming_ids") or []
        rows = self.env["mail.gateway.incoming"].browse(ids)
        names = set(rows.mapped("server_id").sudo().mapped("object_id.model"))
        name = names.pop() if len(names) == 1 else ""
        return name if name in self.env and self._may_take(name) else False

    @api.onchange("res_model", "kind")
    def _onchange_res_model(self):
        self.res_id = False

    def action_send(self):
        """Each message to the record, or each to a new one."""
        self.ensure_one()
        target = self._target()
        # In the environment of the user, whose name the trace shows.
        rows = self.incoming_ids.browse(self.incoming_ids._to_send_on().ids)
        if not rows:
            raise UserError(rows._nothing_to_treat())
        rows._check_whole()
        for row in rows:
            processing.route_to(row, self.res_model, target.id or None)
            row.sudo()._told(self._sent(row))
        return {"type": "ir.actions.act_window_close"}

    def _target(self):
        """The record, or the empty recordset of its model; checks what the user may."""
        Model = self.env[self.res_model]
        if self.kind == "new":
            Model.check_access("create")
            return Model
        target = Model.browse(self.res_id or []).exists()
        if not target:
            raise UserError(
                self.env._("Choose the record in the field Record, or a new record.")
            )
        target.check_access("write")
        return target

    def _sent(self, row):
        outcome = row.outcome_ids[-1:]
        return self.env._("Sent to %s", outcome.display_name or "")
