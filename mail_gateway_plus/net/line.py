# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How a connection of either protocol comes about: reached, secured, logged in."""

import ssl
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from ..core.mailbox.account import Account
from . import sockets, tls
from .deadline import Deadline
from .refusal import explained

#: A message, or an answer to one command, larger than this is not read into memory; no
#: real one comes near.
LARGEST_LITERAL = 256 * 1024 * 1024


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
