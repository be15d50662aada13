# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One look into one mailbox: list, download, store, commit, acknowledge."""

import time
from dataclasses import replace

from ..core.finding import Finding
from ..core.mailbox import fault, listing
from ..net.refusal import Refusal

#: A portion is stored, committed and acknowledged at once; its bytes are what a
#: worker holds in memory.
BATCH_COUNT = 50
BATCH_BYTES = 8 * 1024 * 1024

INBOX = "INBOX"

REFUSED = fault.code("answer", "download")
NOT_MARKED = fault.code("answer", "acknowledge")


class FetchRun:
    """``server`` lives in an environment whose cursor commits each portion; the lock
    on the mailbox is held by another.

    What is remembered of the mailbox stands on its folder, which only the fetch
    writes: the rows of the ledger belong to the processing from their commit on.
    """

    def __init__(self, server, session, stop):
        """:param stop: monotonic time at which to stop taking portions"""
        self.server = server
        self.env = server.env
        self.session = session
        self.stop = stop
        self.fetched = 0
        #: Whether the mailbox still holds something new.
        self.unfinished = False
        #: What was refused on the way without ending the fetch.
        self.finding = None
        self.folder = self._folder()
        self.state = self.folder._state()

    def run(self):
        look = self.session.look(self.state)
        # Committed before anything is fetched: what was seen once stays pending.
        self._remember(look.state)
        self._commit()
        self._acknowledge()
        entries = self._new(look.found)
        for batch in listing.batches(entries, BATCH_COUNT, BATCH_BYTES):
            if time.monotonic() >= self.stop:
                self.unfinished = True
                break
            self._fetch(batch)
            self._progress(len(batch))
        self._commit()

    def _folder(self):
        folder = self.server.folder_ids.filtered(lambda f: f.name == INBOX)
        return folder or folder.create({"server_id": self.server.id, "name": INBOX})

    def _remember(self, state):
        self.state = state
        self.folder._remember(state)

    def _commit(self):
        # Each step has to survive whatever happens in the next one.
        self.env.cr.commit()  # pylint: disable=invalid-commit

    def _new(self, found):
        """The entries of what is on the server and not in the ledger."""
        known = self.env["mail.gateway.incoming"].search_fetch(
            [
                ("server_id", "=", self.server.id),
                ("account", "=", self.server._account_name()),
                ("folder", "=", self.state.name),
                ("uidvalidity", "=", self.state.uidvalidity),
                ("uid", "in", found),
            ],
            ["uid"],
        )
        known = set(known.mapped("uid")) | self.folder._forgotten(found)
        wanted = [uid for uid in found if uid not in known]
        entries = self.session.sizes(wanted)
        there = {entry.uid for entry in entries}
        self._remember(self.state.gone({*wanted, *known} - there))
        return entries

    def _fetch(self, batch):
        """Download a portion; it is committed before the server hears of it."""
        arrivals = self._download(batch)
        self.env["mail.gateway.incoming"]._receive(
            self.server, self.state.name, self.state.uidvalidity, arrivals
        )
        self._remember(self.state.stored(uid for uid, _raw in arrivals))
        self._commit()
        self._acknowledge()
        self.fetched += len(arrivals)

    def _download(self, batch):
        """A portion, without the messages that the server refuses: one that it cannot
        read must not stand in the way of all others for ever."""
        try:
            arrivals = list(self.session.download(batch))
        except Refusal as refusal:
            if refusal.finding.code != REFUSED:
                raise
            if len(batch) == 1:
                self.finding = replace(refusal.finding, code=fault.MESSAGE_REFUSED)
                return []
            return [got for entry in batch for got in self._download([entry])]
        self._miss(batch, arrivals)
        return arrivals

    def _miss(self, batch, arrivals):
        """What was asked for and is still there, and yet did not come, is told; it
        stays pending."""
        missing = {entry.uid for entry in batch} - {uid for uid, _raw in arrivals}
        if missing and self.session.sizes(missing):
            params = {"host": self.server.server, "reply": ""}
            self.finding = Finding(fault.MESSAGE_REFUSED, params=params)

    def _acknowledge(self):
        """Tell the server of what is stored, also of what an earlier run could not.
        Noted with the next commit: a crash in between costs a second telling."""
        if not self.state.unacknowledged:
            return
        try:
            self.session.acknowledge(self.state.unacknowledged)
        except Refusal as refusal:
            if refusal.finding.code != NOT_MARKED:
                raise
            self.finding = refusal.finding
        else:
            self._remember(self.state.acknowledged())

    def _progress(self, count):
        """Commits; within a scheduled action tells it how far we are."""
        left = self.env["ir.cron"]._commit_progress(count)
        self.stop = min(self.stop, time.monotonic() + left)
