# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a report amounts to: a bounce, or something that only looks like one.

>>> failed = RecipientStatus("ann@b.example", "", "failed", "5.1.1", "550 Unknown")
>>> late = RecipientStatus("bob@b.example", "", "delayed", "4.4.1")
>>> code(DeliveryStatus((failed, late))), code(DeliveryStatus((late,)))
('bounce_report', 'delivery_delayed')
>>> [(loss.address, loss.permanent) for loss in losses(DeliveryStatus((failed, late)))]
[('ann@b.example', True)]
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..message.abuse import AbuseReport
from ..message.delivery_status import DeliveryStatus, RecipientStatus
from ..message.report import Report

BOUNCE = "bounce_report"
#: The same of a recipient who may be reached another time: it counts for nothing.
TEMPORARY = "bounce_temporary"

#: Reports for the owner of a domain. They are kept in the ledger; records are made of
#: them only where an alias is there for that.
OF_DOMAIN = ("dmarc_report", "tls_report", "authentication_failure")
#: Every kind of report that is no bounce; the codes are steps as well.
OTHERS = (
    *("delivery_delayed", "delivery_confirmed", "read_receipt"),
    *("abuse_report", *OF_DOMAIN),
)

#: Complaints after which nobody writes to who complains; the others are on content
#: that somebody judged (RFC 5965, 7.3).
_UNWANTED = ("abuse", "fraud", "opt-out")
#: What is known of arrival (RFC 3464, 2.3.3).
_ARRIVED = ("delivered", "relayed", "expanded")
#: Signs of a program that no vacation notice has.
_NO_ANSWER = ("report", "generated")


@dataclass(frozen=True)
class Loss:
    """A recipient whom a message did not reach. ``addresses`` are the names for it in
    lower case, that of the sender first; ``code`` is a refusal (``smtp.fact``),
    ``reply`` what the server said, ``params`` what else fills the refusal's text."""

    addresses: tuple[str, ...]
    permanent: bool
    code: str
    reply: str
    params: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def address(self) -> str:
        return self.addresses[0]

    @property
    def step(self) -> str:
        return BOUNCE if self.permanent else TEMPORARY


def code(
    report: Report | None, automatic: str = "", to_bounce_address: bool = False
) -> str:
    """``BOUNCE``, one of ``OTHERS``, or "" for what is mail.

    :param report: what the message reports, as far as that is understood
    :param automatic: one of ``automatic.KINDS``, "" for what people write
    :param to_bounce_address: whether the message came to an address that is for
        bounces only. Vacation notices come there as well (RFC 3834, 4), and people
        who answer to it.
    """
    if report is None:
        bounced = to_bounce_address and counts_address(report, automatic)
        return BOUNCE if bounced else ""
    if isinstance(report, DeliveryStatus):
        return _of_delivery(report)
    return report.kind


def counts_address(report: Report | None, automatic: str) -> bool:
    """Whether ``to_bounce_address`` of ``code`` matters."""
    return report is None and automatic in _NO_ANSWER


def _of_delivery(report: DeliveryStatus) -> str:
    actions = {recipient.action for recipient in report.recipients}
    if actions and "failed" not in actions:
        if "delayed" in actions:
            return "delivery_delayed"
        if actions & set(_ARRIVED):
            return "delivery_confirmed"
    return BOUNCE


def losses(report: Report | None) -> tuple[Loss, ...]:
    """Whom the message did not reach, each once; none where the report does not say."""
    if not isinstance(report, DeliveryStatus) or _of_delivery(report) != BOUNCE:
        return ()
    found: dict[str, Loss] = {}
    for status in report.recipients:
        if status.action in ("failed", ""):
            loss = _loss(status)
            found.setdefault(loss.address, loss)
    return tuple(found.values())


def _loss(status: RecipientStatus) -> Loss:
    named = dict.fromkeys(filter(None, (status.original, status.address)))
    said = status.diagnostic or status.status
    return Loss(tuple(named), status.is_permanent, status.meaning.code, said)


def arrived(report: DeliveryStatus) -> Iterator[str]:
    """The addresses that a message has reached."""
    for status in report.recipients:
        if status.action in _ARRIVED:
            yield status.original or status.address


def is_unwanted(report: AbuseReport) -> bool:
    """Whether nobody is to write again to who complains."""
    return report.type in _UNWANTED
