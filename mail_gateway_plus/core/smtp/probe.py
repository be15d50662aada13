# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The test of an outgoing server as a dialogue: what to ask next, what came of it.

``Probe`` is one test, ``Survey`` the question of many envelopes. ``net.smtp_trial.run``
and ``net.smtp.survey`` hold them on a socket.

Stages, in the order of their steps: resolve, connect, greeting, ehlo, tls, auth, mail,
rcpt, data. With TLS from the first byte, tls comes before greeting. The last step is
the one that failed, where one did.
"""

import contextlib
from dataclasses import dataclass, replace

from .. import trial
from ..trial import Step
from . import session, transaction
from .dialogue import Fault, Pause, Say, Talk
from .fact import FACTS
from .journal import LEAVING, Journal, Refused
from .relay import Envelope, Relay
from .reply import Meaning
from .session import Session


class Probe:
    """Up to the recipient nothing is sent; with ``message`` (bytes with CRLF) it is
    sent to the recipient at last."""

    def __init__(
        self, relay: Relay, envelope: Envelope, message: bytes | None = None
    ) -> None:
        self.envelope, self.message = envelope, message
        self.session = Session(relay)

    @property
    def steps(self) -> list[Step]:
        return self.session.steps

    def run(self) -> Talk[None]:
        """Raises nothing for what the other side does."""
        polite = True
        try:
            yield from self.session.open()
            yield from transaction.ask(self.session, self.envelope, self.message)
            yield from self._finish()
        except Refused as refused:
            polite = not refused.is_lost
            if polite and self.message is None:
                self._soften(refused.meaning)
        yield from self.session.close(polite=polite)

    def _soften(self, meaning: Meaning) -> None:
        """A recipient that is put off (greylisting) is not the server's fault."""
        last, kind = self.steps[-1], FACTS[meaning.code].kind
        is_put_off = kind in ("transient", "recipient") and not meaning.permanent
        if last.stage == "rcpt" and is_put_off:
            finding = replace(last.finding, severity="warning")
            self.steps[-1] = replace(last, finding=finding)

    def _finish(self) -> Talk[None]:
        if self.message is None:
            yield Say("RSET")
        else:
            yield from transaction.send(self.session, self.envelope, self.message)


#: What a test may find, beside what goes wrong.
CODES = trial.CODES | {
    session.CAPABLE,
    session.NO_LOGIN,
    transaction.SENDER_ACCEPTED,
    transaction.RECIPIENT_ACCEPTED,
    transaction.CONTENT_ACCEPTED,
}

#: What another port or security might help with, though it shows only at the login.
_OF_SECURITY = ("smtp_auth_missing", "smtp_auth_needs_tls", "smtp_tls_required")
#: What no other port or security helps with, though it comes before the login.
_OURS = "smtp_client_certificate"


@dataclass(frozen=True)
class Trial(trial.Trial):
    """What a test came to. ``transcript`` holds what was said, without secrets.

    Steps carry facts where there are some: "ehlo" those of ``Capabilities.facts``,
    "tls" those of the certificate (also where it is refused), "auth" ``offered`` and
    ``used`` mechanisms.
    """

    transcript: str = ""

    @property
    def connects(self) -> bool:
        code = self.steps[-1].finding.code
        return code == _OURS or (super().connects and code not in _OF_SECURITY)


def unprepared(relay: Relay, fault: Fault) -> Trial:
    """The test of a server that was not asked: its login hook failed, or a certificate
    of ours cannot be read."""
    journal = Journal(relay)
    stage = "auth" if fault.kind == "no_login" else "tls"
    with contextlib.suppress(Refused), journal.stage(stage):
        raise journal.fault(fault.kind, fault.said)
    return Trial(tuple(journal.steps))


@dataclass(frozen=True)
class Verdict:
    """What a server says to one envelope. ``meaning`` is None where it takes it;
    ``stage`` is where it did not (mail, rcpt), or where the way to it ended (connect,
    auth …). ``reply`` is the server's answer in one line."""

    envelope: Envelope
    stage: str
    reply: str
    meaning: Meaning | None
    ms: int = 0
    #: When a message was taken, in seconds since the epoch.
    at: float = 0

    @property
    def state(self) -> str:
        """As in mail.gateway.permission: allowed, refused or unknown."""
        if self.meaning is None:
            return "allowed"
        is_asked = self.stage in ASKED
        return "refused" if is_asked and refuses_sender(self.meaning) else "unknown"


