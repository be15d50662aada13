# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""TLS contexts. Certificates are verified unless the administrator says otherwise."""

import ssl

from .deadline import Deadline
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
