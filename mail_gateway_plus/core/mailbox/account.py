# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where a mailbox is and how to get in."""

from dataclasses import dataclass, field

#: ``connection_security`` -> (TLS from the first byte, STARTTLS, certificate verified)
SECURITIES = {
    "none": (False, False, False),
    "starttls": (False, True, False),
    "starttls_strict": (False, True, True),
    "ssl": (True, False, False),
    "ssl_strict": (True, False, True),
}

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
class Credentials:
    """``mechanism`` is LOGIN (``secret`` a password) or a SASL mechanism whose
    initial response ``secret`` is."""

    user: str
    secret: str = field(repr=False)
    mechanism: str = "LOGIN"


@dataclass(frozen=True)
class Account:
    """One mailbox; ``key`` is the caller's own name for it."""

    key: int | str
    protocol: str
    host: str
    port: int
    security: str
    credentials: Credentials

    @property
    def subject(self) -> str:
        """How findings name it: ``imap.example.com:993``."""
        return f"{self.host}:{self.port}"

    @property
    def implicit_tls(self) -> bool:
        return SECURITIES[self.security][0]

    @property
    def starttls(self) -> bool:
        return SECURITIES[self.security][1]

    @property
    def verified(self) -> bool:
        return SECURITIES[self.security][2]
