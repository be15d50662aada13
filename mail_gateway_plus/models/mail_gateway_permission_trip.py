# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models, tools
from odoo.tools import SQL

from ..core.delivery import roundtrip

#: States in which mail under the address leaves.
RELEASING = ("allowed", "rewritten")


class MailGatewayPermission(models.Model):
    """What a whole message shows: that of a round trip, and a real one."""

    _inherit = "mail.gateway.permission"

    trip_ids = fields.One2many(
        "mail.gateway.round.trip", "permission_id", "Round Trips", readonly=True
    )
    trip_id = fields.Many2one(
        "mail.gateway.round.trip",
        "Last Round Trip",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    trip_state = fields.Selection(related="trip_id.state", string="Round Trip")
    trip_sent_on = fields.Datetime(related="trip_id.sent_on", string="Sent")
    trip_note = fields.Char(compute="_compute_trip_note")
    trip_recipient = fields.Char(related="trip_id.recipient")
    trip_seconds = fields.Integer(related="trip_id.seconds")
    trip_arrived_from = fields.Char(related="trip_id.arrived_from")
    trip_added_sender = fields.Char(related="trip_id.added_sender")
    trip_return_path = fields.Char(related="trip_id.return_path")
    trip_spf = fields.Char(related="trip_id.spf")
    trip_dkim = fields.Char(related="trip_id.dkim")
    trip_dmarc = fields.Char(related="trip_id.dmarc")
    trip_checked_by = fields.Char(related="trip_id.checked_by")
    trip_encryption = fields.Char(related="trip_id.encryption")
    trip_incoming_id = fields.Many2one(related="trip_id.incoming_id")

    @api.depends("trip_id.state", "trip_id.due_on", "trip_id.recipient")
    @api.depends_context("lang", "tz")
    def _compute_trip_note(self):
        """What is to come of a trip that has not ended."""
        for row in self:
            row.trip_note = row.trip_id.sudo()._expected()

    def action_round_trip(self):
        """Ask where the test messages of these addresses are to go."""
        context = {"default_permission_ids": self.ids}
        return self.mail_server_id._start_round_trip(context)

    def action_open_incoming(self):
        """What came back, as it lies in the ledger."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "mail.gateway.incoming",
            "res_id": self.trip_incoming_id.id,
            "views": [(False, "form")],
        }

    @api.model
    def _rows(self, server):
        """One a sender of this server; those that were never asked are made."""
        rows = self.sudo().search([("mail_server_id", "=", server.id)])
        known = set(rows.mapped("email"))
        candidates = server._sender_candidates()[0]
        made = rows.create(
            [
                {"mail_server_id": server.id, "email": one.email, **self._about(one)}
                for one in candidates
                if one.email not in known
            ]
        )
        emails = {one.email for one in candidates}
        return (rows | made).filtered(lambda row: row.email in emails)

    def _begin_trips(self, mailbox, recipient):
        """Round trips that wait to be sent; what waited before is not sent any more."""
        Trip = self.env["mail.gateway.round.trip"].sudo()
        rows = self.sudo()
        rows.trip_ids.filtered(lambda trip: trip.state == "waiting").unlink()
        trips = Trip.create(
            [
                {
                    "permission_id": row.id,
                    "email": row.email,
                    "recipient": recipient,
                    "mailbox_id": mailbox.id,
                }
                for row in rows
            ]
        )
        for row, trip in zip(rows, trips, strict=True):
            row.trip_id = trip
        return trips

    # --- a real mail

    @api.model
    def _redeemable(self, server_id):
        """What a server has refused, and what a mail that it takes shows to be over."""
        refused = [("mail_server_id", "=", server_id), ("state", "=", "refused")]
        return self.search(refused).filtered(
            lambda row: roundtrip.is_redeemed(row.state, row.params or {}, row.depth)
        )

    @api.model
    @tools.ormcache("server_id")
    def _refused_once(self, server_id):
        """{(address, depth)} of the same, remembered: each connection asks."""
        return {(row.email, row.depth) for row in self._redeemable(server_id)}

    @api.model
    def _known_states(self):
        """{server: {address: state}} of what is known."""
        names = ["state", "email", "mail_server_id"]
        self.flush_model(names)
        # In SQL: each mail asks, and of records there may be thousands.
        rows = self.env.execute_query(
            SQL(
                "SELECT mail_server_id, email, state FROM mail_gateway_permission"
                " WHERE state != 'unknown'"
            )
        )
        found = {}
        for server, email, state in rows:
            found.setdefault(server, {})[email] = state
        return found

    def _forget_refused(self):
        """The cache is one for all of Odoo: most rows are none that it remembers."""
        if any(row.state == "refused" for row in self.sudo()):
            self.env.registry.clear_cache()

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        rows._forget_refused()
        rows._release_mail()
        return rows

    def write(self, vals):
        if vals.keys().isdisjoint(("state", "params", "depth", "email")):
            return super().write(vals)
        self._forget_refused()
        result = super().write(vals)
        self._forget_refused()
        self._release_mail()
        return result

    def _release_mail(self):
        """What waited for these permissions leaves."""
        allowed = self.sudo().filtered(lambda row: row.state in RELEASING)
        if not allowed:
            return
        holds = self.env["mail.gateway.hold"].sudo()
        holds = holds.search([("sender", "in", allowed.mapped("email"))])
        places = {(row.mail_server_id, row.email) for row in allowed}
        holds.filtered(lambda h: (h.mail_server_id, h.sender) in places)._release()

    def unlink(self):
        self._forget_refused()
        return super().unlink()

    def _redeem(self):
        for row in self:
            params = {**(row.params or {}), "reply": "", "stage": "data"}
            values = self._values("allowed", "", roundtrip.TAKEN, params, "content")
            row._update(values)
            row.checked_on = values["checked_on"]
