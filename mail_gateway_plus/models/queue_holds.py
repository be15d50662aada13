# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a run knows of servers and senders whose mails wait (``mail.gateway.hold``); the
map of the queue is in ``queue_task``."""

import contextlib
import logging

import psycopg2

from .processing import PASSING

_logger = logging.getLogger(__name__)


class Holds:
    def __init__(self, env, clock):
        self._env, self._clock = env, clock
        self._known = {}

    def renew(self):
        """Other workers note what they meet, and people mend it."""
        holds = self._env["mail.gateway.hold"].sudo().search([])
        self._known = {(one.mail_server_id.id, one.sender or ""): one for one in holds}

    def of(self, server, sender=""):
        """Of a server, or of a sender there; empty for none."""
        none = self._env["mail.gateway.hold"]
        return self._known.get((server.id, sender), none)

    def keeping(self, server, sender=""):
        """The same, unless it is time to ask again."""
        hold = self.of(server, sender)
        is_due = hold.state == "held" and hold.next_attempt <= self._clock()
        return hold.browse() if is_due else hold

    def keep(self, mail_id, hold):
        """The mail waits, untouched but for what it waits for."""
        self._env.cr.execute(
            "UPDATE mail_mail SET hold_id = %s WHERE id = %s"
            " AND state = 'outgoing' AND hold_id IS DISTINCT FROM %s",
            [hold.id, mail_id, hold.id],
        )

    def note(self, mail_id, server, why, others, sender, now):
        """A fault that concerns others than this mail; see ``_note`` of the model."""
        with self._noting():
            Hold = self._env["mail.gateway.hold"]
            hold = Hold._note(server, why, others, sender, now)
            if not sender:
                self.keep(mail_id, hold)

    def release(self, hold):
        with self._noting():
            hold._release()

    @contextlib.contextmanager
    def _noting(self):
        """Other workers may meet the same: one of them notes it."""
        cr = self._env.cr
        try:
            yield
            cr.commit()  # pylint: disable=invalid-commit
        except (psycopg2.IntegrityError, *PASSING):
            cr.rollback()
            _logger.info("Another worker has noted the same", exc_info=True)
        self.renew()
