# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Free ports of 127.0.0.1."""

import contextlib
import random
import socket
import time
from collections.abc import Iterable, Iterator

from .say import Missing

# High, so that nobody needs rights for them; odd, so that they are rarely taken.
USUAL = {
    "http": 18069,
    "imap": 13143,
    "imaps": 13993,
    "imaps_selfsigned": 13994,
    "pop3": 13110,
    "pop3s": 13995,
    "smtp": 13587,
    "smtps": 13465,
    "smtp_rewriting": 13588,
    "smtp_content": 13589,
    "dns": 13053,
}
_OWN = (20_000, 32_000)


def _is_free(port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind == socket.SOCK_STREAM:
            # Else a connection that has just ended keeps the port for a minute.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def any_free(but: Iterable[int] = ()) -> int:
    """Below the ports that the kernel gives to connections: one of those may be taken
    between this and a server's start."""
    while True:
        port = random.randrange(*_OWN)
        if port not in but and _is_free(port, socket.SOCK_STREAM):
            return port


@contextlib.contextmanager
def reserving(patience_s: float = 60) -> Iterator[None]:
    """Hold this from choosing ports until servers listen on them: two runs that
    start together, even of two checkouts, else choose the same.

    The lock is a socket's name in the kernel; it goes with its process.
    """
    deadline = time.monotonic() + patience_s
    with socket.socket(socket.AF_UNIX) as lock:
        while True:
            try:
                lock.bind("\0mail-gateway-plus-ports")
                break
            except OSError as error:
                if time.monotonic() > deadline:
                    raise Missing("another run does not end its start") from error
                time.sleep(0.05)
        yield


def choose() -> dict[str, int]:
    """The usual port of each service, or another where that one is taken."""
    kinds = (socket.SOCK_STREAM, socket.SOCK_DGRAM)
    chosen: dict[str, int] = {}
    for name, port in USUAL.items():
        is_free = all(_is_free(port, kind) for kind in kinds)
        chosen[name] = port if is_free else any_free(but=chosen.values())
    return chosen
