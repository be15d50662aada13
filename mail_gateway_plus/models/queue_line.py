# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The connection to one outgoing server, for many mails; no ORM, so any thread's."""

from ..core.delivery import verdict
from ..net.smtp_sending import Connection, Unreached
from .queue_journal import Journal

#: What a server says of a mail that breaks off the others of the same mail.
_BREAKS = ("hold", "stop_server", "stop_identity")


class Line:
    """``is_reached``: the server has let us in."""

    def __init__(self, registry, relay, clock, pace, broken=None):
        """:param pace: ``queue_pace.Pace`` of the server
        :param broken: why there is no relay to speak to, a refusal
        """
        self._relay, self._clock, self._broken = relay, clock, broken
        self._pace = pace
        self._connection = None
        self._carried = 0
        self.journal = Journal(registry)
        self.is_reached = False

    def close(self):
        try:
            self._hang_up()
        finally:
            self.journal.close()

    def _hang_up(self):
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _open(self):
        """Raises ``Unreached``."""
        if self._broken:
            raise Unreached(self._broken)
        if self._connection is None or not self._connection.is_open:
            self._carried = 0
            self._connection = Connection(self._relay)
            self.is_reached = True
        return self._connection

    def carry(self, task):
        """Send what is left to be sent of a mail; the task says what came of it."""
        for message in task.messages:
            try:
                self._open()
            except Unreached as unreached:
                self.is_reached = False
                task.unreached = unreached.refusal
                return
            if self._carry(task, message):
                return

    def _carry(self, task, message):
        """:return: whether the rest of the mail is not to be tried now"""
        to = self.journal.begin(task, message, self._clock, self._pace)
        if not to:
            return task.later is not None
        outcome = self._send(message, to)
        self.journal.conclude(task, message, outcome, self._clock())
        effects = (
            verdict.effect(why.meaning, why.stage) for why in outcome.refused.values()
        )
        return verdict.gravest(effects) in _BREAKS

    def _send(self, message, to):
        outcome = self._connection.send(message.envelope, to, message.raw)
        if outcome.is_lost and self._carried and _is_untouched(outcome):
            # Servers take so many mails a connection and then leave, or were left
            # waiting too long. That is none of this mail's affair.
            try:
                outcome = self._open().send(message.envelope, to, message.raw)
            except Unreached:
                return outcome
        self._carried += bool(outcome.accepted)
        return outcome


def _is_untouched(outcome):
    """The session was over before the server can have had the mail."""
    doubts = (verdict.event(why.meaning) == "doubt" for why in outcome.refused.values())
    return not outcome.accepted and not any(doubts)
