# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Message-IDs of our own making, for messages that have none or share theirs.

The same message gets the same one each time, so that a second attempt is known for
what it is.

>>> derived("0a1b", "crm.lead") == derived("0a1b", "crm.lead") != derived("0a1b")
True
"""

import hashlib

#: Nobody can own it (RFC 2606, 2), so nobody else's Message-ID ends in it.
DOMAIN = "mail-gateway-plus.invalid"


def derived(*grounds: str) -> str:
    """A Message-ID (RFC 5322, 3.6.4) that depends on ``grounds`` alone."""
    digest = hashlib.sha256("\0".join(grounds).encode("utf-8", "replace"))
    return f"<{digest.hexdigest()[:40]}@{DOMAIN}>"
