# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A line to a real server that lets something happen in the middle of an answer.

>>> with Tap(13993, 1_000_000, stack.dovecot.stop) as tap:  # doctest: +SKIP
...     download("127.0.0.1", tap.port)
"""

import contextlib
import socket
import threading

PIECE = 64 * 1024


class Tap:
    """Listens on ``port``. When ``after`` bytes have come from the server ``happen`` is
    called, once, and nothing passes until it is done."""

    def __init__(self, target, after, happen):
        self.target, self.left, self.happen = target, after, happen
        self.happened = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_problem):
        self._listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client = self._listener.accept()[0]
                threading.Thread(target=self._pass, args=[client], daemon=True).start()

    def _pass(self, client):
        # Nobody listens any more: for the client that is a line that ends.
        with client, contextlib.suppress(OSError):
            with socket.create_connection(("127.0.0.1", self.target)) as server:
                ways = [(client, server, None), (server, client, self._count)]
                threads = [threading.Thread(target=_pump, args=way) for way in ways]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()

    def _count(self, size):
        self.left -= size
        if self.left <= 0 and not self.happened:
            self.happened = True
            self.happen()


def _pump(source, sink, count):
    with contextlib.suppress(OSError):
        while piece := source.recv(PIECE):
            if count:
                count(len(piece))
            sink.sendall(piece)
    # Both ways: a line is no line any more when one of them has ended.
    for sock in (source, sink):
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
