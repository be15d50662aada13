# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One mail, several deliveries: which of them is processed, and for whom.

The same mail reaches one mailbox twice, or two mailboxes of which each has its own
envelope recipients. The first delivery that is processed takes the recipients of all
along; what comes later is a duplicate, or is processed for those recipients whom the
earlier ones did not name.

>>> first = Delivery(1, "received", ("sales@a.example",))
>>> second = Delivery(2, "received", ("sales@a.example", "jobs@a.example"))
>>> plan(first, [second]).recipients
('sales@a.example', 'jobs@a.example')
>>> plan(second, [Delivery(1, "routed", ("sales@a.example",))])
Plan(first=1, recipients=('jobs@a.example',))
"""

from collections.abc import Iterable
from dataclasses import dataclass

#: Reached somebody; what has not may still be processed, by hand or again.
_DONE = ("routed", "bounce")
#: Takes the recipients of the others along, or is taken along.
_JOINING = ("received", "duplicate")


@dataclass(frozen=True)
class Delivery:
    """A row of the ledger. ``recipients`` are lower-case addresses: its own, and of
    other deliveries those that were taken along when it was processed."""

    id: int
    state: str
    recipients: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """``first`` is the delivery that stands for the mail, None when this one does.
    ``recipients`` are those to process this delivery for: none left, a duplicate."""

    first: int | None
    recipients: tuple[str, ...]


def plan(this: Delivery, others: Iterable[Delivery]) -> Plan:
    """What is to become of ``this``, given all other deliveries of the same mail."""
    others = sorted(others, key=lambda other: other.id)
    before = [
        other
        for other in others
        if other.state in _DONE or (other.id < this.id and other.state != "duplicate")
    ]
    if not before:
        joined = [
            r for other in others if other.state in _JOINING for r in other.recipients
        ]
        return Plan(None, tuple(dict.fromkeys((*this.recipients, *joined))))
    first = before[0]
    if any(other.state in ("received", "bounce", "ignored") for other in before):
        # It will take this one along; or it was none for recipients.
        return Plan(first.id, ())
    counted = {recipient for other in before for recipient in other.recipients}
    return Plan(first.id, tuple(r for r in this.recipients if r not in counted))
