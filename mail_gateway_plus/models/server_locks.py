# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who fetches from which mailbox, or asks which outgoing server, just now."""

import contextlib
import logging

import psycopg2

_logger = logging.getLogger(__name__)

#: Tell these locks from each other and from those of others; "mgp" in ASCII.
MAILBOXES, RELAYS = 0x6D6770, 0x6D6771


class ServerLocks:
    """Locks of PostgreSQL that belong to a connection and not to a transaction.

    So each is given back when its server is done, commits do not touch it, whoever
    edits the server in a form does not wait for the network, and a worker that dies
    leaves none behind.
    """

    def __init__(self, registry, space=MAILBOXES):
        self._registry, self._space = registry, space
        self._cr = registry.cursor()

    def __enter__(self):
        return self

    def __exit__(self, *_problem):
        # The connection goes back to the pool, where a lock would live on.
        try:
            self._ask("SELECT pg_advisory_unlock_all()")
        finally:
            self._cr.close()

    def take(self, server_id):
        """Whether the server is ours from now on."""
        return self._ask(
            "SELECT pg_try_advisory_lock(%s, %s)", [self._space, server_id]
        )

    def give_back(self, server_id):
        self._ask("SELECT pg_advisory_unlock(%s, %s)", [self._space, server_id])

    def _ask(self, query, params=None):
        try:
            return self._answer(query, params)
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            # It slept for as long as the last server took, and somebody ended it. Its
            # locks went with it: whoever takes one of them now writes the same rows as
            # we do, and one of us is put off.
            _logger.info("The locks on servers are lost", exc_info=True)
        with contextlib.suppress(psycopg2.Error):
            self._cr.close()
        self._cr = self._registry.cursor()
        return self._answer(query, params)

    def _answer(self, query, params):
        self._cr.execute(query, params)
        (answer,) = self._cr.fetchone()
        # An open transaction would keep the database from cleaning up behind others.
        self._cr.rollback()
        return answer
