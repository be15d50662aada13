# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Opens mailboxes, several at once: a dead one costs only its own deadline."""

import itertools
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from ..core.mailbox.account import Account
from . import imap, pop
from .deadline import FETCH, Deadline, Limits
from .refusal import Refusal, explained

Session = imap.Session | pop.Session

PROTOCOLS: dict[str, type[imap.Session] | type[pop.Session]] = {
    "imap": imap.Session,
    "pop": pop.Session,
}

#: Mailboxes that are opened at the same time, or stand open until their turn comes.
AT_ONCE = 16


@dataclass(frozen=True)
class Opened:
    """Either a session or the refusal that came in its place."""

    account: Account
    session: Session | None = None
    refusal: Refusal | None = None


def open_session(account: Account, limits: Limits = FETCH) -> Session:
    """Connect, secure and log in; raises ``Refusal`` and nothing else."""
    with explained(account, "connect"):
        return PROTOCOLS[account.protocol](account, Deadline(limits))


def _try(account: Account, limits: Limits) -> Opened:
    try:
        return Opened(account, session=open_session(account, limits))
    except Refusal as refusal:
        return Opened(account, refusal=refusal)


def _leave(asked: Future[Opened]) -> None:
    """Close a session that nobody wants any more."""
    if not asked.cancelled() and (session := asked.result().session):
        session.close()


def open_all(accounts: Iterable[Account], limits: Limits = FETCH) -> Iterator[Opened]:
    """Open mailboxes at the same time, each yielded as soon as it has answered.

    The caller closes each session. The next mailbox is opened when the caller comes
    back for more: servers hang up on those who log in and then say nothing for long.
    """
    waiting = iter(list(accounts))
    pool = ThreadPoolExecutor(AT_ONCE, "mailbox")
    asked: set[Future[Opened]] = set()
    try:
        while True:
            for account in itertools.islice(waiting, AT_ONCE - len(asked)):
                asked.add(pool.submit(_try, account, limits))
            if not asked:
                return
            done = next(as_completed(asked))
            asked.remove(done)
            yield done.result()
    finally:
        # The caller may have stopped early.
        pool.shutdown(wait=False, cancel_futures=True)
        for left in asked:
            left.add_done_callback(_leave)