#: Refusals to pass mail on that depend on who it is from: tenants and accounts own
#: domains and identities. The others of their kind hit all mail of the server, and no
#: other sender would help.
OF_SENDER = ("smtp_relay_connector", "smtp_relay_address", "smtp_provider_rights")
#: Stages at which an envelope was asked.
ASKED = ("mail", "rcpt", "data")


def refuses_sender(meaning: Meaning) -> bool:
    """Whether a refusal is meant for the sender address, for good. One of the recipient
    or of the server, or one that passes by itself, says nothing about the sender."""
    return meaning.permanent and (
        meaning.kind == "identity" or meaning.code in OF_SENDER
    )


class Survey:
    """The same server asked for many envelopes over one connection.

    Nothing is sent, unless there are ``messages``, one an envelope (bytes with CRLF).
    One at whose end the connection is lost is sent once more, for nobody knows.

    ``steps`` are those of the way to it, ``verdicts`` one an envelope in their order.
    Where the server hangs up it is connected to again, ``reconnects`` times in all;
    then what is left gets the verdict of the fault.

    :param pause_s: between two envelopes
    """

    def __init__(
        self,
        relay: Relay,
        envelopes: tuple[Envelope, ...],
        pause_s: float = 0.0,
        reconnects: int = 1,
        messages: tuple[bytes, ...] = (),
    ) -> None:
        self.relay, self.pause_s, self.reconnects = relay, pause_s, reconnects
        self.messages = messages
        self.session = Session(relay)
        self.steps: list[Step] = []
        self.verdicts: list[Verdict] = []
        self._waiting = [*envelopes]
        self._lost: tuple[Step, Meaning] | None = None

    def run(self) -> Talk[None]:
        """Raises nothing for what the other side does."""
        while self._waiting:
            ended = yield from self._connected()
            if ended:
                # That it cannot be reached again is not what is wrong.
                self._lost = self._lost or (self.session.steps[-1], ended.meaning)
                # A login that is refused twice is two steps towards a locked account.
                if self.reconnects <= 0 or not self.session.entered:
                    break
                self.reconnects -= 1
                self.session = Session(self.relay)
        self._give_up()

    def _connected(self) -> Talk[Refused | None]:
        """Ask over one connection; returns what ended it before all was asked."""
        ended: Refused | None = None
        try:
            yield from self.session.open()
            self.steps = self.steps or [*self.session.steps]
            while self._waiting:
                yield from self._ask(self._waiting[0])
        except Refused as refused:
            self.steps = self.steps or [*self.session.steps]
            ended = refused
        yield from self.session.close(polite=not (ended and ended.is_lost))
        return ended

    def _ask(self, envelope: Envelope) -> Talk[None]:
        """One verdict; raises ``Refused`` where the connection is lost."""
        begun, meaning, at = len(self.session.steps), None, 0.0
        message = self.messages[len(self.verdicts)] if self.messages else None
        try:
            yield from transaction.ask(self.session, envelope, message)
            if message is not None:
                at = yield from transaction.send(self.session, envelope, message)
        except Refused as refused:
            if refused.is_lost:
                raise
            meaning = refused.meaning
        self._note(self.session.steps[begun:], meaning, at)
        if self._waiting:
            yield from self._reset()

    def _reset(self) -> Talk[None]:
        """What goes wrong here is the next envelope's: an answer that comes too late
        would be taken for the answer to its MAIL."""
        with transaction.stage(self.session, "mail", self._waiting[0]):
            answer = yield from self.session.reply(Say("RSET"))
            if answer.number == LEAVING:
                raise self.session.refusal(answer)
        if self.pause_s:
            yield Pause(self.pause_s)

    def _note(self, steps: list[Step], meaning: Meaning | None, at: float = 0) -> None:
        envelope, last = self._waiting.pop(0), steps[-1]
        ms = sum(step.duration_ms for step in steps)
        self.verdicts.append(Verdict(envelope, last.stage, last.reply, meaning, ms, at))

    def _give_up(self) -> None:
        while self._waiting and self._lost:
            self._note([self._lost[0]], self._lost[1])
