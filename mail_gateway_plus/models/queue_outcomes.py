# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What comes of mails that were carried, for themselves and for others; the map of the
queue is in ``queue_task``."""

import logging

from .processing import is_passing

_logger = logging.getLogger(__name__)

#: Attempts to write the outcome of a mail that somebody else is just writing.
TRIES = 3


class Outcomes:
    """``again``: mails whose sender was refused. Another may be chosen now, or they
    wait with the others of this one."""

    def __init__(self, env, holds):
        self._env, self._holds = env, holds
        self.again = set()

    def _commit(self):
        self._env.cr.commit()  # pylint: disable=invalid-commit

    def settle(self, tasks, now):
        """Write what became of each. The journal knows it already, should the worker
        die; so those that are sent share a transaction."""
        sent = [task for task in tasks if task.is_sent() and not task.fault]
        if not self._is_settled_together(sent, now):
            for task in sent:
                self._settle(task, now)
        for task in tasks:
            if task not in sent:
                self._settle(task, now)

    def is_lost(self, task):
        """Whether it is not known now what came of a mail, for a fault of our own. It
        must not keep the others from leaving, in this run or the next; what cannot be
        noted before it is sent fails alone."""
        if task.problem is None:
            return False
        if isinstance(task.problem, MemoryError):
            raise task.problem
        told = "Mail %s could not be sent"
        _logger.error(told, task.mail_id, exc_info=task.problem)
        if is_passing(task.problem) or "sending" in task.states():
            return True
        task.fault = self._env["mail.mail"]._queue_fault(task.problem)
        return False

    def _is_settled_together(self, tasks, now):
        by_id = {task.mail_id: task for task in tasks}
        try:
            mails = self._env["mail.mail"].browse(by_id).exists()
            mails._queue_settle_sent([by_id[mail.id] for mail in mails], now)
            self._commit()
        except MemoryError:
            raise
        except Exception:
            self._env.cr.rollback()
            _logger.info("Outcomes are written one by one", exc_info=True)
            return False
        return True

    def _settle(self, task, now):
        """Somebody may write the same mail, or its notifications, at the same
        moment."""
        for attempt in range(1, TRIES + 1):
            try:
                # What the journal has written is to be seen.
                self._commit()
                mail = self._env["mail.mail"].browse(task.mail_id).exists()
                if mail:
                    mail._queue_settle(task, now)
                self._commit()
                return
            except MemoryError:
                raise
            except Exception as problem:
                self._env.cr.rollback()
                if not is_passing(problem) or attempt == TRIES:
                    _logger.exception("What became of mail %s is lost", task.mail_id)
                    return

    def concern(self, task, turn, now):
        """What came of one mail concerns others.

        :return: whether a server that was held is back
        """
        turn.server._queue_learn(task)
        others, why, sender = task.consequence()
        held = self._holds.of(turn.server)
        if sender:
            self.again.add(task.mail_id)
        if others:
            self._holds.note(task.mail_id, turn.server, why, others, sender, now)
        elif held and task.is_answered():
            self._holds.release(held)
            return True
        return False
