# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import Counter

from odoo import fields, models

from .mail_gateway_tally import DELETED, FETCHED

#: The sum in this order; waiting and deleted show only when there are such.
STATES = ("routed", "bounce", "ignored", "rejected", "duplicate", "quarantined")
PASSING = ("received", DELETED)


class FetchmailServer(models.Model):
    """What was fetched from a mailbox is what became of it, message by message."""

    _inherit = "fetchmail.server"

    reconciliation = fields.Char(
        compute="_compute_reconciliation",
        help="All messages that were ever fetched from this mailbox, by what became of"
        " them, those that are no longer listed included.",
    )

    def _compute_reconciliation(self):
        counts = self._counts()
        for server in self:
            server.reconciliation = server._sum(
                {state: n for (found, state), n in counts.items() if found == server}
            )

    def _counts(self):
        """{(mailbox, state): count}, those that have left the ledger included."""
        groups = (
            self.env["mail.gateway.incoming"]
            .sudo()
            ._read_group(
                [("server_id", "in", self.ids)], ["server_id", "state"], ["__count"]
            )
        )
        listed = Counter({(server, state): n for server, state, n in groups})
        return listed + self.env["mail.gateway.tally"].sudo()._sums(self)

    def _sum(self, counts):
        """“Fetched 9 = 7 routed + …”; what does not add up is told."""
        words = {
            "routed": self.env._("%s routed", counts.get("routed", 0)),
            "bounce": self.env._("%s bounce", counts.get("bounce", 0)),
            "ignored": self.env._("%s ignored", counts.get("ignored", 0)),
            "rejected": self.env._("%s rejected", counts.get("rejected", 0)),
            "duplicate": self.env._("%s duplicate", counts.get("duplicate", 0)),
            "quarantined": self.env._("%s quarantined", counts.get("quarantined", 0)),
            "received": self.env._("%s waiting", counts.get("received", 0)),
            DELETED: self.env._("%s deleted", counts.get(DELETED, 0)),
        }
        shown = [words[s] for s in (*STATES, *PASSING) if s in STATES or counts.get(s)]
        fetched = counts.get(FETCHED, 0)
        missing = fetched - sum(counts.get(s, 0) for s in (*STATES, *PASSING))
        if missing:
            shown.append(self.env._("%s unaccounted for", missing))
        return self.env._(
            "Fetched %(count)s = %(sum)s", count=fetched, sum=" + ".join(shown)
        )

    def action_open_by_state(self):
        """The messages of this mailbox, each state with its count."""
        action = self._show_incoming(self.env._("Incoming Messages"), [])
        return {**action, "context": {"search_default_by_state": 1}}
