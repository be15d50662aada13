# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where an outgoing server is, and what is asked of it."""

from dataclasses import dataclass, field

from ..account import Credentials, Reached

#: Usual ports of outgoing servers -> whether TLS is spoken there from the first byte
#: (RFC 8314, 7.3; 2525 is nobody's, and many providers').
PORTS = {465: True, 587: False, 2525: False, 25: False}

NOBODY = Credentials("", "")


@dataclass(frozen=True)
class Relay(Reached):
    """One outgoing server. ``security`` is ``smtp_encryption`` of ir.mail_server, a
    key of ``SECURITIES``.

    ``credentials`` without a user mean no login. With mechanism LOGIN they are a
    password's, and the way to give it is chosen as ``smtplib.SMTP.login`` does it;
    else they are what ``net.recorder.SmtpRecorder`` took from a login hook.
    """

    host: str
    port: int
    security: str
    credentials: Credentials = NOBODY
    #: PEM of the client's certificate and of its key, for stock's "certificate".
    certificate: bytes = b""
    key: bytes = field(default=b"", repr=False)
    #: What to say in EHLO; "" for the name of this machine, as stock says.
    helo: str = ""
    #: Whether no other security may be proposed (Gmail and Outlook of stock).
    is_fixed: bool = False

    @property
    def logs_in(self) -> bool:
        return bool(self.credentials.user) or self.credentials.mechanism != "LOGIN"


@dataclass(frozen=True)
class Envelope:
    """Who sends to whom: bare addresses (RFC 5321, 2.3.11)."""

    sender: str
    recipient: str
