# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One message to its recipients over a session that is open (RFC 5321, 3.3).

Where PIPELINING is offered, MAIL, all RCPT and DATA leave in one go, after the RSET
that the message before has left to do, and the replies are matched in order (RFC 2920,
3.1): two round trips a message in place of four. Where it is not, one line follows the
other.

Nothing is raised for what the server does: the ``Outcome`` says it for each recipient.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..finding import Finding
from .address import path
from .dialogue import Fault, Replies, Reply, Say, SayAll, Send, Talk
from .journal import LEAVING, Note, Refused
from .reply import Meaning
from .session import Session
from .transaction import options

DATA, RESET = "DATA", "RSET"
PIPELINING = "PIPELINING"

#: A line that was never said, since one before it had failed.
Answer = Reply | Fault | None


@dataclass(frozen=True)
class Refusal:
    """What a server said no to: ``stage`` is "mail", "rcpt" or "data"; ``finding`` is
    free of secrets."""

    stage: str
    meaning: Meaning
    finding: Finding


@dataclass
class Outcome:
    """``accepted`` are those for whom the server has the message, ``said`` is its reply
    to the content, often with the name that the message has there. ``refused``:
    recipient -> why, of which the code ``fault.UNCERTAIN`` says that nobody knows.
    ``is_lost``: the session is over."""

    accepted: tuple[str, ...] = ()
    refused: dict[str, Refusal] = field(default_factory=dict)
    said: str = ""
    is_lost: bool = False


