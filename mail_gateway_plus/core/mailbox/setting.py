# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What speaks against the settings of a mailbox, even though it works.

>>> [found.code for found in findings("ssl", "imap.example.com:993")]
['mailbox_certificate_unverified']
>>> findings("ssl_strict", "imap.example.com:993")
[]
"""

from ..account import SECURITIES
from ..finding import Finding

CLEAR_TEXT = "mailbox_clear_text"
UNVERIFIED = "mailbox_certificate_unverified"

#: All that ``findings`` may find.
CODES = frozenset({CLEAR_TEXT, UNVERIFIED})


def findings(security: str, subject: str) -> list[Finding]:
    """``security`` is one of ``SECURITIES``, ``subject`` as ``Account.subject``."""
    implicit, starttls, verified = SECURITIES[security]
    params = {"host": subject.rpartition(":")[0]}
    if not implicit and not starttls:
        return [Finding(CLEAR_TEXT, "warning", subject, params)]
    return [] if verified else [Finding(UNVERIFIED, "warning", subject, params)]
