# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The IMAP server once more, behind a certificate that nobody vouches for.

Dovecot chooses its certificate by address, not by port; a relay of bytes in front
of its plain port gives it a second one.
"""

import socket
import socketserver
import ssl
import threading
from pathlib import Path


class SelfSigned:
    """TLS on one port, what comes in goes to Dovecot's plain IMAP."""

    def __init__(self, ports: dict[str, int], chain: Path) -> None:
        self.ports, self.chain = ports, chain

    def start(self) -> None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.chain)
        port, target = self.ports["imaps_selfsigned"], self.ports["imap"]

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                _relay(self.request, target, context)

        self._server = _Server(("127.0.0.1", port), Handler)
        serve = self._server.serve_forever
        threading.Thread(target=serve, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that turns away from the certificate is what we are for."""


def _relay(client: socket.socket, target: int, context: ssl.SSLContext) -> None:
    with (
        context.wrap_socket(client, server_side=True) as secure,
        socket.create_connection(("127.0.0.1", target)) as server,
    ):
        back = threading.Thread(target=_pump, args=(server, secure), daemon=True)
        back.start()
        _pump(secure, server)
        back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    """Pass on bytes until one side ends; the other side is told."""
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        source.close()
