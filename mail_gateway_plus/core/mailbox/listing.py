# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is new in a folder, and in which portions to download it.

IMAP: on the first look only unseen messages count, for the rest is the history of
a mailbox that people used before. From then on every UID above the highest one
known is new, whatever its flags say, so nobody loses a message by reading it
first. A UID once listed stays ``pending`` until it is stored.

A folder that begins to count anew (its UIDVALIDITY is another one, or its UIDs go
back behind the highest one known, as after a restore) is looked through for all that
is unseen or recent by its own Date field: what people read before the next look is
not lost, and the history before does not come again.

POP3: what is listed and not in the ledger is new.
"""

import datetime
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Entry:
    """One message on the server; ``size`` in bytes as the server states it, ``mark``
    all that the listing says of it: another mark under the same UID is another
    message."""

    uid: str
    size: int = 0
    mark: str = ""


@dataclass(frozen=True)
class FolderState:
    """What is remembered of a folder between two looks.

    ``pending`` UIDs were listed and are not stored yet, ``unacknowledged`` ones are
    stored and the server may not have heard of it.
    """

    name: str = "INBOX"
    uidvalidity: str = ""
    last_uid: int = 0
    pending: frozenset[int] = frozenset()
    unacknowledged: frozenset[int] = frozenset()
    looked_on: datetime.date | None = None

    def begins_anew(self, uidvalidity: str, highest_uid: int) -> bool:
        """Whether the UIDs known so far mean nothing any more (RFC 3501, 2.3.1.1),
        or point behind the end of the folder, which can only be after a restore."""
        return self.uidvalidity != uidvalidity or highest_uid < self.last_uid

    def stored(self, uids: Iterable[str]) -> "FolderState":
        """The state once ``uids`` are safe in the ledger."""
        if not self.uidvalidity:
            return self
        numbers = {int(uid) for uid in uids}
        return replace(
            self,
            pending=self.pending - numbers,
            unacknowledged=self.unacknowledged | numbers,
        )

    def acknowledged(self) -> "FolderState":
        """The state once the server has heard of all that is stored."""
        return replace(self, unacknowledged=frozenset())

    def gone(self, uids: Iterable[str]) -> "FolderState":
        """The state without ``uids`` that are no longer on the server."""
        if not self.uidvalidity:
            return self
        return replace(self, pending=self.pending - {int(uid) for uid in uids})


#: English whatever the locale (RFC 3501, date-month).
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
#: How far behind the last look a Date field may lie: clocks are wrong, and mail waits.
_BACK = datetime.timedelta(days=7)


def criteria(state: FolderState, uidvalidity: str, highest_uid: int) -> str:
    """The IMAP SEARCH that lists what may be new (RFC 3501, 6.4.4).

    The range is closed: "n:*" also answers with the last message when that is below
    n, and so would bring in what somebody read long ago.
    """
    if state.begins_anew(uidvalidity, highest_uid):
        if not state.uidvalidity or state.looked_on is None:
            return "UNSEEN"
        day = state.looked_on - _BACK
        month = _MONTHS[day.month - 1]
        return f"OR UNSEEN SENTSINCE {day.day}-{month}-{day.year}"
    if highest_uid == state.last_uid:
        return "UNSEEN"
    return f"OR UNSEEN UID {state.last_uid + 1}:{highest_uid}"


def looked(
    state: FolderState, uidvalidity: str, highest_uid: int, found: Collection[int]
) -> FolderState:
    """The state after a search with ``criteria`` has ``found`` these UIDs."""
    if state.begins_anew(uidvalidity, highest_uid):
        return FolderState(state.name, uidvalidity, highest_uid, frozenset(found))
    fresh = {uid for uid in found if uid > state.last_uid}
    return replace(
        state,
        last_uid=max(state.last_uid, highest_uid),
        pending=state.pending | fresh,
    )


@dataclass(frozen=True)
class Look:
    """A folder looked at: its state from now on, and the UIDs that may be new."""

    state: FolderState
    found: tuple[str, ...]
    exists: int


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
