# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One look into one mailbox: open, list, download, store, commit, acknowledge, tidy."""

import math
import time
from dataclasses import replace
from functools import partial

from odoo import fields

from ..core.finding import Finding
from ..core.mailbox import fault, listing
from ..core.mailbox.foldername import INBOX
from ..net import mailbox
from ..net.mailbox import Call
from ..net.refusal import Refusal
from .mailbox_task import MailboxTask

#: A portion is stored, committed and acknowledged at once; its bytes are what a
#: worker holds in memory.
BATCH_COUNT = 50
BATCH_BYTES = 8 * 1024 * 1024
#: Messages that are moved or deleted with one command, and in one look.
TIDY_COUNT = 200
TIDY_PORTIONS = 10

MEGABYTE = 1024 * 1024


class FetchRun(MailboxTask):
    """The methods that ask the server are generators, which yield calls and are sent
    what these came to.

    What is remembered of the mailbox stands on its folders, which only the fetch
    writes: the rows of the ledger belong to the processing from their commit on.
    """

    def __init__(self, server, account, limits, stop):
        """:param stop: monotonic time at which to stop taking portions"""
        super().__init__(server)
        self.account = account
        self.limits = limits
        self.stop = stop
        self.fetched = 0
        self.certificate = None
        self.most = server.fetch_limit or math.inf

    def _visit(self):
        self.session = yield Call(
            partial(mailbox.open_session, self.account, self.limits)
        )
        self.certificate = self.session.certificate()
        for folder in self._folders():
            try:
                yield from self._look_into(folder)
            except Refusal as refusal:
                # A folder that is missing or forbidden says nothing about the others.
                if refusal.finding.params.get("stage") != "folder":
                    raise
                self.finding = refusal.finding

    def _folders(self):
        """The chosen folders; POP3 has but one."""
        server = self.server
        if not server.folder_ids or self.account.protocol == "pop":
            inbox = server.folder_ids.filtered(lambda f: f.name == INBOX)
            return inbox or inbox.create({"server_id": server.id, "name": INBOX})
        return server.folder_ids

    def _look_into(self, folder):
        self.folder = folder
        self.state = folder._state()
        look = yield Call(partial(self.session.look, self.state))
        # Committed before anything is fetched: what was seen once stays pending.
        self._remember(replace(look.state, looked_on=fields.Date.today()))
        yield from self._acknowledge()
        entries = yield from self._list_new(look.found)
        self.folder._to_fetch(min(len(entries), self.most - self.fetched))
        yield from self._take(entries)
        yield from self._tidy()

    def _take(self, entries):
        limit = self.server.max_message_size * MEGABYTE
        for batch in listing.batches(entries, self._room(), BATCH_BYTES):
            # Those that the server refuses take nobody's place.
            batch = batch[: self._room()]
            if not batch:
                return
            if time.monotonic() >= self.stop:
                self.unfinished = True
                return
            large = [
                e for e in batch if limit and e.size > limit and not self._wanted(e)
            ]
            yield from self._fetch([entry for entry in batch if entry not in large])
            for entry in large:
                yield from self._fetch_head(entry)
            self.folder.waiting = max(0, self.folder.waiting - len(batch))
            self._progress(len(batch))

    def _room(self):
        """How many messages the next portion may have."""
        return min(BATCH_COUNT, self.most - self.fetched)

    def _list_new(self, found):
        """The entries of what is on the server and not in the ledger."""
        Incoming = self.env["mail.gateway.incoming"]
        self.known = Incoming._known(self.server, self.state, found)
        again = (uid for uid, row in self.known.items() if row._wants_all())
        gone = self.folder._forgotten(found)
        asked = [uid for uid in dict.fromkeys([*found, *again]) if uid not in gone]
        entries = (yield Call(partial(self.session.sizes, asked))) if asked else []
        there = {entry.uid for entry in entries}
        self._remember(self.state.gone({*found} - there))
        return [entry for entry in entries if self._is_new(entry)]

    def _is_new(self, entry):
        """Whether this is to be fetched: it is not in the ledger, or only its header
        is, or another message has its UID, as after a restore."""
        row = self.known.get(entry.uid)
        if not row:
            return True
        return row._wants_all() or bool(row.stated) and row.stated != entry.mark

    def _wanted(self, entry):
        row = self.known.get(entry.uid)
        return bool(row) and row._wants_all()

    def _fetch(self, batch):
        """Download a portion; it is committed before the server hears of it."""
        if not batch:
            return
        arrivals = yield from self._download(batch)
        self._store(arrivals, {entry.uid: entry for entry in batch})
        self.fetched += len(arrivals)
        self._remember(self.state.stored(uid for uid, _raw in arrivals))
        del arrivals
        yield from self._acknowledge()

    def _store(self, arrivals, entries):
        new = [(uid, raw) for uid, raw in arrivals if uid not in self.known]
        for uid, raw in arrivals:
            row = self.known.get(uid)
            if row and row._wants_all():
                row._refill(raw)
            elif row and not row._is_this(raw, entries[uid].mark):
                row._make_room()
                new.append((uid, raw))
        if new:
            self.env["mail.gateway.incoming"]._receive(
                self.server, self.state.name, self.state.uidvalidity, new, entries
            )

    def _fetch_head(self, entry):
        head = yield Call(partial(self.session.head, entry))
        row = self.known.get(entry.uid)
        if head is None or row and row._begins_with(head, entry.mark):
            return
        if row:
            row._make_room()
        self.env["mail.gateway.incoming"]._receive_head(
            self.server, self.state, entry, head, self.server.max_message_size
        )
        self.fetched += 1
        # Not acknowledged: the server's copy is the only one.
        self._remember(self.state.gone([entry.uid]))

    def _download(self, batch):
        """A portion, without the messages that the server refuses: one that it cannot
        read must not stand in the way of all others for ever."""
        size = sum(entry.size for entry in batch)
        try:
            arrivals = yield Call(partial(_all_of, self.session, batch), size)
        except Refusal as refusal:
            if refusal.finding.code != fault.code("answer", "download"):
                raise
            if len(batch) == 1:
                self.finding = replace(refusal.finding, code=fault.MESSAGE_REFUSED)
                return []
            found = []
            for entry in batch:
                found += yield from self._download([entry])
            return found
        yield from self._miss(batch, arrivals)
        return arrivals

    def _miss(self, batch, arrivals):
        """What was asked for and is still there, and yet did not come, is told; it
        stays pending."""
        missing = {entry.uid for entry in batch} - {uid for uid, _raw in arrivals}
        if missing and (yield Call(partial(self.session.sizes, missing))):
            params = {"host": self.server.server, "reply": ""}
            self.finding = Finding(fault.MESSAGE_REFUSED, params=params)

    def _acknowledge(self):
        """Tell the server of what is stored, also of what an earlier run could not.
        Noted with the next commit: a crash in between costs a second telling."""
        if not self.state.unacknowledged:
            return
        if self.server.after_fetch == "keep":
            self._remember(self.state.acknowledged())
            return
        told = self.state.unacknowledged
        try:
            yield Call(partial(self.session.acknowledge, told))
        except Refusal as refusal:
            if refusal.finding.code != fault.code("answer", "acknowledge"):
                raise
            self.finding = refusal.finding
        else:
            self._remember(self.state.acknowledged())

    def _tidy(self):
        """Move or delete what has been processed and ended well."""
        clear_away = self._clearing()
        for _portion in range(TIDY_PORTIONS if clear_away else 0):
            rows = self.env["mail.gateway.incoming"]._to_tidy(
                self.server, self.state, TIDY_COUNT
            )
            if not rows:
                return
            # After a restore somebody else's message may have the UID.
            marks = {row.uid: row.stated for row in rows}
            entries = yield Call(partial(self.session.sizes, list(marks)))
            ours = [e.uid for e in entries if e.mark == marks[e.uid]]
            # Those that have gone are done with, whatever becomes of the others.
            left = rows.filtered_domain([("uid", "in", ours)])
            (rows - left).tidied = True
            if ours:
                yield Call(partial(clear_away, ours))
            left.tidied = True
            if ours and self.account.protocol == "pop":
                # To delete, POP3 had to end the session.
                return

    def _clearing(self):
        """What to do with messages that are done, if anything; POP3 cannot move."""
        if self.server.after_fetch == "delete":
            return self.session.delete
        if self.server.after_fetch == "move" and self.account.protocol != "pop":
            return partial(self.session.move, folder=self.server.move_to)
        return None

    def _is_another(self):
        """Whether somebody has deleted the mailbox meanwhile, or made it another
        account's: what the session brings is not of that one."""
        server = self.server.exists()
        return not server or server._account_name() != self.account.key

    def _remember(self, state):
        self.state = state
        self.folder._remember(state)

    def _progress(self, count):
        """Commits; within a scheduled action tells it how far we are."""
        left = self.env["ir.cron"]._commit_progress(count)
        self.stop = min(self.stop, time.monotonic() + left)


def _all_of(session, batch):
    """Downloads run to their end in the thread, not where they are looked at."""
    return list(session.download(batch))
