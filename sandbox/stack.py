# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Everything together: what tests and ``make run`` talk to.

The verb starts one `Stack`; other processes in the same namespace, such as
pytest, `attach` to it through a small file in the run's folder.
"""

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from . import ports, space
from .database import Databases
from .paths import VENV
from .postgres import USER, Postgres
from .say import Missing
from .server import Server, write_config

PASSWORD = "sandbox"


class Stack:
    """The private servers of one run."""

    host = "localhost"
    password = PASSWORD

    def __init__(self, run: Path, chosen: dict[str, int]) -> None:
        self.run, self.ports = run, chosen
        self.postgres = Postgres(run / "postgres", run)
        self.databases = Databases(run, self.postgres)

    # --- life

    @classmethod
    def start(cls, folder: str | Path | None = None) -> "Stack":
        """Start all servers in `folder`, by default the one the verb prepared."""
        stack = cls(_folder(folder), ports.choose())
        (stack.run / "stack.json").write_text(json.dumps(stack.ports))
        stack.odoo_config("odoo")
        stack.databases.bring_up()
        return stack

    @classmethod
    def attach(cls) -> "Stack":
        """The stack that the surrounding verb has started."""
        run = _folder(None)
        return cls(run, json.loads((run / "stack.json").read_text()))

    @classmethod
    @contextlib.contextmanager
    def running(cls, folder: str | Path | None = None) -> Iterator["Stack"]:
        stack = cls.start(folder)
        try:
            yield stack
        finally:
            stack.stop()

    def stop(self) -> None:
        self.postgres.stop()

    def environment(self) -> dict[str, str]:
        """For commands that run beside the stack."""
        found = {f"MGP_PORT_{name.upper()}": str(n) for name, n in self.ports.items()}
        found["MGP_CONFIG"] = str(self.run / "etc/odoo.conf")
        path = os.pathsep.join([str(VENV / "bin"), self.postgres.path()])
        clients = {"PGHOST": str(self.postgres.sockets), "PGUSER": USER}
        return {**os.environ, **found, **clients, "PATH": path}

    # --- Odoo

    def database(self, copy_of: str = "addon") -> str:
        """A fresh copy of a template, with filestore. Remove it with `drop`."""
        return self.databases.fresh(copy_of)

    def drop(self, name: str) -> None:
        self.databases.drop(name)

    def odoo_config(self, database: str, **options: object) -> Path:
        """An odoo.conf for `database`; `options` are options of that file."""
        fixed: dict[str, object] = {
            "db_host": self.postgres.sockets,
            "db_user": "odoo",
            "data_dir": self.run / "data",
        }
        if database != "odoo":
            fixed |= {"db_name": database, "dbfilter": f"^{database}$"}
        path = self.run / "etc" / f"{database}.conf"
        return write_config(path, {**fixed, **options})

    def odoo(self, database: str, **options: object) -> Server:
        """A real Odoo server process for `database`."""
        port = int(str(options.pop("http_port", 0))) or ports.any_free()
        config = self.odoo_config(database, http_port=port, **options)
        return Server(config, port, self.run / f"odoo-{database}.log")


def _folder(folder: str | Path | None) -> Path:
    chosen = folder or os.environ.get(space.RUN)
    if not chosen:
        raise Missing("no servers run here: use python3 -m sandbox shell COMMAND")
    return Path(chosen)
