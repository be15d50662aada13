# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import hashlib

from odoo import api, fields, models

from ..core.message import facts, header
from ..core.routing.observation import Observation

#: How a message may end for its copy on the server to be moved or deleted.
ENDED_WELL = ("routed", "bounce", "ignored", "rejected", "duplicate")
TOO_LARGE = "message_too_large"


class MailGatewayIncoming(models.Model):
    """What the ledger knows of a message's copy on its server."""

    _inherit = "mail.gateway.incoming"

    stated = fields.Char(
        readonly=True,
        help="What the server's listing said of the message. Something else under the"
        " same UID is another message.",
    )
    tidied = fields.Boolean(
        readonly=True,
        default=True,
        help="Nothing is left to do with the copy on the server.",
    )
    fetch_again = fields.Boolean(
        readonly=True, help="The next look into the mailbox fetches it whole."
    )

    head_only = fields.Boolean(
        readonly=True, help="Only the header is here: the server has the only copy."
    )

    # In the words of Odoo's search: NOT tidied would leave out NULL, and PostgreSQL
    # would not use it.
    _untidied_index = models.Index("(server_id) WHERE tidied IS NOT TRUE")
    # Each look into a mailbox asks for these beside its UIDs; without an index for both
    # halves of that question the whole ledger is read.
    _fetch_again_index = models.Index("(server_id) WHERE fetch_again IS TRUE")

    @api.model
    def _place_domain(self, server, state):
        return [
            ("server_id", "=", server.id),
            ("account", "=", server._account_name()),
            ("folder", "=", state.name),
            ("uidvalidity", "=", state.uidvalidity),
        ]

    @api.model
    def _known(self, server, state, uids):
        """{UID: row} of what the ledger has of a folder among these UIDs, and of what
        is to be fetched again."""
        wanted = ["|", ("fetch_again", "=", True), ("uid", "in", uids)]
        domain = [*self._place_domain(server, state), *wanted]
        rows = self.search_fetch(
            domain, ["uid", "stated", "fetch_again", "state", "digest"]
        )
        return {row.uid: row for row in rows}

    @api.model
    def _to_tidy(self, server, state, limit):
        """Rows whose copies on the server may be moved or deleted now."""
        ended = list(ENDED_WELL)
        if not server.keep_quarantined:
            ended.append("quarantined")
        domain = [
            *self._place_domain(server, state),
            ("tidied", "=", False),
            ("head_only", "=", False),
            ("state", "in", ended),
        ]
        return self.search_fetch(domain, ["uid"], limit=limit, order="id")

    def _wants_all(self):
        """Whether only the header is here and the whole message is asked for."""
        return self.fetch_again and self.state == "quarantined"

    def _is_this(self, raw, mark):
        """Whether what the server has under this UID is still the same message; some
        do not state the same size twice."""
        if hashlib.sha256(raw).hexdigest() != self.digest:
            return False
        self.stated = mark
        return True

    def _begins_with(self, head, mark):
        """The same, where only the header was asked for."""
        kept = self.env["mail.gateway.chunk"].sudo()._load(self.id, limit=1)
        if header.split(kept)[0] != header.split(head)[0]:
            return False
        self.stated = mark
        return True

    def _make_room(self):
        """Give up the UID, which the server has given to another message."""
        for row in self:
            row.write({"uid": f"{row.uid}#{row.id}", "tidied": True})

    @api.model
    def _receive_head(self, server, state, entry, head, limit_mb):
        """Keep of a message that is too large what there is of it: its header. It
        waits in quarantine, and on the server."""
        (row,) = self._receive(
            server,
            state.name,
            state.uidvalidity,
            [(entry.uid, head)],
            {entry.uid: entry},
        )
        observation = Observation()
        megabytes = -(-entry.size // (1024 * 1024))
        observation.note(TOO_LARGE, size=megabytes, limit=limit_mb)
        row.write({"size": min(entry.size, 2**31 - 1), "head_only": True})
        row._conclude(observation)
        return row

    def _ask_for_all(self):
        """Have whole messages fetched of which there is only the header, at once."""
        self.fetch_again = True
        servers = self.server_id.filtered(lambda server: server.state == "done")
        servers.next_fetch = False
        if servers:
            self.env.ref("mail.ir_cron_mail_gateway_action").sudo()._trigger()

    def _refill(self, raw):
        """Take the whole message in place of its header."""
        self.ensure_one()
        Chunk = self.env["mail.gateway.chunk"].sudo()
        self.env.cr.execute(
            "DELETE FROM mail_gateway_chunk WHERE incoming_id = %s", [self.id]
        )
        Chunk._store([(self.id, raw)])
        self.write(
            {
                **self._values(facts.read(raw)),
                "state": "received",
                "reason_code": "received",
                "attempts": 0,
                "fetch_again": False,
                "head_only": False,
            }
        )
        self._processing_cron()._trigger()
