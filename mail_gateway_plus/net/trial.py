# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The test of a mailbox: one stage after the other, each with its time.

Where a stage before the login fails, and where the chosen settings do not protect as
well as they could, other doors of the server are knocked at beside it: see
``core.proposal``. Nobody logs in there, so no password gets anywhere.
"""

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from ..core import proposal, trial
from ..core.finding import Finding
from ..core.mailbox import proposal as mailbox_proposal
from ..core.mailbox.account import Account
from ..core.mailbox.listing import FolderState
from ..core.mailbox.trial import FOLDER_FOUND, Trial
from ..core.proposal import Answer
from ..core.trial import Step
from . import certificate, knock, sockets, tls
from .around import Around, settled
from .deadline import TEST, Deadline, Limits
from .mailbox import PROTOCOLS, Session
from .refusal import Refusal, explained, kind_of


class _Note:
    """What a stage leaves behind when it passes, and what is known when it does not."""

    finding: Finding
    facts: Mapping[str, str]

    def __init__(self, **params: str) -> None:
        self.params = params
        self.facts = {}

    def passed(self, code: str, **params: str) -> None:
        self.finding = trial.passed(code, **self.params, **params)

    def encrypted(self, sock: Any, *, verified: bool) -> None:
        self.facts = certificate.facts(sock)
        self.finding = trial.encrypted(self.facts, verified=verified)


class _Journal:
    def __init__(self) -> None:
        self.steps: list[Step] = []

    @contextlib.contextmanager
    def stage(self, account: Account, name: str, **params: str) -> Iterator[_Note]:
        """``params`` belong to the stage's text, however it ends."""
        begin, note = time.monotonic(), _Note(**params)
        try:
            with explained(account, name):
                yield note
        except Refusal as refusal:
            found = refusal.finding
            note.finding = replace(found, params={**found.params, **params})
            raise
        finally:
            # Two ways of encryption are one stage to whoever reads this.
            shown = "tls" if name == "starttls" else name
            ms = round((time.monotonic() - begin) * 1000)
            self.steps.append(Step(shown, note.finding, ms, note.facts))


class _Test:
    """The settings as they are chosen."""

    def __init__(
        self, account: Account, folders: Sequence[FolderState], limits: Limits
    ) -> None:
        self.account, self.folders = account, folders
        self.deadline = Deadline(limits)
        self.journal = _Journal()
        self.found: list[tuple[FolderState, tuple[str, ...]]] = []
        #: Whether the password may be sent, so that other settings are no question.
        self.secured = False

    @property
    def connects(self) -> bool:
        return Trial(tuple(self.journal.steps)).connects

    def run(self) -> None:
        """All stages up to the first that fails; each folder is looked into."""
        with contextlib.suppress(Refusal), contextlib.closing(self._open()) as session:
            for state in self.folders:
                self._look(session, state)

    def _open(self) -> Session:
        sock: sockets.Plain | sockets.Encrypted = self._connect()
        line = None
        try:
            if self.account.implicit_tls:
                sock = self._encrypt(sock)
            line = self._greeted(sock)
            self._secure(line)
            self.secured = True
            self._enter(line)
        except BaseException:
            line.hang_up() if line else sock.close()
            raise
        return PROTOCOLS[self.account.protocol](self.account, self.deadline, line)

    def _connect(self) -> sockets.Plain:
        host, port = self.account.host, self.account.port
        self.deadline.start(self.deadline.limits.connect_s)
        with self.journal.stage(self.account, "resolve") as note:
            addresses = sockets.resolve(host, port, self.deadline)
            numbers = dict.fromkeys(str(address[0]) for _family, address in addresses)
            note.passed(trial.RESOLVED, host=host, addresses=", ".join(numbers))
        with self.journal.stage(self.account, "connect") as note:
            sock = sockets.connect(addresses, self.deadline)
            note.passed(trial.CONNECTED, address=sock.getpeername()[0], port=str(port))
        return sock

    def _encrypt(self, sock: Any) -> sockets.Encrypted:
        with self.journal.stage(self.account, "tls") as note:
            self.deadline.command()
            context = tls.context(self.account.verified, self.deadline)
            made = sockets.encrypt(sock, context, self.account.host)
            note.encrypted(made, verified=self.account.verified)
        return made

    def _greeted(self, sock: Any) -> Any:
        with self.journal.stage(self.account, "greeting") as note:
            self.deadline.command()
            line = knock.LINES[self.account.protocol](self.account, self.deadline, sock)
            said = " ".join(line.greeting().decode("utf-8", "replace").split())
            note.passed(trial.GREETED, host=self.account.host, reply=said[:300])
        return line

    def _secure(self, line: Any) -> None:
        if self.account.implicit_tls:
            return
        with self.journal.stage(self.account, "starttls") as note:
            if not self.account.starttls:
                note.finding = Finding(trial.CLEAR_TEXT, "warning")
                return
            self.deadline.command()
            line.secure(tls.context(self.account.verified, self.deadline))
            note.encrypted(line.sock, verified=self.account.verified)

    def _enter(self, line: Any) -> None:
        with self.journal.stage(self.account, "login") as note:
            line.enter()
            note.passed(trial.LOGGED_IN, user=self.account.credentials.user)

    def _look(self, session: Session, state: FolderState) -> None:
        """A folder that is missing does not keep the others from being tested."""
        name = state.name
        try:
            with self.journal.stage(self.account, "folder", folder=name) as note:
                look = session.look(state)
                note.passed(FOLDER_FOUND, count=str(look.exists))
        except Refusal as refusal:
            if refusal.__cause__ is None or kind_of(refusal.__cause__) != "answer":
                raise
        else:
            self.found.append((look.state, look.found))


def run(
    account: Account,
    folders: Sequence[FolderState],
    limits: Limits = TEST,
    *,
    look_around: bool = True,
) -> Trial:
    """Test a mailbox within ``limits.total_s``; raises nothing for what it finds.

    :param folders: those to look into; nothing is changed there
    :param look_around: also find out which other settings would work
    """
    test = _Test(account, folders, limits)
    doors = mailbox_proposal.doors(account.protocol, account.port)
    chosen = proposal.Setting(account.security, account.port)

    def is_enough(answer: Answer) -> bool:
        return any(one.is_best for one in proposal.proposals([answer], chosen))

    around = Around(doors if look_around else (), partial(knock.at, account), is_enough)
    knocks = around.tried(test, eager=not account.verified)
    door = proposal.Door(account.port, account.implicit_tls)
    answers = [one.answer for one in knocks]
    return Trial(
        tuple(settled(test.journal.steps, door, knocks)),
        proposal.proposals(answers, chosen, works=test.connects),
        tuple(test.found),
    )
