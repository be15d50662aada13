# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Read receipts: what became of a message after it was delivered (RFC 8098; RFC 6533
for addresses beyond ASCII).

>>> raw = (
...     b"Content-Type: multipart/report; boundary=b\\r\\n\\r\\n--b\\r\\n"
...     b"Content-Type: message/disposition-notification\\r\\n\\r\\n"
...     b"Final-Recipient: rfc822; Ann@b.example\\r\\nOriginal-Message-ID: <1@a>\\r\\n"
...     b"Disposition: manual-action/MDN-sent-manually; displayed\\r\\n\\r\\n--b--"
... )
>>> found = of_parts(raw, tuple(entities.walk(raw)))
>>> found.message_id, found.address, found.disposition
('<1@a>', 'ann@b.example', 'displayed')
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from . import delivery_status, entities, header

KINDS = frozenset(
    ("message/disposition-notification", "message/global-disposition-notification")
)
#: RFC 8098, 3.2.6.2, and what the one before it (RFC 2298) had.
DISPOSITIONS = (
    *("displayed", "deleted", "dispatched", "processed"),
    *("denied", "failed"),
)
_TYPE = re.compile(r";\s*([a-z-]+)")


@dataclass(frozen=True)
class ReadReceipt:
    """``message_id`` is that of the message it is about, in angle brackets, ``address``
    who received that; ``disposition`` one of ``DISPOSITIONS`` or "". ``automatic``
    tells that no person did it."""

    kind: ClassVar[str] = "read_receipt"

    address: str
    original: str = ""
    message_id: str = ""
    disposition: str = ""
    automatic: bool = False

    @property
    def was_read(self) -> bool:
        """Whether it was shown; ``deleted`` tells that it never will be."""
        return self.disposition == "displayed"


def of_parts(raw: bytes, parts: Sequence[entities.Entity]) -> ReadReceipt | None:
    """The receipt among the parts of a message; None without one."""
    for part in parts:
        if part.kind in KINDS:
            section = header.Section(
                delivery_status.without_blank_lines(part.content(raw))
            )
            stated = delivery_status.message_id(section.first("original-message-id"))
            disposition = section.text("disposition").lower()
            kind = _TYPE.search(disposition)
            return ReadReceipt(
                delivery_status.address(section.first("final-recipient")),
                delivery_status.address(section.first("original-recipient")),
                stated or delivery_status.returned_id(raw, parts),
                kind[1] if kind and kind[1] in DISPOSITIONS else "",
                "automatic-action" in disposition,
            )
    return None
