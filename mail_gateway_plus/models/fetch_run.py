# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One look into one mailbox: list, download, store, commit, acknowledge."""

import time
from dataclasses import replace

from ..core.mailbox import fault, listing
from ..net.refusal import Refusal

#: A portion is stored, committed and acknowledged at once; its bytes are what a
#: worker holds in memory.
BATCH_COUNT = 50
BATCH_BYTES = 8 * 1024 * 1024

INBOX = "INBOX"

REFUSED = fault.code("answer", "download")


class FetchRun:
    """``server`` lives in an environment whose cursor commits each portion; the lock
    on the mailbox is held by another."""

    def __init__(self, server, session, stop):
        """:param stop: monotonic time at which to stop taking portions"""
        self.server = server
        self.env = server.env
        self.session = session
        self.stop = stop
        self.fetched = 0
        #: Whether the mailbox still holds something new.
        self.unfinished = False
        #: What the server said of a message that it would not hand out.
        self.finding = None

    def run(self):
        folder = self._folder()
        look = self.session.look(folder._state())
        state = look.state
        # Remembered before anything is fetched: what was seen once stays pending.
        folder._remember(state)
        self._acknowledge_again(state)
        entries = self.session.sizes(self._new(state, look.found))
        for batch in listing.batches(entries, BATCH_COUNT, BATCH_BYTES):
            if time.monotonic() >= self.stop:
                self.unfinished = True
                break
            state = self._fetch(folder, state, batch)
            self._progress(len(batch))
        self.env.cr.commit()  # pylint: disable=invalid-commit

    def _folder(self):
        folder = self.server.folder_ids.filtered(lambda f: f.name == INBOX)
        return folder or folder.create({"server_id": self.server.id, "name": INBOX})

    def _place(self, state):
        """The domain of the ledger's rows from this folder."""
        return [
            ("server_id", "=", self.server.id),
            ("folder", "=", state.name),
            ("uidvalidity", "=", state.uidvalidity),
        ]

    def _new(self, state, found):
        """Those of the UIDs ``found`` that the ledger does not have."""
        known = self.env["mail.gateway.incoming"].search_fetch(
            [*self._place(state), ("uid", "in", found)], ["uid"]
        )
        known = set(known.mapped("uid"))
        return [uid for uid in found if uid not in known]

    def _acknowledge_again(self, state):
        """Catch up on what was stored but not acknowledged when a run broke off."""
        missed = self.env["mail.gateway.incoming"].search(
            [*self._place(state), ("acknowledged", "=", False)]
        )
        if missed:
            self._acknowledge(missed)

    def _fetch(self, folder, state, batch):
        """Download a portion; it is committed before the server hears of it."""
        arrivals = self._download(batch)
        rows = self.env["mail.gateway.incoming"]._receive(
            self.server, state.name, state.uidvalidity, arrivals
        )
        state = state.stored(uid for uid, _raw in arrivals)
        folder._remember(state)
        self.env.cr.commit()  # pylint: disable=invalid-commit
        self._acknowledge(rows)
        self.fetched += len(rows)
        return state

    def _download(self, batch):
        """A portion, without the messages that the server refuses: one that it cannot
        read must not stand in the way of all others for ever."""
        try:
            return list(self.session.download(batch))
        except Refusal as refusal:
            if refusal.finding.code != REFUSED:
                raise
            if len(batch) == 1:
                self.finding = replace(refusal.finding, code=fault.MESSAGE_REFUSED)
                return []
        return [arrival for entry in batch for arrival in self._download([entry])]

    def _acknowledge(self, rows):
        """Noted on the rows with the next commit; a crash in between costs a second
        acknowledgement."""
        self.session.acknowledge(rows.mapped("uid"))
        rows.acknowledged = True

    def _progress(self, count):
        """Commits; within a scheduled action tells it how far we are."""
        left = self.env["ir.cron"]._commit_progress(count)
        self.stop = min(self.stop, time.monotonic() + left)
