# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Kills a fetch at each of its commits and looks what is left.

Run as a program of its own (``python -m tests.killing CONFIG DATABASE PROTOCOL``),
because it forks: a child loads nothing, fetches, and sends itself SIGKILL right
before or right after its n-th commit. No hook in the addon is needed, and no commit
is forgotten. It prints one JSON object a kill for ``test_kill.py`` to judge.
"""

import json
import logging
import os
import signal
import sys
import time

import odoo.sql_db
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

from sandbox.stack import Stack

from .live import mail

#: A recovery that takes longer than this has not happened.
RECOVERY_S = 30


class Killer:
    """Counts commits; at the chosen one the process dies."""

    def __init__(self, at=0, after=False):
        self.at, self.after, self.count = at, after, 0

    def arm(self):
        commit = odoo.sql_db.Cursor.commit

        def counted(cursor):
            self.count += 1
            # A commit may bring about others, so its number is taken first.
            chosen = self.count == self.at
            if chosen and not self.after:
                os.kill(os.getpid(), signal.SIGKILL)
            result = commit(cursor)
            if chosen:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        odoo.sql_db.Cursor.commit = counted


class Scene:
    """One mailbox with three messages that end differently."""

    def __init__(self, stack, registry, protocol, name):
        self.stack, self.registry = stack, registry
        self.login = f"kill-{protocol}-{name}@demo.example"
        self.subjects = [f"{self.login} {kind}" for kind in "abc"]
        # A sender of its own, for Odoo limits how much it takes from one.
        sender = f"{protocol}-{name}@customer.example"
        self.sent = [
            mail(f"{to}@demo.example", subject, sender=sender)
            for to, subject in zip(
                ("sales", "nobody", "closed"), self.subjects, strict=True
            )
        ]
        stack.empty(self.login)
        for raw in self.sent:
            stack.deliver(self.login, raw)
        self.server = self._mailbox(protocol)

    def env(self, cr):
        return api.Environment(cr, SUPERUSER_ID, {})

    def _mailbox(self, protocol):
        port = {"imap": "imaps", "pop": "pop3s"}[protocol]
        with self.registry.cursor() as cr:
            values = {
                "name": self.login,
                "server_type": protocol,
                "server": self.stack.host,
                "port": self.stack.ports[port],
                "user": self.login,
                "password": self.stack.password,
                "state": "done",
            }
            return self.env(cr)["fetchmail.server"].create(values).id

    def run(self):
        """What the two scheduled actions do."""
        with self.registry.cursor() as cr:
            server = self.env(cr)["fetchmail.server"].browse(self.server)
            server._fetch_mail()
            self.env(cr)["mail.gateway.incoming"]._process_received(server)

    def recover(self):
        """Run until nothing waits; the locks of the dead go a moment after them."""
        stop = time.monotonic() + RECOVERY_S
        while time.monotonic() < stop:
            self.run()
            found = self.found()
            if len(found["rows"]) == 3 and "received" not in found["states"]:
                return
            time.sleep(0.05)

    def found(self):
        """All that a person could find of the three messages."""
        with self.registry.cursor() as cr:
            env = self.env(cr)
            rows = env["mail.gateway.incoming"].search(
                [("server_id", "=", self.server)], order="id"
            )
            answers = env["mail.mail"].search([("subject", "like", self.login)])
            leads = env["crm.lead"].search([("name", "like", self.login)])
            return {
                "rows": rows.mapped("subject"),
                "states": rows.mapped("state"),
                "intact": [row._raw() for row in rows] == self.sent,
                "acknowledged": all(rows.mapped("acknowledged")),
                "leads": leads.mapped("name"),
                "answers": len(answers),
                "subjects": self.subjects,
            }


def in_child(work):
    """Run ``work`` in a fork; returns the signal that ended it, 0 for none."""
    odoo.sql_db.close_all()
    pid = os.fork()
    if not pid:
        try:
            work()
        except BaseException:  # a child must not run on in the parent's code
            logging.exception("the child failed")
            os._exit(70)
        os._exit(0)
    _pid, status = os.waitpid(pid, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise RuntimeError("a fetch failed: see the log above")
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def count_commits(scene):
    """How many commits a fetch of three messages makes when nobody kills it."""
    read, write = os.pipe()

    def work():
        killer = Killer()
        killer.arm()
        scene.run()
        os.write(write, str(killer.count).encode())

    in_child(work)
    return int(os.read(read, 20))


def kill_once(stack, registry, protocol, at, after):
    scene = Scene(stack, registry, protocol, f"{at}{'-after' if after else ''}")

    def work():
        Killer(at, after).arm()
        scene.run()

    died = in_child(work)
    scene.recover()
    result = scene.found() | {"at": at, "after": after, "signal": died}
    stack.empty(scene.login)
    return result


def main(config_path, database, protocol):
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    config.parse_config(["-c", config_path, "-d", database])
    stack = Stack.attach()
    registry = Registry(database)
    commits = count_commits(Scene(stack, registry, protocol, "count"))
    for at in range(1, commits + 1):
        for after in (False, True):
            print(json.dumps(kill_once(stack, registry, protocol, at, after)))
            sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
