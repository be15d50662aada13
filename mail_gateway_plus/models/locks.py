# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who works on which message. The locks are those of a cursor that does nothing else,
and last until it is rolled back."""

#: Tells our advisory locks from those of others.
_LOCKS_OF_MAILS = 0x6D61696C


def lock_next(cr, servers=None):
    """Lock the oldest message that waits and that nobody else works on.

    The lock is on the message's first chunk: the row itself is written by the
    transaction of the work, which would wait for a lock on it for ever.
    """
    cr.execute(
        """
        SELECT incoming.id
          FROM mail_gateway_incoming incoming
          JOIN mail_gateway_chunk chunk
            ON chunk.incoming_id = incoming.id AND chunk.sequence = 0
         WHERE incoming.state = 'received'
           AND (incoming.next_attempt IS NULL
                OR incoming.next_attempt <= now() AT TIME ZONE 'UTC')
           AND (%(all)s OR incoming.server_id = ANY(%(servers)s))
         ORDER BY incoming.id
         LIMIT 1
           FOR NO KEY UPDATE OF chunk SKIP LOCKED
        """,
        {"all": servers is None, "servers": list(servers.ids if servers else [])},
    )
    found = cr.fetchone()
    if found:
        _lock_mail(cr, found[0])
    return found and found[0]


def lock(cr, incoming_id):
    """Lock this message, once nobody else works on it."""
    cr.execute(
        """
        SELECT id FROM mail_gateway_chunk
         WHERE incoming_id = %s AND sequence = 0
           FOR NO KEY UPDATE
        """,
        [incoming_id],
    )
    _lock_mail(cr, incoming_id)


def lock_idle(cr, incoming_ids):
    """Lock those of the messages that nobody works on.

    :return: ids of the others
    """
    chunks = "SELECT incoming_id FROM mail_gateway_chunk WHERE sequence = 0"
    cr.execute(f"{chunks} AND incoming_id = ANY(%s)", [list(incoming_ids)])
    wanted = {incoming_id for (incoming_id,) in cr.fetchall()}
    cr.execute(
        f"{chunks} AND incoming_id = ANY(%s) FOR UPDATE SKIP LOCKED", [list(wanted)]
    )
    return wanted - {incoming_id for (incoming_id,) in cr.fetchall()}


def _lock_mail(cr, incoming_id):
    """Wait for whoever works on a message with the same Message-ID, be it another
    delivery of the same mail or another mail. Here and not in the transaction of the
    work, whose snapshot of the database must be younger than what the other one
    commits."""
    cr.execute(
        """
        SELECT pg_advisory_xact_lock(
                   hashtextextended(
                       coalesce(nullif(message_id, ''), fingerprint, id::text),
                       %s
                   )
               )
          FROM mail_gateway_incoming
         WHERE id = %s
        """,
        [_LOCKS_OF_MAILS, incoming_id],
    )
