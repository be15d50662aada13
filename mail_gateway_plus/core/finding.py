# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a check found: a stable code and the values that fill its text.

The text itself stands in ``mail.gateway.advice``, one record a code, so that it
is translated and the same in the form, the log, the activity and the mail.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

#: From harmless to harmful; ``Finding.severity`` is one of them.
SEVERITIES = ("ok", "info", "warning", "error")


@dataclass(frozen=True)
class Finding:
    """``code`` names the advice, ``subject`` what it is about ("imap.example:993"),
    ``params`` the values of the placeholders in the advice's text."""

    code: str
    severity: str = "error"
    subject: str = ""
    params: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.severity not in SEVERITIES:
            raise ValueError(f"{self.severity!r} is none of {SEVERITIES}")
