# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One IMAP session (RFC 3501)."""

import contextlib
import imaplib
import re
import ssl
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from ..core.mailbox import listing, uidset
from ..core.mailbox.account import Account
from . import sockets, tls
from .deadline import Deadline
from .refusal import Missing, explained

#: A message, or an answer to one command, larger than this is not read into memory; no
#: real one comes near.
LARGEST_LITERAL = 256 * 1024 * 1024
#: What imaplib keeps for each line beside its bytes.
LINE_COST = 200

_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
_QUOTED = re.compile(rb'\bBODY\[\] "((?:[^"\\]|\\.)*)"')
_NUMBER = re.compile(rb"\d+")


@dataclass(frozen=True)
class Look:
    """A folder looked at: its state from now on, and the UIDs that may be new."""

    state: listing.FolderState
    found: tuple[str, ...]
    exists: int


class Connection(imaplib.IMAP4):
    """imaplib over a socket with a deadline."""

    #: Bytes of the answer to the current command.
    _answered = 0

    def __init__(self, account: Account, deadline: Deadline, sock: Any = None) -> None:
        self.account = account
        self.deadline = deadline
        self._open = sock
        # Connects, reads the greeting and asks for the capabilities.
        super().__init__(account.host, account.port)

    def _create_socket(self, timeout: float | None = None) -> Any:
        return self._open or open_socket(self.account, self.deadline)

    def send(self, data: Any) -> None:
        """A command, so what comes from now on is the answer to it."""
        self._answered = 0
        return super().send(data)

    def _count(self, size: int) -> None:
        self._answered += size
        if self._answered > LARGEST_LITERAL:
            raise self.abort(f"an answer of {self._answered} bytes or more")

    def read(self, size: int) -> bytes:
        self._count(size)
        return super().read(size)

    def readline(self) -> bytes:
        line = super().readline()
        self._count(len(line) + LINE_COST)
        return line

    def shutdown(self) -> None:
        """Hang up; after a failed handshake the socket is closed already."""
        with contextlib.suppress(OSError):
            return super().shutdown()

    def hang_up(self) -> None:
        self.shutdown()

    def greeting(self) -> bytes:
        return self.welcome

    def takes_clear_login(self) -> bool:
        """RFC 3501, 6.2.3."""
        return "LOGINDISABLED" not in self.capabilities

    def secure(self, context: ssl.SSLContext) -> None:
        """STARTTLS; a server that does not offer it (any more) is refused, for
        somebody on the way may have taken the offer out."""
        if "STARTTLS" not in self.capabilities:
            raise Missing("starttls_missing", " ".join(self.capabilities))
        self.deadline.command()
        self.starttls(context)

    def enter(self) -> None:
        """Log in with the account's credentials."""
        credentials = self.account.credentials
        self.deadline.command()
        if credentials.mechanism != "LOGIN":
            self.authenticate(
                credentials.mechanism, lambda _challenge: credentials.secret.encode()
            )
        elif self._takes_login():
            # imaplib quotes the password but not the user.
            self.login(_quoted(credentials.user), credentials.secret)
        else:
            # LOGIN carries ASCII only; PLAIN carries UTF-8 (RFC 4616).
            secret = f"\0{credentials.user}\0{credentials.secret}".encode()
            self.authenticate("PLAIN", lambda _challenge: secret)

    def _takes_login(self) -> bool:
        """Whether LOGIN will do, else PLAIN. A server that forbids both for want of
        encryption (RFC 3501, 6.2.3) or altogether gets no password."""
        credentials = self.account.credentials
        if "LOGINDISABLED" not in self.capabilities:
            return (credentials.user + credentials.secret).isascii()
        if "AUTH=PLAIN" not in self.capabilities:
            encrypted = self.account.security != "none"
            kind = "password_refused" if encrypted else "login_disabled"
            raise Missing(kind, " ".join(self.capabilities))
        return False


