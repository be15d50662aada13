# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A look at a port of an outgoing server: what it speaks, without logging in."""

import math
from dataclasses import replace

from ..core.proposal import Answer, Door
from ..core.smtp import login
from ..core.smtp.capability import Capabilities
from ..core.smtp.dialogue import Talk
from ..core.smtp.journal import Refused
from ..core.smtp.relay import NOBODY, Relay
from ..core.smtp.session import Session
from .around import Knock
from .deadline import Deadline, Limits
from .smtp import Wire

KNOCK = Limits(connect_s=5.0, command_s=6.0, total_s=8.0)

#: What speaks against a certificate and not against the rest.
_CERTIFICATE = (
    "smtp_certificate_expired",
    "smtp_certificate_name",
    "smtp_certificate_untrusted",
)


def at(
    relay: Relay, door: Door, limits: Limits = KNOCK, most_s: float = math.inf
) -> Knock:
    """What the server of ``relay`` does at a door; raises nothing for what it finds.
    ``most_s`` is what is left of the time for the whole test.

    A second connection is made where the certificate fails its check, to see what it
    says and whether all else is well.
    """
    limits = replace(limits, total_s=min(limits.total_s, most_s))
    deadline, kind = Deadline(limits), "ssl" if door.implicit else "starttls"
    session = _look(relay, door, f"{kind}_strict", deadline)
    fault = session.steps[-1].finding
    if fault.code not in _CERTIFICATE:
        return _knock(relay, door, session)
    known = _knock(relay, door, _look(relay, door, kind, deadline))
    return replace(known, answer=replace(known.answer, fault=fault))


def _look(relay: Relay, door: Door, security: str, deadline: Deadline) -> Session:
    # Whatever happens here, there is no secret to be sent.
    there = replace(relay, port=door.port, security=security, credentials=NOBODY)
    session = Session(there)
    Wire(there, deadline).run(_visit(session))
    return session


def _visit(session: Session) -> Talk[None]:
    polite = True
    try:
        yield from session.open()
    except Refused as refused:
        polite = not refused.is_lost
    yield from session.close(polite=polite)


def _knock(relay: Relay, door: Door, session: Session) -> Knock:
    passed = {step.stage: step for step in session.steps if step.passed}
    answer = Answer(
        door,
        encrypted="tls" in passed and session.secured,
        clear=not door.implicit and "ehlo" in passed and _taken(relay, session.first),
        takes_login=_taken(relay, session.offered),
    )
    return Knock(answer, passed["tls"].facts if "tls" in passed else {})


def _taken(relay: Relay, offered: Capabilities) -> bool:
    """Whether there is a way to log in, where one is needed."""
    usable = login.mechanisms(relay.credentials, offered.mechanisms)
    return bool(usable) or not relay.logs_in
