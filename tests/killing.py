# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Kills a fetch and looks what is left.

Run as a program of its own, because it forks::

    python -m tests.killing CONFIG DATABASE MODE MESSAGES POINTS RANDOM

A child loads nothing, fetches, processes and tidies up, and sends itself SIGKILL right
before or right after its n-th commit, or when its n-th command that changes something
on the mail server is on the way and no answer has come; no hook in the addon is needed,
and none of these moments is forgotten. POINTS limits how many of them, evenly spread, 0
takes them all. RANDOM more children are killed at moments of no choice, as by a power
cut. It prints one JSON object a kill for ``test_kill.py`` to judge.
"""

import imaplib
import itertools
import json
import logging
import os
import poplib
import random
import re
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

#: What becomes of the messages on the server -> protocol, settings of the mailbox.
TARGET = "Done & gone"
MODES = {
    "imap-seen": ("imap", {"after_fetch": "seen"}),
    "imap-move": ("imap", {"after_fetch": "move", "move_to": TARGET}),
    "imap-delete": ("imap", {"after_fetch": "delete"}),
    "pop-keep": ("pop", {"after_fetch": "seen"}),
    "pop-delete": ("pop", {"after_fetch": "delete"}),
}
PORTS = {"imap": "imaps", "pop": "pop3s"}

#: Commands that change something in a mailbox.
_CHANGES = re.compile(
    rb"(?:\w+ )?(UID STORE|UID MOVE|UID COPY|UID EXPUNGE|EXPUNGE|CREATE|DELE|QUIT)\b"
)


class Killer:
    """Counts moments; at the chosen one the process dies."""

    def __init__(self, at=0):
        self.at, self.told = at, []

    def arm(self):
        commit = odoo.sql_db.Cursor.commit
        send, put = imaplib.IMAP4.send, poplib.POP3._putline

        def committed(cursor):
            self.pass_by("before a commit")
            result = commit(cursor)
            self.pass_by("after a commit")
            return result

        def sent(imap, data):
            result = send(imap, data)
            self.commanded(data)
            return result

        def put_out(pop, line):
            put(pop, line)
            self.commanded(line)

        odoo.sql_db.Cursor.commit = committed
        imaplib.IMAP4.send, poplib.POP3._putline = sent, put_out

    def commanded(self, line):
        match = _CHANGES.match(bytes(line))
        if match:
            self.pass_by(f"after {match[1].decode()}")

    def pass_by(self, moment):
        self.told.append(moment)
        if len(self.told) == self.at:
            os.kill(os.getpid(), signal.SIGKILL)


#: Where a message goes -> how it ends.
ENDS = {"sales": "routed", "nobody": "quarantined", "closed": "rejected"}
#: Modes in which no message leaves its folder.
STAYING = ("imap-seen", "pop-keep")


class Scene:
    """One mailbox with messages that end differently."""

    def __init__(self, stack, registry, mode, count, name):
        self.stack, self.registry, self.mode = stack, registry, mode
        self.login = f"kill-{mode}-{name}@demo.example"
        self.places = list(itertools.islice(itertools.cycle(ENDS), count))
        self.subjects = [f"{self.login} {n} {to}" for n, to in enumerate(self.places)]
        # A sender of its own, for Odoo limits how much it takes from one.
        sender = f"{mode}-{name}@customer.example"
        self.sent = [
            mail(f"{to}@demo.example", subject, sender=sender)
            for to, subject in zip(self.places, self.subjects, strict=True)
        ]
        stack.empty(self.login)
        for raw in self.sent:
            stack.deliver(self.login, raw)
        self.protocol, settings = MODES[mode]
        self.server = self._mailbox(settings)

    def env(self, cr):
        return api.Environment(cr, SUPERUSER_ID, {})

    def _mailbox(self, settings):
        with self.registry.cursor() as cr:
            values = {
                "name": self.login,
                "server_type": self.protocol,
                "server": self.stack.host,
                "port": self.stack.ports[PORTS[self.protocol]],
                "user": self.login,
                "password": self.stack.password,
                "state": "done",
                **settings,
            }
            return self.env(cr)["fetchmail.server"].create(values).id

    def run(self):
        """What the two scheduled actions do; the second look tidies up."""
        with self.registry.cursor() as cr:
            server = self.env(cr)["fetchmail.server"].browse(self.server)
            server._fetch_mail()
            self.env(cr)["mail.gateway.incoming"]._process_received(server)
            server._fetch_mail()

    def recover(self):
        """Run until all is well, and once more, which must not change a thing; the
        locks of the dead go a moment after them."""
        stop = time.monotonic() + RECOVERY_S
        expected = self.expected()
        while self.found() != expected and time.monotonic() < stop:
            self.run()
            self._pass_time()
        self.run()

    def _pass_time(self):
        """A message that saw its worker die waits for a while: not for a test."""
        with self.registry.cursor() as cr:
            waiting = [("server_id", "=", self.server), ("next_attempt", "!=", False)]
            self.env(cr)["mail.gateway.incoming"].search(waiting).next_attempt = False

    def found(self):
        """All that a person could find of the messages."""
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
                "leads": sorted(leads.mapped("name")),
                "answers": sorted(answers.mapped("subject")),
                "unacknowledged": self._unacknowledged(env),
                **self._on_server(),
            }

    def _unacknowledged(self, env):
        folders = env["fetchmail.server"].browse(self.server).folder_ids
        return any(folders.mapped("unacknowledged"))

    def _on_server(self):
        numbers = {raw: number for number, raw in enumerate(self.sent)}

        def held(folder):
            return [numbers[r] for r in self.stack.messages(self.login, folder)]

        flags = self.stack.flags(self.login)
        return {
            "inbox": sorted(held("INBOX")),
            "target": sorted(held(TARGET)),
            "seen": self.protocol == "pop" or set(flags) <= {"S"},
        }

    def expected(self):
        def to(place):
            return sorted(s for s in self.subjects if s.endswith(place))

        everything = list(range(len(self.sent)))
        unrouted = [n for n in everything if ENDS[self.places[n]] == "quarantined"]
        well = [n for n in everything if n not in unrouted]
        return {
            "rows": self.subjects,
            "states": [ENDS[place] for place in self.places],
            "intact": True,
            "leads": to("sales"),
            "answers": [f"Re: {subject}" for subject in to("closed")],
            "unacknowledged": False,
            "inbox": everything if self.mode in STAYING else unrouted,
            "target": well if self.mode == "imap-move" else [],
            "seen": True,
        }


class Murder:
    """Forks a fetch, kills it, has it recover, and tells what was found."""

    def __init__(self, stack, registry, mode, count):
        self.stack, self.registry = stack, registry
        self.mode, self.count = mode, count

    def scene(self, name):
        return Scene(self.stack, self.registry, self.mode, self.count, name)

    def measure(self):
        """(moments, seconds) of a fetch that nobody kills."""
        read, write = os.pipe()
        scene = self.scene("count")

        def work():
            killer = Killer()
            killer.arm()
            scene.run()
            os.write(write, json.dumps(killer.told).encode())

        begin = time.monotonic()
        in_child(work)
        return json.loads(os.read(read, 1_000_000)), time.monotonic() - begin

    def at_moment(self, at, moment):
        scene = self.scene(f"moment-{at}")

        def work():
            Killer(at).arm()
            scene.run()

        return self._judge(scene, f"{moment} ({at})", in_child(work))

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


def spread(moments, points):
    """(number, moment) of so many, evenly spread; of each kind at least the first."""
    numbered = list(enumerate(moments, start=1))
    if not points or points >= len(numbered):
        return numbered
    step = len(numbered) / points
    chosen = {numbered[int(n * step)] for n in range(points)}
    firsts = {moment: (n, moment) for n, moment in reversed(numbered)}
    return sorted(chosen | set(firsts.values()))


def main(config_path, database, mode, count, points, randoms):
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    config.parse_config(["-c", config_path, "-d", database])
    # Known only once Odoo has its addons path.
    from odoo.addons.mail_gateway_plus.models import fetch_run

    # Few messages, and still several portions.
    fetch_run.BATCH_COUNT = 2
    murder = Murder(Stack.attach(), Registry(database), mode, int(count))
    moments, seconds = murder.measure()
    dice = random.Random(f"{mode}{count}")
    for at, moment in spread(moments, int(points)):
        print(json.dumps(murder.at_moment(at, moment)), flush=True)
    for number in range(int(randoms)):
        delay_s = dice.uniform(0, seconds)
        print(json.dumps(murder.at_random(number, delay_s)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
