# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""imaplib over a socket that obeys a deadline, with answers that are bounded."""

import contextlib
import imaplib
import ssl
from typing import Any

from ..core.mailbox.account import Account
from .deadline import Deadline
from .line import (
    LARGEST_LITERAL,
    LINE_COST,
    LONGEST_LINE,
    check_sendable,
    open_socket,
)
from .refusal import Missing


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


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
        """imaplib's own takes a line of more than a megabyte for a fault."""
        line: bytes = self.file.readline(LONGEST_LINE + 1)  # type: ignore[assignment]
        if len(line) > LONGEST_LINE:
            raise self.abort(f"a line of {len(line)} bytes or more")
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
            return
        check_sendable(credentials)
        if self._takes_login():
            # imaplib quotes the password but not the user.
            self.login(quoted(credentials.user), credentials.secret)
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
