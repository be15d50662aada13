# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import Counter

from odoo import api, fields, models

#: Counted beside the states of the ledger: what was stored, and what left the ledger
#: before anything came of it.
FETCHED = "fetched"
DELETED = "deleted"


class MailGatewayTally(models.Model):
    """Counts of messages a mailbox and state, for what the ledger no longer holds.

    Rows are only added here and summed up now and then: a counter that is changed
    would make all workers wait for each other.
    """

    _name = "mail.gateway.tally"
    _description = "Count of Incoming Messages"
    _log_access = False

    server_id = fields.Many2one(
        "fetchmail.server", required=True, index=True, ondelete="cascade"
    )
    state = fields.Char(required=True)
    count = fields.Integer(required=True)

    def init(self):
        """A ledger that is older than its counts."""
        self.env.cr.execute(
            """
            INSERT INTO mail_gateway_tally (server_id, state, count)
            SELECT server_id, %s, count(*)
              FROM mail_gateway_incoming
             WHERE server_id IS NOT NULL
               AND NOT EXISTS (SELECT FROM mail_gateway_tally)
             GROUP BY server_id
            """,
            [FETCHED],
        )

    @api.model
    def _add(self, rows, state_of):
        """Count rows of the ledger under what ``state_of`` says of each."""
        counted = Counter(
            (row.server_id.id, state_of(row)) for row in rows if row.server_id
        )
        self.create(
            [
                {"server_id": server, "state": state, "count": count}
                for (server, state), count in counted.items()
            ]
        )

    @api.model
    def _sums(self, servers):
        """{(mailbox, state): count}"""
        groups = self._read_group(
            [("server_id", "in", servers.ids)], ["server_id", "state"], ["count:sum"]
        )
        return Counter({(server, state): count for server, state, count in groups})

    @api.model
    def _compact(self):
        """One row a mailbox and state; those that others add meanwhile stay."""
        self.env.cr.execute(
            """
            WITH gone AS (DELETE FROM mail_gateway_tally RETURNING *)
            INSERT INTO mail_gateway_tally (server_id, state, count)
            SELECT server_id, state, sum(count) FROM gone GROUP BY server_id, state
            """
        )
        self.env.invalidate_all()
