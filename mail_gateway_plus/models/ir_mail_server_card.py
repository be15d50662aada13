# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An outgoing server as the screen Mail Queue tells of it."""

from odoo import api, fields, models

from .mail_gateway_queue_overview import PERIODS

#: What needs somebody comes first, then what mends itself.
RANKS = ("stopped", "held", "working")


class IrMailServer(models.Model):
    _inherit = "ir.mail_server"

    def _queue_card(self, waiting, used, holds):
        """What is told of one server; empty for that of the configuration file.

        :param waiting: mails of it
        :param used: a value of ``_used`` of the queue, None for not at all today
        :param holds: its ``mail.gateway.hold``, None for none
        """
        used = used or dict.fromkeys((*PERIODS, "success"))
        holds = holds or self.env["mail.gateway.hold"]
        whole = holds.filtered(lambda hold: not hold.sender)
        state = whole.state or ("stopped" if holds else "working")
        success = used["success"] or self._queue_last_success()
        return {
            "id": self.id or False,
            "name": self.name or self._queue_nameless(bool(holds or used["day"])),
            "waiting": waiting,
            "state": state,
            "rank": RANKS.index(state),
            "pace": self._queue_pace(used),
            "success": fields.Datetime.to_string(success) or False,
            "next": fields.Datetime.to_string(whole.next_attempt) or False,
            "stand_in": self._queue_stand_in(whole),
            "faults": [hold._told() for hold in holds],
            "may_test": self._queue_may_test(),
        }

    @api.model
    def _queue_nameless(self, is_spoken_to):
        """Mail that nobody has looked at has no server yet."""
        if is_spoken_to:
            return self.env._("Server of the Configuration File")
        return self.env._("No Server Chosen Yet")

    def _queue_pace(self, used):
        """Sent in each period, and as many as its provider takes; 0 for no limit. What
        counts for a limit is counted as the queue does."""
        limits = {limit.window_s: (limit.most, count) for limit, count in self._kept()}
        rows = []
        for name, window_s in PERIODS.items():
            most, count = limits.get(window_s, (0, used[name] or 0))
            rows.append({"period": name, "used": count, "limit": most})
        return rows

    def _kept(self):
        return self._pace_used() if self else ()

    def _queue_stand_in(self, hold):
        """The name of the server that takes over meanwhile."""
        is_down = hold.health == "down"
        return is_down and self.sudo().fallback_server_id.name

    def _queue_last_success(self):
        delivery = self.env["mail.gateway.delivery"].sudo()
        found = delivery.search(
            [("mail_server_id", "=", self.id or False), ("state", "=", "accepted")],
            order="begun_on desc",
            limit=1,
        )
        return found.ended_on

    def _queue_may_test(self):
        owner = self.sudo().owner_user_id
        is_system = self.env.user.has_group("base.group_system")
        return is_system and owner in (owner.browse(), self.env.user)

    @api.model
    def action_test_of_queue(self, server_id):
        """Test Connection, also of the server of the configuration file."""
        if not server_id:
            return self.action_diagnose_configured()
        return self.browse(server_id).action_diagnose()
