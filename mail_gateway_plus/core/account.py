# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where a server is, how the way there is protected, and how to get in."""

from dataclasses import dataclass, field

#: Connection security -> (TLS from the first byte, STARTTLS, certificate verified)
SECURITIES = {
    "none": (False, False, False),
    "starttls": (False, True, False),
    "starttls_strict": (False, True, True),
    "ssl": (True, False, False),
    "ssl_strict": (True, False, True),
}


@dataclass(frozen=True)
class Credentials:
    """``mechanism`` is LOGIN (``secret`` a password) or a SASL mechanism whose
    initial response ``secret`` is, before it is put into base64."""

    user: str
    secret: str = field(repr=False)
    mechanism: str = "LOGIN"


class Reached:
    """What host, port and security (a key of ``SECURITIES``) amount to."""

    host: str
    port: int
    security: str

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
