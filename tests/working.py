# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Several processes that fetch and process the same mailboxes at once.

Run as a program of its own, because it forks::

    python -m tests.working CONFIG DATABASE MESSAGES SHIFTS

``SHIFTS`` are numbers of workers, such as ``1,4``. Each shift has three mailboxes of
its own with ``MESSAGES`` each; every worker calls fetch and processing in a loop on all
three, as several scheduled actions or a job queue would. It prints one JSON object a
shift for ``test_workers.py`` to judge.
"""

import collections
import json
import logging
import os
import sys
import time

import odoo.sql_db
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

from sandbox.stack import Stack

from .live import mail

#: Work that takes longer than this hangs.
PATIENCE_S = 180

PROTOCOLS = ("imap", "pop", "imap")
PORTS = {"imap": "imaps", "pop": "pop3s"}
#: Where a message goes -> how it ends. Each tenth goes into all three mailboxes.
ENDS = {"sales": "routed", "nobody": "quarantined", "closed": "rejected"}
SHARED = 10


class Shift:
    """Three mailboxes and what their messages have to become."""

    def __init__(self, stack, registry, count, name):
        self.stack, self.registry, self.name = stack, registry, name
        self.logins = [f"shift-{name}-{n}@demo.example" for n in range(3)]
        self.sent = collections.Counter()
        for login in self.logins:
            stack.empty(login)
        for number in range(count):
            self._deliver(number)
        self.servers = list(map(self._mailbox, PROTOCOLS, self.logins))

    def _deliver(self, number):
        place = list(ENDS)[number % 7 % 3]
        shared = number % SHARED == 0
        for at, login in enumerate(self.logins):
            if not shared or not at:
                subject = f"{self.name} {at} {number} {place}"
                # Odoo limits how much it takes from one sender.
                raw = mail(f"{place}@demo.example", subject)
            self.stack.deliver(login, raw)
            self.sent[subject] += 1

    def env(self, cr):
        return api.Environment(cr, SUPERUSER_ID, {})

    def _mailbox(self, protocol, login):
        with self.registry.cursor() as cr:
            values = {
                "name": login,
                "server_type": protocol,
                "server": self.stack.host,
                "port": self.stack.ports[PORTS[protocol]],
                "user": login,
                "password": self.stack.password,
                "state": "done",
            }
            return self.env(cr)["fetchmail.server"].create(values).id

    # --- in a worker

    def work(self):
        stop = time.monotonic() + PATIENCE_S
        while not self._is_done():
            if time.monotonic() > stop:
                raise TimeoutError(f"not done in time: {self._waiting()}")
            with self.registry.cursor() as cr:
                self._boxes(cr)._fetch_mail()
            with self.registry.cursor() as cr:
                boxes = self._boxes(cr)
                taken = boxes.env["mail.gateway.incoming"]._process_received(boxes)
            if not taken:
                time.sleep(0.01)

    def _waiting(self):
        with self.registry.cursor() as cr:
            Row = self.env(cr)["mail.gateway.incoming"]
            ours = [("server_id", "in", self.servers), ("state", "=", "received")]
            return Row.search(ours).read(["subject", "attempts", "next_attempt"])

    def _boxes(self, cr):
        return self.env(cr)["fetchmail.server"].browse(self.servers)

    def _is_done(self):
        with self.registry.cursor() as cr:
            Row = self.env(cr)["mail.gateway.incoming"]
            ours = [("server_id", "in", self.servers), ("state", "!=", "received")]
            return Row.search_count(ours) >= self.sent.total()

    # --- afterwards

    def found(self):
        with self.registry.cursor() as cr:
            env = self.env(cr)
            rows = env["mail.gateway.incoming"].search(
                [("server_id", "in", self.servers)]
            )
            leads = env["crm.lead"].search([("name", "=like", f"{self.name} %")])
            answers = env["mail.mail"].search(
                [("subject", "=like", f"Re: {self.name} %")]
            )
            return {
                "rows": collections.Counter(rows.mapped("subject")),
                "ends": self._ends(rows),
                "leads": sorted(leads.mapped("name")),
                "answers": sorted(answers.mapped("subject")),
            }

    def _ends(self, rows):
        """How each subject ended, duplicates aside."""
        ends = collections.defaultdict(list)
        for row in rows:
            if row.state != "duplicate":
                ends[row.subject].append(row.state)
        return ends

    def expected(self):
        def to(place):
            return sorted(s for s in self.sent if s.endswith(place))

        return {
            "rows": self.sent,
            "ends": {s: [ENDS[s.rpartition(" ")[2]]] for s in self.sent},
            "leads": to("sales"),
            "answers": [f"Re: {subject}" for subject in to("closed")],
        }


def together(work, workers):
    """Seconds until ``workers`` forks have come to the end of their work."""
    odoo.sql_db.close_all()
    begin = time.monotonic()
    children = [_forked(work) for _ in range(workers)]
    if any([os.waitpid(child, 0)[1] for child in children]):
        raise RuntimeError("a worker failed: see the log above")
    return time.monotonic() - begin


def _forked(work):
    pid = os.fork()
    if pid:
        return pid
    try:
        work()
    except BaseException:  # a child must not run on in the parent's code
        logging.exception("a worker failed")
        os._exit(70)
    os._exit(0)


def main(config_path, database, count, shifts):
    config.parse_config(["-c", config_path, "-d", database])
    logging.getLogger().setLevel(logging.WARNING)
    stack, registry = Stack.attach(), Registry(database)
    # What a process has to learn once is known to all of them, as to those of a server.
    Shift(stack, registry, 6, "first").work()
    for number, workers in enumerate(map(int, shifts.split(","))):
        shift = Shift(stack, registry, int(count), f"s{os.getpid()}n{number}w{workers}")
        seconds = together(shift.work, workers)
        told = {
            "workers": workers,
            "rate": shift.sent.total() / seconds,
            "found": shift.found(),
            "expected": shift.expected(),
        }
        print(json.dumps(told), flush=True)
        for login in shift.logins:
            stack.empty(login)


if __name__ == "__main__":
    main(*sys.argv[1:])
