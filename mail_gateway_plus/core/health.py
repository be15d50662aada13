# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mail Health: which light something has, what is told of it, and where it is mended.

>>> light("error", is_checked=True), light(None, is_checked=False)
('red', 'grey')
>>> place("mailbox", "mailbox_login_refused"), place("mailbox", QUARANTINE)
('mailbox', 'quarantine')
"""

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from . import trial
from .finding import Finding
from .mailbox import fault
from .smtp import fact

#: The worst first. Grey: not checked yet.
LIGHTS = ("red", "yellow", "grey", "green")
LIGHT_OF = {"error": "red", "warning": "yellow"}
#: What there is to be looked after; where two are equally bad, what stops most first.
KINDS = ("queue", "mailbox", "server", "identity", "domain")

CERTIFICATE = "health_certificate_ending"
QUARANTINE = "health_quarantine"
SENDER_REFUSED = "health_sender_refused"
SENDER_REWRITTEN = "health_sender_rewritten"
SENDERS_REFUSED = "health_senders_refused"
ACTION_OFF = "health_action_off"
ACTION_LATE = "health_action_late"
ACTION_FAILING = "health_action_failing"
PAUSED = "health_fetching_paused"
MAIL_WAITING = "health_mail_waiting"
MAIL_FAILED = "health_mail_failed"
MAIL_UNCERTAIN = "health_mail_uncertain"
LEDGER_WAITING = "health_ledger_waiting"
SENDING_PAUSED = "health_sending_paused"
SERVER_STOPPED = "health_server_stopped"
SERVER_HELD = "health_server_held"
SENDERS_STOPPED = "health_senders_stopped"

ACTION_CODES = frozenset({ACTION_OFF, ACTION_LATE, ACTION_FAILING})
HOLD_CODES = frozenset({SERVER_STOPPED, SERVER_HELD, SENDERS_STOPPED})
QUEUE_CODES = ACTION_CODES | {PAUSED, MAIL_WAITING, MAIL_FAILED, LEDGER_WAITING}
QUEUE_CODES |= HOLD_CODES | {SENDING_PAUSED, MAIL_UNCERTAIN}
#: What nobody is told of where it arises.
TOLD_CODES = QUEUE_CODES - HOLD_CODES | {SENDER_REFUSED, SENDER_REWRITTEN}
TOLD_CODES |= {SENDERS_REFUSED}
SENDER_CODES = frozenset({SENDER_REFUSED, SENDER_REWRITTEN})
MAILBOX_CODES = frozenset(fault.FACTS)
SERVER_CODES = frozenset(fact.FACTS) | trial.CODES

#: What is to be done with something that nobody has looked at yet, by its kind; a
#: mailbox that mail is piped into is looked at by nobody.
UNCHECKED = {
    "queue": "health_unchecked_queue",
    "mailbox": "health_unchecked_mailbox",
    "server": "health_unchecked_server",
    "identity": "health_unchecked_identity",
    "domain": "health_unchecked_domain",
    "piped": "health_piped",
}

#: All that has words of its own here.
CODES = QUEUE_CODES | SENDER_CODES | set(UNCHECKED.values())
CODES |= {CERTIFICATE, QUARANTINE, SENDERS_REFUSED}

#: Where something is mended, if that is not on its own form.
PLACES = {
    QUARANTINE: "quarantine",
    SENDER_REFUSED: "permissions",
    SENDER_REWRITTEN: "permissions",
    SENDERS_REFUSED: "permissions",
    SENDERS_STOPPED: "permissions",
    PAUSED: "settings",
    SENDING_PAUSED: "settings",
    MAIL_WAITING: "mails",
    MAIL_FAILED: "mails",
    MAIL_UNCERTAIN: "mails",
    LEDGER_WAITING: "ledger",
}

#: Looks that fail in a row until a fault that may pass is one.
FAILURES = 3
#: The mail is there all the same.
HARMLESS = {
    fault.MESSAGE_REFUSED,
    "mailbox_not_marked",
    "mailbox_not_moved",
    "mailbox_not_deleted",
}
#: Days before its end at which a certificate is told of, and is urgent.
DAYS, DAYS_URGENT = trial.EXPIRES_SOON_DAYS, 3


def light(severity: str | None, *, is_checked: bool) -> str:
    """The light of something with an open finding of this severity; None without."""
    return LIGHT_OF.get(severity or "", "green" if is_checked else "grey")


def place(kind: str, code: str) -> str:
    """Where it is mended: a place, or the form of something of this kind."""
    return PLACES.get(code, kind)


def first_step(remedy: str) -> str:
    """The one next thing to do: the first sentence of what is to be done.

    >>> first_step("Check the port. Usual are 993 and 143.")
    'Check the port.'
    """
    line = remedy.partition("\n")[0]
    found = _SENTENCE.match(line)
    return found[0] if found else line


_SENTENCE = re.compile(r".+?[.!?。](?=\s|$)")


def mailbox(finding: Finding, failures: int) -> Finding:
    """How bad it is that a look failed with this.

    :param failures: looks that failed in a row, this one included
    """
    may_pass = failures < FAILURES and fault.is_transient(finding.code)
    is_mild = may_pass or finding.code in HARMLESS
    return replace(finding, severity="warning" if is_mild else "error")


def certificate(host: str, facts: Mapping[str, str]) -> list[Finding]:
    """:param facts: of ``core.trial.Step``; empty where nothing is encrypted"""
    days = int(facts.get("days") or DAYS)
    if days >= DAYS:
        return []
    severity = "error" if days < DAYS_URGENT else "warning"
    params = {"host": host, "until": facts.get("until", ""), "days": str(days)}
    return [Finding(CERTIFICATE, severity, host, params)]


def server(host: str, steps: Iterable[trial.Step], *, logs_in: bool) -> list[Finding]:
    """What the test of an outgoing server amounts to.

    :param logs_in: whether a password travels; what is in clear text on this machine
        or without a password is nobody's fault
    """
    found: list[Finding] = []
    for step in steps:
        found += certificate(host, step.facts)
        if step.finding.severity == "error":
            found.append(step.finding)
        elif step.finding.code in _UNCHECKED and not _is_here(host):
            found.append(replace(step.finding, code=trial.UNCHECKED))
        elif step.finding.code == trial.CLEAR_TEXT and logs_in and not _is_here(host):
            found.append(step.finding)
    return found


#: Which of these it is depends on whether the test looked around.
_UNCHECKED = (trial.UNCHECKED, trial.UNTRUSTED, trial.TRUSTWORTHY)


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def may_pass(findings: Iterable[Finding]) -> bool:
    """Whether what an outgoing server failed with may be over with the next look."""
    faults = [one.code for one in findings if one.severity == "error"]
    return bool(faults) and all(fact.passes(code) for code in faults)
