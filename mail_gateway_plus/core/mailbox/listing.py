# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is new in a folder, and in which portions to download it.

IMAP: on the first look only unseen messages count, for the rest is the history of
a mailbox that people used before. From then on every UID above the highest one
known is new, whatever its flags say, so nobody loses a message by reading it
first. A UID once listed stays ``pending`` until it is stored.

POP3: what is listed and not in the ledger is new.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from . import uidset


@dataclass(frozen=True)
class Entry:
    """One message on the server; ``size`` in bytes as the server states it."""

    uid: str
    size: int = 0


@dataclass(frozen=True)
class FolderState:
    """What is remembered of a folder between two looks."""

    name: str = "INBOX"
    uidvalidity: str = ""
    last_uid: int = 0
    pending: frozenset[int] = frozenset()

    def stored(self, uids: Iterable[str]) -> "FolderState":
        """The state once ``uids`` are safe in the ledger."""
        if not self.uidvalidity:
            return self
        return replace(self, pending=self.pending - {int(uid) for uid in uids})


def criteria(state: FolderState, uidvalidity: str) -> str:
    """The IMAP SEARCH that lists what may be new (RFC 3501, 6.4.4)."""
    if state.uidvalidity != uidvalidity:
        return "UNSEEN"
    uids = ",".join(
        filter(None, [uidset.dump(state.pending), f"{state.last_uid + 1}:*"])
    )
    return f"OR UNSEEN UID {uids}"


def looked(
    state: FolderState, uidvalidity: str, highest_uid: int, found: Collection[int]
) -> FolderState:
    """The state after a search with ``criteria`` has ``found`` these UIDs.

    A new UIDVALIDITY makes every UID known so far meaningless (RFC 3501, 2.3.1.1).
    """
    same = state.uidvalidity == uidvalidity
    last_uid = state.last_uid if same else highest_uid
    pending = (state.pending if same else frozenset()) & frozenset(found)
    # "n:*" also answers with the highest UID when that is below n.
    fresh = {uid for uid in found if not same or uid > last_uid}
    return FolderState(
        name=state.name,
        uidvalidity=uidvalidity,
        last_uid=max([last_uid, *found]),
        pending=pending | fresh,
    )


def batches(
    entries: Iterable[Entry], max_count: int, max_bytes: int
) -> Iterator[list[Entry]]:
    """Portions of at most ``max_count`` messages and ``max_bytes`` bytes; a message
    that is larger than that alone makes a portion of its own."""
    batch: list[Entry] = []
    size = 0
    for entry in entries:
        if batch and (len(batch) >= max_count or size + entry.size > max_bytes):
            yield batch
            batch, size = [], 0
        batch.append(entry)
        size += entry.size
    if batch:
        yield batch
