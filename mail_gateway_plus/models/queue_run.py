# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One run of the queue; the map of it is in ``queue_task``.

Three kinds of transactions: the locks of mails on one cursor, the journal of the wire
on another, and the mail's own state on the caller's, committed after each mail. None
of them spans a network call with a lock on a row.
"""

import contextlib
import logging
from dataclasses import dataclass

from odoo import fields
from odoo.fields import Domain

from .mail_locks import MailLocks
from .processing import is_passing
from .queue_holds import Holds
from .queue_journal import Journal
from .queue_line import Line
from .queue_task import Task

_logger = logging.getLogger(__name__)

#: Mails that a worker takes at a time: others find enough to do, and the mail of a
#: person that comes meanwhile waits for no more than these.
CHUNK = 50
#: Attempts to write the outcome of a mail that somebody else is just writing.
TRIES = 3


@dataclass(frozen=True)
class Place:
    """Where a mail leaves; see stock's ``_split_by_mail_configuration``."""

    server: object
    alias_domain_id: int
    smtp_from: str


class Run:
    def __init__(self, env, most, ids=(), is_now=False):
        """:param most: mails
        :param ids: only of these
        :param is_now: whatever their date is
        """
        self.env, self.most = env, most
        self.ids, self.is_now = list(ids), is_now
        self.clock = env.context.get("mail_gateway_clock") or fields.Datetime.now
        self.mails = env["mail.mail"]
        self.done, self.again, self.seen_again = set(), set(), set()
        self.lines = {}
        self.holds = Holds(env, self.clock)
        self.is_counted = False

    # --- the loop

    def go(self):
        self.env.cr.commit()  # pylint: disable=invalid-commit
        with contextlib.ExitStack() as stack:
            self.locks = stack.enter_context(MailLocks(self.env.registry))
            self.journal = Journal(self.env.registry)
            stack.callback(self.journal.close)
            stack.callback(self._close_lines)
            self._bury_the_dead()
            while chunk := self._claim():
                if not self._work(chunk):
                    break
            self._set_alarm()

    def _close_lines(self):
        for line in self.lines.values():
            with contextlib.suppress(OSError):
                line.close()

    def _bury_the_dead(self):
        """Mails whose worker died on the way: whoever gets their lock knows. The run
        comes to them in their turn, and finds what is uncertain."""
        open_ids = self.journal.open_mails()
        orphans = [one for one in open_ids if self.locks.take(one)]
        self.journal.bury(orphans)
        self.locks.give_all_back(orphans)

    def _claim(self):
        """Ids of the next mails, in order, and ours."""
        self._commit()
        count = min(CHUNK, self.most - len(self.done))
        if count <= 0:
            return []
        query = self.mails._search(
            self._domain(), order="is_mass, id", limit=count * 20
        )
        chunk = self.locks.claim(query.select(), count)
        self._commit()
        self.holds.renew()
        return chunk

    def _domain(self):
        now = self.clock()
        domain = Domain("state", "=", "outgoing")
        domain &= Domain("id", "not in", list(self.done))
        if self.ids:
            domain &= Domain("id", "in", self.ids)
        if not self.is_now:
            due = Domain("scheduled_date", "=", False)
            domain &= due | Domain("scheduled_date", "<=", now)
        holds = self.env["mail.gateway.hold"]._not_due(now)
        domain &= Domain("hold_id", "not in", holds.ids)
        return domain & Domain(self.env.context.get("filters") or [])

    def _commit(self):
        self.env.cr.commit()  # pylint: disable=invalid-commit

    def _work(self, chunk):
        """:return: whether there is time for more"""
        locked, begun = set(chunk), []
        try:
            places = self._places(chunk, locked)
            followers = self._followers(places)
            self._commit()
            for mail_id, place in places.items():
                begun.append(mail_id)
                if self._one(mail_id, place, followers):
                    # What waited for this server goes first.
                    break
            else:
                begun += chunk
        finally:
            self.done.update(set(begun) - self._once_more(begun))
            self.locks.give_all_back(locked)
        return self._progress(len(begun))

    def _once_more(self, begun):
        """Mails whose sender was refused: those that are to be looked at again."""
        fresh = self.again.intersection(begun) - self.seen_again
        self.seen_again |= fresh
        return fresh

    def _progress(self, count):
        """Tell the scheduled action; it is counted once what there is to do."""
        if self.ids:
            self._commit()
            return True
        left = None if self.is_counted else self.mails.search_count(self._domain())
        self.is_counted = True
        return self.env["ir.cron"]._commit_progress(count, remaining=left) > 0

    def _set_alarm(self):
        """The scheduled action is to run when the next mail is due."""
        now = self.clock()
        later = self.mails.sudo().search(
            [("state", "=", "outgoing"), ("scheduled_date", ">", now)],
            order="scheduled_date",
            limit=1,
        )
        holds = self.env["mail.gateway.hold"].sudo().search([("state", "=", "held")])
        moments = [*later.mapped("scheduled_date"), *holds.mapped("next_attempt")]
        if moments:
            self._wake(max(min(moments), now), now)
        self._commit()

    def _wake(self, at, now):
        """Each run would leave a trigger, and most find one."""
        cron = self.env.ref("mail.ir_cron_mail_scheduler_action")
        set_ = Domain("cron_id", "=", cron.id) & Domain("call_at", "<=", at)
        triggers = self.env["ir.cron.trigger"].sudo()
        if not triggers.search_count(set_ & Domain("call_at", ">", now), limit=1):
            cron._trigger(at=at)

    def _places(self, chunk, locked):
        """mail -> ``Place``, in the order of the claim, by server."""
        places = {}
        mails = self.mails.browse(chunk)
        for (
            server_id,
            domain_id,
            smtp_from,
            ids,
        ) in mails._split_by_mail_configuration():
            server = self.env["ir.mail_server"].browse(server_id or [])
            place = Place(server, domain_id, smtp_from)
            if server.owner_user_id:
                ids = self._paced(ids, server, locked)
            places |= dict.fromkeys(ids, place)
        order = {mail_id: number for number, mail_id in enumerate(chunk)}
        return dict(sorted(places.items(), key=lambda one: order.get(one[0], one[0])))

    def _paced(self, ids, server, locked):
        """Stock's pace of personal servers, which may make two mails of one."""
        if self.holds.keeping(server):
            return ids
        to_send = self.mails.browse(ids)._split_by_delayed_batch(server).ids
        for mail_id in set(to_send) - locked:
            if self.locks.take(mail_id):
                locked.add(mail_id)
        return [mail_id for mail_id in to_send if mail_id in locked]

    def _followers(self, places):
        mails = self.mails.browse(places)
        linked = mails.filtered(
            lambda m: m.body_html and "/mail/unfollow" in m.body_html
        )
        return self.env["mail.followers"]._get_mail_doc_to_followers(linked.ids)

    # --- one mail

    def _one(self, mail_id, place, followers):
        """:return: whether a server that was held is back"""
        if hold := self.holds.keeping(place.server):
            self.holds.keep(mail_id, hold)
            return False
        task = self._prepared(mail_id, place, followers)
        if task is None or self._is_stopped(task, place):
            return False
        if task.messages:
            self._line(place.server).carry(task)
        now = self.clock()
        self._settled(task, now)
        place.server._queue_learn(task)
        return self._consequences(task, place, now)

    def _is_stopped(self, task, place):
        """Whether the mail waits because nothing leaves under its sender."""
        for message in task.messages:
            for address in (message.envelope, message.sender):
                if hold := self.holds.keeping(place.server, address):
                    self.holds.keep(task.mail_id, hold)
                    return True
        return False

    def _prepared(self, mail_id, place, followers):
        """``Task``, None when there is nothing to do about the mail now."""
        mail = self.mails.browse(mail_id)
        try:
            if not mail.exists() or mail.state != "outgoing":
                return None
            return mail._queue_prepare(place, followers)
        except MemoryError:
            raise
        except Exception as problem:
            self.env.cr.rollback()
            if is_passing(problem):
                _logger.info("Mail %s is tried again later", mail_id, exc_info=True)
                return None
            _logger.exception("Mail %s cannot be built", mail_id)
            return Task(mail_id, fault=mail._queue_fault(problem))

    def _settled(self, task, now):
        """Write the outcome. Somebody may write the same mail, or its notifications, at
        the same moment; the journal knows the outcome, should it not come about."""
        for attempt in range(1, TRIES + 1):
            try:
                if attempt > 1 or not task.is_sent():
                    # What the journal has written is to be seen.
                    self._commit()
                mail = self.mails.browse(task.mail_id).exists()
                if mail:
                    mail._queue_settle(task, now)
                self._commit()
                return
            except MemoryError:
                raise
            except Exception as problem:
                self.env.cr.rollback()
                if not is_passing(problem) or attempt == TRIES:
                    _logger.exception("What became of mail %s is lost", task.mail_id)
                    return

    # --- servers

    def _line(self, server):
        if server.id not in self.lines:
            relay, broken = server._queue_relay()
            # A hook of the login may have written a token.
            self._commit()
            self.lines[server.id] = Line(self.env.registry, relay, self.clock, broken)
        return self.lines[server.id]

    def _consequences(self, task, place, now):
        """What came of one mail concerns others.

        :return: whether a server that was held is back
        """
        others, why, sender = task.consequence()
        held = self.holds.of(place.server)
        if sender and task.mail_id not in self.again:
            # Another sender may be chosen now, or it waits with the others of this one.
            self.again.add(task.mail_id)
        if others:
            self.holds.note(task.mail_id, place.server, why, others, sender, now)
        elif held and task.messages:
            self.holds.release(held)
        return bool(held and task.messages and not others)
