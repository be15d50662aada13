# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Kills a worker that sends the queue and looks what is left.

Run as a program of its own, because it forks::

    python -m tests.queue_killing CONFIG DATABASE MAILS POINTS

A child loads nothing, sends the queue, and sends itself SIGKILL right before or right
after its n-th commit, or when a message is on the wire: before its content, or after it
and before the answer. POINTS limits how many of these moments are tried, evenly spread.
It prints one JSON object a kill for ``test_queue_kill.py`` to judge.
"""

import itertools
import json
import logging
import os
import signal
import sys
import time
from collections import Counter

import odoo.sql_db
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

from sandbox.stack import Stack

from .killing import in_child, spread

PATIENCE_S = 30
#: As long as a mail may take of which nobody knows whether it was sent.
DOUBT_S = 3
#: Who gets the mail, and may send.
LOGIN = "sales@demo.example"


class Killer:
    """Counts moments; at the chosen one the process dies."""

    def __init__(self, at=0):
        self.at, self.told = at, []

    def arm(self):
        # Known only once Odoo has its addons path.
        from odoo.addons.mail_gateway_plus.net.smtp_line import Line

        commit, send, reply = odoo.sql_db.Cursor.commit, Line.send, Line.reply

        def committed(cursor):
            self.pass_by("before a commit")
            result = commit(cursor)
            self.pass_by("after a commit")
            return result

        def sent(line, message):
            self.pass_by("before a content")
            line.is_asked = True
            return send(line, message)

        def answered(line):
            is_asked, line.is_asked = getattr(line, "is_asked", False), False
            if is_asked:
                # The content is on the way.
                self.pass_by("before an answer")
            result = reply(line)
            if is_asked:
                self.pass_by("after an answer")
            return result

        odoo.sql_db.Cursor.commit = committed
        Line.send, Line.reply = sent, answered

    def pass_by(self, moment):
        self.told.append(moment)
        if len(self.told) == self.at:
            os.kill(os.getpid(), signal.SIGKILL)


class Scene:
    """Mails that wait, one of them to two people."""

    numbers = itertools.count(1)

    def __init__(self, stack, registry, count):
        self.stack, self.registry = stack, registry
        self.tag = f"kill-{os.getpid()}-{next(self.numbers)}"
        stack.empty(LOGIN)
        with registry.cursor() as cr:
            env = self.env(cr)
            partners = env["res.partner"].create(
                [{"name": name, "email": LOGIN} for name in ("Ann", "Bob")]
            )
            mails = env["mail.mail"].create(
                [self._values(number) for number in range(count)]
            )
            mails[0].write({"email_to": False, "recipient_ids": partners.ids})
            self.ids = mails.ids

    def _values(self, number):
        return {
            "email_from": LOGIN,
            "email_to": LOGIN,
            "subject": f"{self.tag} {number}",
            "body_html": "Hello",
            "auto_delete": False,
        }

    def env(self, cr):
        return api.Environment(cr, SUPERUSER_ID, {})

    def run(self):
        with self.registry.cursor() as cr:
            self.env(cr)["mail.mail"].process_email_queue()

    def recover(self):
        """Until nothing waits; the locks of the dead go a moment after them."""
        stop = time.monotonic() + PATIENCE_S
        while "outgoing" in self.states() and time.monotonic() < stop:
            self.run()

    def states(self):
        with self.registry.cursor() as cr:
            return self.env(cr)["mail.mail"].browse(self.ids).mapped("state")

    def found(self):
        """What was accepted, is uncertain, and has arrived, by subject."""
        with self.registry.cursor() as cr:
            env = self.env(cr)
            mails = env["mail.mail"].browse(self.ids)
            rows = env["mail.gateway.delivery"].search([("mail_id", "in", self.ids)])
            subjects = {mail.id: mail.subject for mail in mails}
            told = [(subjects[row.mail_id], row.state) for row in rows]
            return {
                "states": mails.mapped("state"),
                "told": sorted(told),
                "arrived": self._arrived(told),
            }

    def _arrived(self, told):
        """Once Postfix has delivered: what is certain is waited for, and what is not
        may never come."""
        certain = Counter(one for one, state in told if state == "accepted")
        begin = time.monotonic()
        while True:
            here = self._here()
            patience = PATIENCE_S if certain - here else DOUBT_S
            if here.total() >= len(told) or time.monotonic() - begin > patience:
                return sorted(here.elements())
            time.sleep(0.05)

    def _here(self):
        held = [
            line.partition(b": ")[2].decode()
            for raw in self.stack.messages(LOGIN)
            for line in raw.splitlines()
            if line.startswith(b"Subject: ")
        ]
        return Counter(one for one in held if one.startswith(self.tag))


def relay(stack, registry):
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        env["ir.mail_server"].create(
            {
                "name": "Postfix",
                "smtp_host": stack.host,
                "smtp_port": stack.ports["smtp"],
                "smtp_encryption": "starttls",
                "smtp_user": LOGIN,
                "smtp_pass": stack.password,
            }
        )


def measure(stack, registry, count):
    """The moments of a run that nobody kills."""
    read, write = os.pipe()
    scene = Scene(stack, registry, count)

    def work():
        killer = Killer()
        killer.arm()
        scene.run()
        os.write(write, json.dumps(killer.told).encode())

    in_child(work)
    return json.loads(os.read(read, 1_000_000))


def main(config_path, database, count, points):
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    config.parse_config(["-c", config_path, "-d", database])
    stack, registry = Stack.attach(), Registry(database)
    relay(stack, registry)
    moments = measure(stack, registry, int(count))
    for at, moment in spread(moments, int(points)):
        scene = Scene(stack, registry, int(count))

        def work(at=at, scene=scene):
            Killer(at).arm()
            scene.run()

        died = in_child(work)
        scene.recover()
        told = {"when": f"{moment} ({at})", "signal": died, **scene.found()}
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
