# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""TLS contexts. Certificates are verified unless the administrator says otherwise."""

import os
import ssl
import tempfile

from .deadline import Deadline
from .refusal import Missing, said
from .sockets import Encrypted


def context(verified: bool, deadline: Deadline | None = None) -> ssl.SSLContext:
    """A client context for one connection, whose sockets obey ``deadline`` from the
    handshake on; with ``verified`` both the chain and the name count.

    The trusted authorities are the system's, or those of SSL_CERT_FILE.
    """
    made = ssl.create_default_context()
    if not verified:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE

    class Bound(Encrypted):
        pass

    Bound.deadline = deadline
    made.sslsocket_class = Bound
    return made


def identify(context: ssl.SSLContext, certificate: bytes, key: bytes) -> None:
    """Show a certificate of our own where the server asks for one; both are PEM, and
    without them nothing is shown. Raises ``Missing`` for what cannot be used."""
    if not (certificate and key):
        return
    # ``ssl`` reads files only.
    handle, path = tempfile.mkstemp()
    try:
        with open(handle, "wb") as file:
            file.write(key.rstrip() + b"\n" + certificate)
        # Without one, OpenSSL asks the terminal for the password of a key that has one.
        context.load_cert_chain(path, password="")
    except (ssl.SSLError, ValueError) as exc:
        raise Missing("client_certificate", said(exc)) from exc
    finally:
        os.unlink(path)
