# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A portion of an outgoing server's round trips: prepared, sent by ``net``, noted."""

import contextlib
import logging
import secrets
from dataclasses import replace
from datetime import timedelta

from odoo import fields

from ..core.delivery import permission, roundtrip
from ..core.smtp import fault
from ..core.smtp.relay import Envelope
from ..net.deadline import PROBE
from ..net.smtp_surveys import Question
from .processing import PASSING

_logger = logging.getLogger(__name__)

#: How often to try to note something that somebody else is writing on.
ATTEMPTS = 3


class Posting:
    """One server and the messages that it gets now."""

    def __init__(self, server, trips, budget_s):
        """:param trips: waiting ones of this server, locked"""
        self.server = server
        portion = permission.portion(
            server._pace_room(len(trips)),
            server.limit_minute,
            server.limit_day,
            self._sent_today(trips),
            budget_s,
            permission.MESSAGE_S,
        )
        self.trips = trips.sorted("id")[: portion.count]
        self.question = self.fault = None
        if self.trips:
            self._prepare(budget_s, portion.pause_s)

    def _sent_today(self, trips):
        since = fields.Datetime.now() - timedelta(seconds=permission.DAY_S)
        return trips.search_count(
            [("mail_server_id", "=", self.server.id), ("sent_on", ">", since)]
        )

    def _prepare(self, budget_s, pause_s):
        relay, self.fault = self.server._relay_or_fault()
        messages = [self._begin(trip) for trip in self.trips]
        if self.fault:
            return
        envelopes = [Envelope(trip.email, trip.recipient) for trip in self.trips]
        # The way to the server takes its time as well.
        limits = replace(PROBE, total_s=budget_s + PROBE.connect_s)
        self.question = Question(
            relay, tuple(envelopes), limits, pause_s, tuple(messages)
        )

    def _begin(self, trip):
        """Its message. It counts as sent from here on: what is lost on the way there
        may have been taken."""
        token, now = secrets.token_hex(roundtrip.TOKEN_BYTES), fields.Datetime.now()
        minutes = trip._minutes(trip.mailbox_id)
        trip.write(
            {
                "state": "sent",
                "token_digest": roundtrip.digest(token),
                "sent_on": now,
                "due_on": now + timedelta(minutes=minutes),
            }
        )
        return trip._message(token)

    def take(self, asked):
        """Note what the server said, or why it could not be asked; commits."""
        if asked:
            answered = permission.answered(asked.verdicts)
            for trip, verdict in zip(self.trips, asked.verdicts, strict=True):
                if verdict in answered:
                    self._note(trip, lambda trip, said=verdict: trip._taken(said))
                else:
                    self._note(trip, lambda trip: trip._put_back())
        elif self.fault:
            meant = fault.meaning(self.fault.kind, "auth", self.fault.said)
            for trip in self.trips:
                self._note(trip, lambda trip: trip._not_sent(meant))

    def _note(self, trip, write):
        """In a transaction of its own: a message may come back, and be noted by another
        worker, at the same moment."""
        for _attempt in range(ATTEMPTS):
            with contextlib.suppress(*PASSING):
                if trip.exists():
                    write(trip)
                trip.env.cr.commit()  # pylint: disable=invalid-commit
                return
            trip.env.cr.rollback()
            trip.env.invalidate_all()
        _logger.warning("What became of round trip %s could not be noted", trip.id)
