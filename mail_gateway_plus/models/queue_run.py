# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One run of the queue; the map of it is in ``queue_task``.

Three kinds of transactions: the locks of mails on one cursor, the journals of the wire
on others, and the mails' own state on the caller's, committed after each step. None of
them spans a network call with a lock on a row.
"""

import contextlib
import logging
import queue

from odoo import fields

from .mail_locks import MailLocks
from .processing import is_passing
from .queue_claims import Claims
from .queue_holds import Holds
from .queue_journal import Journal
from .queue_line import Line
from .queue_lines import Lines, Slots
from .queue_outcomes import Outcomes
from .queue_pace import Full, Pace
from .queue_task import Task
from .queue_turns import Turns

_logger = logging.getLogger(__name__)

#: Mails that a worker takes at a time: others find enough to do, and the mail of a
#: person that comes meanwhile waits for no more than these.
CHUNK = 50
#: Mails that it has at the most, where those of other servers do not go on.
MOST_CLAIMED = 10 * CHUNK
#: Seconds without an outcome after which the mail of other servers is looked for.
PATIENCE_S = 1.0
#: Seconds for which one outcome waits for another.
SOON_S = 0.2


class Run:
    def __init__(self, env, most, ids=(), is_now=False):
        """:param most: mails
        :param ids: only of these
        :param is_now: whatever their date is
        """
        self.env, self.most = env, most
        self.ids = ids
        self.clock = env.context.get("mail_gateway_clock") or fields.Datetime.now
        self.mails = env["mail.mail"]
        self.turns, self.flying = Turns(), {}
        self.results, self.lines = queue.SimpleQueue(), {}
        #: ``ended``: mails that it is through with, since it said so last.
        self.seen_again, self.ended = set(), 0
        self.full = Full()
        self.holds = Holds(env, self.clock)
        self.outcomes = Outcomes(env, self.holds)
        self.claims = Claims(env, self.clock, self.holds, ids=ids, is_now=is_now)
        self.has_time, self.is_counted, self.is_left = True, False, False

    # --- the loop

    def go(self):
        self._commit()
        with contextlib.ExitStack() as stack:
            self.locks = stack.enter_context(MailLocks(self.env.registry))
            self.slots = stack.enter_context(Slots(self.env.registry))
            self.journal = Journal(self.env.registry)
            stack.callback(self.journal.close)
            stack.callback(self._close_lines)
            self._bury_the_dead()
            while self._has_more():
                self._step()
            self.claims.set_alarm(is_left=self.is_left)

    def _close_lines(self):
        for lines in self.lines.values():
            lines.close()

    def _bury_the_dead(self):
        """Mails whose worker died on the way: whoever gets their lock knows. The run
        comes to them in their turn, and finds what is uncertain."""
        open_ids = self.journal.open_mails()
        orphans = [one for one in open_ids if self.locks.take(one)]
        self.journal.bury(orphans)
        self.locks.give_all_back(orphans)

    def _has_more(self):
        if not self.turns:
            self._claim()
        return bool(self.turns or self.flying)

    def _step(self):
        """Build what the lines have room for, then see what came of what they had."""
        for server_id in self.turns.servers():
            self._give(server_id)
        back = self._back()
        if self.flying and not back and len(self.turns) < MOST_CLAIMED:
            self._claim()
        self._take(back)

    def _back(self):
        """Tasks that the lines are done with: half of them, for several are written at
        the cost of one; fewer where they take their time."""
        back, wanted = [], (len(self.flying) + 1) // 2
        with contextlib.suppress(queue.Empty):
            while len(back) < wanted:
                wait_s = SOON_S if back else PATIENCE_S
                back.append(self.results.get(timeout=wait_s))
        return back

    def _commit(self):
        self.env.cr.commit()  # pylint: disable=invalid-commit

    def _claim(self):
        """The next mails, in order, are ours."""
        self.has_time = self.has_time and self._progress()
        count = min(CHUNK, self.most - len(self.claims.done))
        if count > 0 and self.has_time:
            turns, others = self.claims.claim(self.locks, count)
            for turn in turns:
                self.turns.add(turn)
            self._end(others)

    def _progress(self):
        """Tell the scheduled action; it is counted once what there is to do.

        :return: whether there is time for more
        """
        if self.ids:
            self._commit()
            return True
        left = None if self.is_counted else self.claims.count()
        ended, self.ended, self.is_counted = self.ended, 0, True
        return self.env["ir.cron"]._commit_progress(ended, remaining=left) > 0

    def _end(self, mail_ids):
        """This run is through with them."""
        self.locks.give_all_back(mail_ids)
        self.ended += len(mail_ids)
        # A sender was refused: they are looked at once more.
        fresh = self.outcomes.again.intersection(mail_ids) - self.seen_again
        self.seen_again |= fresh
        self.claims.done -= fresh

    # --- to the lines

    def _give(self, server_id):
        """The lines of a server get what they have room for."""
        turns = list(self._next(server_id))
        mails = self.mails.browse([turn.mail_id for turn in turns]).exists()
        there, made = {mail.id: mail for mail in mails}, []
        while turns:
            turn = turns.pop(0)
            mail = there.get(turn.mail_id, mails.browse())
            try:
                task = self._prepared(mail, turn)
            except Exception as problem:
                # What was written for those before it is gone.
                self.env.cr.rollback()
                turns = [*(one for one, _task in made), *turns]
                made = []
                task = self._unbuilt(turn, problem)
            if task and task.messages:
                made.append((turn, task))
            else:
                self.outcomes.settle([task] if task else [], self.clock())
                self._end([turn.mail_id])
        self._commit()
        for turn, task in made:
            self.flying[turn.mail_id] = turn
            self._lines(turn.server).give(task)

    def _next(self, server_id):
        """The next mails of a server, as many as its lines have room for."""
        waiting, count = self.turns.of(server_id), 0
        while waiting:
            if self._goes_elsewhere(waiting[0]):
                waiting.popleft()
                continue
            room = self._room(waiting[0].server, len(waiting) + count)
            if room is None:
                # It is for those who have the connections; they look for more.
                self.is_left = True
                self._end([turn.mail_id for turn in waiting])
                waiting.clear()
            elif room > count:
                count += 1
                yield waiting.popleft()
            else:
                return

    def _goes_elsewhere(self, turn):
        """Whether a mail is not for the lines of its server now."""
        now = self.clock()
        lines = self.lines.get(turn.server.id or 0)
        flying = lines.flying if lines else 0
        way, other = self.holds.way(turn, now, is_asked=bool(flying))
        later = self.full.later(turn, now, flying)
        if way == "fallback":
            self.turns.add(turn.through(other))
        elif way == "wait":
            self.holds.keep(turn.mail_id, other)
            self._end([turn.mail_id])
        elif later:
            self.full.put_off(self.env.cr, turn.mail_id, later)
            self._end([turn.mail_id])
        return way != "first" or later is not None

    def _prepared(self, mail, turn):
        """``Task``, None when there is nothing to do about the mail now."""
        if mail.state != "outgoing":
            return None
        task = mail._queue_prepare(turn.place, turn.followers)
        for message in task.messages:
            for address in (message.envelope, message.sender):
                # Nothing leaves under its sender.
                if hold := self.holds.keeping(turn.server, address):
                    self.holds.keep(turn.mail_id, hold)
                    return None
        return task

    def _unbuilt(self, turn, problem):
        """``Task`` of a mail that cannot be built; None when that may pass."""
        if isinstance(problem, MemoryError):
            raise problem
        if is_passing(problem):
            _logger.info("Mail %s is tried later", turn.mail_id, exc_info=problem)
            return None
        _logger.error("Mail %s cannot be built", turn.mail_id, exc_info=problem)
        fault = self.mails.browse(turn.mail_id)._queue_fault(problem)
        return Task(turn.mail_id, fault=fault)

    def _room(self, server, waiting):
        """See ``Lines.room``."""
        lines = self._lines(server)
        if self.holds.of(server):
            lines.is_answering = False
        return lines.room(waiting)

    def _lines(self, server):
        known = server.id or 0
        if known not in self.lines:
            relay, broken = server._queue_relay()
            limits, most = server._limits(), server._most_connections()
            # A hook of the login may have written a token.
            self._commit()

            def line():
                paced = Pace(known, limits)
                return Line(self.env.registry, relay, self.clock, paced, broken)

            self.lines[known] = Lines(line, self.results, self.slots, known, most)
        return self.lines[known]

    # --- from the lines

    def _take(self, back):
        """What came of mails."""
        recalled = []
        for task in back:
            recalled += self.lines[task.server_id].take_back(task)
        again = {task.mail_id for task in recalled}
        self.turns.put_back([self.flying.pop(task.mail_id) for task in recalled])
        self._conclude([task for task in back if task.mail_id not in again])

    def _conclude(self, tasks):
        now = self.clock()
        turns = {task.mail_id: self.flying.pop(task.mail_id) for task in tasks}
        lost = {task.mail_id for task in tasks if self.outcomes.is_lost(task)}
        self._end(list(lost))
        tasks = [task for task in tasks if task.mail_id not in lost]
        for task in tasks:
            if task.unreached:
                self.outcomes.concern(task, turns[task.mail_id], now)
        tasks = [task for task in tasks if not self._is_rescued(task, turns, now)]
        for task in tasks:
            if task.later:
                task.later = self.full.note(turns[task.mail_id], task.later)
        self.outcomes.settle(tasks, now)
        told = [task for task in tasks if not task.unreached]
        back = [self.outcomes.concern(one, turns[one.mail_id], now) for one in told]
        self._end([task.mail_id for task in tasks])
        self.claims.done -= self.holds.freed()
        if any(back):
            # What waited for this server goes first.
            dropped = self.turns.clear()
            self.locks.give_all_back(dropped)
            self.claims.done.difference_update(dropped)

    def _is_rescued(self, task, turns, now):
        """Whether a mail whose server is away has another way, and goes that."""
        turn = turns[task.mail_id]
        if not task.unreached:
            return False
        way, _other = self.holds.way(turn, now, is_asked=False)
        if way == "fallback":
            self.holds.keep(turn.mail_id, None)
            self.turns.put_back([turn])
        return way == "fallback"
