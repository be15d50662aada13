# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One side: its worker process and the database that each run gets a copy of."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from sandbox.paths import ROOT
from sandbox.say import Missing, step
from sandbox.stack import Stack

from .job import Cost, Crowd, Decision, Job, Outbox, Result


def settings(stack: Stack, **values: str) -> None:
    """Change settings of the cluster; its next start forgets them."""
    connection = stack.databases.connect()
    cursor = connection.cursor()
    for name, value in values.items():
        cursor.execute(f"ALTER SYSTEM SET {name} = {value}")
    cursor.execute("SELECT pg_reload_conf()")
    connection.close()


class Side:
    """``name`` is that of the template, "stock" or "addon"."""

    def __init__(self, stack: Stack, name: str) -> None:
        self.stack, self.name = stack, name
        self.log = stack.run / f"bench-{name}.log"
        self.database = stack.database(name)
        # The worker knows one database by its name, so each run's copy gets that.
        self._prepared = f"{self.database}_prepared"
        config = stack.odoo_config(self.database, log_level="warn")
        with self.log.open("wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.worker", config, self.database],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=ROOT,
                text=True,
            )

    @classmethod
    @contextmanager
    def ready(cls, stack: Stack, name: str) -> Iterator["Side"]:
        with step(f"{name}: Odoo loaded, database prepared"):
            side = cls(stack, name)
            try:
                side._answer()
                stack.databases.copy(side.database, side._prepared)
            except BaseException:
                side.close()
                raise
        try:
            yield side
        finally:
            side.close()

    def close(self) -> None:
        self._process.communicate()
        for database in (self.database, self._prepared):
            self.stack.drop(database)

    def refresh(self) -> None:
        """The database as it was before the last run."""
        settings(self.stack, fsync="off")
        self.stack.databases.copy(self._prepared, self.database)
        # The sandbox saves itself the disk; what is compared here are gateways that
        # keep mail, and one of them may commit more often.
        settings(self.stack, fsync="on", full_page_writes="on", synchronous_commit="on")

    def run(self, job: Job | Outbox) -> Result:
        said = self.ask(job)
        costs = {name: Cost(**cost) for name, cost in said["costs"].items()}
        return Result(costs, said["made"])

    def ask(self, job: Job | Crowd | Decision | Outbox) -> Any:
        """What the worker has measured, as it says it."""
        assert self._process.stdin
        kind = type(job).__name__
        self._process.stdin.write(json.dumps([kind, asdict(job)]) + "\n")
        self._process.stdin.flush()
        return json.loads(self._answer())

    def _answer(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if line in ("", "failed\n"):
            words = self.log.read_text(errors="replace").strip().splitlines()
            raise Missing(f"a run of {self.name} failed: {(words or [self.log])[-1]}")
        return line
