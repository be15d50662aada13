# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where a mailbox is and how to get in."""

from dataclasses import dataclass

from ..account import SECURITIES, Credentials, Reached

#: (protocol, TLS from the first byte) -> port. RFC 3501, RFC 1939, RFC 8314.
PORTS = {
    ("imap", False): 143,
    ("imap", True): 993,
    ("pop", False): 110,
    ("pop", True): 995,
}


def default_port(protocol: str, security: str) -> int:
    """The registered port, 0 for a protocol that has none (a local server)."""
    return PORTS.get((protocol, SECURITIES[security][0]), 0)


@dataclass(frozen=True)
class Account(Reached):
    """One mailbox; ``key`` is the caller's own name for it."""

    key: int | str
    protocol: str
    host: str
    port: int
    security: str
    credentials: Credentials
