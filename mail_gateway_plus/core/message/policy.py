# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Header fields parsed once.

Python parses a structured field anew each time that it is read, which for the
Content-Type of a part is each question about its type: some sixty times a message.

>>> import email
>>> mail = email.message_from_bytes(b"To: a@b.example", policy=email.policy.SMTP)
>>> mail["To"] is mail["To"]
False
>>> remember_headers(mail)
>>> mail["To"] is mail["To"]
True
"""

import email.message
import email.policy
from typing import Any


class _Remembering(email.policy.EmailPolicy):
    """As ``email.policy.SMTP``, for the parts of one message."""

    _known: dict[tuple[str, str], Any]

    def __init__(self) -> None:
        super().__init__(
            message_factory=email.message.EmailMessage,
            header_factory=email.policy.SMTP.header_factory,
            linesep=email.policy.SMTP.linesep,
        )
        # Policies refuse to be changed, and clones of this one share what is known.
        self.__dict__["_known"] = {}

    def header_fetch_parse(self, name: str, value: str) -> Any:
        # What is no plain text has been parsed before, or cannot be a key.
        if type(value) is not str:
            return super().header_fetch_parse(name, value)
        # The parsed fields are values: nobody can change one that others read.
        parsed = self._known.get((name, value))
        if parsed is None:
            parsed = super().header_fetch_parse(name, value)
            self._known[name, value] = parsed
        return parsed


def remember_headers(message: email.message.Message) -> None:
    """Have the message and its parts remember their parsed fields. One that was read
    under a policy of somebody's own is left alone."""
    policy = _Remembering()
    for part in message.walk():
        if part.policy is email.policy.SMTP:
            part.policy = policy
