# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The way to an outgoing server, from its name to the login, stage by stage."""

import base64
import binascii
from dataclasses import replace

from ..finding import Finding
from ..secret import STARS
from ..trial import (
    CLEAR_TEXT,
    CONNECTED,
    GREETED,
    LOGGED_IN,
    RESOLVED,
    Step,
    encrypted,
    passed,
)
from . import login
from .capability import Capabilities, capabilities
from .dialogue import Connect, Leave, Listen, Reply, Resolve, Say, Secure, Talk
from .journal import FACT, LEAVING, Journal, Note, Refused
from .relay import Relay
from .reply import text_of

CAPABLE = "test_capable"
NO_LOGIN = "test_no_login"

#: RFC 5321, 4.2.4
UNKNOWN_COMMAND = (500, 502)


class Session(Journal):
    """One connection to ``relay``; ``secured`` says that nothing can go wrong any more
    for want of another port or security."""

    def __init__(self, relay: Relay) -> None:
        super().__init__(relay)
        #: What the last answer to EHLO offers, and what the first did, in clear text.
        self.offered = self.first = Capabilities()
        self.secured = False
        #: The login is done, or there is none to do.
        self.entered = False
        self._name = ""

    def open(self) -> Talk[None]:
        """All stages from the name to the login; raises ``Refused``."""
        yield from self._reach()
        if self.relay.implicit_tls:
            with self.stage("tls"):
                yield from self._encrypt()
        with self.stage("greeting") as note:
            said = yield from self.accepted(Listen())
            note.passed(GREETED, reply=self.shown(said.text))
        yield from self._hello()
        self.first = self.offered
        if not self.relay.implicit_tls:
            yield from self._secure()
        self.secured = True
        with self.stage("auth") as note:
            yield from self._login(note)
        self.entered = True

    def close(self, *, polite: bool = True) -> Talk[None]:
        yield Leave(polite)

    def _reach(self) -> Talk[None]:
        with self.stage("resolve") as note:
            found = yield from self.facts(Resolve())
            note.passed(RESOLVED, addresses=found.get("addresses", ""))
        with self.stage("connect") as note:
            found = yield from self.facts(Connect())
            self._name = self.relay.helo or found.get("name", "localhost")
            note.passed(CONNECTED, address=found.get("address", ""))

    def _hello(self) -> Talk[None]:
        """EHLO, or HELO for a server that does not know it (RFC 5321, 3.2)."""
        with self.stage("ehlo") as note:
            said = yield from self.reply(Say(f"EHLO {self._name}"))
            if said.number // 100 == 2:
                self.offered = capabilities(said.lines)
            elif said.number == LEAVING:
                raise self.refusal(said)
            else:
                said = yield from self._helo(said)
                self.offered = capabilities(said.lines[:1])
            note.facts = self.known(self.offered.facts)
            note.passed(CAPABLE, **note.facts)

    def _helo(self, refused: Reply) -> Talk[Reply]:
        """:param refused: the answer to EHLO. Who is not wanted is told so there, and
        finds the line dead afterwards."""
        why = self.refusal(refused).meaning
        try:
            return (yield from self.accepted(Say(f"HELO {self._name}")))
        except Refused as gone:
            if gone.is_lost and refused.number not in UNKNOWN_COMMAND:
                raise Refused(why, is_lost=True) from gone
            raise

    def _secure(self) -> Talk[None]:
        """STARTTLS (RFC 3207); a server that does not offer it (any more) is refused,
        for somebody on the way may have taken the offer out."""
        with self.stage("tls") as note:
            if not self.relay.starttls:
                note.finding = Finding(CLEAR_TEXT, "warning", params=note.params)
                return
            if "STARTTLS" not in self.offered:
                raise self.fault("starttls_missing", " ".join(self.offered.words))
            yield from self.accepted(Say("STARTTLS"))
            yield from self._encrypt()
        yield from self._hello_again()

    def _encrypt(self) -> Talk[None]:
        note = self.note
        said = yield from self.facts(Secure())
        # Made by others, before anybody knew a password: what looks like it is none.
        note.facts = {name: text_of(text)[:FACT] for name, text in said.items()}
        found = encrypted(note.facts, verified=self.relay.verified)
        note.finding = replace(found, params={**note.params, **found.params})

    def _hello_again(self) -> Talk[None]:
        """What was offered before counts no more (RFC 3207, 4.2), and both answers are
        one stage to whoever reads this."""
        yield from self._hello()
        again = self.steps.pop()
        at = next(n for n, step in enumerate(self.steps) if step.stage == "ehlo")
        facts = {**again.facts, "starttls": "1"}
        finding = passed(CAPABLE, **{**again.finding.params, **facts})
        ms = self.steps[at].duration_ms + again.duration_ms
        self.steps[at] = Step("ehlo", finding, ms, facts, again.reply)

    # --- the login

    def _login(self, note: Note) -> Talk[None]:
        offered = " ".join(self.offered.mechanisms)
        note.facts = self.known({"offered": offered, "used": ""})
        if not self.relay.logs_in:
            note.passed(NO_LOGIN)
            return
        self._check_login()
        refused: list[Refused] = []
        for mechanism in login.mechanisms(
            self.relay.credentials, self.offered.mechanisms
        ):
            note.mechanism = mechanism
            answer = yield from self._authenticate(mechanism)
            if answer.number in (235, 503):
                note.facts = {**note.facts, "used": mechanism}
                note.passed(LOGGED_IN, mechanism=mechanism)
                return
            refused.append(self.refusal(answer))
            if refused[-1].is_lost:
                break
        raise _telling(refused)

    def _check_login(self) -> None:
        """Whether there is a way to log in at all; nothing is sent."""
        credentials, offered = self.relay.credentials, self.offered
        is_clear = not (self.relay.implicit_tls or self.relay.starttls)
        if "AUTH" not in offered and is_clear and "STARTTLS" in offered:
            raise self.refuse("smtp_auth_needs_tls")
        if "AUTH" not in offered:
            raise self.fault("auth_missing", " ".join(offered.words))
        if not login.mechanisms(credentials, offered.mechanisms):
            raise self.fault("mechanism_missing", " ".join(offered.mechanisms))
        if kind := login.fault(credentials):
            raise self.fault(kind)

    def _authenticate(self, mechanism: str) -> Talk[Reply]:
        """The last reply of an exchange (RFC 4954, 4)."""
        credentials = self.relay.credentials
        first = login.begin(mechanism, credentials)
        said = yield from self.reply(self._secret(f"AUTH {mechanism}", first))
        for number in range(1, login.MOST_CHALLENGES + 1):
            if said.number != 334:
                break
            challenge = self._challenge(said)
            if mechanism not in login.PREFERRED:  # tells why a token is refused
                self.note.hint = challenge.decode("utf-8", "replace")
            answer = login.answer(mechanism, credentials, challenge, number)
            said = yield from self.reply(self._secret("", answer))
        return said

    def _secret(self, words: str, response: str | None) -> Say:
        """A line with a response of ours behind ``words``."""
        if response is None:
            return Say(words)
        coded = base64.b64encode(response.encode()).decode()
        self.secrets.append(coded)
        line, shown = f"{words} {coded}".strip(), f"{words} {STARS}".strip()
        return Say(line, shown, coded)

    def _challenge(self, said: Reply) -> bytes:
        try:
            return base64.b64decode(said.text.strip())
        except (binascii.Error, ValueError):
            raise self.fault("answer", said.text) from None


def _telling(refused: list[Refused]) -> Refused:
    """The refusal that says most: not that a mechanism is unknown, if another one was
    refused for a reason."""
    for one in refused:
        if one.meaning.code != "smtp_auth_mechanism":
            return one
    return refused[-1]