class Sending:
    """Messages of one session, one after the other."""

    def __init__(self, session: Session) -> None:
        self.session = session
        #: What the last message has left behind at the server is to be taken back.
        self._is_begun = False

    def send(
        self, sender: str, recipients: Sequence[str], message: bytes
    ) -> Talk[Outcome]:
        """:param sender: the return path, "" for none (RFC 5321, 4.5.5)
        :param recipients: bare addresses
        """
        outcome = Outcome()
        paths = self._paths(sender, recipients, outcome)
        try:
            begin = self._begin(sender, paths, message) if paths else ""
        except Refused as refused:
            self._refuse(outcome, paths, "mail", sender, refused)
            begin = ""
        if begin:
            lines = [begin, *(f"RCPT TO:<{one}>" for one in paths.values()), DATA]
            mail, *rcpts, data = yield from self._said(lines, outcome)
            taken = self._judged(outcome, sender, list(paths), mail, rcpts)
            yield from self._content(outcome, sender, taken, data, message)
        return outcome

    def _paths(
        self, sender: str, recipients: Sequence[str], outcome: Outcome
    ) -> dict[str, str]:
        """Recipient -> what stands in RCPT."""
        paths = {}
        for one in recipients:
            made = path(one)
            if made is None:
                refused = self._fault(sender, one, "rcpt", "unsendable", one)
                self._refuse(outcome, [one], "rcpt", sender, refused)
            else:
                paths[one] = made
        return paths

    def _begin(self, sender: str, paths: dict[str, str], message: bytes) -> str:
        """The line with MAIL; raises ``Refused`` for what cannot be said here."""
        self.session.note = self._note("mail", sender, "")
        made = path(sender) if sender else ""
        if made is None:
            raise self.session.fault("unsendable", sender)
        words = options(self.session, made + "".join(paths.values()), message)
        return f"MAIL FROM:<{made}>{words}"

    # --- lines and their answers

    def _said(self, lines: list[str], outcome: Outcome) -> Talk[list[Answer]]:
        """An answer to each line, or None; once the session is over, what ended it is
        the answer to all that was left."""
        reset = [RESET] if self._is_begun else []
        whole = [*reset, *lines]
        is_piped = PIPELINING in self.session.offered
        ask = self._in_one_go if is_piped else self._one_by_one
        answers = yield from ask(whole)
        self._is_begun = True
        broken = next((one for one in answers if not _goes_on(one)), None)
        outcome.is_lost = broken is not None
        answers += [broken] * (len(whole) - len(answers))
        return answers[len(reset) :]

    def _in_one_go(self, lines: list[str]) -> Talk[list[Answer]]:
        event = yield SayAll(tuple(lines))
        if isinstance(event, Fault):
            return [event]
        assert isinstance(event, Replies)
        return [*event.replies, *([event.fault] if event.fault else [])]

    def _one_by_one(self, lines: list[str]) -> Talk[list[Answer]]:
        answers: list[Answer] = []
        taken = 0
        for line in lines:
            if line == DATA and not taken:
                break
            event = yield Say(line)
            assert isinstance(event, Reply | Fault)
            answers.append(event)
            is_taken = isinstance(event, Reply) and event.number // 100 == 2
            taken += is_taken and line.startswith("RCPT")
            if not _goes_on(event) or (line.startswith("MAIL") and not is_taken):
                break
        return answers

    def _judged(
        self,
        outcome: Outcome,
        sender: str,
        recipients: list[str],
        mail: Answer,
        rcpts: list[Answer],
    ) -> list[str]:
        """The recipients that the server takes; the others are refused. What follows a
        MAIL that was refused is refused for that."""
        if refused := self._no(mail, "mail", sender, ""):
            self._refuse(outcome, recipients, "mail", sender, refused)
            return []
        taken = []
        for one, answer in zip(recipients, rcpts, strict=True):
            if refused := self._no(answer, "rcpt", sender, one):
                self._refuse(outcome, [one], "rcpt", sender, refused)
            else:
                taken.append(one)
        return taken

    def _content(
        self,
        outcome: Outcome,
        sender: str,
        taken: list[str],
        data: Answer,
        message: bytes,
    ) -> Talk[None]:
        if refused := self._no(data, "data", sender, "", hundred=3):
            self._refuse(outcome, taken, "data", sender, refused)
        if refused or data is None:
            return
        # RFC 2920, 3.1: a server that begins with nobody to send to gets a dot alone.
        event = yield Send(message if taken else b"")
        self._is_begun = False
        outcome.is_lost = not _goes_on(event)
        if isinstance(event, Fault):
            refused = self._unsure(event, sender)
        else:
            assert isinstance(event, Reply)
            refused = self._no(event, "data", sender, "")
        if refused:
            self._refuse(outcome, taken, "data", sender, refused)
        elif taken and isinstance(event, Reply):
            outcome.accepted = tuple(taken)
            outcome.said = self.session.shown(f"{event.number} {event.text}")

    def _unsure(self, event: Fault, sender: str) -> Refused:
        """The content is on its way: whatever breaks now, nobody knows where it is,
        unless the server has said no."""
        kind = event.kind if event.kind in ("timeout", "closed") else "timeout"
        return self._fault(sender, "", "data", kind, event.said)

    # --- what they mean

    def _no(
        self, answer: Answer, stage: str, sender: str, recipient: str, hundred: int = 2
    ) -> Refused | None:
        """Why an answer is none of that hundred; None if it is, or was not asked."""
        if answer is None:
            return None
        if isinstance(answer, Fault):
            # Before its content nobody can have taken a message.
            return self._fault(sender, recipient, "", answer.kind, answer.said)
        if answer.number // 100 == hundred:
            return None
        self.session.note = self._note(stage, sender, recipient)
        return self.session.refusal(answer)

    def _fault(
        self, sender: str, recipient: str, stage: str, kind: str, said: str
    ) -> Refused:
        self.session.note = self._note(stage, sender, recipient)
        return self.session.fault(kind, said, stage)

    def _note(self, stage: str, sender: str, recipient: str) -> Note:
        relay = self.session.relay
        about = {"host": relay.host, "port": str(relay.port)}
        about |= {"user": relay.credentials.user, "sender": sender}
        return Note(stage, {**about, "recipient": recipient})

    def _refuse(
        self,
        outcome: Outcome,
        recipients: Sequence[str] | dict[str, str],
        stage: str,
        sender: str,
        refused: Refused,
    ) -> None:
        for one in recipients:
            finding = self.session.finding(
                refused.meaning, self._note(stage, sender, one)
            )
            outcome.refused[one] = Refusal(stage, refused.meaning, finding)


def _goes_on(event: object) -> bool:
    """Whether the session is still there after this."""
    if isinstance(event, Reply):
        return event.number != LEAVING
    return not isinstance(event, Fault)
