# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The test of an outgoing server: read from its record first, asked later."""

import time
from dataclasses import replace

from ..core.smtp.probe import unprepared
from ..core.smtp.relay import Envelope
from ..net import smtp_trial
from ..net.deadline import PROBE


class Question:
    """All that a test needs to know of a server, so that no transaction has to wait
    for the network.

    :param message_to: also send a message there, a bare address of ours
    """

    def __init__(self, server, message_to=""):
        self._begin = time.monotonic()
        self.name = server.name
        self.is_sent = bool(message_to)
        self.relay, self._fault = server._relay_or_fault()
        recipient = message_to or server._get_test_email_to()
        self.envelope = Envelope(server._diagnosis_sender(), recipient)
        self._message = server._test_message(self.envelope) if message_to else None

    def answer(self, look_around=True):
        """``core.smtp.probe.Trial``; see ``net.smtp_trial.run``."""
        if self._fault:
            return unprepared(self.relay, self._fault)
        # The login hooks of other modules may have asked over HTTP.
        left_s = max(PROBE.total_s - (time.monotonic() - self._begin), 1.0)
        limits = replace(PROBE, total_s=left_s)
        return smtp_trial.run(
            self.relay, self.envelope, self._message, limits, look_around=look_around
        )