def open_socket(account: Account, deadline: Deadline) -> Any:
    """A connected socket, encrypted where the account says so; shared with POP3."""
    deadline.start(deadline.limits.connect_s)
    with explained(account, "resolve"):
        addresses = sockets.resolve(account.host, account.port, deadline)
    with explained(account, "connect"):
        sock = sockets.connect(addresses, deadline)
    if not account.implicit_tls:
        deadline.command()
        return sock
    with explained(account, "tls"):
        deadline.command()
        try:
            context = tls.context(account.verified, deadline)
            return sockets.encrypt(sock, context, account.host)
        except BaseException:
            sock.close()
            raise


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


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


class Line(Protocol):
    """What a connection of either protocol can do until it is logged in."""

    def secure(self, context: ssl.SSLContext) -> None: ...

    def enter(self) -> None: ...

    def hang_up(self) -> None: ...


AnyLine = TypeVar("AnyLine", bound=Line)


def open_line(
    connect: Callable[[Account, Deadline], AnyLine],
    account: Account,
    deadline: Deadline,
) -> AnyLine:
    """A connection that is secured and logged in; shared with POP3."""
    with explained(account, "greeting"):
        line = connect(account, deadline)
    try:
        if account.starttls:
            with explained(account, "starttls"):
                deadline.command()
                line.secure(tls.context(account.verified, deadline))
        with explained(account, "login"):
            line.enter()
    except BaseException:
        line.hang_up()
        raise
    return line


class Session:
    """A mailbox opened over IMAP."""

    def __init__(
        self, account: Account, deadline: Deadline, line: Connection | None = None
    ) -> None:
        """:param line: a connection that is logged in already"""
        self.account = account
        self._deadline = deadline
        self._imap = line or open_line(Connection, account, deadline)

    def _do(self, stage: str, size: int, command: str, *args: str) -> list[Any]:
        """Run a UID command and return its untagged data."""
        with explained(self.account, stage):
            self._deadline.command(size)
            status, data = self._imap.uid(command, *args)
            if status != "OK":
                raise imaplib.IMAP4.error(data[0] if data else status)
        return data

    def _select(self, folder: str) -> int:
        with explained(self.account, "folder", folder):
            self._deadline.command()
            try:
                status, data = self._imap.select(_quoted(folder))
            except imaplib.IMAP4.readonly:
                # It is open all the same; only acknowledging will be refused.
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

    def look(self, state: listing.FolderState) -> Look:
        """Look into a folder; nothing is changed there."""
        exists = self._select(state.name)
        uidvalidity = str(self._number("UIDVALIDITY"))
        highest = self._number("UIDNEXT") - 1
        if highest < 0:
            highest = max(self._search("ALL"), default=0)
        found = set(self._search(listing.criteria(state, uidvalidity, highest)))
        known = listing.looked(state, uidvalidity, highest, found)
        return Look(
            state=known,
            found=tuple(str(uid) for uid in sorted(found | known.pending)),
            exists=exists,
        )

    def sizes(self, uids: Iterable[str]) -> list[listing.Entry]:
        """The sizes of messages, lowest UID first; what has gone is left out."""
        sizes = {}
        for wanted in uidset.pieces(int(uid) for uid in uids):
            data = self._do("list", 0, "FETCH", wanted, "(RFC822.SIZE)")
            for line in filter(None, data):
                uid, size = _UID.search(line), _SIZE.search(line)
                if uid and size:
                    sizes[int(uid[1])] = int(size[1])
        return [listing.Entry(str(uid), size) for uid, size in sorted(sizes.items())]

    def download(self, batch: list[listing.Entry]) -> Iterator[tuple[str, bytes]]:
        """(UID, raw bytes) of each message, without touching a flag; what has gone
        in the meantime is left out."""
        wanted = {int(entry.uid) for entry in batch}
        size = sum(entry.size for entry in batch)
        data = self._do(
            "download", size, "FETCH", uidset.dump(wanted), "(UID BODY.PEEK[])"
        )
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

    def close(self) -> None:
        """Say goodbye; a server that has gone already is no fault any more."""
        try:
            self._deadline.start(self._deadline.limits.connect_s)
            self._imap.logout()
        except (OSError, imaplib.IMAP4.error):
            self._imap.shutdown()
