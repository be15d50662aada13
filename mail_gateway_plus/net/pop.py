# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One POP3 session (RFC 1939)."""

import contextlib
import poplib
import socket
import ssl
from collections.abc import Iterable, Iterator
from typing import Any

from ..core.mailbox import listing, naming
from ..core.mailbox.account import Account
from . import certificate
from .deadline import Deadline
from .line import (
    LARGEST_LITERAL,
    LINE_COST,
    LONGEST_LINE,
    check_sendable,
    open_line,
    open_socket,
)
from .refusal import Missing, explained, kind_of


class Connection(poplib.POP3):
    """poplib over a socket with a deadline."""

    #: Bytes of the answer to the current command.
    _answered = 0

    def __init__(self, account: Account, deadline: Deadline, sock: Any = None) -> None:
        self.account = account
        self.deadline = deadline
        self._open = sock
        super().__init__(account.host, account.port)

    def _create_socket(self, timeout: float | None = None) -> Any:
        return self._open or open_socket(self.account, self.deadline)

    def close(self) -> None:
        """Hang up; after a failed handshake the socket is closed already."""
        with contextlib.suppress(OSError):
            return super().close()

    def hang_up(self) -> None:
        self.close()

    def greeting(self) -> bytes:
        return self.getwelcome()

    def takes_clear_login(self) -> bool:
        """A server without CAPA (RFC 2449) is older than any that refuses it."""
        return self.offers("USER", unless_it_says=True)

    def offers(self, capability: str, *, unless_it_says: bool = False) -> bool:
        self.deadline.command()
        try:
            return capability in self.capa()
        except poplib.error_proto:
            return unless_it_says

    def secure(self, context: ssl.SSLContext) -> None:
        """STLS (RFC 2595); see ``imap.Connection.secure``."""
        offered = self.capa()
        if "STLS" not in offered:
            raise Missing("starttls_missing", " ".join(offered))
        self.deadline.command()
        self.stls(context)

    def enter(self) -> None:
        check_sendable(self.account.credentials)
        self.deadline.command()
        self.user(self.account.credentials.user)
        self.pass_(self.account.credentials.secret)

    def _putline(self, line: bytes) -> None:
        """A command, so what comes from now on is the answer to it."""
        self._answered = 0
        return super()._putline(line)  # type: ignore[misc, no-any-return]

    def _getline(self) -> tuple[bytes, int]:
        line, size = super()._getline()  # type: ignore[misc]
        self._count(size + LINE_COST)
        return line, size

    def _count(self, size: int) -> None:
        self._answered += size
        if self._answered > LARGEST_LITERAL:
            # What is left of it must not pass for the answer to another command.
            self.sock.shutdown(socket.SHUT_RDWR)
            raise ConnectionAbortedError(f"an answer of {self._answered} bytes or more")

    def retrieve(self, command: str) -> bytes:
        """A message or its header (RETR, TOP), byte for byte.

        poplib's own commands cut messages into lines without their endings and
        refuse long lines.
        """
        self._shortcmd(command)  # type: ignore[attr-defined]
        lines: list[bytes] = []
        while True:
            line = self.file.readline(LONGEST_LINE)
            if not line:
                raise poplib.error_proto("-ERR EOF")
            # A very long line comes in several pieces; a dot that begins a later one is
            # neither an end marker nor stuffed.
            starts = not lines or lines[-1].endswith(b"\n")
            if starts and line in (b".\r\n", b".\n"):
                return b"".join(lines)
            self._count(len(line))
            lines.append(line[1:] if starts and line.startswith(b".") else line)


