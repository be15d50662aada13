# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One IMAP session (RFC 3501)."""

import functools
import imaplib
import re
import time
from collections.abc import Iterable, Iterator
from typing import Any

from ..core.mailbox import fault, foldername, listing, uidset
from ..core.mailbox.account import Account
from . import certificate
from .deadline import Deadline
from .imap_line import Connection, quoted
from .line import open_line
from .refusal import Refusal, explained

_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
_QUOTED = re.compile(rb'\bBODY\[(?:HEADER)?\] "((?:[^"\\]|\\.)*)"')
_NUMBER = re.compile(rb"\d+")


def _message(item: Any, tail: list[Any]) -> tuple[bytes, bytes | None]:
    """What one piece of FETCH's answer says about a message, and the message where it
    holds one: as a literal, or as a quoted string (RFC 3501, 9: nstring)."""
    if isinstance(item, tuple):
        # A server may put the UID before or after the literal.
        after = b"".join(piece for piece in tail if isinstance(piece, bytes))
        return item[0] + after, item[1]
    quoted = _QUOTED.search(item or b"")
    if not quoted:
        return b"", None
    about = item[: quoted.start()] + item[quoted.end() :]
    return about, re.sub(rb"\\(.)", rb"\1", quoted[1])


def _arrived(line: bytes) -> int:
    """When a message arrived, in seconds of Unix time: a server states it in its own
    zone, which changes with the season. 0 where it does not say, or no such time."""
    try:
        found = imaplib.Internaldate2tuple(line)
        return int(time.mktime(found)) if found else 0
    except (KeyError, ValueError, OverflowError):
        return 0


