# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Works on many mailboxes at once: a dead one costs only its own deadline.

Only what the network does runs in threads. What becomes of it is the business of a
``Task``, which runs in the caller's thread, for there the database is.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from ..core.mailbox.account import Account
from . import imap, pop
from .deadline import FETCH, Deadline, Limits
from .refusal import explained

Session = imap.Session | pop.Session

PROTOCOLS: dict[str, type[imap.Session] | type[pop.Session]] = {
    "imap": imap.Session,
    "pop": pop.Session,
}

#: Mailboxes that stand open at the same time.
AT_ONCE = 16
#: Bytes that are under way or wait for being stored, of all mailboxes together. A
#: single message may be larger; then nothing else is under way.
MOST_BYTES = 32 * 1024 * 1024


def open_session(account: Account, limits: Limits = FETCH) -> Session:
    """Connect, secure and log in; raises ``Refusal`` and nothing else."""
    with explained(account, "connect"):
        return PROTOCOLS[account.protocol](account, Deadline(limits))


@dataclass(frozen=True)
class Call:
    """Something for the network to do; it brings about ``size`` bytes."""

    do: Callable[[], Any]
    size: int = 0


class Task(Protocol):
    """The work on one mailbox, in steps between two calls."""

    def go_on(self, answer: Future[Any] | None) -> Call | None:
        """Take the answer to the last call (None at the start) and say what to call
        next; None ends the task. Raises nothing for what a call came to."""


AnyTask = TypeVar("AnyTask", bound=Task)


class _Work:
    """Tasks, their calls that run, and those that wait for room."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self.pool = pool
        self.running: dict[Future[Any], tuple[Any, Call]] = {}
        self.held: list[tuple[Any, Call]] = []
        self.bytes = 0

    def __len__(self) -> int:
        return len(self.running) + len(self.held)

    def take(self, task: Any, call: Call) -> None:
        self.held.append((task, call))

    def submit(self) -> None:
        """Let run what there is room for, in the order of coming."""
        held, self.held = self.held, []
        for task, call in held:
            if call.size and self.bytes and self.bytes + call.size > MOST_BYTES:
                self.held.append((task, call))
                continue
            self.bytes += call.size
            self.running[self.pool.submit(call.do)] = task, call

    def answered(self) -> Iterator[tuple[Any, Future[Any]]]:
        done = wait(self.running, return_when=FIRST_COMPLETED).done
        while done:
            future = done.pop()
            task, call = self.running.pop(future)
            yield task, future
            # The answer is stored by now, and nobody may hold on to its bytes.
            del future
            self.bytes -= call.size


def run_all(tasks: Iterable[AnyTask], at_once: int = AT_ONCE) -> Iterator[AnyTask]:
    """Run tasks at the same time, each yielded when it has ended. The next one is
    taken only when there is room for it."""
    waiting = iter(tasks)
    pool = ThreadPoolExecutor(at_once, "mailbox")
    work = _Work(pool)
    try:
        while True:
            while len(work) < at_once and (task := next(waiting, None)):
                yield from _ended(work, task, None)
            if not work:
                return
            work.submit()
            for task, answer in work.answered():
                yield from _ended(work, task, answer)
                del answer
    finally:
        # The caller may have stopped early; what still runs has its deadline.
        pool.shutdown(wait=False, cancel_futures=True)


def _ended(work: _Work, task: AnyTask, answer: Future[Any] | None) -> Iterator[AnyTask]:
    call = task.go_on(answer)
    if call is None:
        yield task
    else:
        work.take(task, call)
