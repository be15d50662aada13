# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How many mails have left a server, counted in the database, so that all workers keep
its limits together; the map of the queue is in ``queue_task``."""

import math
from collections import Counter
from datetime import datetime, timedelta

from ..core.delivery import pace

#: Tells these locks from others; "mgt" in ASCII.
PACE = 0x6D6774
EPOCH = datetime(1970, 1, 1)  # naive, as Odoo keeps time
#: Seconds by which the clocks of two machines may differ.
LAG_S = 5
#: So many mails since the last count of a whole window are counted with each mail.
RECENT = 200


class Pace:
    """Of one server, for one thread. What its permissions' tests ask or send counts as
    mail, for the provider counts it too."""

    def __init__(self, server_id=0, limits=()):
        """:param limits: ``core.delivery.pace.Limit``"""
        self._server_id, self._limits = server_id or 0, tuple(limits)
        #: Limit -> (until when all was counted, how many)
        self._counted = {}

    def wait(self, cr, is_mass, clock):
        """Wait for the lock of the server, which is held until the transaction ends.

        The transaction must be "read committed", lest it counts what was there before
        the lock was.

        :return: the moment, and when there is room if there is none then, else None
        """
        if self._limits:
            cr.execute("SELECT pg_advisory_xact_lock(%s, %s)", [PACE, self._server_id])
        now = clock()
        found = pace.allowance(1, self.used(cr, now, is_mass))
        if found.count:
            return now, None
        return now, EPOCH + timedelta(seconds=math.ceil(found.next_at))

    def used(self, cr, now, is_mass=False):
        """A list of (``Limit``, ``Use``)."""
        limits = pace.for_mass(self._limits) if is_mass else self._limits
        return [(limit, self._use(cr, limit, now)) for limit in limits]

    def _use(self, cr, limit, now):
        count = self._guess(cr, limit)
        if count is None or count >= limit.most:
            count = self._count(cr, limit, now)
        if count < limit.most:
            return pace.Use(count)
        return pace.Use(count, self._freed_at(cr, limit, now))

    def _guess(self, cr, limit):
        """What was counted, and what has left since; what fell out of the window since
        then still counts. None when it is time to count all."""
        if limit not in self._counted:
            return None
        until, before = self._counted[limit]
        cr.execute(f"SELECT count(*) FROM ({_LEFT}) AS sent", self._since(until))
        (recent,) = cr.fetchone()
        return None if recent > RECENT else before + recent

    def _count(self, cr, limit, now):
        until = now - timedelta(seconds=LAG_S)
        cr.execute(
            f"SELECT count(*), count(*) FILTER (WHERE moment <= %s)"
            f" FROM ({_LEFT}) AS sent",
            [until, *self._since(self._start(limit, now))],
        )
        count, before = cr.fetchone()
        self._counted[limit] = until, before
        return count

    def _freed_at(self, cr, limit, now):
        """Seconds; see ``pace.Use``."""
        cr.execute(
            f"SELECT moment FROM ({_LEFT}) AS sent"
            " ORDER BY moment DESC OFFSET %s LIMIT 1",
            [*self._since(self._start(limit, now)), limit.most - 1],
        )
        (moment,) = cr.fetchone()
        return (moment - EPOCH).total_seconds() + limit.window_s

    def _start(self, limit, now):
        return now - timedelta(seconds=limit.window_s)

    def _since(self, moment):
        return [self._server_id, moment] * 3


class Full:
    """Which servers have no room for more mail, as a run has met them."""

    def __init__(self):
        #: (server id, whether for mass mailing) -> until when
        self._until = {}
        #: Server id -> mails that did not fit: of those that were built, and of others
        self._built, self._others = Counter(), Counter()

    def note(self, turn, until):
        """A mail did not fit, nor do those behind it.

        :return: when its turn is
        """
        server_id = turn.server.id
        self._until[server_id, turn.is_mass] = until
        if not turn.is_mass:
            self._until[server_id, True] = until
        self._built[server_id] += 1
        return self._turn(turn, self._built[server_id] - 1)

    def later(self, turn, now, flying):
        """The moment for a mail that cannot leave now; None for one that can.

        :param flying: mails that were before it, and may not fit either
        """
        server_id = turn.server.id
        if self._until.get((server_id, turn.is_mass), now) <= now:
            return None
        self._others[server_id] += 1
        ahead = self._built[server_id] + flying
        return self._turn(turn, ahead + self._others[server_id] - 1)

    def _turn(self, turn, position):
        wait_s = pace.turn_s(position, turn.server._limits())
        return self._until[turn.server.id, turn.is_mass] + timedelta(seconds=wait_s)

    def put_off(self, cr, mail_id, later):
        """The mail waits as it is."""
        cr.execute(
            "UPDATE mail_mail SET scheduled_date = %s"
            " WHERE id = %s AND state = 'outgoing'",
            [later, mail_id],
        )


#: One row a message.
_LEFT = """
    SELECT max(begun_on) AS moment
      FROM mail_gateway_delivery
     WHERE mail_server_id = %s AND begun_on > %s
  GROUP BY mail_id, part
 UNION ALL
    SELECT asked_on
      FROM mail_gateway_permission
     WHERE mail_server_id = %s AND asked_on > %s
 UNION ALL
    SELECT sent_on
      FROM mail_gateway_round_trip
     WHERE mail_server_id = %s AND sent_on > %s
"""
