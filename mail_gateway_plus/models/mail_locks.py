# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which worker has which mail of the queue.

A lock belongs to a connection of its own, so it outlives each commit of the work and
not its worker: whoever gets a mail's lock knows that nobody else is sending it.
"""

from odoo.tools import SQL

from .server_locks import ServerLocks

MAILS = 0x6D6772


class MailLocks(ServerLocks):
    def __init__(self, registry):
        super().__init__(registry, MAILS)

    def claim(self, candidates, count):
        """The first of the candidates that nobody has, and that are ours from now on.

        :param candidates: SQL of a query for ids in their order, with a limit
        :return: at most ``count`` ids, in that order
        """
        claim = SQL(
            """
            SELECT coalesce(array_agg(id), '{}')
              FROM (SELECT id FROM (%s) AS waiting
                     WHERE pg_try_advisory_lock(%s, id)
                     LIMIT %s) AS claimed
            """,
            candidates,
            MAILS,
            count,
        )
        return self._ask(claim)

    def give_all_back(self, mail_ids):
        unlock = "SELECT count(pg_advisory_unlock(%s, id)) FROM unnest(%s::int[]) AS id"
        self._ask(unlock, [MAILS, list(mail_ids)])
