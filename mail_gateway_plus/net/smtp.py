# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The test of an outgoing server, and the question of many envelopes, on a socket.

What to ask and what it means is decided in ``core.smtp.probe``; this answers its
wants within ``Limits``.
"""

import contextlib
import socket
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any

from ..core.smtp.dialogue import (
    Connect,
    Done,
    Event,
    Fault,
    Leave,
    Listen,
    Pause,
    Replies,
    Reply,
    Resolve,
    Result,
    Say,
    SayAll,
    Secure,
    Send,
    Talk,
    Want,
)
from ..core.smtp.probe import Survey, Verdict
from ..core.smtp.relay import Envelope, Relay
from ..core.smtp.transcript import Transcript
from ..core.trial import Step
from . import certificate, sockets, tls
from .deadline import PROBE, Deadline, Limits
from .refusal import kind_of, said
from .smtp_line import Line

#: How long a server may take to say goodbye, and the resolver to name this machine.
COURTESY_S = 2.0


#: The name of a machine that has none.
LOOPBACK = "[127.0.0.1]"


class Wire:
    """Answers the wants of a dialogue from one connection after the other."""

    def __init__(self, relay: Relay, deadline: Deadline) -> None:
        self.relay = relay
        self.transcript = Transcript(relay.credentials)
        self._deadline = deadline
        self._addresses: list[sockets.Address] = []
        self._name: Future[str] = Future()
        self._sock: Any = None
        self._line: Line | None = None
        self._given_up = ""
        self._handlers: dict[type, Callable[[Any], Event]] = {
            Resolve: self._resolve,
            Connect: self._connect,
            Listen: self._listen,
            Say: self._say,
            SayAll: self._say_all,
            Secure: self._secure,
            Send: self._send,
            Pause: self._pause,
            Leave: self._leave,
        }

    def run(self, talk: Talk[Any]) -> None:
        """Hold a dialogue to its end."""
        try:
            self.hold(talk)
        finally:
            self.hang_up()

    def hold(self, talk: Talk[Result]) -> Result:
        """The same, and stay connected."""
        try:
            want = next(talk)
            while True:
                want = talk.send(self._answer(want))
        except StopIteration as end:
            result: Result = end.value
            return result

    def _answer(self, want: Want) -> Event:
        begin = time.monotonic()
        try:
            event = self._handlers[type(want)](want)
        except Exception as exc:  # whatever it is, the dialogue says what it means
            event = self._fault(exc)
        return replace(event, ms=(time.monotonic() - begin) * 1000)

    def _fault(self, exc: Exception) -> Fault:
        kind, words = kind_of(exc), said(exc)
        if self._given_up:
            kind, words = self._given_up, ""
        if kind == "unexpected":
            words = f"{type(exc).__name__}: {words}"
        self.transcript.note(": ".join(filter(None, [kind, words])))
        return Fault(kind, words)

    def give_up(self, kind: str) -> None:
        """From another thread: what is waited for does not come, for this reason (a row
        of ``fault.CODES``)."""
        self._given_up = kind
        if sock := self._sock:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    # --- one method a want

    def _resolve(self, _want: Resolve) -> Done:
        host, port = self.relay.host, self.relay.port
        if not host.strip():  # to the resolver, that is this machine
            raise socket.gaierror(socket.EAI_NONAME, "no host is named")
        self._deadline.start(self._deadline.limits.connect_s)
        self._name = sockets.beside(own_name, "own name")
        self._addresses = sockets.resolve(host, port, self._deadline)
        numbers = dict.fromkeys(str(address[0]) for _family, address in self._addresses)
        return Done({"addresses": ", ".join(numbers)})

    def _connect(self, _want: Connect) -> Done:
        self._deadline.start(self._deadline.limits.connect_s)
        self._sock = sockets.connect(self._addresses, self._deadline)
        address = str(self._sock.getpeername()[0])
        self.transcript.note(f"connected to {address}, port {self.relay.port}")
        return Done({"address": address, "name": self._own_name()})

    def _own_name(self) -> str:
        try:
            return self._name.result(min(COURTESY_S, self._deadline.remaining()))
        except TimeoutError:
            return LOOPBACK

    def _listen(self, _want: Listen) -> Reply:
        self._deadline.command()
        self._line = Line(self._sock, self._deadline)
        return self._heard(self._line.reply())

    def _say(self, want: Say) -> Reply:
        assert self._line
        self.transcript.hide(want.secret)
        self.transcript.we_say(want.shown or want.line)
        return self._heard(self._line.ask(want.line))

    def _say_all(self, want: SayAll) -> Replies:
        assert self._line
        for line in want.lines:
            self.transcript.we_say(line)
        came: list[Reply] = []
        try:
            came.extend(map(self._heard, self._line.ask_all(want.lines)))
        except Exception as exc:  # what came before it counts
            return Replies(tuple(came), self._fault(exc))
        return Replies(tuple(came))

    def _send(self, want: Send) -> Reply:
        assert self._line
        self.transcript.note(f"{len(want.message)} bytes of a message")
        return self._heard(self._line.send(want.message))

    def _heard(self, came: tuple[int, list[str]]) -> Reply:
        number, lines = came
        self.transcript.they_say(number, lines)
        return Reply(number, tuple(lines), at=time.time())

    def _secure(self, _want: Secure) -> Done:
        self._deadline.command()
        context = tls.context(self.relay.verified, self._deadline)
        tls.identify(context, self.relay.certificate, self.relay.key)
        if self._line:
            self._line.secure(context, self.relay.host)
            self._sock = self._line.sock
        else:
            self._sock = sockets.encrypt(self._sock, context, self.relay.host)
        facts = certificate.facts(self._sock)
        self.transcript.note(", ".join(f"{key} {facts[key]}" for key in facts))
        return Done(facts)

    def _pause(self, want: Pause) -> Done:
        self._deadline.start(want.seconds)
        with contextlib.suppress(TimeoutError):
            time.sleep(min(want.seconds, self._deadline.remaining()))
        return Done()

    def _leave(self, want: Leave) -> Done:
        try:
            if want.polite and self._line:
                self.transcript.we_say("QUIT")
                self._heard(self._line.ask("QUIT", COURTESY_S))
        finally:
            self.hang_up()
        return Done()

    def hang_up(self) -> None:
        line, sock, self._line, self._sock = self._line, self._sock, None, None
        for one in (line, sock):
            with contextlib.suppress(OSError):
                if one:
                    one.close()


def own_name() -> str:
    """What this machine is called, as smtplib says it in EHLO (RFC 5321, 4.1.4)."""
    name = socket.getfqdn()
    if "." in name:
        return name
    try:
        return f"[{socket.gethostbyname(socket.gethostname())}]"
    except OSError:
        return LOOPBACK


@dataclass(frozen=True)
class Asked:
    """``steps`` of the way to the server; ``verdicts``, one an envelope, in order."""

    steps: tuple[Step, ...]
    verdicts: tuple[Verdict, ...]
    transcript: str


def survey(
    relay: Relay,
    envelopes: tuple[Envelope, ...],
    limits: Limits = PROBE,
    pause_s: float = 0.0,
    messages: tuple[bytes, ...] = (),
) -> Asked:
    """Ask a server for many envelopes over one connection; nothing is raised for what
    the server does. What the limits leave no time for is unknown.

    :param messages: one an envelope (bytes with CRLF), to be sent; without them nothing
        is
    """
    machine = Survey(relay, envelopes, pause_s, messages=messages)
    wire = Wire(relay, Deadline(limits))
    wire.run(machine.run())
    steps, verdicts = tuple(machine.steps), tuple(machine.verdicts)
    return Asked(steps, verdicts, wire.transcript.text)