class Session:
    """A mailbox opened over IMAP."""

    def __init__(
        self, account: Account, deadline: Deadline, line: Connection | None = None
    ) -> None:
        """:param line: a connection that is logged in already"""
        self.account = account
        self._deadline = deadline
        self._imap = line or open_line(Connection, account, deadline)
        self._folder = ""

    def certificate(self) -> dict[str, str]:
        """See ``certificate.of``."""
        return certificate.of(self._imap.sock)

    def _do(self, stage: str, size: int, command: str, *args: str) -> list[Any]:
        """Run a UID command and return its untagged data."""
        with explained(self.account, stage, self._folder):
            self._deadline.command(size)
            status, data = self._imap.uid(command, *args)
            if status != "OK":
                raise imaplib.IMAP4.error(data[0] if data else status)
        return data

    def _select(self, folder: str) -> int:
        with explained(self.account, "folder", folder):
            self._folder = folder
            self._deadline.command()
            try:
                status, data = self._imap.select(quoted(foldername.encode(folder)))
            except imaplib.IMAP4.readonly:
                # It is open all the same; only acknowledging will be refused. Else
                # imaplib itself refuses each command from now on.
                self._imap.is_readonly = True
                status, data = "OK", self._imap.response("EXISTS")[1]
            if status != "OK":
                raise imaplib.IMAP4.error(data[0])
        return int(data[0] or 0)

    def _number(self, code: str) -> int:
        """A number that SELECT answered with: UIDVALIDITY, UIDNEXT."""
        _code, data = self._imap.response(code)
        return int(data[0]) if data and data[0] else 0

    def _search(self, criteria: str) -> list[int]:
        data = self._do("list", 0, "SEARCH", criteria)
        return [int(uid) for line in data if line for uid in _NUMBER.findall(line)]

    def look(self, state: listing.FolderState) -> listing.Look:
        """Look into a folder; nothing is changed there."""
        exists = self._select(state.name)
        uidvalidity = str(self._number("UIDVALIDITY"))
        highest = self._number("UIDNEXT") - 1
        if highest < 0:
            # Without UIDNEXT the end of the folder is not known, only its last message.
            highest = max(self._search("ALL"), default=0)
            if uidvalidity == state.uidvalidity:
                highest = max(highest, state.last_uid)
        found = set(self._search(listing.criteria(state, uidvalidity, highest)))
        known = listing.looked(state, uidvalidity, highest, found)
        return listing.Look(
            state=known,
            found=tuple(str(uid) for uid in sorted(found | known.pending)),
            exists=exists,
        )

    def sizes(self, uids: Iterable[str]) -> list[listing.Entry]:
        """What the server states of messages, lowest UID first; what has gone is left
        out. The time of arrival tells apart two messages of one size."""
        entries = {}
        for wanted in uidset.pieces(int(uid) for uid in uids):
            for line in filter(None, self._stated(wanted)):
                uid, size = _UID.search(line), _SIZE.search(line)
                if uid and size:
                    mark = f"{int(size[1])} {_arrived(line)}"
                    entries[int(uid[1])] = (int(size[1]), mark)
        return [listing.Entry(str(uid), *entries[uid]) for uid in sorted(entries)]

    def _stated(self, wanted: str) -> list[Any]:
        """FETCH's answer about messages. Where the server refuses, each half is asked
        for: one message that it cannot measure would hide all others, and is taken for
        one of no size."""
        try:
            return self._do("list", 0, "FETCH", wanted, "(RFC822.SIZE INTERNALDATE)")
        except Refusal as refusal:
            if refusal.finding.code != fault.code("answer", "list"):
                raise
        uids = sorted(uidset.load(wanted))
        if len(uids) == 1:
            return [b"UID %d RFC822.SIZE 0" % uids[0]]
        half = len(uids) // 2
        halves = uidset.dump(uids[:half]), uidset.dump(uids[half:])
        return [line for one in halves for line in self._stated(one)]

    def download(self, batch: list[listing.Entry]) -> Iterator[tuple[str, bytes]]:
        """(UID, raw bytes) of each message, without touching a flag; what has gone
        in the meantime is left out."""
        wanted = {int(entry.uid) for entry in batch}
        yield from self._fetch(wanted, sum(e.size for e in batch), "(UID BODY.PEEK[])")

    def head(self, entry: listing.Entry) -> bytes | None:
        """The header of a message without touching a flag; None when it has gone."""
        found = self._fetch({int(entry.uid)}, 0, "(UID BODY.PEEK[HEADER])")
        return next((raw for _uid, raw in found), None)

    def _fetch(
        self, wanted: set[int], size: int, items: str
    ) -> Iterator[tuple[str, bytes]]:
        data = self._do("download", size, "FETCH", uidset.dump(wanted), items)
        for index, item in enumerate(data):
            about, raw = _message(item, data[index + 1 : index + 2])
            uid = _UID.search(about)
            if uid and raw is not None and int(uid[1]) in wanted:
                wanted.remove(int(uid[1]))
                yield uid[1].decode(), raw

    def acknowledge(self, uids: Iterable[int]) -> None:
        """Tell the server that we have these: mark them seen."""
        for wanted in uidset.pieces(uids):
            self._do("acknowledge", 0, "STORE", wanted, "+FLAGS.SILENT", r"(\Seen)")

    @functools.cached_property
    def _can(self) -> frozenset[str]:
        """The capabilities after login; most servers hide some of them before."""
        with explained(self.account, "list"):
            self._deadline.command()
            data = self._imap.capability()[1]
        return frozenset(data[0].decode("ascii", "replace").upper().split())

    def move(self, uids: Iterable[str], folder: str) -> None:
        """Move messages out of the selected folder (RFC 6851), into one that is made
        if it is missing. Those that have gone are no fault."""
        for wanted in uidset.pieces(int(uid) for uid in uids):
            if "MOVE" in self._can:
                self._into(folder, "MOVE", wanted)
            else:
                self._into(folder, "COPY", wanted)
                self._remove("move", wanted)

    def delete(self, uids: Iterable[str]) -> None:
        """Delete messages of the selected folder, and no other ones."""
        for wanted in uidset.pieces(int(uid) for uid in uids):
            self._remove("delete", wanted)

    def _into(self, folder: str, command: str, wanted: str) -> None:
        name = quoted(foldername.encode(folder))
        with explained(self.account, "move", folder):
            status, data = self._send(command, wanted, name)
            if status != "OK" and b"TRYCREATE" in (data[0] or b"").upper():
                self._create(name)
                status, data = self._send(command, wanted, name)
            if status != "OK":
                raise imaplib.IMAP4.error(data[0])

    def _send(self, command: str, *args: str) -> tuple[str, list[Any]]:
        self._deadline.command()
        return self._imap.uid(command, *args)

    def _create(self, name: str) -> None:
        self._deadline.command()
        status, data = self._imap.create(name)
        if status != "OK":
            raise imaplib.IMAP4.error(data[0])
        # Else many a mail program does not show it; nothing depends on it.
        self._imap.subscribe(name)

    def _remove(self, stage: str, wanted: str) -> None:
        r"""EXPUNGE takes whatever somebody flagged \Deleted. Without UIDPLUS (RFC 4315)
        it is given only where that is ours alone, else the flag has to do."""
        self._do(stage, 0, "STORE", wanted, "+FLAGS.SILENT", r"(\Deleted)")
        if "UIDPLUS" in self._can:
            self._do(stage, 0, "EXPUNGE", wanted)
        elif uidset.load(wanted).issuperset(self._search("DELETED")):
            with explained(self.account, stage):
                self._deadline.command()
                self._imap.expunge()

    def folders(self) -> list[foldername.Folder]:
        """The folders of the mailbox, as LIST names them."""
        with explained(self.account, "folders"):
            self._deadline.command()
            status, data = self._imap.list('""', '"*"')
            if status != "OK":
                raise imaplib.IMAP4.error(data[0])
        found = []
        for item in filter(None, data):
            line, literal = item if isinstance(item, tuple) else (item, None)
            found.append(foldername.listed(line, literal))
        return [folder for folder in found if folder]

    def close(self) -> None:
        """Say goodbye; a server that has gone already is no fault any more."""
        try:
            self._deadline.start(self._deadline.limits.connect_s)
            self._imap.logout()
        except (OSError, imaplib.IMAP4.error):
            self._imap.shutdown()
