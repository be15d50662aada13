# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""All that a raw message states, each fact read when it is asked for.

A decision asks for few of them, and most messages are no report: so a thousand rules
cost the header section once.

>>> said = Statement(b"From: Ann <ann@a.example>\\r\\nTo: b+x@b.example\\r\\n\\r\\nHi")
>>> said.sender.address, said.recipients[0].plain, said.automatic, said.report
('ann@a.example', 'b@b.example', None, None)
"""

from collections.abc import Collection
from functools import cached_property

from . import (
    authentication,
    automatic,
    entities,
    head,
    header,
    origin,
    recipients,
    report,
    spam,
    subaddress,
)


class Statement:
    """The facts of one message; nothing raises, and what is missing is empty.

    :param raw: the message as it came
    :param trusted: authserv-ids in lower case whose checks count (RFC 8601, 5)
    :param separators: what parts a subaddress from the local part
    """

    def __init__(
        self,
        raw: bytes,
        trusted: Collection[str] = (),
        separators: str = subaddress.SEPARATOR,
    ) -> None:
        self.raw = raw
        self._trusted = trusted
        self._separators = separators

    @cached_property
    def head(self) -> bytes:
        """The header section as Odoo gets to see it."""
        return head.split(self.raw)[0]

    @cached_property
    def section(self) -> header.Section:
        return header.Section(self.head)

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.raw)

    @cached_property
    def subject(self) -> str:
        return self.section.text("subject")

    @cached_property
    def message_id(self) -> str:
        return origin.message_id(self.section)

    @cached_property
    def recipients(self) -> tuple[recipients.Recipient, ...]:
        return recipients.read(self.section, self._separators)

    @cached_property
    def sender(self) -> origin.Sender:
        return origin.sender(self.section)

    @cached_property
    def references(self) -> tuple[str, ...]:
        return origin.references(self.section)

    @cached_property
    def mailing_list(self) -> origin.MailingList | None:
        return origin.mailing_list(self.section)

    @cached_property
    def automatic(self) -> automatic.Sign | None:
        return automatic.read(self.section)

    @cached_property
    def spam(self) -> spam.Mark | None:
        return spam.read(self.section)

    @cached_property
    def authentication(self) -> tuple[authentication.Results, ...]:
        """What trusted hosts found."""
        return authentication.of_fields(self.section.fields, self._trusted)

    @cached_property
    def verdicts(self) -> dict[str, str]:
        """Method -> result of the same, as in ``{"dmarc": "pass"}``."""
        return authentication.verdicts(self.authentication)

    @cached_property
    def report(self) -> report.Report | None:
        return report.read(self.raw, self.section)

    @cached_property
    def returned(self) -> header.Section:
        """What a report brings back of the header it is about."""
        return report.returned(self.raw)

    @cached_property
    def attachments(self) -> tuple[str, ...]:
        """The names of what is attached, "" for what has none."""
        return tuple(entities.attachments(self.raw))