class Session:
    """A mailbox opened over POP3; its only folder is INBOX."""

    def __init__(
        self, account: Account, deadline: Deadline, line: Connection | None = None
    ) -> None:
        """:param line: a connection that is logged in already"""
        self.account = account
        self._deadline = deadline
        self._numbers: dict[str, int] = {}
        self._pop = line or open_line(Connection, account, deadline)

    def certificate(self) -> dict[str, str]:
        """See ``certificate.of``."""
        return certificate.of(self._pop.sock)

    def look(self, state: listing.FolderState) -> listing.Look:
        """All messages of the mailbox by UIDL (RFC 1939, 7), or by names of our own."""
        with explained(self.account, "list"):
            self._deadline.command()
            try:
                pairs = self._named(self._pop.uidl()[1])
            except poplib.error_proto as refused:
                if kind_of(refused) == "closed":
                    raise
                pairs = self._unnamed(refused)
        self._numbers = dict(pairs)
        # A mailbox that was fetched over IMAP before left a state of another kind.
        state = listing.FolderState(state.name)
        found = tuple(self._numbers)
        return listing.Look(state=state, found=found, exists=len(found))

    def _named(self, lines: list[bytes]) -> list[tuple[str, int]]:
        words = [line.split(maxsplit=1) for line in lines if line.strip()]
        numbers = [int(word[0]) for word in words]
        names = [
            naming.uidl(word[1]) if len(word) == 2 else self._own_name(number)
            for number, word in zip(numbers, words, strict=True)
        ]
        return list(zip(naming.distinct(names), numbers, strict=True))

    def _unnamed(self, refused: poplib.error_proto) -> list[tuple[str, int]]:
        """All messages by names of our own, unless UIDL was ``refused`` by a server
        that has it: under other names all of them would be fetched again."""
        self._deadline.command()
        numbers = [int(line.split()[0]) for line in self._pop.list()[1]]
        if numbers and self._pop.offers("UIDL"):
            raise refused
        names = [self._own_name(number) for number in numbers]
        return list(zip(naming.distinct(names), numbers, strict=True))

    def _own_name(self, number: int) -> str:
        """A message named after its header; after all of it where the server does not
        even know TOP."""
        return naming.name_of(self._first_words(number))

    def _first_words(self, number: int) -> bytes:
        self._deadline.command()
        try:
            return self._pop.retrieve(f"TOP {number} 0")
        except poplib.error_proto as refused:
            if kind_of(refused) == "closed":
                raise
            self._deadline.command()
            return self._pop.retrieve(f"RETR {number}")

    def sizes(self, uids: Iterable[str]) -> list[listing.Entry]:
        """The sizes of messages in the mailbox's order."""
        with explained(self.account, "list"):
            self._deadline.command()
            lines = [line.split() for line in self._pop.list()[1]]
        sizes = {int(line[0]): int(line[1]) for line in lines if len(line) >= 2}
        there = (uid for uid in uids if uid in self._numbers)
        numbers = sorted((self._numbers[uid], uid) for uid in there)
        return [
            listing.Entry(uid, sizes[n], str(sizes[n]))
            for n, uid in numbers
            if n in sizes
        ]

    def download(self, batch: list[listing.Entry]) -> Iterator[tuple[str, bytes]]:
        """(UIDL, raw bytes) of each message."""
        for entry in batch:
            with explained(self.account, "download"):
                self._deadline.command(entry.size)
                raw = self._pop.retrieve(f"RETR {self._numbers[entry.uid]}")
            yield entry.uid, raw

    def acknowledge(self, uids: Iterable[int]) -> None:
        """POP3 has no flags: the UIDL in the ledger is what we remember."""

    def head(self, entry: listing.Entry) -> bytes | None:
        """The header of a message."""
        with explained(self.account, "download"):
            self._deadline.command()
            return self._pop.retrieve(f"TOP {self._numbers[entry.uid]} 0")

    def delete(self, uids: Iterable[str]) -> None:
        """Delete messages and end the session, for only its end deletes them (RFC
        1939, 6). Those that have gone are no fault; one that the server refuses keeps
        no other."""
        refused = None
        with explained(self.account, "delete"):
            for uid in uids:
                try:
                    self._mark_deleted(uid)
                except poplib.error_proto as problem:
                    if kind_of(problem) == "closed":
                        raise
                    refused = problem
            self._deadline.command()
            self._pop.quit()
            if refused:
                raise refused

    def _mark_deleted(self, uid: str) -> None:
        if uid in self._numbers:
            self._deadline.command()
            self._pop.dele(self._numbers[uid])

    def close(self) -> None:
        """Say goodbye; a server that has gone already is no fault any more."""
        if self._pop.file is None:  # said already
            return
        try:
            self._deadline.start(self._deadline.limits.connect_s)
            self._pop.quit()
        except (OSError, EOFError, poplib.error_proto):
            self._pop.close()
