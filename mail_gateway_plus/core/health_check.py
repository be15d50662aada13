# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Mail Health makes of the database as it is: queues, senders, quarantine.

>>> [found.code for found in action(Action("Fetch", is_active=False))]
['health_action_off']
"""

from collections.abc import Iterable
from dataclasses import dataclass

from .finding import Finding
from .health import (
    ACTION_FAILING,
    ACTION_LATE,
    ACTION_OFF,
    FAILURES,
    MAIL_FAILED,
    MAIL_UNCERTAIN,
    QUARANTINE,
    SENDER_REFUSED,
    SENDER_REWRITTEN,
    SENDERS_REFUSED,
    SENDERS_STOPPED,
    SERVER_HELD,
    SERVER_STOPPED,
)

#: New messages in quarantine within a day that are not an accident any more.
QUARANTINE_MANY = 10
HOUR_S = 3600.0
#: Seconds that an action may be late, besides its turns that it may miss.
LATE_S, TURNS = 1800.0, 3
#: Hours that something may wait, and after which it is urgent.
WAITING_H, WAITING_URGENT_H = 1.0, 6.0
#: Mails that failed within a day that are not their recipients' fault any more.
FAILED_MANY = 10
#: Addresses without which nothing leaves.
NEEDED = ("account", "domain")


@dataclass(frozen=True)
class Sender:
    """What a server said of an address. ``server``, ``identity`` and ``chosen`` (the
    server that the identity is bound to) are ids, 0 for none."""

    email: str
    state: str
    source: str
    server: int
    server_name: str
    identity: int = 0
    chosen: int = 0
    reply: str = ""


def identities(senders: Iterable[Sender]) -> dict[int, list[Finding]]:
    """{id of an identity: what speaks against sending under it}"""
    found: dict[int, list[Finding]] = {}
    asked = [one for one in senders if one.identity]
    allowed = {one.identity for one in asked if one.state == "allowed"}
    for one in asked:
        if one.chosen in (0, one.server) and (code := _STATES.get(one.state)):
            # Odoo may choose the other one, or not.
            is_sure = one.state == "refused" and not (
                one.identity in allowed and not one.chosen
            )
            severity = "error" if is_sure else "warning"
            params = {"email": one.email, "host": one.server_name, "reply": one.reply}
            finding = Finding(code, severity, one.email, params)
            found.setdefault(one.identity, []).append(finding)
    return found


_STATES = {"refused": SENDER_REFUSED, "rewritten": SENDER_REWRITTEN}


def servers(senders: Iterable[Sender]) -> dict[int, list[Finding]]:
    """{id of a server: how many other addresses it refuses}. Addresses are not named:
    they may be of companies that not everybody may see."""
    refused: dict[int, list[Sender]] = {}
    for one in senders:
        if one.state == "refused" and not one.identity:
            refused.setdefault(one.server, []).append(one)
    return {server: [_refused(several)] for server, several in refused.items()}


def _refused(several: list[Sender]) -> Finding:
    is_needed = any(one.source in NEEDED for one in several)
    name = several[0].server_name
    params = {"host": name, "count": str(len(several))}
    severity = "error" if is_needed else "warning"
    return Finding(SENDERS_REFUSED, severity, name, params)


def quarantine(count: int, new: int, arrived: int) -> list[Finding]:
    """:param count: messages of a mailbox that are in quarantine
    :param new: those of them that came within a day
    :param arrived: all that came into the mailbox within a day"""
    if not count:
        return []
    is_growing = new >= QUARANTINE_MANY and 2 * new >= arrived
    params = {"count": str(count), "new": str(new)}
    return [Finding(QUARANTINE, "error" if is_growing else "warning", "", params)]


@dataclass(frozen=True)
class Action:
    """A scheduled action: seconds since its turn, from turn to turn, and how often in
    a row it failed. Mail passes without one that only looks (``is_check``)."""

    name: str
    is_active: bool = True
    late_s: float = 0.0
    interval_s: float = 60.0
    failures: int = 0
    is_check: bool = False


def action(one: Action) -> list[Finding]:
    """What keeps it from running; none for one that may run any moment."""
    params = {"action": one.name, "hours": _hours(one.late_s)}
    severity = "warning" if one.is_check else "error"
    if not one.is_active:
        return [Finding(ACTION_OFF, severity, one.name, params)]
    if one.failures >= FAILURES:
        params["count"] = str(one.failures)
        return [Finding(ACTION_FAILING, severity, one.name, params)]
    if one.late_s > max(TURNS * one.interval_s, LATE_S):
        return [Finding(ACTION_LATE, severity, one.name, params)]
    return []


def waiting(code: str, count: int, oldest_s: float) -> list[Finding]:
    """Mails or messages whose turn has come and which are still there.

    :param oldest_s: for how long the oldest of them waits
    """
    hours = oldest_s / HOUR_S
    if not count or hours < WAITING_H:
        return []
    severity = "error" if hours >= WAITING_URGENT_H else "warning"
    return [
        Finding(code, severity, "", {"count": str(count), "hours": _hours(oldest_s)})
    ]


def failed(count: int) -> list[Finding]:
    """:param count: mails that failed within a day"""
    if count < FAILED_MANY:
        return []
    return [Finding(MAIL_FAILED, "warning", "", {"count": str(count)})]


def uncertain(count: int) -> list[Finding]:
    """:param count: mails of which nobody knows whether they arrived"""
    params = {"count": str(count)}
    return [Finding(MAIL_UNCERTAIN, "warning", "", params)] if count else []


def paused(code: str) -> list[Finding]:
    """Somebody has switched off all fetching, or all sending."""
    return [Finding(code, "warning")]


@dataclass(frozen=True)
class Hold:
    """What the queue holds back: all mail of a server (its id, 0 for that of the
    configuration file), or that of one sender there. ``mails`` is how many wait."""

    server: int
    server_name: str
    sender: str
    is_stopped: bool
    mails: int = 0
    reply: str = ""


def holds(several: Iterable[Hold]) -> dict[int, list[Finding]]:
    """{id of a server: what of its mail waits}. Senders are not named: they may be of
    companies that not everybody may see."""
    found: dict[int, list[Finding]] = {}
    senders: dict[int, list[Hold]] = {}
    for one in several:
        if one.sender:
            senders.setdefault(one.server, []).append(one)
            continue
        code = SERVER_STOPPED if one.is_stopped else SERVER_HELD
        severity = "error" if one.is_stopped else "warning"
        params = {"host": one.server_name, "count": str(one.mails), "reply": one.reply}
        finding = Finding(code, severity, one.server_name, params)
        found.setdefault(one.server, []).append(finding)
    for server, held in senders.items():
        mails = str(sum(one.mails for one in held))
        params = {"host": held[0].server_name, "count": mails}
        finding = Finding(SENDERS_STOPPED, "warning", held[0].server_name, params)
        found.setdefault(server, []).append(finding)
    return found


def _hours(seconds: float) -> str:
    return str(int(seconds // HOUR_S))
