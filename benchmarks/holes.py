# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Servers that swallow whoever comes: the two kinds of black hole there are.

``silent``  takes the connection, as the system does for a program that hangs, and
            never says a word
``closed``  does not even answer who wants to connect: its queue is full, so that the
            system drops the packet, as a firewall does
"""

import contextlib
import socket
from collections.abc import Iterator

#: One of each, then more silent ones: programs hang more often than firewalls change.
KINDS = ("silent", "closed", "silent", "closed", "silent")


@contextlib.contextmanager
def black_holes(count: int) -> Iterator[tuple[int, ...]]:
    """The ports of so many black holes on loopback, until the context ends."""
    with contextlib.ExitStack() as opened:
        yield tuple(_open(opened, kind) for kind in KINDS[:count])


def _open(opened: contextlib.ExitStack, kind: str) -> int:
    listening = opened.enter_context(socket.socket())
    listening.bind(("127.0.0.1", 0))
    listening.listen(64 if kind == "silent" else 0)
    port = int(listening.getsockname()[1])
    if kind == "closed":
        _fill(opened, port)
    return port


def _fill(opened: contextlib.ExitStack, port: int) -> None:
    """Connect until the queue is full, which shows as a connection that hangs."""
    for _client in range(10):
        client = opened.enter_context(socket.socket())
        client.settimeout(0.5)
        try:
            client.connect(("127.0.0.1", port))
        except TimeoutError:
            return
    raise RuntimeError("the queue of a socket that accepts nothing does not fill")
