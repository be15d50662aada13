# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Other ports and securities of a server, tried beside a test that may need them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed, wait
from dataclasses import dataclass, field, replace
from typing import Protocol

from ..core import trial
from ..core.proposal import Answer, Door
from ..core.trial import Step

#: Seconds after which a test that has not come to the login is not waited for: the
#: other doors are knocked at beside it.
HEDGE_S = 1.5
#: What the answers of the other doors are waited for when all is well without them, or
#: with one of them.
COURTESY_S = 2.0


@dataclass(frozen=True)
class Knock:
    """``facts`` as ``certificate.facts`` gives them, empty without TLS."""

    answer: Answer
    facts: Mapping[str, str] = field(default_factory=dict)


class Test(Protocol):
    """The chosen settings. ``secured``: the password may be sent, so that others are no
    question; ``connects``: it is not for want of others that something failed."""

    @property
    def secured(self) -> bool: ...

    @property
    def connects(self) -> bool: ...

    def run(self) -> None: ...


class Around:
    """``doors`` knocked at all at once, when that may be of use.

    :param enough: whether an answer leaves nothing better to be found, so that the
        others are waited for out of courtesy alone
    :param heard: told of each answer at once, in a thread of its own
    """

    def __init__(
        self,
        doors: Iterable[Door],
        knock: Callable[[Door], Knock],
        enough: Callable[[Answer], bool],
        heard: Callable[[Answer], None] | None = None,
    ) -> None:
        self._doors, self._knock, self._enough = [*doors], knock, enough
        self._heard = heard
        self._pool = ThreadPoolExecutor(len(self._doors) or 1, "knock")
        self._asked: list[Future[Knock]] = []

    def _ask(self) -> None:
        """Begin to, unless it is done already."""
        if not self._asked:
            self._asked = [self._pool.submit(self._at, door) for door in self._doors]

    def _at(self, door: Door) -> Knock:
        knock = self._knock(door)
        if self._heard:
            self._heard(knock.answer)
        return knock

    def _answers(self, patience_s: float) -> list[Knock]:
        """Those that have come by then; each knock has a limit of its own."""
        done = wait(self._asked, patience_s).done
        return [asked.result() for asked in self._asked if asked in done]

    def _found(self) -> list[Knock]:
        """All, or what has come a little after one that is enough."""
        for asked in as_completed(self._asked):
            if self._enough(asked.result().answer):
                break
        return self._answers(COURTESY_S)

    def tried(self, test: Test, *, eager: bool) -> list[Knock]:
        """Run the test, and knock where it does not get on.

        :param eager: knock in any case
        """
        main = ThreadPoolExecutor(1, "test")
        try:
            running = main.submit(test.run)
            if eager:
                self._ask()
            wait([running], HEDGE_S)
            if not running.done() and not test.secured:
                self._ask()
            running.result()
            if not test.connects:
                self._ask()
            return self._answers(COURTESY_S) if test.connects else self._found()
        finally:
            main.shutdown(wait=False)
            self._pool.shutdown(wait=False, cancel_futures=True)


def settled(steps: list[Step], door: Door, knocks: list[Knock]) -> Iterator[Step]:
    """The steps, with what the other connections found out about the certificate."""
    answers = [one.answer for one in knocks]
    facts = next((one.facts for one in knocks if one.answer.door == door), {})
    for step in steps:
        finding = trial.checked(step.finding, door, answers)
        # Of a connection in clear text no certificate is told.
        is_tls = step.stage == "tls" and step.finding.code != trial.CLEAR_TEXT
        known = step.facts or (facts if is_tls else {})
        yield replace(step, finding=finding, facts=known)
