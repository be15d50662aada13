# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Stages of a dialogue with an outgoing server: what is asked in each, what came."""

import contextlib
from collections.abc import Iterator, Mapping

from ..finding import Finding
from ..secret import hidden, without
from ..trial import Step, passed
from . import fault, reply
from .dialogue import Done, Fault, Replies, Reply, Send, Talk, Want
from .fact import FACTS
from .relay import Relay
from .reply import Meaning

#: Kinds of fault that we find out before the server is asked: it is still there.
_OWN_FAULTS = (
    *("starttls_missing", "auth_missing", "mechanism_missing"),
    *("unsendable", "login_not_ascii", "utf8_missing", "too_large"),
)
#: Kinds of fault that come with words of the server; those of the others are the
#: system's.
_QUOTING = ("answer", "starttls_missing", "auth_missing", "mechanism_missing")

#: As much of a server's own words as a person wants to read, and of a fact about it.
_WORDS, FACT = 300, 1_000

#: The server takes leave (RFC 5321, 3.8).
LEAVING = 421


class Refused(Exception):
    """The other side does not do what we want. ``is_lost``: there is no connection any
    more, so nobody needs to say goodbye. ``quotes``: the words are the server's."""

    def __init__(
        self, meaning: Meaning, *, is_lost: bool = False, quotes: bool = True
    ) -> None:
        super().__init__(meaning.code)
        self.meaning = meaning
        self.quotes = quotes
        self.is_lost = is_lost or meaning.code_number == LEAVING


class Note:
    """What a stage leaves behind."""

    def __init__(self, stage: str, params: Mapping[str, str]) -> None:
        self.stage, self.params = stage, dict(params)
        self.finding: Finding | None = None
        self.facts: Mapping[str, str] = {}
        self.said = ""
        #: How the login is tried, and what the server said about it on the way.
        self.mechanism = self.hint = ""
        self.ms = 0.0

    def passed(self, code: str, **params: str) -> None:
        self.finding = passed(code, **self.params, **params)


class Journal:
    """A dialogue with ``relay`` in stages; ``steps`` grows while it goes on."""

    def __init__(self, relay: Relay) -> None:
        self.relay = relay
        self.steps: list[Step] = []
        #: What was sent that is as good as the password.
        self.secrets: list[str] = []
        self.note = Note("", {})

    @contextlib.contextmanager
    def stage(self, name: str, **params: str) -> Iterator[Note]:
        """What happens inside is a step, unless it is broken off. ``params`` fill the
        stage's text, however it ends."""
        about = {"host": self.relay.host, "port": str(self.relay.port)}
        about["user"] = self.relay.credentials.user
        note = self.note = Note(name, {**about, **params})
        try:
            yield note
        except Refused as refused:
            note.finding = self.finding(refused.meaning, note)
            note.said = note.finding.params["reply"] if refused.quotes else ""
            raise
        finally:
            if note.finding:
                said = self.shown(note.said)
                made = Step(name, note.finding, round(note.ms), note.facts, said)
                self.steps.append(made)

    def finding(self, meaning: Meaning, note: Note) -> Finding:
        said = self.shown(f"{meaning.said} {note.hint}")
        params = {**note.params, "stage": note.stage, "reply": said}
        return Finding(meaning.code, "error", self.relay.subject, params)

    def shown(self, text: str, most: int = _WORDS) -> str:
        """``text`` in one line, bounded and without secrets."""
        text = without(reply.text_of(text), self.secrets)
        return hidden(text, self.relay.credentials)[:most]

    def known(self, facts: Mapping[str, str]) -> dict[str, str]:
        """What a server says of itself, likewise."""
        return {name: self.shown(text, FACT) for name, text in facts.items()}

    def ask(self, want: Want) -> Talk[Done | Reply]:
        """What comes of ``want``; a fault is refused."""
        event = yield want
        self.note.ms += event.ms
        if isinstance(event, Fault):
            refused = self.fault(event.kind, event.said)
            if refused.meaning.code == fault.UNCERTAIN and not isinstance(want, Send):
                # Before its content nobody can have taken a message.
                refused = self.fault(event.kind, event.said, stage="")
            raise refused
        if isinstance(event, Reply):
            self.note.said = f"{event.number} {reply.text_of(event.text)}"
        assert not isinstance(event, Replies)
        return event

    def fault(self, kind: str, said: str = "", stage: str | None = None) -> Refused:
        """:param stage: where it is not that of the step"""
        note, port = self.note, self.relay.port
        stage = note.stage if stage is None else stage
        meaning = fault.meaning(kind, stage, said, 0, note.mechanism, port)
        quotes = kind in _QUOTING or bool(meaning.code_number)
        return Refused(meaning, is_lost=kind not in _OWN_FAULTS, quotes=quotes)

    def reply(self, want: Want) -> Talk[Reply]:
        answer = yield from self.ask(want)
        assert isinstance(answer, Reply)
        return answer

    def facts(self, want: Want) -> Talk[Mapping[str, str]]:
        answer = yield from self.ask(want)
        assert isinstance(answer, Done)
        return answer.facts

    def accepted(self, want: Want, hundred: int = 2) -> Talk[Reply]:
        """The reply to ``want``; refused where it is of no number of this hundred."""
        answer = yield from self.reply(want)
        if answer.number // 100 != hundred:
            raise self.refusal(answer)
        return answer

    def refusal(self, answer: Reply) -> Refused:
        note = self.note
        return Refused(
            reply.meaning(note.stage, answer.text, answer.number, note.mechanism)
        )

    def refuse(self, code: str) -> Refused:
        """For what is refused before the server is asked."""
        return Refused(Meaning(FACTS[code].kind, code, True, 0, "", ""))
