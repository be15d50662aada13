# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Kills a fetch and looks what is left.

Run as a program of its own, because it forks::

    python -m tests.killing CONFIG DATABASE PROTOCOL MESSAGES RANDOM

A child loads nothing, fetches, and sends itself SIGKILL right before or right after its
n-th commit, for each n; no hook in the addon is needed, and no commit is forgotten.
RANDOM more children are killed at moments of no choice, as by a power cut. It prints
one JSON object a kill for ``test_kill.py`` to judge.
"""

import itertools
import json
import logging
import os
import random
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


#: Where a message goes -> how it ends.
ENDS = {"sales": "routed", "nobody": "quarantined", "closed": "rejected"}


class Scene:
    """One mailbox with messages that end differently."""

    def __init__(self, stack, registry, protocol, count, name):
        self.stack, self.registry = stack, registry
        self.login = f"kill-{protocol}-{name}@demo.example"
        self.places = list(itertools.islice(itertools.cycle(ENDS), count))
        self.subjects = [f"{self.login} {n} {to}" for n, to in enumerate(self.places)]
        # A sender of its own, for Odoo limits how much it takes from one.
        sender = f"{protocol}-{name}@customer.example"
        self.sent = [
            mail(f"{to}@demo.example", subject, sender=sender)
            for to, subject in zip(self.places, self.subjects, strict=True)
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
            self._pass_time()
            found = self.found()
            done = len(found["rows"]) >= len(self.sent) and found["acknowledged"]
            if done and "received" not in found["states"]:
                return
            time.sleep(0.05)

    def _pass_time(self):
        """A message that saw its worker die waits for a while: not for a test."""
        with self.registry.cursor() as cr:
            waiting = [("server_id", "=", self.server), ("next_attempt", "!=", False)]
            self.env(cr)["mail.gateway.incoming"].search(waiting).next_attempt = False

    def found(self):
        """All that a person could find of the messages, beside what was expected."""
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
                "acknowledged": self._acknowledged(env),
                "leads": sorted(leads.mapped("name")),
                "answers": sorted(answers.mapped("subject")),
            }

    def _acknowledged(self, env):
        """Whether the server has heard of all, and we know that it has."""
        folders = env["fetchmail.server"].browse(self.server).folder_ids
        seen = "S" * len(self.sent) == "".join(self.stack.flags(self.login))
        return seen and not any(folders.mapped("unacknowledged"))

    def expected(self):
        def to(place):
            return sorted(s for s in self.subjects if s.endswith(place))

        return {
            "rows": self.subjects,
            "states": [ENDS[place] for place in self.places],
            "intact": True,
            "acknowledged": True,
            "leads": to("sales"),
            "answers": [f"Re: {subject}" for subject in to("closed")],
        }


class Murder:
    """Forks a fetch, kills it, has it recover, and tells what was found."""

    def __init__(self, stack, registry, protocol, count):
        self.stack, self.registry = stack, registry
        self.protocol, self.count = protocol, count

    def scene(self, name):
        return Scene(self.stack, self.registry, self.protocol, self.count, name)

    def measure(self):
        """(commits, seconds) of a fetch that nobody kills."""
        read, write = os.pipe()
        scene = self.scene("count")

        def work():
            killer = Killer()
            killer.arm()
            scene.run()
            os.write(write, str(killer.count).encode())

        begin = time.monotonic()
        in_child(work)
        return int(os.read(read, 20)), time.monotonic() - begin

    def at_commit(self, at, after):
        when = f"{'after' if after else 'before'} commit {at}"
        scene = self.scene(when.replace(" ", "-"))

        def work():
            Killer(at, after).arm()
            scene.run()

        return self._judge(scene, when, in_child(work))

    def at_random(self, number, delay_s):
        scene = self.scene(f"random-{number}")
        died = in_child(scene.run, delay_s)
        return self._judge(scene, f"after {delay_s * 1000:.0f} ms", died)

    def _judge(self, scene, when, died):
        scene.recover()
        found, expected = scene.found(), scene.expected()
        self.stack.empty(scene.login)
        return {"when": when, "signal": died, "found": found, "expected": expected}


def in_child(work, kill_after_s=None):
    """Run ``work`` in a fork, killed after a time if one is given.

    :return: the signal that ended it, 0 when it came to its end
    """
    odoo.sql_db.close_all()
    pid = os.fork()
    if not pid:
        try:
            work()
        except BaseException:  # a child must not run on in the parent's code
            logging.exception("the child failed")
            os._exit(70)
        os._exit(0)
    if kill_after_s is not None:
        time.sleep(kill_after_s)
        os.kill(pid, signal.SIGKILL)
    _pid, status = os.waitpid(pid, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise RuntimeError("a fetch failed: see the log above")
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def main(config_path, database, protocol, count, randoms):
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    config.parse_config(["-c", config_path, "-d", database])
    # Known only once Odoo has its addons path.
    from odoo.addons.mail_gateway_plus.models import fetch_run

    # Few messages, and still several portions.
    fetch_run.BATCH_COUNT = 2
    murder = Murder(Stack.attach(), Registry(database), protocol, int(count))
    commits, seconds = murder.measure()
    dice = random.Random(f"{protocol}{count}")
    for at in range(1, commits + 1):
        for after in (False, True):
            print(json.dumps(murder.at_commit(at, after)), flush=True)
    for number in range(int(randoms)):
        delay_s = dice.uniform(0, seconds)
        print(json.dumps(murder.at_random(number, delay_s)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
