# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Sockets that obey a ``Deadline`` on every read and write.

imaplib and poplib read through ``makefile()``, which calls ``recv_into``; so it
suffices to set the time that is left there and in ``sendall``.
"""

import errno
import socket
import ssl
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from .deadline import Deadline


class Plain(socket.socket):
    deadline: Deadline | None = None

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        arm(self)
        return super().recv_into(*args, **kwargs)

    def sendall(self, *args: Any, **kwargs: Any) -> None:
        arm(self)
        return super().sendall(*args, **kwargs)


class Encrypted(ssl.SSLSocket):
    #: Set on a class of each connection's own, so that it counts for the handshake
    #: too and for what imaplib reads before it hands the socket out.
    deadline: Deadline | None = None

    def do_handshake(self, block: bool = False) -> None:
        arm(self)
        return super().do_handshake(block)

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        arm(self)
        return super().recv_into(*args, **kwargs)

    def sendall(self, *args: Any, **kwargs: Any) -> None:
        arm(self)
        return super().sendall(*args, **kwargs)


def arm(sock: Plain | Encrypted) -> None:
    """Give the next operation what is left of the deadline, if there is one."""
    if sock.deadline is not None:
        sock.settimeout(sock.deadline.remaining())


Address = tuple[socket.AddressFamily, Any]


Result = TypeVar("Result")


def beside(call: Callable[[], Result], name: str) -> Future[Result]:
    """What asks the system's resolver, which knows no deadline: in a thread that is
    left behind when it takes too long."""
    future: Future[Result] = Future()

    def work() -> None:
        try:
            future.set_result(call())
        except Exception as fault:  # handed to the caller, who waits for it
            future.set_exception(fault)

    threading.Thread(target=work, daemon=True, name=name).start()
    return future


def resolve(host: str, port: int, deadline: Deadline) -> list[Address]:
    """The addresses of a host."""

    def ask() -> list[Address]:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return [(family, address) for family, _t, _p, _n, address in found]

    try:
        return beside(ask, f"resolve {host}").result(deadline.remaining())
    except TimeoutError:
        raise TimeoutError(f"no answer about {host}") from None


#: What says nothing of the server: this machine has no way to addresses of that kind,
#: mostly IPv6.
NO_WAY = (
    *(errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL),
    *(errno.ENETUNREACH, errno.EHOSTUNREACH),
)


def connect(addresses: list[Address], deadline: Deadline) -> Plain:
    """A connection to the first address that takes one; raises the fault that says
    most."""
    faults: list[OSError] = []
    for left, (family, address) in zip(
        range(len(addresses), 0, -1), addresses, strict=True
    ):
        try:
            # A dead first address (IPv6 without a route) leaves time for the next.
            return _connected(family, address, deadline, deadline.remaining() / left)
        except OSError as problem:
            faults.append(problem)
    faults.sort(key=lambda problem: problem.errno in NO_WAY)
    raise faults[0] if faults else OSError("the host has no address")


def _connected(
    family: socket.AddressFamily, address: Any, deadline: Deadline, seconds: float
) -> Plain:
    sock = Plain(family, socket.SOCK_STREAM)
    sock.deadline = deadline
    try:
        sock.settimeout(seconds)
        sock.connect(address)
    except BaseException:
        sock.close()
        raise
    return sock


def encrypt(sock: Plain, context: ssl.SSLContext, host: str) -> Encrypted:
    """TLS over an open connection, with a context of ``tls.context``."""
    wrapped = context.wrap_socket(sock, server_hostname=host)
    assert isinstance(wrapped, Encrypted)
    return wrapped
