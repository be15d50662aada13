# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The work on one mailbox as a task of ``net.mailbox.run_all``."""

import logging

from odoo.exceptions import MissingError

from ..core.mailbox import fault
from ..net.mailbox import Call
from ..net.refusal import Refusal
from .processing import PASSING

_logger = logging.getLogger(__name__)


class MailboxTask:
    """Goes through the steps of ``_visit``, a generator of calls.

    Between two calls lies one transaction, committed before the next call begins: so
    none spans what the network does, and many mailboxes can share one cursor.
    ``server`` lives in an environment with that cursor; the lock on the mailbox is
    held elsewhere.
    """

    def __init__(self, server):
        self.server = server
        self.env = server.env
        self.session = None
        #: Whether there is more to do, and time was too short.
        self.unfinished = False
        #: What was refused, whether or not it ended the task.
        self.finding = None
        self._steps = self._visit()

    def _visit(self):
        raise NotImplementedError

    def _is_another(self):
        """Whether the mailbox is no longer the one that the session was opened for."""
        raise NotImplementedError

    def go_on(self, answer):
        """The next call. What goes wrong ends the look, is told, and never raises."""
        if self._steps is None:
            return None
        call = None
        try:
            if self._is_another():
                self.unfinished = True
            else:
                call = self._step(answer)
            self._commit()
            return call or self._hang_up()
        except Refusal as refusal:
            self._refused(refusal)
        except (*PASSING, MissingError):
            # Somebody writes or deletes the same rows, or the database has gone for a
            # moment.
            _logger.info("Mailbox %s is put off", self.server.id, exc_info=True)
            self.unfinished = True
        except Exception as problem:  # one mailbox must not hold up the others
            _logger.exception("Fetching from mailbox %s failed", self.server.id)
            said = f"{type(problem).__name__}: {problem}"
            self.finding = self.server._unexpected(said)
        self.env.cr.rollback()
        return self._hang_up()

    def _step(self, answer):
        """Run to the next call; None when there is none."""
        try:
            if answer is None:
                return next(self._steps)
            problem = answer.exception()
            if problem is not None:
                return self._steps.throw(problem)
            return self._steps.send(answer.result())
        except StopIteration:
            return None

    def _refused(self, refusal):
        self.finding = refusal.finding
        if refusal.finding.code == fault.code("unexpected", fault.ANY):
            # What has no name yet is explained by its traceback only.
            cause = refusal.__cause__
            _logger.warning("Mailbox %s failed", self.server.id, exc_info=cause)

    def _hang_up(self):
        """Close the session before the mailbox counts as done: POP3 locks it."""
        self._steps = None
        return Call(self.session.close) if self.session else None

    def _commit(self):
        # Each step has to survive whatever happens in the next one.
        self.env.cr.commit()  # pylint: disable=invalid-commit
