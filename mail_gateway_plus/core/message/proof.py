# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What proves that a report is about mail of ours to an address.

A report is easily forged, and who received the same mail knows its Message-ID. So what
we send carries a mark of whom it was sent to, which nobody else can make, and reports
bring it back in the header section that they return.

>>> written = mark("7f3a", "secret", "ann@b.example")
>>> came_back = header.Section(b"X-Mail-Gateway-Trace: " + written.encode())
>>> holds(came_back, "secret", "ann@b.example")
True
>>> holds(came_back, "secret", "bob@b.example")
False
"""

import hashlib
import hmac

from . import header, loop

#: As much of the field (bytes) as is read.
_READ = 200
#: Hexadecimal digits: 96 bits.
_DIGITS = 24


def mark(token: str, secret: str, address: str) -> str:
    """The value of ``loop.TRACE`` for mail to one address.

    :param token: that of the database
    :param secret: what only the database knows
    :param address: in lower case; "" for mail to several
    """
    return f"{token} {_of(secret, address)}" if address else token


def holds(returned: header.Section, secret: str, address: str) -> bool:
    """Whether a header section is of mail that was marked for this address."""
    expected = _of(secret, address).encode()
    for value in returned.all(loop.TRACE.lower()):
        words = value[:_READ].split()
        if any(hmac.compare_digest(word, expected) for word in words[1:3]):
            return True
    return False


def _of(secret: str, address: str) -> str:
    made = hmac.new(secret.encode(), address.encode(), hashlib.sha256)
    return made.hexdigest()[:_DIGITS]
