# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a run knows of servers and senders whose mails wait (``mail.gateway.hold``); the
map of the queue is in ``queue_task``."""

import contextlib
import logging

import psycopg2

from ..core.delivery import fallback
from .processing import PASSING

_logger = logging.getLogger(__name__)


class Holds:
    def __init__(self, env, clock):
        self._env, self._clock = env, clock
        self._known, self._freed = {}, set()

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

    def way(self, turn, now, *, is_asked):
        """("first", None), ("wait", the hold), or ("fallback", that server).

        :param turn: ``queue_turns.Turn``
        :param is_asked: a mail is just asking whether the server is back
        """
        hold = self.of(turn.server)
        if not hold:
            return "first", None
        is_due = hold.state == "held" and hold.next_attempt <= now
        other = self._fallback(turn, hold)
        # One that answers, and wants us to wait, is waited for all the same.
        state = "down" if hold.health == "down" else "doubted"
        way = fallback.way(
            fallback.Health(state, hold.connection_faults),
            is_due=is_due and not (other and is_asked),
            has_fallback=bool(other),
        )
        return way, {"first": None, "wait": hold, "fallback": other}[way]

    def _fallback(self, turn, hold):
        """The server that takes the mail instead, if it may; or none."""
        other = turn.server.sudo().fallback_server_id
        if hold.health != "down" or not other or self.keeping(other):
            return other.browse()
        may = other._may_stand_in(turn.place.smtp_from)
        return other if may else other.browse()

    def freed(self):
        """Ids of mails that have another way now, since this was asked last."""
        freed, self._freed = self._freed, set()
        return freed

    def keep(self, mail_id, hold):
        """The mail waits, untouched but for what it waits for; None for nothing."""
        hold_id = hold.id if hold else None
        self._env.cr.execute(
            "UPDATE mail_mail SET hold_id = %s WHERE id = %s"
            " AND state = 'outgoing' AND hold_id IS DISTINCT FROM %s",
            [hold_id, mail_id, hold_id],
        )

    def note(self, mail_id, server, why, others, sender, now):
        """A fault that concerns others than this mail; see ``_note`` of the model."""
        with self._noting():
            Hold = self._env["mail.gateway.hold"]
            was_down = self.of(server).health == "down"
            hold = Hold._note(server, why, others, sender, now)
            if not sender:
                self.keep(mail_id, hold)
            if hold.health == "down" and not was_down and hold._has_fallback():
                self._freed = hold._free()

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
