# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How many mails may leave a server now, and when the next one may.

Nothing is kept in memory: what has left is counted in the database, under a lock, so
that several workers together keep the limits. What is on the wire counts as if it left
now, for it may leave at any moment from now on.

>>> minute = Limit(window_s=60, most=3)
>>> allowance(5, [(minute, Use(count=3, freed_at=110))])
Allowance(count=0, next_at=110)
>>> connections(count=100, most=3)
3
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86400

#: The share of each limit that mass mailing leaves to people, so that a mailing in the
#: morning does not silence them for the day.
RESERVED = 0.1
#: A connection costs a handshake and a login: fewer mails are not worth one more.
WORTH_A_CONNECTION = 5


@dataclass(frozen=True)
class Limit:
    """At most ``most`` mails in any ``window_s`` seconds."""

    window_s: int
    most: int


def limits(minute: int = 0, hour: int = 0, day: int = 0) -> tuple[Limit, ...]:
    """Those of a server; 0 is none."""
    every = ((MINUTE_S, minute), (HOUR_S, hour), (DAY_S, day))
    return tuple(Limit(window_s, most) for window_s, most in every if most > 0)


def for_mass(limits: Iterable[Limit], reserved: float = RESERVED) -> tuple[Limit, ...]:
    """What mass mailing may take of the limits; never nothing at all.

    >>> for_mass(limits(minute=30))
    (Limit(window_s=60, most=27),)
    """
    return tuple(replace(one, most=_cut(one.most, reserved)) for one in limits)


def _cut(most: int, reserved: float) -> int:
    return max(int(most * (1 - reserved)), 1)


@dataclass(frozen=True)
class Use:
    """Of one limit. ``count``: how many left later than ``window_s`` ago. ``freed_at``:
    when there is room for one more if there is none now, which is ``window_s`` after
    the ``most``-th newest of them left; 0 where there is room."""

    count: int
    freed_at: float = 0


@dataclass(frozen=True)
class Allowance:
    """How many may leave now; where that is none, ``next_at`` (seconds) is when the
    next one may."""

    count: int
    next_at: float = 0


def allowance(wanted: int, uses: Iterable[tuple[Limit, Use]]) -> Allowance:
    """How many of ``wanted`` mails may leave now. All limits hold, the tightest one
    counts."""
    uses = list(uses)
    room = (max(limit.most - use.count, 0) for limit, use in uses)
    count = min([wanted, *room])
    full = [use.freed_at for limit, use in uses if use.count >= limit.most]
    return Allowance(count, max(full, default=0))


#: What does not fit is looked at again after this at the latest: meanwhile a limit may
#: have been raised.
LATEST_S = 15 * MINUTE_S


def turn_s(position: int, limits: Iterable[Limit]) -> int:
    """Seconds after the first of those that did not fit when it is the turn of the one
    at ``position``: as many as a limit has room for have the same.

    >>> [turn_s(position, limits(minute=30)) for position in (0, 29, 30, 9_000)]
    [0, 0, 60, 900]
    """
    waits = (position // one.most * one.window_s for one in limits)
    return min(max(waits, default=0), LATEST_S)


def connections(count: int, most: int) -> int:
    """How many connections ``count`` mails are worth.

    :param most: what the server takes at a time, from all workers; 0 for no limit,
        which is one a worker
    """
    return min(most or 1, -(-count // WORTH_A_CONNECTION))
