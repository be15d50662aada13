# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import itertools

import psycopg2

from odoo import api, fields, models

#: Bytes a row; a message of 25 MB passes in pieces that cost 8 MB at their peak.
CHUNK_SIZE = 1024 * 1024


class MailGatewayChunk(models.Model):
    """Raw bytes of incoming messages, in PostgreSQL itself.

    Not an attachment: the filestore may be another machine's and is not synced when
    the transaction commits. Not a Binary field either: base64 makes 260 MB of 25.
    """

    _name = "mail.gateway.chunk"
    _description = "Raw Bytes of an Incoming Message"
    _order = "incoming_id, sequence"
    _log_access = False

    incoming_id = fields.Many2one(
        "mail.gateway.incoming", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(required=True)

    def init(self):
        # Mail hardly compresses (base64), so its storage must not try to.
        self.env.cr.execute(
            """
            ALTER TABLE mail_gateway_chunk
                ADD COLUMN IF NOT EXISTS data bytea NOT NULL DEFAULT '';
            ALTER TABLE mail_gateway_chunk ALTER COLUMN data SET STORAGE EXTERNAL
            """
        )

    @api.model
    def _store(self, incoming_id, raw):
        """Keep the raw bytes of a message; an empty one has one empty chunk, for a
        chunk is also what a worker locks while it processes the message."""
        for sequence, start in enumerate(range(0, max(len(raw), 1), CHUNK_SIZE)):
            data = psycopg2.Binary(raw[start : start + CHUNK_SIZE])
            self.env.cr.execute(
                "INSERT INTO mail_gateway_chunk (incoming_id, sequence, data)"
                " VALUES (%s, %s, %s)",
                [incoming_id, sequence, data],
            )

    @api.model
    def _load(self, incoming_id, limit=None):
        """The raw bytes of a message, or those of its first ``limit`` chunks."""
        self.env.cr.execute(
            "SELECT data FROM mail_gateway_chunk WHERE incoming_id = %s"
            " ORDER BY sequence LIMIT %s",
            [incoming_id, limit],
        )
        return b"".join(bytes(data) for (data,) in self.env.cr.fetchall())

    @api.model
    def _size(self, incoming_id):
        """How many bytes are kept of a message."""
        self.env.cr.execute(
            "SELECT sum(length(data)) FROM mail_gateway_chunk WHERE incoming_id = %s",
            [incoming_id],
        )
        return self.env.cr.fetchone()[0] or 0

    @api.model
    def _pieces(self, incoming_id):
        """The raw bytes of a message chunk by chunk."""
        for sequence in itertools.count():
            self.env.cr.execute(
                "SELECT data FROM mail_gateway_chunk"
                " WHERE incoming_id = %s AND sequence = %s",
                [incoming_id, sequence],
            )
            found = self.env.cr.fetchone()
            if not found:
                return
            yield bytes(found[0])
