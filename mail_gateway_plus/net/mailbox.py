# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Opens mailboxes, several at once: a dead one costs only its own deadline."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from ..core.mailbox.account import Account
from . import imap, pop
from .deadline import FETCH, Deadline, Limits
from .refusal import Refusal

Session = imap.Session | pop.Session

PROTOCOLS: dict[str, type[imap.Session] | type[pop.Session]] = {
    "imap": imap.Session,
    "pop": pop.Session,
}

#: Mailboxes that are opened at the same time.
AT_ONCE = 16


@dataclass(frozen=True)
class Opened:
    """Either a session or the refusal that came in its place."""

    account: Account
    session: Session | None = None
    refusal: Refusal | None = None


def open_session(account: Account, limits: Limits = FETCH) -> Session:
    """Connect, secure and log in; raises ``Refusal``."""
    return PROTOCOLS[account.protocol](account, Deadline(limits))


def _try(account: Account, limits: Limits) -> Opened:
    try:
        return Opened(account, session=open_session(account, limits))
    except Refusal as refusal:
        return Opened(account, refusal=refusal)


def open_all(accounts: Iterable[Account], limits: Limits = FETCH) -> Iterator[Opened]:
    """Open mailboxes at the same time, each yielded as soon as it has answered."""
    wanted = list(accounts)
    if not wanted:
        return
    with ThreadPoolExecutor(min(AT_ONCE, len(wanted)), "mailbox") as pool:
        asked = [pool.submit(_try, account, limits) for account in wanted]
        for done in as_completed(asked):
            yield done.result()
