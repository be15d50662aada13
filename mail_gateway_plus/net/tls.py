# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""TLS contexts. Certificates are verified unless the administrator says otherwise."""

import ssl

from .sockets import Encrypted


def context(verified: bool) -> ssl.SSLContext:
    """A client context; with ``verified`` both the chain and the name count.

    The trusted authorities are the system's, or those of SSL_CERT_FILE.
    """
    made = ssl.create_default_context()
    if not verified:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    made.sslsocket_class = Encrypted
    return made
