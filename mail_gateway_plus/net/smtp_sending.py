# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A connection of the queue: opened once, for many messages.

What is said and what it means is decided in ``core.smtp``.
"""

import contextlib
from collections.abc import Sequence
from types import TracebackType

from ..core.smtp.journal import Refused
from ..core.smtp.relay import Relay
from ..core.smtp.sending import Outcome, Refusal, Sending
from ..core.smtp.session import Session
from .deadline import SENDING, Deadline, Limits
from .smtp import Wire


class Unreached(Exception):
    """The server could not be reached, or does not let us in; ``refusal`` says why, and
    at which stage."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.meaning.code)
        self.refusal = refusal


class Connection:
    """One connection to a server, for one thread; raises ``Unreached`` when it is made.

    A message counts as sent when ``send`` says so, and ``is_open`` tells whether the
    next may follow.
    """

    def __init__(self, relay: Relay, limits: Limits = SENDING) -> None:
        self._session = Session(relay)
        self._wire = Wire(relay, Deadline(limits))
        self._sending = Sending(self._session)
        self.is_open = False
        try:
            self._wire.hold(self._session.open())
            self.is_open = True
        except Refused as refused:
            raise Unreached(self._why(refused)) from refused
        finally:
            if not self.is_open:
                self._wire.hang_up()

    def _why(self, refused: Refused) -> Refusal:
        note = self._session.note
        finding = self._session.finding(refused.meaning, note)
        return Refusal(note.stage, refused.meaning, finding)

    def send(self, sender: str, recipients: Sequence[str], message: bytes) -> Outcome:
        """What became of a message for each recipient; nothing is raised for what the
        server does.

        :param sender: the return path
        :param message: bytes of the whole message; line ends are put right
        """
        if not self.is_open:
            raise ValueError("the connection is closed")
        outcome = self._wire.hold(self._sending.send(sender, recipients, message))
        if outcome.is_lost:
            self.is_open = False
            self._wire.hang_up()
        return outcome

    @property
    def transcript(self) -> str:
        return self._wire.transcript.text

    def close(self) -> None:
        """Say goodbye; more than once does no harm."""
        if self.is_open:
            self.is_open = False
            self._wire.run(self._session.close())

    def __enter__(self) -> "Connection":
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        exc: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError):
            if exc:
                self._wire.hang_up()
            self.close()
