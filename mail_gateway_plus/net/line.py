# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How a connection of either protocol comes about: reached, secured, logged in."""

import re
import ssl
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from ..core.account import Credentials
from ..core.mailbox.account import Account
from . import sockets, tls
from .deadline import Deadline
from .refusal import Missing, explained

#: A message, or an answer to one command, larger than this is not read into memory; no
#: real one comes near.
LARGEST_LITERAL = 256 * 1024 * 1024
#: RFC 1939 allows 512 bytes a line, messages hold longer ones; over IMAP, the unseen
#: messages of a crowded folder stand in one line.
LONGEST_LINE = 16 * 1024 * 1024
#: What is kept for each line beside its bytes.
LINE_COST = 200

#: Ends a command, or what a server written in C reads of it.
_ENDS = re.compile(r"[\0\r\n]")


def check_sendable(credentials: Credentials) -> None:
    """A user or a password with a line break would be two commands."""
    if _ENDS.search(credentials.user + credentials.secret):
        raise Missing("unsendable")


def open_socket(account: Account, deadline: Deadline) -> Any:
    """A connected socket, encrypted where the account says so."""
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
    """A connection that is secured and logged in."""
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
