# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Inside a worker: many mailboxes are fetched, and when the last message is there."""

import contextlib
import math
import threading
import time

import psycopg2

import odoo.sql_db
from odoo import SUPERUSER_ID, api

from . import setting
from .job import Crowd, Waited

EVERY_S = 0.1

#: Messages of the ledger, which stock does not have, and of records.
FETCHED = "SELECT count(*) FROM mail_gateway_incoming"
PROCESSED = "SELECT count(*) FROM mail_message WHERE message_type = 'email'"


class Arrival:
    """The moment at which so many messages more than at the beginning are there, seen
    by a thread with a connection of its own."""

    def __init__(self, database: str, count: str, more: int) -> None:
        _name, info = odoo.sql_db.connection_info_for(database)
        self._connection = psycopg2.connect(**info)
        self._connection.autocommit = True
        self._count, self._more = count, more
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.at: float | None = None

    def __enter__(self) -> "Arrival":
        self._wanted = self._there() + self._more
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()
        self._connection.close()

    def _there(self) -> int:
        with self._connection.cursor() as cursor:
            cursor.execute(self._count)
            return int(cursor.fetchone()[0])

    def _watch(self) -> None:
        over = False
        while self.at is None and not over:
            # Looked at once more when it is over.
            over = self._over.wait(EVERY_S)
            if self._there() >= self._wanted:
                self.at = time.perf_counter()


def run(env, crowd: Crowd) -> Waited:
    holes, others = setting.crowd(env, crowd)
    hole_s = _seconds_each(holes) if crowd.apart else 0.0
    servers = others if crowd.apart else _spread(holes, others)
    begin = time.perf_counter()
    database, more = env.cr.dbname, len(crowd.logins) * crowd.each
    with contextlib.ExitStack() as opened:
        processed = opened.enter_context(Arrival(database, PROCESSED, more))
        fetched = processed
        if crowd.side == "addon":
            fetched = opened.enter_context(Arrival(database, FETCHED, more))
            opened.enter_context(_processing(env.registry))
        # The faults of the holes are what is expected here.
        servers._fetch_mail()
    if fetched.at is None or processed.at is None:
        raise RuntimeError(f"fewer than {more} messages were fetched and processed")
    return Waited(fetched.at - begin, processed.at - begin, hole_s)


@contextlib.contextmanager
def _processing(registry):
    """The scheduled action that processes, as another worker runs it meanwhile."""
    over = threading.Event()

    def process() -> None:
        last = False
        while not last:
            last = over.wait(EVERY_S)
            with registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                env["mail.gateway.incoming"]._process_received()

    thread = threading.Thread(target=process, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _seconds_each(servers) -> float:
    begin = time.perf_counter()
    servers._fetch_mail()
    return (time.perf_counter() - begin) / len(servers)


def _spread(holes, others):
    """The holes among the others, as chance would have it: one in each stretch."""
    length = math.ceil(len(others) / len(holes))
    found = others.browse()
    for number, hole in enumerate(holes):
        found += hole + others[number * length : (number + 1) * length]
    return found
