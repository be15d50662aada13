# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Several processes that send one queue at once.

Run as a program of its own, because it forks::

    python -m tests.queue_working CONFIG DATABASE MAILS WORKERS A_MINUTE

Each worker runs the queue in a loop, as several scheduled actions would, until nothing
waits. Their common clock leaps to when the next mail is due, once none is. Prints one
JSON object for ``test_queue_workers.py`` to judge.
"""

import json
import logging
import multiprocessing
import sys
import time
from datetime import datetime, timedelta

import odoo.sql_db
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

from benchmarks.sink import Sink

from .working import together

PATIENCE_S = 500
CONNECTIONS = 6


class Shift:
    """Mails that wait for one server, half of them mass mailing."""

    def __init__(self, registry, count, a_minute, port):
        self.registry, self.begin = registry, time.monotonic()
        #: Seconds that nobody had to wait, for all workers.
        self.leapt = multiprocessing.Value("d", 0)
        self.to = [f"person{number}@away.example" for number in range(count)]
        with registry.cursor() as cr:
            env = self.env(cr)
            server = env["ir.mail_server"].create(
                {
                    "name": "Sink",
                    "smtp_host": "127.0.0.1",
                    "smtp_port": port,
                    "smtp_encryption": "none",
                    "limit_minute": a_minute,
                    "limit_connections": CONNECTIONS,
                }
            )
            mails = env["mail.mail"].create(
                [
                    {
                        "email_from": "ann@erp.example",
                        "email_to": to,
                        "subject": to,
                        "body_html": "<p>Hello</p>",
                        "mail_server_id": server.id,
                        "auto_delete": False,
                        "is_mass": bool(number % 2),
                    }
                    for number, to in enumerate(self.to)
                ]
            )
            self.ids = mails.ids

    def clock(self):
        passed = time.monotonic() - self.begin + self.leapt.value
        return datetime(2026, 11, 20, 9) + timedelta(seconds=passed)

    def env(self, cr):
        context = {"mail_gateway_clock": self.clock}
        return api.Environment(cr, SUPERUSER_ID, context)

    def work(self):
        stop = time.monotonic() + PATIENCE_S
        while due := self._next_due():
            if time.monotonic() > stop:
                raise TimeoutError("not done in time")
            self._leap(due)
            with self.registry.cursor() as cr:
                self.env(cr)["mail.mail"].process_email_queue()
            time.sleep(0.05)

    def _next_due(self):
        """When the first of what waits is due; None when nothing waits. What another
        worker has on the wire waits too, and is due."""
        with self.registry.cursor() as cr:
            cr.execute(
                "SELECT min(coalesce(scheduled_date, %s)) FROM mail_mail"
                " WHERE id = ANY(%s) AND state = 'outgoing'",
                [self.clock(), self.ids],
            )
            return cr.fetchone()[0]

    def _leap(self, due):
        with self.leapt.get_lock():
            self.leapt.value += max((due - self.clock()).total_seconds(), 0)

    def found(self):
        with self.registry.cursor() as cr:
            env = self.env(cr)
            mails = env["mail.mail"].browse(self.ids)
            rows = env["mail.gateway.delivery"].search([("mail_id", "in", self.ids)])
            # The ORM has no fractions of a second.
            cr.execute(
                "SELECT extract(epoch FROM begun_on)::float FROM mail_gateway_delivery"
                " ORDER BY begun_on"
            )
            moments = [moment for (moment,) in cr.fetchall()]
            return {
                "states": sorted(set(mails.mapped("state"))),
                "attempts": sorted(set(mails.mapped("attempts"))),
                "told": sorted({(row.state, row.attempts) for row in rows}),
                "moments": moments,
            }


def main(config_path, database, count, workers, a_minute):
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    config.parse_config(["-c", config_path, "-d", database])
    registry = Registry(database)
    with Sink() as sink:
        shift = Shift(registry, int(count), int(a_minute), sink.port)
        odoo.sql_db.close_all()
        seconds = together(shift.work, int(workers))
        told = {
            "seconds": seconds,
            "taken": sink.taken,
            "connections": sink.most,
            **shift.found(),
        }
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
