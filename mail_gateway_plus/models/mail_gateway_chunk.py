# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import io
import itertools
import struct

from odoo import api, fields, models

#: Bytes a row, and about as many are on their way at once.
CHUNK_SIZE = 1024 * 1024

#: PostgreSQL's binary format of COPY (its manual, COPY, Binary Format): rows of a count
#: of fields, each with its length before it.
_COPY = (
    "COPY mail_gateway_chunk (incoming_id, sequence, data) FROM STDIN (FORMAT binary)"
)
_COPY_HEAD = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
_COPY_ROW = struct.Struct(">hiiiii")
_COPY_END = struct.pack(">h", -1)


def _chunks(messages):
    """(id of the row, sequence, bytes) of each chunk."""
    for incoming_id, raw in messages:
        for sequence, start in enumerate(range(0, max(len(raw), 1), CHUNK_SIZE)):
            yield incoming_id, sequence, raw[start : start + CHUNK_SIZE]


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
    def _store(self, messages):
        """Keep the raw bytes of messages; an empty one has one empty chunk, for a
        chunk is also what a worker locks while it processes the message.

        :param messages: (id of the row, raw bytes) of each
        """
        rows, size = [], 0
        for row in _chunks(messages):
            rows.append(row)
            size += len(row[-1])
            if size >= CHUNK_SIZE:
                self._copy(rows)
                rows, size = [], 0
        self._copy(rows)

    @api.model
    def _copy(self, rows):
        """Write chunks as PostgreSQL reads them without an effort: as SQL, bytes double
        on their way there, and take three times as long."""
        pieces = [_COPY_HEAD]
        for incoming_id, sequence, data in rows:
            pieces += [_COPY_ROW.pack(3, 4, incoming_id, 4, sequence, len(data)), data]
        file = io.BytesIO(b"".join([*pieces, _COPY_END]))
        self.env.cr.copy_expert(_COPY, file, size=CHUNK_SIZE)

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
