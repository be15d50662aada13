# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which mails a run takes, in which order, and where they leave; the map of the queue
is in ``queue_task``."""

from datetime import timedelta

from odoo.fields import Domain

from .queue_turns import Place, Turn

#: When to look again for what other workers had the connections for, in seconds.
OTHERS_S = 60


class Claims:
    """``done``: mails that the run has had."""

    def __init__(self, env, clock, holds, *, ids, is_now):
        """:param ids: only of these
        :param is_now: whatever their date is
        """
        self._env, self._clock, self._holds = env, clock, holds
        self._mails = env["mail.mail"]
        self._ids, self._is_now = list(ids), is_now
        self.done = set()

    def _commit(self):
        self._env.cr.commit()  # pylint: disable=invalid-commit

    def count(self):
        """How many wait that are due."""
        return self._mails.search_count(self._domain())

    def claim(self, locks, count):
        """The next mails, in order, are ours.

        :param locks: ``MailLocks``
        :return: (a ``Turn`` for each, ids of those that have none now)
        """
        query = self._mails._search(
            self._domain(), order="is_mass, id", limit=count * 20
        )
        chunk = locks.claim(query.select(), count)
        self._commit()
        self.done.update(chunk)
        if not chunk:
            return [], []
        self._holds.renew()
        turns = self._turns(chunk, locks)
        self._commit()
        return turns, set(chunk) - {turn.mail_id for turn in turns}

    def _domain(self):
        now = self._clock()
        domain = Domain("state", "=", "outgoing")
        domain &= Domain("id", "not in", list(self.done))
        if self._ids:
            domain &= Domain("id", "in", self._ids)
        if not self._is_now:
            due = Domain("scheduled_date", "=", False)
            domain &= due | Domain("scheduled_date", "<=", now)
        holds = self._env["mail.gateway.hold"]._not_due(now)
        domain &= Domain("hold_id", "not in", holds.ids)
        return domain & Domain(self._env.context.get("filters") or [])

    def _turns(self, chunk, locks):
        places = self._places(chunk, locks)
        mails = self._mails.browse(places)
        followers = self._followers(mails)
        return [Turn(m.id, m.is_mass, places[m.id], followers) for m in mails]

    def _places(self, chunk, locks):
        """mail -> ``Place``, in the order of the claim."""
        places = {}
        mails = self._mails.browse(chunk)
        for server_id, domain_id, sender, ids in mails._split_by_mail_configuration():
            server = self._env["ir.mail_server"].browse(server_id or [])
            place = Place(server, domain_id, sender)
            if server.owner_user_id:
                ids = self._paced(ids, server, chunk, locks)
            places |= dict.fromkeys(ids, place)
        order = {mail_id: number for number, mail_id in enumerate(chunk)}
        return dict(sorted(places.items(), key=lambda one: order.get(one[0], one[0])))

    def _paced(self, ids, server, ours, locks):
        """Stock's pace of personal servers, which may make two mails of one."""
        if self._holds.keeping(server):
            return ids
        to_send = self._mails.browse(ids)._split_by_delayed_batch(server).ids
        made = [one for one in to_send if one not in ours and locks.take(one)]
        self.done.update(made)
        return [one for one in to_send if one in ours or one in made]

    def _followers(self, mails):
        linked = mails.filtered(
            lambda m: m.body_html and "/mail/unfollow" in m.body_html
        )
        return self._env["mail.followers"]._get_mail_doc_to_followers(linked.ids)

    def set_alarm(self, *, is_left):
        """The scheduled action is to run when the next mail is due.

        :param is_left: other workers had all connections to a server
        """
        now = self._clock()
        later = self._mails.sudo().search(
            [("state", "=", "outgoing"), ("scheduled_date", ">", now)],
            order="scheduled_date",
            limit=1,
        )
        holds = self._env["mail.gateway.hold"].sudo().search([("state", "=", "held")])
        moments = [*later.mapped("scheduled_date"), *holds.mapped("next_attempt")]
        moments += [now + timedelta(seconds=OTHERS_S)] if is_left else []
        if moments:
            self._wake(max(min(moments), now), now)
        self._commit()

    def _wake(self, at, now):
        """Each run would leave a trigger, and most find one."""
        cron = self._env.ref("mail.ir_cron_mail_scheduler_action")
        set_ = Domain("cron_id", "=", cron.id) & Domain("call_at", "<=", at)
        triggers = self._env["ir.cron.trigger"].sudo()
        if not triggers.search_count(set_ & Domain("call_at", ">", now), limit=1):
            cron._trigger(at=at)
